# 监察：核对账本公布的内容。

cli-monitor-no-key = 不知道该信谁的签名。请用 --key 给出账本公钥，或用 --policy 给出策略文件。
cli-monitor-no-source = 没有可核对的内容。请给出分块目录，或用 --url 给出账本网址。
cli-monitor-sound = 核对无误：“{ $origin }”共 { $size } 个事件，本次新核对 { $new } 个，逐字节重算相符。
cli-monitor-cosigned = 见证 { $witness }  { $time }
cli-notice-silent-witness = 注意：见证方 { $witness } 没有说明它见过什么（{ $reason }）。
cli-notice-lag = 注意：见证方 { $witness } 已见过 { $size } 个事件，比这里公布的多；稍后再核对。
cli-notice-no-witness = 注意：没有见证方。只有账本自己的签名，不能证明它没有对别人出示另一部历史。

fault-malformed-checkpoint = 检查点读不懂：{ $found }。
fault-bad-signature = 签名不对：{ $what }（{ $position } 个事件）：{ $found }。
fault-wrong-origin = 账本不对：{ $what }（{ $position }）写的是“{ $found }”，应为“{ $expected }”。
fault-unwitnessed = 见证不足：{ $position } 个事件的检查点，{ $what } 须有 { $expected } 方联署，只有 { $found } 方。
fault-missing = 缺失：位置 { $position } 起，{ $what } 不在。
fault-altered = 被改动：位置 { $position }，{ $what } 应为 { $expected }，实为 { $found }。
fault-reordered = 顺序被打乱：位置 { $position } 处（{ $what }）是位置 { $found } 的事件。
fault-truncated = 被截短：先前已见 { $expected } 个事件，现在只有 { $position } 个（{ $what }）。
fault-forked = 两部历史：自位置 { $position } 起不一致。见过的是 { $expected }，现在出示的是 { $found }。两份检查点都有账本签名，已存为证据。
fault-back-dated = 倒填时间：位置 { $position } 的 { $what } 应 { $expected }，实为 { $found }。见证方联署时还没有这个事件。
fault-post-dated = 时间超前：位置 { $position } 的 { $what } 应 { $expected }，实为 { $found }。见证方联署时已有这个事件。
fault-withheld-without-order = 无令隐去：位置 { $position }，{ $what } 应为 { $expected }，实为 { $found }。账本中没有相应的清除命令。
fault-rules-broken = 违反账本格式：位置 { $position } 的 { $what } 应为 { $expected }，实为 { $found }。
