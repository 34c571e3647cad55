# 离线核对。

offline-file = { $file }：{ $format }
offline-format-proof = 事件在账证明
offline-format-checkpoint = 检查点
offline-format-package = 证据包
offline-format-ledger = 账本副本
offline-format-tiles = 账本公布的文件
offline-format-inspection = 四性检测报告
offline-format-unknown = 不认识的文件
offline-basis = 检查点：账本 { $origin }，{ $size } 个事件，树根 { $root }
offline-event = 事件：位置 { $position }，{ $kind }，{ $stream }
offline-event-when = 发生于 { $on }；由{ $post }于 { $at } 记入
offline-event-unit = 经办单位：{ $unit }
offline-event-digest = 摘要 { $digest }
offline-event-data = 内容 { $data }
offline-event-unread = 内容由本程序不认识的布局写成，须按账本中声明的布局读
offline-signed = 账本已签：{ $name }（{ $id }），签名相符
offline-cosigned = 见证已签：{ $witness }，{ $at }，签名相符
offline-claimed = 自称由 { $name }（{ $id }）签名，未经核对
offline-count-events = 事件：{ $count } 个
offline-verdict-sound = 核对无误。
offline-verdict-unchecked =
    内容前后相符，但没有用可信的公钥核对签名，不能作为证据：编造者也能使它前后相符。
    请向账本单位以外的可靠途径取得公钥，再用 --key 或 --policy 核对。
offline-verdict-wrong = 核对有误，不可采信。
offline-fault = { $kind }：{ $detail }
offline-fault-in = { $kind }：{ $place }：{ $detail }

offline-kind-altered = 被改动
offline-kind-missing = 有缺失
offline-kind-foreign = 有多余
offline-kind-reordered = 次序不符
offline-kind-truncated = 被截短
offline-kind-forked = 有两套历史
offline-kind-bad-signature = 签名不符
offline-kind-unwitnessed = 见证不足
offline-kind-wrong-origin = 不是这个账本的
offline-kind-malformed = 格式不对

offline-checkpoint-unreadable = 读不出检查点（{ $error }）。请向出具单位重新索取。
offline-proof-unreadable = 读不出证明（{ $error }）。请向出具单位重新索取。
offline-record-unreadable = 读不出事件原文（{ $error }）。请核对所给的是不是原文文件。
offline-position = 应是位置 { $expected } 的事件，所给原文却是位置 { $found } 的
offline-beyond = 证明所指的位置 { $index } 不在检查点的 { $size } 个事件之内
offline-length = 证明应有 { $expected } 个哈希，实有 { $found } 个
offline-inclusion = 事件原文与证明推不出检查点的树根 { $root }：位置 { $index } 的原文、证明或检查点被改过
offline-unknown-log = 所给的公钥或规则中没有账本“{ $origin }”
offline-unsigned = 账本“{ $origin }”的可信公钥没有签过
offline-signature = { $name }（{ $id }）的签名与内容不符
offline-signature-twice = { $name }（{ $id }）的签名不止一个，无从判断
offline-not-empty-root = 检查点说没有事件，树根却不是空账本的
offline-quorum = “{ $quorum }”须有 { $needed } 方见证，只有 { $found } 方
offline-two-roots = 同为 { $size } 个事件，与 { $other } 的树根不同
offline-ledger-unsound = 账本重算不符：{ $detail }
offline-no-checkpoint = 没有检查点，无从核对签名
offline-fewer-events = 签名时有 { $expected } 个事件，现在只有 { $found } 个
offline-no-tiles = 取不到计算树根所需的哈希（{ $error }）
offline-other-root = 前 { $size } 个事件的树根应为 { $expected }，实为 { $found }
offline-other-origin = 应是账本“{ $expected }”，这里是“{ $found }”

cli-no-trust = 公钥或采信规则不能用：{ $error }
cli-no-entry = 核对 { $file } 须有事件原文：请用 --entry 给出，或把它放在 { $entry }。
cli-not-checked-here = { $file } 不是能在这里核对的文件。可核对：证明（.tlog-proof）、检查点、证据包（.zip）、四性检测报告、账本副本目录。
cli-paper-unreadable = 请按纸上三行依次写：账本名、事件数、树根（64 位十六进制，可带空格）。
cli-paper-fits = 与纸上相符：本账本的前 { $size } 个事件就是当时的那些，一个字节未改。

offline-unreadable = 读不了（{ $error }）
offline-archive = 压缩包读不出来（{ $error }）。请重新索取，不要用别的程序另存。
offline-archive-twice = 压缩包里有重名或相互重叠的文件，不是正常打包的结果
offline-archive-name = 文件名不正常，证据包里没有这样的文件
offline-archive-large = 过大：至多 { $limit } { $what ->
        [files] 个文件
       *[bytes] 字节
    }
offline-manifest = 清单不是本账本写出的样子
offline-file-missing = 清单或证据需要这个文件，却没有它
offline-file-foreign = 这个文件不属于证据包
offline-file-short = 应有 { $expected } 字节，只有 { $found } 字节
offline-file-altered = SHA-256 应为 { $expected }，实为 { $found }
offline-other-checkpoint = 清单所写的检查点与检查点文件不同
offline-statement-unreadable = 读不出账本对清单的签名（{ $error }）
offline-statement-other = 账本签的不是这份清单：清单或它的签名被换过
offline-key-other = 所附公钥不是签检查点的公钥
offline-layout = 布局声明读不出来
offline-no-layout = 缺少 { $eventKind } 第 { $version } 版的布局声明，原文无从解读
offline-json-other = 所写内容与事件原文不符
offline-layouts-other = 所列布局与账本中声明的不符
offline-previous = 所记的前一事件摘要应为 { $expected }，实为 { $found }
offline-proof-position = 应是位置 { $expected } 的证明，实为位置 { $found } 的
offline-proof-checkpoint = 证明所附的检查点与证据包的检查点不同
offline-trail = 经过读不出来，或不是截至检查点的
offline-digest-other = 位置 { $position } 的摘要与事件原文不符
cli-package-file = 证据包是一个文件：请用 -o 写明文件名，如 -o 证据.zip。
cli-package-only = --actor 和 --reason 只用于一件事的证据包，不用于单个事件的证明。

offline-count-pass = 合格：{ $count } 项
offline-count-warn = 须查看：{ $count } 项
offline-count-fail = 不合格：{ $count } 项
offline-count-unchecked = 未检测：{ $count } 项
offline-report = 读不出报告，或不是本程序写出的样子
offline-note-missing = 报告写明已签名，却没有签名文件（report.json.note）
offline-note-other = 账本签的不是这份报告：报告或签名被换过
offline-report-unsigned = 报告写明没有签名：检测时账本密钥不在手边

offline-document-disclosed = 资料 { $id }（{ $kind }，事件 { $position }）：已附 { $path }，与事件中的承诺相符
offline-document-withheld = 资料 { $id }（{ $kind }，事件 { $position }）：未附内容
offline-document-restricted = 资料 { $id }（{ $kind }，事件 { $position }）：受限，未附内容
offline-document-erased = 资料 { $id }（{ $kind }，事件 { $position }）：已删除（删除记录 #{ $executed }）
offline-destroyed = 位置 { $position } 的记录：原文已按位置 { $order } 的命令销毁，其位置、摘要和叶在账
offline-documents = 读不出资料清单
offline-documents-other = 资料清单与事件所记不符
offline-document-unread = 这个关于资料或删除的事件，本程序读不出
offline-document-mismatch = 资料 { $id } 的内容不是事件 { $position } 所承诺的：被调换或改动过
offline-document-present = 资料 { $id }（事件 { $position }）按账本所记早已删除，这里却附有内容
offline-record-no-order = 位置 { $position } 的记录没有原文，也没有销毁它的命令
offline-record-left = 读不出被销毁的记录留下的摘要
offline-record-other = 位置 { $position } 的记录所留摘要，与销毁命令所记不符
offline-record-present = 位置 { $position } 的记录按账本所记早已销毁，这里却附有原文
offline-witnesses-unreadable = 读不了
offline-witnesses-no-policy = 不是 C2SP tlog-policy 格式的见证方名单
offline-key-followed = 账本换过密钥：由你所给的公钥签过的交接检查点，证明了现用的公钥
offline-no-rotation = 这不是更换密钥的事件的证明
