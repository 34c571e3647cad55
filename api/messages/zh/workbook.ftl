# 读取台账时发现的问题：哪里错、怎样才对。编号见 api/src/workbook/fault.rs。

workbook-not-a-workbook = { $file }：不是 Excel 工作簿，或文件已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx。
workbook-old-or-protected = { $file }：是旧版 .xls，或设有密码。请取消密码并另存为 .xlsx。
workbook-too-large = { $file }：文件过大，超过 { $limit } MiB。请删去图片和多余的行、表后再导入。
workbook-not-utf8 = { $file }：CSV 不是 UTF-8 编码。请另存为“CSV UTF-8（逗号分隔）”。
workbook-unknown-ledger = { $file }：没有找到任何一种台账的工作表。请使用模板中的工作表名和列名。
workbook-sheet-elsewhere = { $file }：工作表“{ $sheet }”属于《{ $ledger }》。请移到该台账中，一个文件只放一种台账。
workbook-sheet-unreadable = { $file }：工作表“{ $sheet }”无法读完，文件可能已损坏。请用 Excel 或 WPS 打开后重新保存。
workbook-header-missing = { $file }：工作表“{ $sheet }”的前十行中没有找到列名。请把列名写在前十行内。
workbook-column-missing = { $file }：工作表“{ $sheet }”缺少列“{ $header }”。请补上这一列（{ $expected }）。
workbook-column-twice = { $file }：工作表“{ $sheet }”的 { $cell } 与 { $first } 列名相同（{ $header }）。请只留一列。
workbook-reporting-unit-missing = { $file }：没有写明填报单位。请在“填表说明”中“填报单位”的右侧填写。
workbook-as-of-missing = { $file }：没有写明截至日期。请在“填表说明”中“截至日期”的右侧填写，如 2022-06-30。
workbook-key-blank = { $file }：“{ $sheet }”{ $cell }（{ $header }）为空，无法辨认这一行。应填：{ $expected }。
workbook-required-blank = { $file }：“{ $sheet }”{ $cell }（{ $header }）不能为空。应填：{ $expected }。
workbook-not-a-day = { $file }：“{ $sheet }”{ $cell }（{ $header }）“{ $value }”不是日期。应填：{ $expected }。
workbook-no-such-day = { $file }：“{ $sheet }”{ $cell }（{ $header }）“{ $value }”在日历上不存在。应填：{ $expected }。
workbook-day-with-time = { $file }：“{ $sheet }”{ $cell }（{ $header }）“{ $value }”带有时刻。只填日期：{ $expected }。
workbook-not-an-integer = { $file }：“{ $sheet }”{ $cell }（{ $header }）“{ $value }”不是整数。应填：{ $expected }。
workbook-out-of-range = { $file }：“{ $sheet }”{ $cell }（{ $header }）“{ $value }”超出范围。应在 { $min } 到 { $max } 之间。
workbook-not-in-list = { $file }：“{ $sheet }”{ $cell }（{ $header }）“{ $value }”不在可选项之内。可选：{ $allowed }。
workbook-error-cell = { $file }：“{ $sheet }”{ $cell }（{ $header }）是公式错误 { $value }。请改正公式或直接填写：{ $expected }。
workbook-too-long = { $file }：“{ $sheet }”{ $cell }（{ $header }）文字过长。最多 { $limit } 字。
workbook-key-twice = { $file }：“{ $sheet }”{ $cell }（{ $header }）“{ $value }”与第 { $line } 行编号相同而内容不同。请改正编号，或删去其中一行。
workbook-too-many-rows = { $file }：工作表“{ $sheet }”超过 { $limit } 行，其余未读。请拆分成几个文件。
workbook-too-many-faults = { $file }：问题超过 { $limit } 处，其余未列出。请先改正已列出的问题。
