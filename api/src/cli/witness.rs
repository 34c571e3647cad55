//! `witness`: to cosign the checkpoints of other ledgers, on a machine of one's own.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::{Args, Subcommand};
use gongjian_core::clock::SystemClock;
use serde_json::json;
use tokio::net::TcpListener;

use super::Common;
use super::client::{Ask, Ledger};
use super::failure::{Failure, say};
use super::serve::{start_logging, stop_on_signal};
use crate::error::chain;
use crate::witness::{Keeper, KeeperError, KeyFileError, TrustError, add_log, create_key, read_logs, router};

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
    /// 本账本的见证方各见证到哪里 / how far this ledger's own witnesses have seen
    Status,
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
        Verb::Status => status(common),
    }
}

fn init(common: &Common, verb: &Init) -> Result<(), Failure> {
    let key = create_key(&common.data, &verb.name).map_err(|error| match error {
        KeyFileError::Exists => {
            Failure::refused(common, "cli-witness-key-exists", &[("dir", &folder(common))])
        }
        KeyFileError::Name(_) => Failure::usage(common, "cli-witness-name", &[("name", &verb.name)]),
        _ => Failure::fault(common, &folder(common), &error),
    })?;
    let key = key.verifier().to_string();
    if common.json {
        return say(common, &json!({ "data": common.data, "vkey": key }).to_string());
    }
    say(common, &key)
}

fn trust(common: &Common, verb: &Trust) -> Result<(), Failure> {
    let log = add_log(&common.data, &verb.key, verb.origin.as_deref()).map_err(|error| match &error {
        TrustError::Known { origin } => Failure::refused(common, "cli-witness-known", &[("origin", origin)]),
        TrustError::Io(_) | TrustError::Line { .. } => Failure::fault(common, &folder(common), &error),
        TrustError::Kind => Failure::usage(common, "cli-witness-kind", &[("key", &verb.key)]),
        TrustError::Origin(_) => Failure::usage(common, "cli-witness-origin", &[]),
        TrustError::Key(reason) => {
            let reason = chain(reason);
            Failure::usage(common, "cli-unreadable", &[("file", &verb.key), ("error", &reason)])
        }
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

/// What the witnesses of this ledger have cosigned.
fn status(common: &Common) -> Result<(), Failure> {
    let found = Ledger::open(common)?.fetch_json(common, &Ask::get("/api/v1/witnesses".to_owned()))?;
    if common.json {
        return say(common, &found.to_string());
    }
    let text = common.text();
    let number = |name: &str| found[name].as_u64().unwrap_or_default().to_string();
    let (size, witnessed, tail) = (number("size"), number("witnessed"), number("unwitnessed"));
    let witnesses = found["witnesses"].as_array().map(Vec::as_slice).unwrap_or_default();
    if witnesses.is_empty() {
        return say(common, &text.get("cli-witness-none", &[("dir", &folder(common))]));
    }
    say(
        common,
        &text.get("cli-witness-tail", &[("size", &size), ("witnessed", &witnessed), ("tail", &tail)]),
    )?;
    for witness in witnesses {
        let word = |name: &str| witness[name].as_str().unwrap_or_default().to_owned();
        let (name, time, error) = (word("witness"), word("cosignedAt"), word("error"));
        let size = witness["size"].as_u64().unwrap_or_default().to_string();
        let args = [("witness", name.as_str()), ("size", &size), ("time", &time), ("error", &error)];
        let key = match (time.is_empty(), error.is_empty()) {
            (true, true) => "cli-witness-unasked",
            (true, false) => "cli-witness-never",
            (false, true) => "cli-witness-good",
            (false, false) => "cli-witness-late",
        };
        say(common, &text.get(key, &args))?;
    }
    Ok(())
}
