//! What pages load: one style, two scripts, icons. Each has its digest in its name and never changes.

use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::get;
use gongjian_core::record::Digest;

use crate::http::{AppState, typed};

struct Asset {
    name: &'static str,
    ending: &'static str,
    media: &'static str,
    bytes: &'static [u8],
}

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

const fn asset(name: &'static str, ending: &'static str, media: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { name, ending, media, bytes }
}

const ASSETS: &[Asset] = &[
    asset("app", "css", STYLE, include_bytes!("../../assets/web/app.css")),
    asset("app", "js", SCRIPT, include_bytes!("../../assets/web/app.js")),
    asset("htmx", "js", SCRIPT, include_bytes!("../../assets/web/htmx.min.js")),
    asset("icons", "svg", "image/svg+xml", include_bytes!("../../assets/web/icons.svg")),
];

static PATHS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let path = |asset: &Asset| {
        let digest = Digest::of(asset.bytes).to_string();
        format!("/static/{}-{}.{}", asset.name, digest.get(..12).unwrap_or_default(), asset.ending)
    };
    ASSETS.iter().map(path).collect()
});

/// Where an asset is fetched, by its plain name.
pub(crate) fn path(name: &str) -> &'static str {
    let is_named = |asset: &Asset| name.split_once('.') == Some((asset.name, asset.ending));
    let at = ASSETS.iter().position(is_named);
    at.and_then(|at| PATHS.get(at)).map(String::as_str).unwrap_or_default()
}

/// The assets.
pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new();
    for (asset, path) in ASSETS.iter().zip(PATHS.iter()) {
        let answer = || async {
            let mut response = typed(StatusCode::OK, asset.media, asset.bytes);
            let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
            response.headers_mut().insert(header::CACHE_CONTROL, for_ever);
            response
        };
        router = router.route(path, get(answer));
    }
    router
}
