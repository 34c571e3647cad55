# Periods, editions of quarterly reports, and checking them.

list-periods = Periods
list-reports = Quarterly reports
scope-county = whole county
field-frozenAt = frozen at
field-frozenOn = frozen on
field-reopenedOn = reopened on
field-reopenedBy = reopened by
field-freezes = freezes
field-editions = editions
field-generatedOn = generated on
field-reviewedOn = reviewed on
field-approvedOn = approved on
field-publishedOn = published on
field-errata = errata
field-recordedOn = recorded on
parameter-to = up to this position, inclusive
parameter-number = number of the edition
route-differences = What differs between the reports of a quarter at two positions, and the events that made it
route-record-edition = Make the report of a frozen quarter and record it as an edition
route-edition-file = A file of an edition, made again and compared with its recorded digest
route-check-report = Check a file that claims to be a report
error-edition-differs = This program (template { $own }) makes another { $edition } than is recorded (template { $template }). Use the program of that time; its figures can still be checked with gongjian verify.
    .title = The file is not the recorded one

report-kind-identity = identity
report-identity-origin = ledger
report-identity-position = up to position
report-identity-digest = digest of that event
report-identity-on = as of
report-identity-template = version of the template
report-identity-frozen-at = frozen at
report-identity-edition = edition
report-frozen = The quarter is frozen at position { $position }.
report-frozen-edition = The quarter is frozen at position { $position }; edition { $edition }.
report-reopened = The quarter is reopened; figures may change.
report-supplements = Supplements: recorded after earlier quarters were frozen
report-supplements-count = { $count } recorded or corrected after earlier quarters were frozen.
report-differences-heading = { $quarter } ({ $scope }): what differs between position { $from } and position { $to }, as of { $on }
report-differences-none = No figure differs.
report-differences-events = Events between the two that belong to it:
report-difference-scope = scope
report-difference-figure = figure
report-difference-from = was
report-difference-to = is
report-difference-events = events

cli-period-frozen = { $quarter } is frozen: its reports rest on the events up to position { $position }.
cli-period-frozen-before = { $quarter } had been frozen before, at position { $position }.
cli-period-reopened = { $quarter } is reopened, recorded at position { $position }. Earlier freezes and editions stay.
cli-report-step = { $id }: { $done }, recorded at position { $position }.
cli-edition-recorded = Edition { $edition } of { $id } is made, up to position { $frozen }, recorded at position { $position }.
cli-edition-written = Edition { $edition } of { $id } is made, up to position { $frozen }, recorded at position { $position }; { $files } files in { $dir }.
cli-edition-known = Edition { $edition } of { $id } had been made before, see position { $position }.
cli-edition-written-again = Edition { $edition } of { $id } had been made before, see position { $position }; { $files } files written to { $dir } again.

offline-format-report = quarterly co-building report
offline-report-recorded = a file of edition { $edition } of { $id } in the ledger { $origin }, not a byte altered; up to position { $position }, { $size } events then, root { $root }
offline-report-published = published on { $on } ({ $audience }), see position { $at }
offline-report-not-published = not published: { $state }, see position { $at } ({ $on })
offline-report-superseded = there are later editions, { $editions } in all
offline-report-errata = { $count } errata were issued, see gongjian list reports
offline-report-claims = claims to be: ledger { $origin }, { $quarter }, scope { $scope }, up to position { $position } (digest { $digest }), as of { $on }
offline-report-unrecorded = not a file of a recorded edition; only its figures were checked, its words were not
offline-report-equal = { $count } numbers recomputed, all equal
offline-report-different = { $scope } { $label } ({ $name }): the file says { $file }, the ledger { $ledger }
offline-report-more = { $count } more differ, see --json
offline-report-alone = there is no ledger to check against: this is only what the file says of itself, and its figures cannot be checked
offline-edition-unidentified = the file does not say of which ledger and position it is a report, and it is no recorded file
offline-edition-beyond = the file counts up to position { $position }, while the ledger has { $size } events
offline-edition-other-history = the event at position { $position } has the digest { $expected } in the ledger and { $found } in the file: it is of another history
offline-edition-no-such = there is no report of { $quarter } with the scope { $scope }
offline-edition-figures = { $count } numbers differ from the ledger, { $name } first
offline-edition-other-quarter = this should be a report of { $expected }, and is one of { $found }
offline-verdict-report-unchecked =
    There is no ledger here, so it cannot be relied on.
    Name the ledger's folder with --data and check again.
