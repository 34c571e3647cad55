# 统计期、季度报告的版本，及其核对。

list-periods = 统计期
list-reports = 季度报告
scope-county = 全县
field-frozenAt = 冻结位置
field-frozenOn = 冻结日期
field-reopenedOn = 重开日期
field-reopenedBy = 重开岗位
field-freezes = 冻结次数
field-editions = 版数
field-generatedOn = 出具日期
field-reviewedOn = 审核日期
field-approvedOn = 审批日期
field-publishedOn = 公布日期
field-errata = 勘误
field-recordedOn = 入账日期
parameter-to = 到这个位置为止（含）
parameter-number = 第几版
route-differences = 同一季度的报告在两个位置的差异，及造成差异的事件
route-record-edition = 按冻结的数据出具报告并记入账本
route-edition-file = 一版报告的文件，重新制成并与所记摘要核对
route-check-report = 核对一份自称是报告的文件
error-edition-differs = 本程序（模板 { $own }）制出的 { $edition } 与账本所记（模板 { $template }）不同。请用当时的程序制作；报告的数字仍可用 gongjian verify 核对。
    .title = 文件与所记不同

report-kind-identity = 出处
report-identity-origin = 账本
report-identity-position = 截至位置
report-identity-digest = 该事件摘要
report-identity-on = 时点
report-identity-template = 模板版本
report-identity-frozen-at = 冻结位置
report-identity-edition = 版次
report-frozen = 本季已冻结在位置 { $position }。
report-frozen-edition = 本季已冻结在位置 { $position }；第{ $edition }版。
report-reopened = 本季已重开，数字可能变化。
report-supplements = 补记、更正（以前季度冻结以后入账的）
report-supplements-count = 以前季度冻结以后补记、更正 { $count } 条。
report-differences-heading = { $quarter }（{ $scope }）：截至位置 { $from } 与截至位置 { $to } 的差异，按 { $on } 判断
report-differences-none = 数字没有差异。
report-differences-events = 其间有关的事件：
report-difference-scope = 范围
report-difference-figure = 指标
report-difference-from = 原数
report-difference-to = 现数
report-difference-events = 事件

cli-period-frozen = { $quarter } 已冻结：报告以位置 { $position } 及以前的事件为准。
cli-period-frozen-before = { $quarter } 此前已冻结在位置 { $position }。
cli-period-reopened = { $quarter } 已重开，记入位置 { $position }。以前的冻结和已出具的报告都保留。
cli-report-step = { $id }：{ $done }，记入位置 { $position }。
cli-edition-recorded = { $id } 第{ $edition }版已出具，截至位置 { $frozen }，记入位置 { $position }。
cli-edition-written = { $id } 第{ $edition }版已出具，截至位置 { $frozen }，记入位置 { $position }；{ $files } 个文件在 { $dir }。
cli-edition-known = { $id } 第{ $edition }版此前已出具，见位置 { $position }。
cli-edition-written-again = { $id } 第{ $edition }版此前已出具，见位置 { $position }；{ $files } 个文件已重新写入 { $dir }。

offline-format-report = 季度共建报告
offline-report-recorded = 账本 { $origin } 所记 { $id } 第{ $edition }版的文件，一个字节未改；截至位置 { $position }，当时 { $size } 个事件，树根 { $root }
offline-report-published = 已于 { $on } 公布（{ $audience }），见位置 { $at }
offline-report-not-published = 没有公布：{ $state }，见位置 { $at }（{ $on }）
offline-report-superseded = 此后另有新版，共 { $editions } 版
offline-report-errata = 另有勘误 { $count } 件，见 gongjian list reports
offline-report-claims = 自称：账本 { $origin }，{ $quarter }，范围 { $scope }，截至位置 { $position }（摘要 { $digest }），按 { $on } 判断
offline-report-unrecorded = 不是账本所记某一版的文件；只核对了数字，文字没有核对
offline-report-equal = 重新计算 { $count } 个数，全部相同
offline-report-different = { $scope } { $label }（{ $name }）：文件为 { $file }，账本为 { $ledger }
offline-report-more = 另有 { $count } 处不同，见 --json
offline-report-alone = 没有账本可供核对：以上只是文件自己所写，数字无从核对
offline-edition-unidentified = 文件没有写明是哪个账本、截至哪个位置的报告，也不是账本所记的文件
offline-edition-beyond = 文件截至位置 { $position }，账本只有 { $size } 个事件
offline-edition-other-history = 位置 { $position } 的事件，账本中摘要为 { $expected }，文件所记为 { $found }：文件出自另一段历史
offline-edition-no-such = 没有 { $quarter }、范围 { $scope } 这样的报告
offline-edition-figures = { $count } 个数与账本不同，第一个是 { $name }
offline-edition-other-quarter = 应是 { $expected } 的报告，这一份是 { $found } 的
offline-verdict-report-unchecked =
    这里没有账本，不能采信。
    请用 --data 指明账本目录再核对。
