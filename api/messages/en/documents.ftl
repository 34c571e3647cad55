# Words that all printed documents share: reports, minutes, notices.

document-sheet-cover = Overview
document-sheet-charts = Charts
document-sheet-check = Verification
document-sheet-leads = { $table } ({ $rows } rows)
document-draft = draft for approval
document-stage = ({ $stage })
document-day-blank = Day: ____________
document-data-only = { $rows } rows, in the data file beside (XLSX, CSV, JSON)
document-footing = Ledger position { $position }, checkpoint size { $size }, judged as of { $on }.
document-check = Verification

identity-subject = Document
identity-origin = Ledger
identity-position = Known up to position
identity-digest = Digest of that event
identity-on = Judged as of
identity-size = Size of the log
identity-root = Root of its tree
identity-recorded-at = When that event was taken in (µs)
identity-template = Version of the layout
identity-rules = Rules applied
identity-data-sha256 = SHA-256 of the data

document-page-of = page { $page } of { $pages }
document-author = Gongjian Ledger
document-description = { $title }, as of position { $position } of the ledger
document-colon = :
document-none = (none)
document-share = { $part }/{ $whole } ({ $share })
document-skip = Skip to the text
document-contents = Contents
document-folded = { $caption }, the whole table of { $rows } rows
document-elsewhere = The table “{ $caption }” has { $rows } rows and is not printed; it stands in the workbook (XLSX) or the data (JSON) of the same document under the name { $key }.
document-verify = To check: gongjian verify FILE
document-command = To make it again: { $command }
document-lent = Font of the machine for rare characters
