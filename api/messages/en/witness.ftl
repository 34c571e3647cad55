# Witnessing: cosigning the checkpoints of other ledgers.

cli-witness = This cannot be done: { $error }
cli-witness-trusts = The ledger "{ $origin }" is trusted now.
cli-witness-no-key = There is no witness's key in { $dir }. Run gongjian witness init --data { $dir } --name NAME first.
cli-witness-prefix = "{ $prefix }" cannot be a prefix. A prefix begins with /, such as /witness.
cli-witness-serving =
    The witness is serving: { $address }
    public key { $key }
    keys of ledgers that are trusted: { $logs }
