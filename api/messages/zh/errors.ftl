# 接口和命令行的问题。编号见 api/src/error.rs；规则的拒绝在 rejections.ftl。

error-rejected = 不合规则。
    .title = 规则不允许
error-malformed = { $place } 有误：{ $detail }
    .title = 请求有误
error-malformed-value = { $place } 不能是“{ $given }”，应如：{ $detail }
error-unknown-word = 这里没有“{ $given }”这样的{ $what }。可用：{ $known }。
    .title = 筛选词不认识
error-no-such-filter = 这个列表里的记录没有{ $what }，请去掉这个筛选。
error-no-writer = 这个程序写不了 { $format } 格式。请换用 docx，或装有该格式的程序。
    .title = 没有这种格式
error-not-found = 账本中没有“{ $what }”。
    .title = 没有找到
error-before-the-ledger = 到 { $day } 为止，账本还没有记录；最早的记录在 { $first }。要看当时的情况，请用 on。
    .title = 早于账本
error-no-such-page = 没有这个地址。
    .title = 没有这个地址
error-method = 这个地址不支持 { $method }。
    .title = 方法不支持
error-body-too-large = 内容过大，至多 { $limit } MiB。
    .title = 内容过大
error-too-many = 一次至多 { $limit } 个事件。
    .title = 一次太多
error-event-too-large = 第 { $index } 条（从 0 起）写不进一个事件，至多 65535 字节。
    .title = 事件过大
error-wrong-revision =
    { $actual ->
        [none] 账本里没有 { $stream }，与所想不符。请先查看再试。
       *[other] { $stream } 现在的修订是 { $actual }，与所给的不同。请看现状后再试。
    }
    .title = 已被他人改动
error-command-reused = 这个 commandId 已用于另一条命令，见位置 { $position }。
    .title = 命令编号重复
error-asOfUnsupported = 这个列表不支持 { $name }。
    .title = 不支持历史查询
error-invalid-cursor = 游标不属于这个查询。请从第一页重新开始。
    .title = 游标无效
error-workbook-faults = 台账有 { $count } 处问题，什么都没有记入。
    .title = 台账有问题
error-withheld = 位置 { $position } 的事件已按位置 { $erasedBy } 的命令销毁。
    .title = 已依令销毁
error-damaged = 位置 { $position } 的事件已损坏。请运行 gongjian verify。
    .title = 账本已损坏
error-internal = 内部故障，详情已写入日志。
    .title = 内部故障
error-timeout = 处理时间过长。
    .title = 超时
error-outcome-unknown = 写入中断，不知是否已记入。请用同一 commandId 再发一次。
    .title = 结果未知
error-read-only = 账本暂不接受写入，须重新打开。读取照常。
    .title = 只读
error-closing = 账本正在关闭。
    .title = 正在关闭
error-clock-behind = 时钟比最后一个事件慢 { $seconds } 秒。请校准，或运行 gongjian clock-accept。
    .title = 时钟不可信
error-clock-jumped = 时钟跳动了 { $seconds } 秒。请校准，或运行 gongjian clock-accept。
    .title = 时钟不可信
error-clock-outside = 时钟与外部时间相差 { $seconds } 秒。请校准，或运行 gongjian clock-accept。
    .title = 时钟不可信
error-no-signature = 现在不能签名：{ $why }。
    .title = 不能签名
error-log-behind = 账本只有 { $size } 个事件，而此前已对 { $signed } 个事件签过检查点：账本被退回过，或丢了尾部。请用 restore 取回缺少的部分；在此之前只可读，不可记。
    .title = 账本落后于已签的检查点
error-log-forked = 账本的前 { $signed } 个事件不是签过检查点的那些：历史被改过。请用 verify 查明，并与见证单位、监察方核对；在此之前只可读，不可记。
    .title = 账本与已签的检查点不符
error-glyph = 文中有字体里没有的字“{ $character }”，不能印成空白；请换用别的格式，或在机器上安装含有该字的字体。
error-format-not-built = 本程序没有编入 { $format } 格式；请用带 { $format } 功能编译的程序，或换用别的格式。
