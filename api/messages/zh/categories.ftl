# 记录类别的名称。
category-ledger = 账本
category-schema = 数据格式
category-rule = 规则
category-import = 台账导入
category-street = 街道
category-community = 社区
category-compound = 小区
category-branch = 小区党支部
category-grid = 网格
category-unit = 单位
category-post = 岗位
category-alliance = 党建联盟
category-membership = 联盟成员
category-holiday = 节假日
category-agreement = 协议
category-commitment = 条款
category-project = 项目
category-series = 会议制度
category-meeting = 联席会议
category-topic = 议题
category-decision = 议定事项
category-task = 督办任务
category-occurrence = 周三例会
category-issue = 物业问题
category-source = 来源

# 名称与代码；标签与内容。
named = { $name }（{ $code }）
labelled = { $label }：{ $value }
