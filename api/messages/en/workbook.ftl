# What reading a ledger finds wrong, and what would be right. Codes: api/src/workbook/fault.rs.
# Hints of columns ($expected): api/src/workbook/ledgers.rs.

workbook-not-a-workbook = { $file }: not an Excel workbook, or damaged. Open it in Excel or WPS and save it as .xlsx.
workbook-old-or-protected = { $file }: an old .xls, or protected by a password. Remove the password and save it as .xlsx.
workbook-too-large = { $file }: larger than { $limit } MiB. Remove pictures and surplus rows or sheets.
workbook-not-utf8 = { $file }: the CSV file is not UTF-8. Save it as “CSV UTF-8 (comma delimited)”.
workbook-unknown-ledger = { $file }: holds no sheet of any ledger. Use the titles of sheets and columns of the template.
workbook-sheet-elsewhere = { $file }: sheet “{ $sheet }” belongs to the workbook { $ledger }. Move it there; one file holds one ledger.
workbook-sheet-unreadable = { $file }: sheet “{ $sheet }” cannot be read to its end; the file may be damaged. Open it in Excel or WPS and save it again.
workbook-header-missing = { $file }: no headers in the first ten rows of sheet “{ $sheet }”. Put them there.
workbook-column-missing = { $file }: sheet “{ $sheet }” lacks the column “{ $header }”. Add it ({ $expected }).
workbook-column-twice = { $file }: { $cell } of sheet “{ $sheet }” has the same header as { $first } ({ $header }). Keep one of the two columns.
workbook-reporting-unit-missing = { $file }: the reporting unit is not stated. Write it to the right of 填报单位 on the sheet 填表说明.
workbook-as-of-missing = { $file }: the as-of day is not stated. Write it to the right of 截至日期 on the sheet 填表说明, such as 2022-06-30.
workbook-key-blank = { $file }: { $cell } of “{ $sheet }” ({ $header }) is blank, so the row cannot be identified. Expected: { $expected }.
workbook-required-blank = { $file }: { $cell } of “{ $sheet }” ({ $header }) must not be blank. Expected: { $expected }.
workbook-not-a-day = { $file }: “{ $value }” in { $cell } of “{ $sheet }” ({ $header }) is not a date. Write it like 2022-06-06.
workbook-no-such-day = { $file }: “{ $value }” in { $cell } of “{ $sheet }” ({ $header }) is not in the calendar. Write a day like 2022-06-06.
workbook-day-with-time = { $file }: “{ $value }” in { $cell } of “{ $sheet }” ({ $header }) has a time of day. Write the day alone, like 2022-06-06.
workbook-not-an-integer = { $file }: “{ $value }” in { $cell } of “{ $sheet }” ({ $header }) is not a whole number. Write digits, like 356.
workbook-out-of-range = { $file }: “{ $value }” in { $cell } of “{ $sheet }” ({ $header }) is out of range. It must be from { $min } to { $max }.
workbook-not-in-list = { $file }: “{ $value }” in { $cell } of “{ $sheet }” ({ $header }) is not in the list. Allowed: { $allowed }.
workbook-error-cell = { $file }: { $cell } of “{ $sheet }” ({ $header }) shows the error { $value }. Mend the formula, or write the value itself.
workbook-too-long = { $file }: the text in { $cell } of “{ $sheet }” ({ $header }) is too long. At most { $limit } characters.
workbook-key-twice = { $file }: “{ $value }” in { $cell } of “{ $sheet }” ({ $header }) has the same number as row { $line } and different content. Correct the number, or delete one of the two rows.
workbook-too-many-rows = { $file }: sheet “{ $sheet }” has more than { $limit } rows; the rest was not read. Split it into several files.
workbook-too-many-faults = { $file }: more than { $limit } faults; the rest is not listed. Mend these first.
workbook-unknown = { $file }: “{ $sheet }” { $cell } ({ $header }) “{ $value }” is not in the ledger. Expected: { $expected }.
workbook-conflict = { $file }: “{ $sheet }” { $cell } ({ $header }) says “{ $value }”, the ledger has recorded “{ $recorded }”. Recorded facts are not overwritten; if it is a correction, use --correct "reason".
workbook-vanished = { $file }: “{ $sheet }” { $cell } ({ $header }) is blank now, the ledger has recorded “{ $recorded }”. Recorded facts cannot be emptied; fill it in again.
workbook-needed-by = { $file }: “{ $sheet }” { $cell } ({ $header }) must be filled in because “{ $by }” is. Expected: { $expected }.
workbook-refused = { $file }: “{ $sheet }” { $cell } ({ $header }) “{ $value }” is refused: { $reason }
workbook-doubtful = { $file }: “{ $words }” in { $cell } of “{ $sheet }” ({ $header }) looks like { $what }. The ledger names no residents: check the text.
