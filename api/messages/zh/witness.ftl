# 见证：给其他账本的检查点联署。

cli-witness-key-exists = { $dir } 中已有见证密钥。换一把密钥就是另一个见证方，请另选目录。
cli-witness-name = “{ $name }”不能作见证方名称。名称为 1 至 255 字节，不含空白和加号。
cli-witness-known = 早已信任账本“{ $origin }”的这把公钥。
cli-witness-kind = { $key } 是见证方的公钥，不是账本的。请用 gongjian checkpoint --public-key 取账本公钥。
cli-witness-origin = 账本名须为一行文字，不能为空。
cli-witness-none = 没有见证方。请在 { $dir }/witnesses 中写明见证方的公钥和网址，再重新开启服务。
cli-witness-tail = 共 { $size } 个事件，已有足够见证方联署至 { $witnessed } 个，其后 { $tail } 个尚未见证。
cli-witness-unasked = { $witness }  尚未请求
cli-witness-never = { $witness }  从未联署：{ $error }
cli-witness-good = { $witness }  已联署至 { $size } 个事件  { $time }
cli-witness-late = { $witness }  已联署至 { $size } 个事件  { $time }；最近一次未成：{ $error }
cli-witness-trusts = 已信任账本“{ $origin }”。
cli-witness-no-key = { $dir } 中没有见证密钥。请先运行 gongjian witness init --data { $dir } --name 名称。
cli-witness-prefix = “{ $prefix }”不能作网址前缀。前缀以 / 开头，如 /witness。
cli-witness-serving =
    见证服务已开启：{ $address }
    公钥 { $key }
    信任的账本密钥 { $logs } 个
