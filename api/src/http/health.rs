//! `/healthz`, `/readyz` and `/metrics`.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use super::{Answered, AppState, Asking, aside, json as answer, typed};
use crate::error::Problem;

/// The process answers.
pub(crate) async fn alive(_: Asking) -> Answered {
    answer(StatusCode::OK, &json!({ "status": "ok" }))
}

/// The ledger takes commands, and the read models are up to date.
pub(crate) async fn ready(State(state): State<AppState>, _: Asking) -> Answered {
    let app = state.app.clone();
    let (position, trouble) = aside(move || {
        let position = app.views()?.position();
        let trouble = app.with_writer(|writer| writer.trouble())?;
        Ok((position, trouble))
    })
    .await?;
    if let Some(refused) = trouble {
        return Err(Problem::from(refused));
    }
    let head = state.app.head();
    answer(StatusCode::OK, &json!({ "status": "ready", "size": head.size, "viewsPosition": position }))
}

/// Numbers in the text format of Prometheus.
pub(crate) async fn metrics(State(state): State<AppState>, _: Asking) -> Answered {
    let app = &state.app;
    let (opening, up) = app.times();
    let counters = &state.counters;
    let mut text = String::new();
    let mut put = |name: &str, kind: &str, help: &str, value: f64| {
        let _ = write!(
            text,
            "# HELP gongjian_{name} {help}\n# TYPE gongjian_{name} {kind}\ngongjian_{name} {value}\n"
        );
    };
    let load = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed) as f64;
    put("log_events", "gauge", "Events in the log.", app.head().size as f64);
    put("log_index_bytes", "gauge", "Memory of the log's indexes.", app.reader().index_bytes() as f64);
    put(
        "views_events",
        "gauge",
        "Events folded into the read models.",
        app.views_position().unwrap_or(0) as f64,
    );
    put("uptime_seconds", "gauge", "Time since the ledger was opened.", up.as_secs_f64());
    put("opening_seconds", "gauge", "Time that opening took.", opening.as_secs_f64());
    put("events_recorded_total", "counter", "Events recorded over HTTP.", load(&counters.recorded));
    put(
        "requests_replayed_total",
        "counter",
        "Requests answered from an earlier recording.",
        load(&counters.replayed),
    );
    put("requests_refused_total", "counter", "Requests refused by a rule.", load(&counters.refused));
    put(
        "unwitnessed_events",
        "gauge",
        "Events that not enough witnesses have cosigned.",
        app.unwitnessed() as f64,
    );
    put("live_streams", "gauge", "Live streams that are open.", load(&counters.live));
    let _ = write!(
        text,
        "# HELP gongjian_answers_total Answers by class of status.\n# TYPE gongjian_answers_total counter\n"
    );
    for (class, counter) in counters.answers.iter().enumerate().skip(2) {
        let _ = writeln!(text, "gongjian_answers_total{{class=\"{class}xx\"}} {}", load(counter));
    }
    Ok(typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text))
}
