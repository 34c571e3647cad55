# 各类记录所处的状态：state-类别-状态。“已到期”“未召开”是按某一天推算的。

state-agreement-draft = 草稿
state-agreement-signing = 签署中
state-agreement-signed = 已签未生效
state-agreement-effective = 有效
state-agreement-expired = 已到期
state-agreement-suspended = 已中止
state-agreement-terminated = 已终止
state-agreement-fulfilled = 已办结
state-agreement-voided = 已作废

state-commitment-open = 待履行
state-commitment-in-progress = 履行中
state-commitment-completed = 已完成待核验
state-commitment-verified = 已核验
state-commitment-waived = 已豁免

state-project-proposed = 已提出
state-project-listed = 待认领
state-project-claim-pending = 认领待同意
state-project-claimed = 已认领
state-project-in-progress = 在办
state-project-suspended = 已暂停
state-project-awaiting-acceptance = 待验收
state-project-accepted = 已验收
state-project-closed = 已办结
state-project-cancelled = 已取消
state-project-rejected = 未采纳

state-meeting-planned = 计划中
state-meeting-collecting-topics = 征集议题中
state-meeting-agenda-frozen = 议程已定
state-meeting-notified = 已通知
state-meeting-postponed = 已延期待通知
state-meeting-in-session = 会议进行中
state-meeting-adjourned = 休会中
state-meeting-cancelled = 已取消
state-meeting-held = 已召开
state-meeting-minutes-draft = 纪要起草中
state-meeting-minutes-confirmed = 纪要已确认
state-meeting-published = 纪要已公布
state-meeting-archived = 已归档

state-topic-proposed = 已提出
state-topic-accepted = 已采纳
state-topic-placed = 已列入议程
state-topic-discussed = 已讨论
state-topic-decided = 已议定
state-topic-deferred = 暂缓
state-topic-concluded = 已有结果
state-topic-rejected = 未采纳
state-topic-merged = 已合并
state-topic-withdrawn = 已撤回

state-decision-open = 待办
state-decision-in-progress = 在办
state-decision-completed = 已办结待核验
state-decision-verified = 已销号
state-decision-superseded = 已被替代
state-decision-revoked = 已撤销

state-task-open = 待接受
state-task-accepted = 已接受
state-task-declined = 已退回分派
state-task-in-progress = 在办
state-task-completed = 已完成待核验
state-task-verified = 已核验
state-task-closed = 已销号

state-occurrence-scheduled = 计划中
state-occurrence-held = 已召开
state-occurrence-confirmed = 记录已确认
state-occurrence-cancelled = 已取消
state-occurrence-missed = 未召开

state-issue-raised = 已提出
state-issue-triaged = 已研判
state-issue-assigned = 已交办
state-issue-in-progress = 在办
state-issue-escalated = 已上报
state-issue-converted = 已转项目
state-issue-awaiting-verification = 已办结待核验
state-issue-verified = 已核验
state-issue-closed = 已销号
state-issue-out-of-scope = 已转出
state-issue-merged = 已合并

state-unit-active = 在册
state-unit-dissolved = 已注销

state-alliance-active = 在册
state-alliance-dissolved = 已注销

state-membership-member = 成员
state-membership-left = 已退出

state-post-active = 在设
state-post-abolished = 已撤销

state-series-active = 执行中
state-series-ended = 已停止

state-obligation-open = 待办
state-obligation-met = 已履行
state-obligation-missed = 未履行
state-obligation-exempted = 已豁免
state-obligation-withdrawn = 豁免已撤回

state-erasure-asked = 待审批
state-erasure-approved = 已批准待执行
state-erasure-refused = 不予删除
state-erasure-executed = 已删除
state-period-frozen = 已冻结
state-period-reopened = 已重开
state-report-generated = 待审核
state-report-reviewed = 待审批
state-report-approved = 待公布
state-report-published = 已公布
