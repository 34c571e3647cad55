# 打印的文书：报告、纪要、通知等共用的文字。

document-sheet-cover = 总览
document-sheet-charts = 图表
document-sheet-check = 验证
document-sheet-leads = { $table }（{ $rows }行）
document-draft = 送审稿
document-stage = （{ $stage }）
document-day-blank = 　　年　　月　　日
document-data-only = 共 { $rows } 行，见所附数据文件（XLSX、CSV、JSON）
document-footing = 账本位置 { $position }，检查点大小 { $size }，按 { $on } 判断。
document-check = 验证信息

identity-subject = 文件
identity-origin = 账本
identity-position = 截至位置
identity-digest = 该位置事件的摘要
identity-on = 判断日
identity-size = 日志规模
identity-root = 日志树根
identity-recorded-at = 该事件入账时间（微秒）
identity-template = 版式版本
identity-rules = 适用规则
identity-data-sha256 = 数据的 SHA-256

document-page-of = 第 { $page } 页，共 { $pages } 页
document-author = 共建账本
document-description = { $title }，截至账本位置 { $position }
document-colon = ：
document-none = （无）
document-share = { $part }/{ $whole }（{ $share }）
document-skip = 跳到正文
document-contents = 目录
document-folded = 《{ $caption }》全表，{ $rows } 行
document-elsewhere = 《{ $caption }》共 { $rows } 行，不随纸质件印出，见同一文件的电子表格（XLSX）或数据（JSON），表名 { $key }。
document-verify = 核验：gongjian verify 文件名
document-command = 重新生成：{ $command }
document-lent = 补字字体
