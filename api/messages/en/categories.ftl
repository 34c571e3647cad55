# Names of the categories of records.
category-ledger = ledger
category-schema = layout
category-rule = rule
category-import = import
category-street = street
category-community = community
category-compound = compound
category-branch = compound Party branch
category-grid = grid
category-unit = unit
category-post = post
category-alliance = alliance
category-membership = membership
category-holiday = holiday
category-agreement = agreement
category-commitment = commitment
category-project = project
category-series = meeting series
category-meeting = joint meeting
category-topic = topic
category-decision = decision
category-task = follow-up task
category-occurrence = Wednesday meeting
category-issue = property issue
category-source = source

# A name with its code; a label with its value.
named = { $name } ({ $code })
labelled = { $label }: { $value }
