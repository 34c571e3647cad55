# 多处共用的说法。

# 像个人信息而不能确定的，只作提醒。
text-doubtful = { $field }中的“{ $words }”像是{ $what }。账本不写居民个人信息，记入后不能抹去，请核对文字；试运行时也会提醒。
doubt-person = 人名
doubt-plate = 车牌号
# 名称与代码；标签与内容。
named = { $name }（{ $code }）
labelled = { $label }：{ $value }
# 日期与标题序号。
day = { $year }年{ $month }月{ $day }日
short-day = { $month }月{ $day }日
numbered = { $number }、{ $words }
