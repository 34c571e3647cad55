# Witnessing: cosigning the checkpoints of other ledgers.

cli-witness-key-exists = There is a witness's key in { $dir } already. Another key would be another witness; choose another folder.
cli-witness-name = "{ $name }" cannot name a witness. A name has 1 to 255 bytes, no white space and no plus.
cli-witness-known = This key of the ledger "{ $origin }" is trusted already.
cli-witness-kind = { $key } is the key of a witness, not of a ledger. gongjian checkpoint --public-key prints that of a ledger.
cli-witness-origin = The name of a ledger is one line of text and not empty.
cli-witness-none = There are no witnesses. Name their keys and addresses in { $dir }/witnesses, then restart the server.
cli-witness-tail = { $size } events, of which enough witnesses have cosigned { $witnessed }; the last { $tail } are not witnessed.
cli-witness-unasked = { $witness }  not asked yet
cli-witness-never = { $witness }  never cosigned: { $error }
cli-witness-good = { $witness }  cosigned up to { $size } events  { $time }
cli-witness-late = { $witness }  cosigned up to { $size } events  { $time }; the last try failed: { $error }
cli-witness-trusts = The ledger "{ $origin }" is trusted now.
cli-witness-no-key = There is no witness's key in { $dir }. Run gongjian witness init --data { $dir } --name NAME first.
cli-witness-prefix = "{ $prefix }" cannot be a prefix. A prefix begins with /, such as /witness.
cli-witness-serving =
    The witness is serving: { $address }
    public key { $key }
    keys of ledgers that are trusted: { $logs }
