//! `GET /api/v1/obligations/heat-map`: who met what when.

use axum::extract::State;
use axum::http::StatusCode;

use super::{Answered, AppState, Asking, Reader, aside, json, typed};
use crate::app::HeatMap;
use crate::output;

pub(crate) async fn heat_map(
    State(state): State<AppState>,
    Reader(text): Reader,
    asking: Asking,
) -> Answered {
    let wanted = HeatMap {
        rule: asking.text("rule").map(str::to_owned),
        from: asking.quarter("from")?,
        to: asking.quarter("to")?,
        scope: asking.scope()?,
    };
    let format = asking.choice("format", &["json", "text", "csv"])?;
    let asked = asking.asked(&state.app)?;
    let map = aside(move || state.app.heat_map(&wanted, asked)).await?;
    Ok(match format {
        "text" => typed(StatusCode::OK, output::TEXT, output::heat::text(&map, text)),
        "csv" => {
            typed(StatusCode::OK, output::csv::MEDIA, output::csv::write(&output::heat::rows(&map, text)))
        }
        _ => return json(StatusCode::OK, &map),
    })
}
