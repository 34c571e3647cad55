# 文书：会议通知、议程、签到表、纪要、交办单、例会记录单、协议页、追溯单。事实来自账本，这里只有连缀的话。

paper-notice = 会议通知
paper-agenda = 会议议程
paper-attendance = 签到表
paper-minutes = 会议纪要
paper-decision-slip = 议定事项交办单
paper-wednesday-sheet = 周三例会记录单
paper-agreement = 协议页
paper-trail = 全过程追溯单

paper-blank = ＿＿＿＿＿＿
paper-not-stated = 台账未载明
paper-nothing = 无
paper-item = { $number }.{ $words }
paper-meeting = { $community }{ $type }
paper-hour-blank = { $day }＿＿时＿＿分
paper-id = 编号
paper-state = 状态
paper-reason = 原因
paper-time = 时间
paper-place = 地点
paper-chair = 主持
paper-recorder = 记录
paper-topics = 议题
paper-carried-over = 结转 { $count } 次
paper-overdue = 逾期
paper-late = 补录，迟 { $days } 天

paper-to = 主送
paper-members = 各参会单位
paper-invited = 参会单位
paper-expected = 应到 { $count } 个单位
paper-notice-title = 关于召开{ $meeting }的通知
paper-notice-title-cancelled = 关于取消{ $meeting }的通知
paper-notice-opening = 定于{ $day }召开{ $meeting }，现将有关事项通知如下。
paper-notice-cancelled = 原定于{ $day }召开的{ $meeting }取消，不再召开。

paper-agenda-title = { $meeting }议程
paper-attendance-title = { $meeting }签到表
paper-expected-units = 应到单位
paper-present-units = 实到单位
paper-residents = 居民代表人数
paper-present = 已到会
paper-attendance-note = 居民代表只计人数，不登记姓名。账本只记到会单位和人数。

paper-minutes-title = { $meeting }纪要
paper-minutes-number = 纪要编号：{ $number }
paper-minutes-opening = { $day }，{ $meeting }召开，列入议题 { $topics } 项，议定事项 { $decisions } 项。现纪要如下。
paper-minutes-not-held = { $meeting }定于{ $day }召开，尚未召开，列入议题 { $topics } 项。
paper-minutes-confirmed = 本纪要于{ $day }确认，见账本位置 { $position }。确认后只以更正修改。
paper-counts = 人数
paper-counted = 应到单位 { $expected } 个，实到单位 { $present } 个，居民代表 { $residents } 人
paper-topic = 本议题由{ $proposer }提出，类别为{ $category }，结果：{ $outcome }。
paper-topic-referred = 转办去向：{ $unit }。
paper-decided = { $number }.{ $words }。{ $particulars }。
paper-attending = 出席
paper-also-attending = 列席
paper-residents-count = 居民代表 { $count } 人
paper-signs = 签字
paper-signs-chair = 主持{ $post }
paper-signs-recorder = 记录{ $post }

paper-decision = 议定事项
paper-from-meeting = 来源会议
paper-carried-out = 办理情况
paper-signs-receipt = 责任单位签收（盖章）
paper-signs-verifier = 核验单位（盖章）

paper-wednesday-title = { $community }周三例会记录单
paper-participants = 参会方

paper-clauses = 条款
paper-signing = 签署
paper-signing-record = 附：签署记录
paper-signing-note = 以上为账本所记事件，位置和摘要可在账本中核对。签章以纸质原件为准。
paper-seal = { $role } { $unit }（盖章）
paper-open-ended = 长期

paper-column-number = 序号
paper-column-topic = 议题
paper-column-category = 类别
paper-column-proposer = 提出方
paper-column-source = 来源
paper-column-remark = 备注
paper-column-unit = 单位
paper-column-post = 岗位
paper-column-signature = 签到
paper-column-now = 本次意见
paper-column-day = 日期
paper-column-event = 事项
paper-column-words = 内容
paper-column-doer = 办理或录入
paper-column-assurance = 佐证
paper-column-position = 位置
paper-column-digest = 摘要
