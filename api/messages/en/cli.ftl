# What the command line says.

cli-lang-unknown = There is no language "{ $lang }". Known: zh, en.
cli-no-ledger = There is no ledger in { $dir }. Run gongjian init --data { $dir } first.
cli-ledger-exists = There is a ledger in { $dir } already.
cli-locked = { $dir } is held by another process. Wait until it ends, or stop the gongjian serve that is running.
cli-damaged = The ledger in { $dir } is damaged and was not opened. { $damage }. Run gongjian verify, and restore a backup.
cli-storage-damaged = The storage files of the ledger in { $dir } cannot be opened and are probably damaged: { $error }. Write nothing more there; restore a backup.
cli-opening = opening the ledger in { $dir }
cli-fault = { $what }: { $error }
cli-index = It is command { $index } of the list.
cli-now = Its last event: position { $position }, { $kind }, of { $day }, recorded at { $at } by { $post }.
cli-first = That command: position { $position }, { $stream }, { $kind }, of { $day }, recorded at { $at } by { $post }.
cli-unreadable = { $file } cannot be read: { $error }
cli-not-json = this is not JSON: { $error }
cli-no-such-list = There is no list "{ $list }". Known: { $lists }.
cli-sheet-needs-community = A sheet is of one community: name it with --community, and the day with --on.
cli-no-such-template = There is no workbook "{ $kind }". Known: registry, agreements, meetings, wednesday, projects.
cli-scaled = counties: { $scale }, events: { $size }.
cli-written = written to { $file }
cli-made = made a ledger in { $dir }: { $size } events, positions 0 to { $last } (its opening, the layout of rules, the rule book).
cli-recorded = recorded at position { $position }  { $stream }  revision { $revision }  { $kind }  { $digest }
cli-replayed = recorded before at position { $position }  { $stream }  revision { $revision }  { $kind }  { $digest }
cli-would-record = would record { $stream }  revision { $revision }  { $kind }
cli-warning = { "    " }warning: { $warning }
cli-importing = importing
cli-verifying = verifying
cli-rebuilding = rebuilding
cli-file = { $file }: { $unit }, as of { $asOf }, rows: { $rows }
cli-file-known = { $file }: imported before, nothing new
cli-file-ignored = { "    " }columns or sheets not read: { $columns }
cli-file-dropped = { "    " }columns with personal data, not read: { $columns }
cli-row-missing = { "    " }row gone from the workbook: { $row }
cli-planned = { "    " }{ $day }  { $kind }  { $stream }
cli-would-import = A trial: { $count } events would be recorded. Nothing was.
cli-imported = imported { $count } events, positions { $first } to { $last }.
cli-nothing-new = Nothing new; nothing was recorded.
cli-sound = Sound: { $size } events, recomputed from every byte.
cli-unsound = Not sound; events looked at: { $size }.
cli-digest = last digest { $digest }
cli-root = tree root   { $root }
cli-fault-at = position { $position }: { $what } should be { $expected }, but is { $found }
cli-world-differs = the snapshot { $name } is not what the log gives
cli-model-differs = the read model { $name } is not what the log gives; run gongjian rebuild
cli-snapshot-damaged = the snapshot file { $name } is damaged; opening passes it over; remove it
cli-model-equal = same     { $name }  { $digest }
cli-model-differs-now = differs  { $name }  replaced by what was folded now  { $digest }
cli-rebuilt = Every read model was folded again from { $size } events.
cli-clock-accepted = The clock is accepted; recorded at position { $position }.
cli-serving = Gongjian Ledger is up: { $scheme }://{ $address }/docs
cli-demo-elsewhere = Another process serves this ledger.
cli-demo-next =
    Where to look next:
      gongjian --data { $dir } trail WT-2022-0000              one issue from raising to closing
      gongjian --data { $dir } list findings                   what the rule book finds
      gongjian --data { $dir } report --quarter 2022-Q2 --format md
      gongjian --data { $dir } verify
yes = yes
cli-no-such-paper = There is no paper “{ $kind }”. Known: { $kinds }.
cli-paper-origin = Ledger: { $origin }
cli-paper-size = Events: { $size }
cli-paper-root = Root: { $root }
cli-exporting = exporting
cli-no-such-export = There is no export "{ $kind }". Known: registry, agreements, meetings, wednesday, projects, jsonl, ocel, ical, tiles.
cli-export-option = --{ $option } has nothing to do with an export of { $kind }.
cli-import-line = { $dir }: line { $line } cannot be taken ({ $error }). Nothing was imported; use the file as it was exported.
cli-log-alone = A log is imported alone, without other files and without --correct.
cli-log-key = --key goes with a log (a file of export jsonl) only.
cli-log-sound = The log is sound: { $size } events, every line checked, the signature good. Root { $root }. Only tried; nothing was written.
cli-exported-tiles = { $files } files were written: { $size } events and their checkpoint.
cli-restoring = Restoring
cli-backed-up = Backed up { $size } events to { $dir }, read back and verified. Root { $root }
cli-backup-into-ledger = { $dir } is the folder of a ledger and cannot be that of a backup, which must hold no keys. Choose another folder.
cli-restored = Restored: the ledger has { $size } events, { $taken } of them taken now, every byte verified. Root { $root }
cli-restored-behind = But the checkpoint beside the key covers { $signed } events and the ledger has { $size }: it can be read, and signs and takes nothing. Fetch the rest with restore --tiles.
cli-continued = Began the ledger { $origin }; its first event names the checkpoint of { $old } ({ $size } events). Keep the old backup folder as it is, and go on publishing it.
cli-restore-unfinished = The restore into { $dir } was not finished, so the ledger is not opened. Run gongjian restore again.
cli-restore-missing = { $dir }: { $file } is missing from the backup or the tiles. Use a complete one.
cli-restore-malformed = { $dir }: { $file } is damaged ({ $error }). Use a sound backup.
cli-restore-key = { $dir }: the checkpoint is not signed by the key of this ledger ({ $error }). Nothing of it can be used.
cli-restore-changed = { $dir }: the backup or the tiles were changed and do not fit the signed root ({ $error }). Use a sound backup.
cli-restore-no-event = { $dir }: entry { $position } is signed for, but no event that a ledger would write ({ $error }).
cli-restore-withheld = { $dir }: the bytes of event { $position } were destroyed by order, and the backup has no line for it in `erased`. Make a new backup, or stop the server and copy the whole folder of the ledger.
cli-restore-forked = { $dir }: the first { $size } events of the backup or the tiles are not those of this ledger: another history. Nothing was taken; compare with the witnesses and the monitor.
cli-restore-older = { $dir }: the tiles hold { $size } events, and the ledger has { $have } already. Use newer tiles.
cli-restore-unsound = { $dir }: what was restored does not stand up to verification and is not opened. { $damage }
cli-key-rotated =
    The signing key was rotated by event { $position }. New key: { $key }
    Give it to the witnesses and inspectors now; the old key is gone.
cli-export-unrecorded = The ledger takes no events now, so this export is not recorded:
