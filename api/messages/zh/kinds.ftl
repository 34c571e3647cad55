# 事件的名称，用于轨迹和事件列表。

kind-ledger-key-rotated = 更换签名密钥
kind-ledger-opened = 账本开立
kind-ledger-clock-accepted = 时钟已确认

kind-schema-declared = 数据格式已声明

kind-rule-adopted = 规则订立
kind-rule-amended = 规则修订
kind-rule-repealed = 规则废止

kind-import-recorded = 台账导入

kind-street-registered = 街道登记
kind-street-renamed = 街道更名
kind-street-corrected = 街道更正

kind-community-registered = 社区登记
kind-community-renamed = 社区更名
kind-community-counted = 社区户数人数登记
kind-community-succeeded = 社区规模调整
kind-community-corrected = 社区更正

kind-compound-registered = 小区登记
kind-compound-renamed = 小区更名
kind-compound-counted = 小区户数登记
kind-compound-serviced = 物业服务方式登记
kind-compound-corrected = 小区更正

kind-branch-registered = 小区党支部登记
kind-branch-renamed = 小区党支部更名
kind-branch-covered = 覆盖小区登记
kind-branch-corrected = 小区党支部更正

kind-grid-registered = 网格登记
kind-grid-renamed = 网格更名
kind-grid-counted = 网格户数登记
kind-grid-staffed = 网格力量登记
kind-grid-corrected = 网格更正

kind-unit-registered = 单位登记
kind-unit-renamed = 单位更名
kind-unit-organised = 党组织情况登记
kind-unit-dissolved = 单位注销
kind-unit-corrected = 单位更正

kind-post-created = 岗位设立
kind-post-abolished = 岗位撤销

kind-alliance-established = 党建联盟成立
kind-alliance-renamed = 党建联盟更名
kind-alliance-dissolved = 党建联盟注销
kind-alliance-corrected = 党建联盟更正

kind-membership-admitted = 单位加入联盟
kind-membership-ended = 单位退出联盟
kind-membership-corrected = 成员关系更正

kind-holiday-declared = 节假日登记
kind-holiday-corrected = 节假日更正

kind-agreement-recorded = 协议登记
kind-agreement-submitted = 协议提交签署
kind-agreement-signed = 协议签订
kind-agreement-declined = 拒绝签署
kind-agreement-effected = 协议生效
kind-agreement-amended = 协议变更
kind-agreement-suspended = 协议中止
kind-agreement-resumed = 协议恢复
kind-agreement-terminated = 协议终止
kind-agreement-fulfilled = 协议办结
kind-agreement-renewed = 协议续签
kind-agreement-voided = 协议作废
kind-agreement-corrected = 协议更正

kind-commitment-added = 条款添加
kind-commitment-amended = 条款修改
kind-commitment-rescheduled = 条款时限调整
kind-commitment-started = 条款开始履行
kind-commitment-delivered = 条款报告完成
kind-commitment-verified = 条款核验
kind-commitment-returned = 条款退回
kind-commitment-waived = 条款豁免
kind-commitment-corrected = 条款更正

kind-project-proposed = 项目提出
kind-project-rejected = 项目未采纳
kind-project-listed = 项目发布
kind-project-claimed = 项目认领
kind-project-claim-accepted = 认领同意
kind-project-claim-released = 认领退回
kind-project-rescheduled = 项目时限调整
kind-project-extended = 项目延期
kind-project-started = 项目开工
kind-project-progressed = 项目进度
kind-project-submitted = 项目提交验收
kind-project-returned = 项目退回整改
kind-project-accepted = 项目验收
kind-project-closed = 项目办结
kind-project-reopened = 项目重新启动
kind-project-suspended = 项目暂停
kind-project-resumed = 项目恢复
kind-project-cancelled = 项目取消
kind-project-linked = 项目关联
kind-project-corrected = 项目更正

kind-series-defined = 会议制度建立
kind-series-ended = 会议制度停止

kind-meeting-scheduled = 会议安排
kind-meeting-topics-called = 议题征集
kind-meeting-agenda-frozen = 议程确定
kind-meeting-agenda-reopened = 议程重开
kind-meeting-noticed = 会议通知
kind-meeting-postponed = 会议延期
kind-meeting-planned = 会议安排调整
kind-meeting-cancelled = 会议取消
kind-meeting-opened = 会议开始
kind-meeting-adjourned = 会议休会
kind-meeting-resumed = 会议复会
kind-meeting-attended = 到会登记
kind-meeting-quorum-declared = 到会过半宣布
kind-meeting-held = 会议召开
kind-meeting-minutes-drafted = 纪要起草
kind-meeting-minutes-change-requested = 纪要修改要求
kind-meeting-minutes-worded = 纪要文字拟写
kind-meeting-minutes-confirmed = 纪要确认
kind-meeting-minutes-published = 纪要公布
kind-meeting-archived = 会议归档
kind-meeting-corrected = 会议更正

kind-topic-proposed = 议题提出
kind-topic-accepted = 议题采纳
kind-topic-rejected = 议题未采纳
kind-topic-merged = 议题合并
kind-topic-placed = 议题列入议程
kind-topic-discussed = 议题讨论
kind-topic-voted = 议题表决
kind-topic-concluded = 议题结果
kind-topic-withdrawn = 议题撤回
kind-topic-corrected = 议题更正

kind-decision-recorded = 事项议定
kind-decision-rescheduled = 事项时限调整
kind-decision-extension-requested = 事项申请延期
kind-decision-extended = 事项延期
kind-decision-started = 事项开始办理
kind-decision-completed = 事项报告办结
kind-decision-returned = 事项退回
kind-decision-verified = 事项核验销号
kind-decision-reopened = 事项重新办理
kind-decision-superseded = 事项被替代
kind-decision-revoked = 事项撤销
kind-decision-corrected = 事项更正

kind-task-assigned = 任务分派
kind-task-accepted = 任务接受
kind-task-declined = 任务退回分派
kind-task-reassigned = 任务改派
kind-task-started = 任务开始
kind-task-reported = 任务报告完成
kind-task-returned = 任务退回
kind-task-verified = 任务核验
kind-task-pressed = 任务催办
kind-task-closed = 任务销号

kind-occurrence-scheduled = 例会安排
kind-occurrence-rescheduled = 例会改期
kind-occurrence-held = 例会召开
kind-occurrence-cancelled = 例会取消
kind-occurrence-confirmed = 例会记录确认
kind-occurrence-corrected = 例会更正

kind-issue-raised = 问题提出
kind-issue-triaged = 问题研判
kind-issue-assigned = 问题交办
kind-issue-rescheduled = 问题时限调整
kind-issue-progressed = 问题办理进展
kind-issue-carried-over = 问题顺延
kind-issue-escalated = 问题上报
kind-issue-converted = 问题转为项目
kind-issue-fixed = 问题办结
kind-issue-returned = 问题退回
kind-issue-verified = 问题核验
kind-issue-closed = 问题销号
kind-issue-reopened = 问题重新交办
kind-issue-out-of-scope = 问题转出
kind-issue-merged = 问题合并
kind-issue-corrected = 问题更正

kind-duty-performed = 履职记录
kind-duty-corrected = 履职更正

kind-obligation-exempted = 应办事项豁免
kind-obligation-exemption-withdrawn = 豁免撤回

kind-document-added = 资料存入

kind-holder-named = 任职登记
kind-holder-ended = 离任登记

kind-access-recorded = 查阅

kind-erasure-asked = 申请删除
kind-erasure-approved = 批准删除
kind-erasure-refused = 不予删除
kind-erasure-executed = 已删除
kind-period-frozen = 统计期冻结
kind-period-reopened = 统计期重开
kind-report-generated = 报告已出具
kind-report-reviewed = 报告已审核
kind-report-returned = 报告已退回
kind-report-approved = 报告已审批
kind-report-published = 报告已公布
kind-report-erratum = 报告勘误
