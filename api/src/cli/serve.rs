//! `serve`: HTTP on this machine, and the same API on `DIR/socket` for other verbs.

use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use clap::Args;
use serde_json::json;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::Common;
use super::failure::{Failure, say};
use crate::access::Front;
use crate::app::App;
use crate::http::AppState;
use crate::listen::{Peer, Port, acceptor};
use crate::routes::{guarded, router};

/// How long open requests may take once the server is told to stop.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the read models are looked at for a snapshot.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(300);

/// The least time between two checkpoints that nobody asked for.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);
/// How long the log of accounts may go on unsigned where nothing is recorded in the other one.
const ACCOUNTS_EVERY: Duration = Duration::from_secs(60);

/// Least time between two questions to the witnesses, well below the tolerance by which monitors judge times.
const COSIGN_EVERY: Duration = Duration::from_secs(5);
/// When a witness that did not cosign is asked again.
const COSIGN_RETRY: Duration = Duration::from_secs(60);
/// When witnesses are asked again though nothing is new.
const COSIGN_AGAIN: Duration = Duration::from_secs(3_600);

/// Where to listen, and how.
#[derive(Args, Debug)]
pub(super) struct Listen {
    /// 监听地址；不只限本机时须有 TLS 或前置代理 / address to listen on; beyond this machine it needs TLS or a proxy
    #[arg(long, default_value = "127.0.0.1:8686", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// TLS 证书链（PEM） / certificate chain
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// TLS 私钥（PEM） / private key
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// 前置代理负责 TLS，并在 X-Forwarded-For 末尾写明来源地址 / a proxy before it does TLS and tells who asks
    #[arg(long, conflicts_with = "tls_cert")]
    behind_proxy: bool,
}

#[derive(Args, Debug)]
pub(super) struct Serve {
    #[command(flatten)]
    listen: Listen,
}

/// A port as it was asked for.
pub(super) struct Door {
    listen: SocketAddr,
    tls: Option<TlsAcceptor>,
    front: Front,
}

pub(super) fn run(common: &Common, verb: &Serve) -> Result<(), Failure> {
    let door = door(common, &verb.listen)?;
    start_logging();
    let app = App::open(&common.data).map_err(|error| Failure::opening(common, &common.data, &error))?;
    serve(common, app, door)
}

/// Passwords and sessions must not cross a network in the clear: beyond this machine there is TLS, here or before.
pub(super) fn door(common: &Common, verb: &Listen) -> Result<Door, Failure> {
    let tls = verb.tls_cert.as_deref().zip(verb.tls_key.as_deref());
    if !verb.listen.ip().is_loopback() && tls.is_none() && !verb.behind_proxy {
        return Err(Failure::usage(common, "cli-needs-tls", &[("listen", &verb.listen.to_string())]));
    }
    let tls = tls.map(|(cert, key)| acceptor(cert, key)).transpose();
    let tls =
        tls.map_err(|error| Failure::usage(common, "cli-tls-unusable", &[("error", &error.to_string())]))?;
    let front = Front { is_https: tls.is_some() || verb.behind_proxy, is_proxied: verb.behind_proxy };
    Ok(Door { listen: verb.listen, tls, front })
}

/// Serves until told to stop.
pub(super) fn serve(common: &Common, app: App, door: Door) -> Result<(), Failure> {
    let Door { listen, tls, front } = door;
    let fault = |error: io::Error| Failure::fault(common, &listen.to_string(), &error);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(fault)?;
    let result = runtime.block_on(async {
        let tcp = TcpListener::bind(listen).await.map_err(fault)?;
        let address = tcp.local_addr().map_err(fault)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let port = Port::over(tcp, tls).map_err(fault)?;
        let state = AppState::new(app.clone()).behind(front);
        let stop = state.stop();
        let routes = router(state.clone());
        // The read models are loaded before anybody is told that the server is there.
        let warm = app.clone();
        let ready = tokio::task::spawn_blocking(move || warm.views().map(drop)).await;
        if let Ok(Err(problem)) = ready {
            return Err(Failure::problem(common, &problem));
        }
        let opening = app.clone();
        let none =
            tokio::task::spawn_blocking(move || Ok(opening.access()?.ask(|accounts, _| accounts.is_empty())));
        let none = match none.await {
            Ok(Err(problem)) => return Err(Failure::problem(common, &problem)),
            Ok(Ok(none)) => none,
            Err(_) => false,
        };
        let socket = app.dir().and_then(|dir| {
            listen_on_socket(dir)
                .inspect_err(
                    |error| tracing::warn!(%error, "no socket; verbs must wait until the server stops"),
                )
                .ok()
        });
        announce(common, scheme, address, none)?;
        tokio::spawn(keep_snapshots(app.clone(), stop.subscribe()));
        tokio::spawn(keep_checkpoints(app.clone(), stop.subscribe()));
        tokio::spawn(keep_cosignatures(app.clone(), stop.subscribe()));
        tokio::spawn(stop_on_signal(stop.clone()));
        let (mut stopped, web) = (stop.subscribe(), spawn_web(port, guarded(state), stop.subscribe()));
        let local = socket.map(|socket| spawn_local(socket, routes, stop.subscribe()));
        let _ = stopped.wait_for(|stopping| *stopping).await;
        tracing::info!("stopping");
        let finish = async {
            let _ = web.await;
            if let Some(local) = local {
                let _ = local.await;
            }
        };
        if tokio::time::timeout(PATIENCE, finish).await.is_err() {
            tracing::warn!("some requests were cut off");
        }
        Ok(())
    });
    if let Some(dir) = app.dir() {
        // Nobody answers there any more; what is left behind is replaced at the next start.
        let _ = std::fs::remove_file(dir.join("socket"));
    }
    runtime.shutdown_timeout(PATIENCE);
    drop(app);
    result
}

fn spawn_web(port: Port, routes: Router, mut stop: watch::Receiver<bool>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let until = async move {
            let _ = stop.wait_for(|stopping| *stopping).await;
        };
        let routes = routes.into_make_service_with_connect_info::<Peer>();
        if let Err(error) = axum::serve(port, routes).with_graceful_shutdown(until).await {
            tracing::error!(%error, "the server ended");
        }
    })
}

fn spawn_local(
    socket: UnixListener,
    routes: Router,
    mut stop: watch::Receiver<bool>,
) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let until = async move {
            let _ = stop.wait_for(|stopping| *stopping).await;
        };
        if let Err(error) = axum::serve(socket, routes).with_graceful_shutdown(until).await {
            tracing::error!(%error, "the socket ended");
        }
    })
}

/// A socket that only this account may use: made in a folder nobody else enters, then moved.
fn listen_on_socket(dir: &Path) -> io::Result<UnixListener> {
    let folder = dir.join(".socket");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
    let made = folder.join("socket");
    let listener = UnixListener::bind(&made)?;
    std::fs::set_permissions(&made, std::fs::Permissions::from_mode(0o600))?;
    // The lock of the ledger is ours, so whatever lies there is a leftover.
    std::fs::rename(&made, dir.join("socket"))?;
    std::fs::remove_dir(&folder)?;
    Ok(listener)
}

async fn keep_snapshots(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stopping| *stopping) => return,
            () = tokio::time::sleep(SNAPSHOT_EVERY) => {}
        }
        let app = app.clone();
        let _ = tokio::task::spawn_blocking(move || app.save_views()).await;
    }
}

/// Signs the head when it has moved, at most once a second, and that of the log of accounts with it, or once a minute.
/// Appends do not wait for it.
async fn keep_checkpoints(app: App, mut stop: watch::Receiver<bool>) {
    let mut head = app.watch();
    loop {
        let signing = app.clone();
        let _ = tokio::task::spawn_blocking(move || {
            signing.keep_checkpoint();
            if let Ok(access) = signing.access() {
                access.sign();
            }
        })
        .await;
        tokio::select! {
            _ = stop.wait_for(|stopping| *stopping) => return,
            () = tokio::time::sleep(CHECKPOINT_EVERY) => {}
        }
        tokio::select! {
            _ = stop.wait_for(|stopping| *stopping) => return,
            changed = head.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(ACCOUNTS_EVERY) => {}
        }
    }
}

/// Asks the witnesses when the head has moved, when one of them did not answer, and every hour, so that their
/// cosignatures tell a recent time.
async fn keep_cosignatures(app: App, mut stop: watch::Receiver<bool>) {
    if !app.has_witnesses() {
        return;
    }
    let mut head = app.watch();
    loop {
        head.mark_unchanged();
        let asking = app.clone();
        let all = tokio::task::spawn_blocking(move || asking.ask_witnesses()).await.unwrap_or(false);
        tokio::select! {
            _ = stop.wait_for(|stopping| *stopping) => return,
            () = tokio::time::sleep(COSIGN_EVERY) => {}
        }
        tokio::select! {
            _ = stop.wait_for(|stopping| *stopping) => return,
            changed = head.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(if all { COSIGN_AGAIN } else { COSIGN_RETRY }) => {}
        }
    }
}

pub(super) async fn stop_on_signal(stop: watch::Sender<bool>) {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            stop.send_replace(true);
        }
        (Err(error), _) | (_, Err(error)) => tracing::error!(%error, "signals are not heard"),
    }
}

fn announce(common: &Common, scheme: &str, address: SocketAddr, no_accounts: bool) -> Result<(), Failure> {
    if common.json {
        let told = json!({
            "listen": address.to_string(), "scheme": scheme, "data": common.data, "noAccounts": no_accounts,
        });
        return say(common, &told.to_string());
    }
    let (address, dir) = (address.to_string(), common.data.display().to_string());
    say(common, &common.text().get("cli-serving", &[("scheme", scheme), ("address", &address)]))?;
    if no_accounts {
        return say(common, &common.text().get("cli-no-accounts", &[("dir", &dir)]));
    }
    Ok(())
}

/// Logs go to the standard error; `RUST_LOG` chooses how much.
pub(super) fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // A second call in one process changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .try_init();
}
