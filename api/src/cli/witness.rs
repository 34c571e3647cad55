//! `witness`: to cosign the checkpoints of other ledgers, on a machine of one's own.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::{Args, Subcommand};
use gongjian_core::clock::SystemClock;
use serde_json::json;
use tokio::net::TcpListener;

use super::Common;
use super::failure::{Failure, say};
use super::serve::{start_logging, stop_on_signal};
use crate::error::chain;
use crate::witness::{Keeper, KeeperError, KeyFileError, add_log, create_key, read_logs, router};

#[derive(Args, Debug)]
pub(super) struct Witness {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// 生成见证密钥，打印公钥 / make a key and print its public half
    Init(Init),
    /// 信任一个账本 / trust a ledger's key
    Trust(Trust),
    /// 开启见证服务 / serve the witness
    Serve(Serve),
}

#[derive(Args, Debug)]
struct Init {
    /// 见证方名称，如 witness.example/w1 / name of the witness
    #[arg(long, value_name = "NAME")]
    name: String,
}

#[derive(Args, Debug)]
struct Trust {
    /// 账本的公钥 / the ledger's verifier key
    #[arg(value_name = "VKEY")]
    key: String,
    /// 检查点中的账本名，与公钥名不同时给出 / name of the log in checkpoints, if it is not the key's name
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
}

#[derive(Args, Debug)]
struct Serve {
    /// 监听地址 / address to listen on
    #[arg(long, default_value = "127.0.0.1:8687", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// 网址前缀，如 /witness / prefix of the addresses
    #[arg(long, default_value = "", value_name = "PATH")]
    prefix: String,
}

pub(super) fn run(common: &Common, verb: &Witness) -> Result<(), Failure> {
    match &verb.verb {
        Verb::Init(verb) => init(common, verb),
        Verb::Trust(verb) => trust(common, verb),
        Verb::Serve(verb) => serve(common, verb),
    }
}

fn init(common: &Common, verb: &Init) -> Result<(), Failure> {
    let key = create_key(&common.data, &verb.name).map_err(|error| match error {
        KeyFileError::Exists => refused(common, &error),
        KeyFileError::Name(_) => Failure::usage(common, "cli-witness", &[("error", &chain(&error))]),
        _ => Failure::fault(common, &folder(common), &error),
    })?;
    let key = key.verifier().to_string();
    if common.json {
        return say(common, &json!({ "data": common.data, "vkey": key }).to_string());
    }
    say(common, &key)
}

fn trust(common: &Common, verb: &Trust) -> Result<(), Failure> {
    use crate::witness::TrustError;
    let log = add_log(&common.data, &verb.key, verb.origin.as_deref()).map_err(|error| match error {
        TrustError::Known { .. } => refused(common, &error),
        TrustError::Io(_) | TrustError::Line { .. } => Failure::fault(common, &folder(common), &error),
        _ => Failure::usage(common, "cli-witness", &[("error", &chain(&error))]),
    })?;
    if common.json {
        return say(common, &json!({ "origin": log.origin, "vkey": log.key.to_string() }).to_string());
    }
    say(common, &common.text().get("cli-witness-trusts", &[("origin", &log.origin)]))
}

fn serve(common: &Common, verb: &Serve) -> Result<(), Failure> {
    start_logging();
    if !verb.prefix.is_empty() && (!verb.prefix.starts_with('/') || verb.prefix.contains(['{', '}', '*'])) {
        return Err(Failure::usage(common, "cli-witness-prefix", &[("prefix", &verb.prefix)]));
    }
    let keeper =
        Keeper::open(&common.data, Arc::new(SystemClock::default())).map_err(|error| match &error {
            KeeperError::Key(KeyFileError::Missing) => {
                Failure::usage(common, "cli-witness-no-key", &[("dir", &folder(common))])
            }
            KeeperError::Locked => Failure::said_fault(common, "cli-locked", &[("dir", &folder(common))]),
            _ => Failure::fault(common, &folder(common), &error),
        })?;
    let listen = verb.listen;
    let fault = |error: std::io::Error| Failure::fault(common, &listen.to_string(), &error);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(fault)?;
    let key = keeper.verifier().to_string();
    let logs = read_logs(&common.data).map_or(0, |logs| logs.len());
    let routes = router(Arc::new(keeper), &verb.prefix);
    let served = runtime.block_on(async {
        let tcp = TcpListener::bind(listen).await.map_err(fault)?;
        let address = tcp.local_addr().map_err(fault)?.to_string();
        announce(common, &address, &verb.prefix, &key, logs)?;
        let stop = tokio::sync::watch::Sender::new(false);
        let mut stopped = stop.subscribe();
        tokio::spawn(stop_on_signal(stop));
        let until = async move {
            let _ = stopped.wait_for(|stopping| *stopping).await;
        };
        axum::serve(tcp, routes).with_graceful_shutdown(until).await.map_err(fault)
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(10));
    served
}

fn announce(common: &Common, address: &str, prefix: &str, key: &str, logs: usize) -> Result<(), Failure> {
    let address = format!("http://{address}{}", prefix.trim_end_matches('/'));
    if common.json {
        return say(common, &json!({ "listen": address, "vkey": key, "logs": logs }).to_string());
    }
    let args = [("address", address.as_str()), ("key", key), ("logs", &logs.to_string())];
    say(common, &common.text().get("cli-witness-serving", &args))
}

fn folder(common: &Common) -> String {
    common.data.display().to_string()
}

fn refused(common: &Common, error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::refused(common, "cli-witness", &[("error", &chain(error))])
}
