# Pages of accounts, tokens and the access log.
