# Problems of HTTP and the command line. Codes: api/src/error.rs; a rule's no: rejections.ftl.

error-rejected = A rule does not allow it.
    .title = Refused by a rule
error-malformed = { $place } is wrong: { $detail }
    .title = Malformed request
error-malformed-value = { $place } cannot be “{ $given }”; right would be: { $detail }
error-unknown-word = There is no { $what } “{ $given }” here. Known: { $known }.
    .title = Unknown filter word
error-no-such-filter = What this lists has no { $what }; leave that filter out.
error-no-writer = This program does not write { $format }. Choose docx, or a program built with that format.
    .title = No such format here
error-not-found = The ledger has no "{ $what }".
    .title = Not found
error-before-the-ledger = Nothing was recorded by { $day }; the first record is of { $first }. For how things stood then, use `on`.
    .title = Before the ledger
error-no-such-page = There is no such address.
    .title = No such address
error-method = This address does not take { $method }.
    .title = Method not allowed
error-body-too-large = The body is too large; at most { $limit } MiB.
    .title = Body too large
error-too-many = At most { $limit } events at once.
    .title = Too many at once
error-event-too-large = Command { $index } (from 0) does not fit into an event of 65,535 bytes.
    .title = Event too large
error-wrong-revision =
    { $actual ->
        [none] There is no { $stream } in the ledger, though you believed so. Look at it and try again.
       *[other] { $stream } is at revision { $actual }, not where you believed it. Look at it and try again.
    }
    .title = Changed meanwhile
error-command-reused = This commandId was used for another command, at position { $position }.
    .title = Command id reused
error-asOfUnsupported = This list does not take { $name }.
    .title = No history here
error-invalid-cursor = The cursor is not one of this question. Begin again at the first page.
    .title = Invalid cursor
error-workbook-faults = The workbooks have faults ({ $count }); nothing was recorded.
    .title = Faults in workbooks
error-withheld = The event at position { $position } was destroyed by the order at position { $erasedBy }.
    .title = Withheld
error-damaged = The event at position { $position } is damaged. Run gongjian verify.
    .title = The ledger is damaged
error-internal = An internal fault; the log has the details.
    .title = Internal fault
error-timeout = It took too long.
    .title = Timeout
error-outcome-unknown = Writing was interrupted: nobody knows whether it is recorded. Send the same commandId again.
    .title = Outcome unknown
error-read-only = The ledger takes no writes until it is opened again. Reading works.
    .title = Read-only
error-closing = The ledger is closing.
    .title = Closing
error-clock-behind = The clock is { $seconds } s behind the last event. Set it, or run gongjian clock-accept.
    .title = The clock is not believed
error-clock-jumped = The clock jumped by { $seconds } s. Set it, or run gongjian clock-accept.
    .title = The clock is not believed
error-clock-outside = The clock is { $seconds } s from outside time. Set it, or run gongjian clock-accept.
    .title = The clock is not believed
error-no-signature = Nothing can be signed now: { $why }.
    .title = No signature
error-log-behind = The ledger has { $size } events, but a checkpoint over { $signed } was signed: it was put back, or lost its tail. Fetch what is missing with restore; until then it can be read and takes nothing.
    .title = The ledger is behind its checkpoint
error-log-forked = The first { $signed } events are not those over which a checkpoint was signed: history was changed. Find out with verify, and compare with witnesses and monitors; until then it can be read and takes nothing.
    .title = The ledger contradicts its checkpoint
error-glyph = No font at hand has the character “{ $character }”, and a blank would say something else. Choose another format, or install a font that has it.
error-format-not-built = This program was built without the format { $format }; use one built with the feature { $format }, or choose another format.
