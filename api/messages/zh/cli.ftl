# 命令行的话。

cli-lang-unknown = 没有语言“{ $lang }”。可用：zh、en。
cli-no-ledger = { $dir } 中没有账本。请先运行 gongjian init --data { $dir }。
cli-ledger-exists = { $dir } 中已有账本。
cli-locked = { $dir } 正被另一个进程使用。请等它结束，或先停止正在运行的 gongjian serve。
cli-damaged = { $dir } 中的账本已损坏，没有打开。{ $damage }。请运行 gongjian verify 查看，并从备份恢复。
cli-storage-damaged = { $dir } 中账本的存储文件打不开，多半已损坏：{ $error }。请不要再写入，从备份恢复。
cli-opening = 打开 { $dir } 中的账本
cli-fault = { $what }：{ $error }
cli-index = 出在第 { $index } 条命令。
cli-now = 最后一个事件：位置 { $position }，{ $kind }，发生于 { $day }，由{ $post }于 { $at } 记入。
cli-first = 那条命令：位置 { $position }，{ $stream }，{ $kind }，发生于 { $day }，由{ $post }于 { $at } 记入。
cli-unreadable = 读不了 { $file }：{ $error }
cli-not-json = 不是 JSON：{ $error }
cli-no-such-list = 没有列表“{ $list }”。可用：{ $lists }。
cli-sheet-needs-community = 清单属于一个社区：请用 --community 写明社区，用 --on 写明日期。
cli-no-such-template = 没有台账“{ $kind }”。可用：registry、agreements、meetings、wednesday、projects。
cli-scaled = 共 { $scale } 个县，{ $size } 个事件。
cli-written = 已写入 { $file }
cli-made = 已在 { $dir } 建立账本：{ $size } 个事件，位置 0 至 { $last }（开账、规则的布局、规则）。
cli-recorded = 已记入 位置 { $position }  { $stream }  修订 { $revision }  { $kind }  { $digest }
cli-replayed = 早已记入 位置 { $position }  { $stream }  修订 { $revision }  { $kind }  { $digest }
cli-would-record = 可以记入 { $stream }  修订 { $revision }  { $kind }
cli-warning = { "    " }提醒：{ $warning }
cli-importing = 导入
cli-verifying = 核对
cli-rebuilding = 重建
cli-file = { $file }：{ $unit }，截至 { $asOf }，{ $rows } 行
cli-file-known = { $file }：早已导入，没有新内容
cli-file-ignored = { "    " }未读的列或表：{ $columns }
cli-file-dropped = { "    " }含个人信息、不予读取的列：{ $columns }
cli-row-missing = { "    " }台账缺行：{ $row }
cli-planned = { "    " }{ $day }  { $kind }  { $stream }
cli-would-import = 试导入：将记入 { $count } 个事件。什么都没有记入。
cli-imported = 已导入 { $count } 个事件，位置 { $first } 至 { $last }。
cli-nothing-new = 没有新内容，什么都没有记入。
cli-sound = 核对无误：{ $size } 个事件，逐字节重算相符。
cli-unsound = 核对有误：查看了 { $size } 个事件。
cli-digest = 末摘要 { $digest }
cli-root = 树根   { $root }
cli-fault-at = 位置 { $position }：{ $what }，应为 { $expected }，实为 { $found }
cli-world-differs = 快照 { $name } 与账本重算不符
cli-model-differs = 读模型 { $name } 与账本重算不符；请运行 gongjian rebuild
cli-snapshot-damaged = 快照文件 { $name } 已损坏，打开时不会使用；删去即可
cli-model-equal = 相符  { $name }  { $digest }
cli-model-differs-now = 不符  { $name }  已换成重算的  { $digest }
cli-rebuilt = 已由 { $size } 个事件重建全部读模型。
cli-clock-accepted = 已确认时钟，记入位置 { $position }。
cli-serving = 共建账本已开启：{ $scheme }://{ $address }/docs
cli-demo-elsewhere = 该账本正由另一个进程提供服务。
cli-demo-next =
    接下来可以看：
      gongjian --data { $dir } trail WT-2022-0000              一个问题从提出到销号
      gongjian --data { $dir } list findings                   规则和常理对照出的疑点
      gongjian --data { $dir } report --quarter 2022-Q2 --format md
      gongjian --data { $dir } verify
yes = 是
cli-no-such-paper = 没有“{ $kind }”这种文书。可用：{ $kinds }。
cli-paper-origin = 账本：{ $origin }
cli-paper-size = 事件数：{ $size }
cli-paper-root = 树根：{ $root }
cli-exporting = 导出
cli-no-such-export = 没有“{ $kind }”这种导出。可用：registry、agreements、meetings、wednesday、projects、jsonl、ocel、ical、tiles。
cli-export-option = --{ $option } 与导出 { $kind } 无关。
cli-import-line = { $dir }：第 { $line } 行不能采用（{ $error }）。什么都没有导入；请换用原样的文件。
cli-log-alone = 账本日志要单独导入，不与其他文件一起，也不用 --correct。
cli-log-key = --key 只用于导入账本日志（export jsonl 所得文件）。
cli-log-sound = 日志无误：{ $size } 个事件，逐行核对，签名属实。树根 { $root }。试导入，没有写入。
cli-exported-tiles = 已导出 { $files } 个文件，含 { $size } 个事件与检查点。
cli-restoring = 恢复
cli-backed-up = 已备份 { $size } 个事件到 { $dir }，并读回核对无误。树根 { $root }
cli-backup-into-ledger = { $dir } 是账本目录，不能用作备份目录：备份中不得有密钥。请另选目录。
cli-restored = 已恢复：账本现有 { $size } 个事件，其中此次取回 { $taken } 个，逐字节核对无误。树根 { $root }
cli-restored-behind = 但密钥旁的检查点已签到 { $signed } 个事件，账本只有 { $size } 个：现在只可读，不签名也不记入。请用 restore --tiles 补齐其余事件。
cli-continued = 已另立新账 { $origin }，首个事件载明旧账 { $old } 的检查点（{ $size } 个事件）。旧账的备份目录请原样保存、照旧公布。
cli-restore-unfinished = 向 { $dir } 的恢复没有完成，账本没有打开。请再次运行 gongjian restore。
cli-restore-missing = { $dir }：备份或树片中缺少文件 { $file }。请换用完整的备份。
cli-restore-malformed = { $dir }：文件 { $file } 损坏（{ $error }）。请换用完好的备份。
cli-restore-key = { $dir }：检查点不是这个账本的密钥所签（{ $error }）。什么都不能采用。
cli-restore-changed = { $dir }：备份或树片的内容被改过，与签名的树根不符（{ $error }）。请换用完好的备份。
cli-restore-no-event = { $dir }：第 { $position } 项虽有签名，却不是账本会写下的事件（{ $error }）。
cli-restore-withheld = { $dir }：第 { $position } 个事件的原文已依令销毁，而备份的 erased 文件中没有这一行。请重新备份，或停止服务后复制整个账本目录。
cli-restore-forked = { $dir }：备份或树片的前 { $size } 个事件不是本账本所有：历史不同。什么都没有取用；请与见证单位、监察方核对。
cli-restore-older = { $dir }：树片只有 { $size } 个事件，账本已有 { $have } 个。请换用更新的树片。
cli-restore-unsound = { $dir }：恢复出的账本核对有误，没有打开。{ $damage }
cli-key-rotated =
    已更换签名密钥，记入位置 { $position }。新公钥：{ $key }
    请即交给见证单位与检查人员；旧密钥已删去。
cli-export-unrecorded = 账本现在不接受写入，这次导出没有留痕：
