# 见证：给其他账本的检查点联署。

cli-witness = 不能这样做：{ $error }
cli-witness-trusts = 已信任账本“{ $origin }”。
cli-witness-no-key = { $dir } 中没有见证密钥。请先运行 gongjian witness init --data { $dir } --name 名称。
cli-witness-prefix = “{ $prefix }”不能作网址前缀。前缀以 / 开头，如 /witness。
cli-witness-serving =
    见证服务已开启：{ $address }
    公钥 { $key }
    信任的账本密钥 { $logs } 个
