# 命令的名称，用于按钮和“现在可以”之后。键是命令名，点换成连字符。

ledger-open = 开立账本
ledger-rotate-key = 更换签名密钥
ledger-accept-clock = 确认时钟

schema-declare = 声明数据格式

rule-adopt = 订立规则
rule-amend = 修订规则
rule-repeal = 废止规则

import-record = 记录台账导入

street-register = 登记街道
street-rename = 街道更名
street-correct = 更正街道

community-register = 登记社区
community-rename = 社区更名
community-count = 登记社区户数人数
community-succeed = 登记社区规模调整
community-correct = 更正社区

compound-register = 登记小区
compound-rename = 小区更名
compound-count = 登记小区户数
compound-service = 登记物业服务方式
compound-correct = 更正小区

branch-register = 登记小区党支部
branch-rename = 党支部更名
branch-cover = 登记覆盖小区
branch-correct = 更正小区党支部

grid-register = 登记网格
grid-rename = 网格更名
grid-count = 登记网格户数
grid-staff = 登记网格力量
grid-correct = 更正网格

unit-register = 登记单位
unit-rename = 单位更名
unit-organise = 登记有无党组织
unit-dissolve = 注销单位
unit-correct = 更正单位

post-create = 设立岗位
post-abolish = 撤销岗位

alliance-establish = 成立党建联盟
alliance-rename = 联盟更名
alliance-dissolve = 注销联盟
alliance-correct = 更正联盟

membership-admit = 加入联盟
membership-end = 退出联盟
membership-correct = 更正成员关系

holiday-declare = 登记节假日
holiday-correct = 更正节假日

agreement-draft = 起草协议
agreement-submit = 提交签署
agreement-sign = 签订协议
agreement-decline = 拒绝签署
agreement-effect = 协议生效
agreement-amend = 变更协议
agreement-suspend = 中止协议
agreement-resume = 恢复协议
agreement-terminate = 终止协议
agreement-fulfil = 办结协议
agreement-renew = 续签协议
agreement-void = 作废协议
agreement-correct = 更正协议

commitment-add = 添加条款
commitment-amend = 修改条款
commitment-reschedule = 调整条款时限
commitment-start = 开始履行条款
commitment-deliver = 报告条款完成
commitment-verify = 核验条款
commitment-return = 退回条款
commitment-waive = 豁免条款
commitment-correct = 更正条款

project-propose = 提出项目
project-reject = 不采纳项目
project-list = 发布项目
project-claim = 认领项目
project-accept-claim = 同意认领
project-release-claim = 退回认领
project-reschedule = 调整项目时限
project-extend = 批准项目延期
project-start = 项目开工
project-progress = 报告项目进度
project-submit = 提交验收
project-return = 退回整改
project-accept = 验收项目
project-close = 办结项目
project-reopen = 重新启动项目
project-suspend = 暂停项目
project-resume = 恢复项目
project-cancel = 取消项目
project-link = 关联问题或议题
project-correct = 更正项目

series-define = 建立会议制度
series-end = 停止会议制度

meeting-schedule = 安排会议
meeting-call-topics = 征集议题
meeting-freeze-agenda = 确定议程
meeting-reopen-agenda = 重开议程
meeting-notice = 发出会议通知
meeting-postpone = 会议延期
meeting-plan = 调整会议安排
meeting-cancel = 取消会议
meeting-open = 会议开始
meeting-adjourn = 会议休会
meeting-resume = 会议复会
meeting-attend = 登记到会
meeting-declare-quorum = 宣布到会是否过半
meeting-hold = 会议结束
meeting-draft-minutes = 起草会议纪要
meeting-request-minutes-change = 要求修改纪要
meeting-word-minutes = 拟写纪要文字
meeting-confirm-minutes = 确认会议纪要
meeting-publish-minutes = 公布会议纪要
meeting-archive = 会议归档
meeting-correct = 更正会议

topic-propose = 提出议题
topic-accept = 采纳议题
topic-reject = 不采纳议题
topic-merge = 合并议题
topic-place = 列入议程
topic-discuss = 讨论议题
topic-vote = 表决议题
topic-conclude = 记录议题结果
topic-withdraw = 撤回议题
topic-correct = 更正议题

decision-record = 记录议定事项
decision-reschedule = 调整完成时限
decision-request-extension = 申请延期
decision-extend = 批准延期
decision-start = 开始办理
decision-complete = 报告办结
decision-return = 退回办理
decision-verify = 核验销号
decision-reopen = 重新办理
decision-supersede = 以新事项替代
decision-revoke = 撤销议定事项
decision-correct = 更正议定事项

task-assign = 分派任务
task-accept = 接受任务
task-decline = 退回分派
task-reassign = 改派任务
task-start = 任务开始
task-report = 报告任务完成
task-return = 退回任务
task-verify = 核验任务
task-press = 催办任务
task-close = 任务销号

occurrence-schedule = 安排例会
occurrence-reschedule = 例会改期
occurrence-hold = 记录例会召开
occurrence-cancel = 取消例会
occurrence-confirm = 确认例会记录
occurrence-correct = 更正例会

issue-raise = 提出问题
issue-triage = 研判问题
issue-assign = 交办问题
issue-reschedule = 调整问题时限
issue-progress = 报告办理进展
issue-carry-over = 顺延问题
issue-escalate = 上报问题
issue-convert = 转为项目
issue-fix = 报告问题办结
issue-return = 退回问题
issue-verify = 核验问题
issue-close = 问题销号
issue-reopen = 重新交办
issue-mark-out-of-scope = 转出问题
issue-merge = 合并问题
issue-correct = 更正问题

duty-perform = 记录履职
duty-correct = 更正履职记录

obligation-exempt = 豁免应办事项
obligation-withdraw-exemption = 撤回豁免

document-add = 存入资料

holder-name = 登记任职
holder-end = 登记离任

access-record = 查阅

erasure-ask = 申请删除
erasure-approve = 批准删除
erasure-refuse = 不予删除
erasure-execute = 记录已删除
period-freeze = 冻结统计期
period-reopen = 重开统计期
report-generate = 出具报告
report-review = 审核报告
report-return = 退回报告
report-approve = 审批报告
report-publish = 公布报告
report-issue-erratum = 发布勘误
