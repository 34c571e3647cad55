//! `serve`: HTTP on this machine, and the same API on `DIR/socket` for other verbs.

use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use axum::Router;
use clap::Args;
use serde_json::json;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;

use super::Common;
use super::failure::{Failure, say};
use crate::app::App;
use crate::http::AppState;
use crate::routes::router;

/// How long open requests may take once the server is told to stop.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the read models are looked at for a snapshot.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(300);

/// The least time between two checkpoints that nobody asked for.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);

/// Least time between two questions to the witnesses, well below the tolerance by which monitors judge times.
const COSIGN_EVERY: Duration = Duration::from_secs(5);
/// When a witness that did not cosign is asked again.
const COSIGN_RETRY: Duration = Duration::from_secs(60);
/// When witnesses are asked again though nothing is new.
const COSIGN_AGAIN: Duration = Duration::from_secs(3_600);

#[derive(Args, Debug)]
pub(super) struct Serve {
    /// 监听地址，只限本机 / address to listen on, of this machine only
    #[arg(long, default_value = "127.0.0.1:8686", value_name = "ADDRESS")]
    pub(super) listen: SocketAddr,
}

pub(super) fn run(common: &Common, verb: &Serve) -> Result<(), Failure> {
    check_address(common, verb.listen)?;
    start_logging();
    let app = App::open(&common.data).map_err(|error| Failure::opening(common, &common.data, &error))?;
    serve(common, app, verb.listen)
}

/// There are no accounts yet: whoever reaches the port may do everything, so only this machine may.
pub(super) fn check_address(common: &Common, listen: SocketAddr) -> Result<(), Failure> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    Err(Failure::usage(common, "cli-loopback-only", &[("listen", &listen.to_string())]))
}

/// Serves until told to stop.
pub(super) fn serve(common: &Common, app: App, listen: SocketAddr) -> Result<(), Failure> {
    let fault = |error: io::Error| Failure::fault(common, &listen.to_string(), &error);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(fault)?;
    let result = runtime.block_on(async {
        let tcp = TcpListener::bind(listen).await.map_err(fault)?;
        let address = tcp.local_addr().map_err(fault)?;
        let state = AppState::new(app.clone());
        let stop = state.stop();
        let routes = router(state);
        // The read models are loaded before anybody is told that the server is there.
        let warm = app.clone();
        let ready = tokio::task::spawn_blocking(move || warm.views().map(drop)).await;
        if let Ok(Err(problem)) = ready {
            return Err(Failure::problem(common, &problem));
        }
        let socket = app.dir().and_then(|dir| {
            listen_on_socket(dir)
                .inspect_err(
                    |error| tracing::warn!(%error, "no socket; verbs must wait until the server stops"),
                )
                .ok()
        });
        announce(common, address)?;
        tokio::spawn(keep_snapshots(app.clone(), stop.subscribe()));
        tokio::spawn(keep_checkpoints(app.clone(), stop.subscribe()));
        tokio::spawn(keep_cosignatures(app.clone(), stop.subscribe()));
        tokio::spawn(stop_on_signal(stop.clone()));
        let (mut stopped, web) = (stop.subscribe(), spawn_web(tcp, routes.clone(), stop.subscribe()));
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

fn spawn_web(
    tcp: TcpListener,
    routes: Router,
    mut stop: watch::Receiver<bool>,
) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let until = async move {
            let _ = stop.wait_for(|stopping| *stopping).await;
        };
        if let Err(error) = axum::serve(tcp, routes).with_graceful_shutdown(until).await {
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

/// Signs the head when it has moved, at most once a second. Appends do not wait for it.
async fn keep_checkpoints(app: App, mut stop: watch::Receiver<bool>) {
    let mut head = app.watch();
    loop {
        let signing = app.clone();
        let _ = tokio::task::spawn_blocking(move || signing.keep_checkpoint()).await;
        tokio::select! {
            _ = stop.wait_for(|stopping| *stopping) => return,
            () = tokio::time::sleep(CHECKPOINT_EVERY) => {}
        }
        tokio::select! {
            _ = stop.wait_for(|stopping| *stopping) => return,
            changed = head.changed() => if changed.is_err() { return },
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

fn announce(common: &Common, address: SocketAddr) -> Result<(), Failure> {
    if common.json {
        return say(common, &json!({ "listen": address.to_string(), "data": common.data }).to_string());
    }
    say(common, &common.text().get("cli-serving", &[("address", &address.to_string())]))
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
