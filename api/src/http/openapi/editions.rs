//! The schemas of editions of reports, and of files that claim to be one.

use serde_json::{Value, json};

use super::vaulted::body;

/// Every schema by its name.
pub(super) fn all() -> Value {
    let position = json!({ "type": "integer", "minimum": 0 });
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    let objects = json!({ "type": "array", "items": { "type": "object" } });
    let figures = json!({ "type": "object", "additionalProperties": {
        "type": "object", "additionalProperties": text.clone(),
    } });
    let whole = json!({ "type": ["integer", "null"], "minimum": 0 });
    json!({
        "NewEdition": body(&["quarter"], json!({
            "quarter": { "type": "string", "pattern": "^(19|20|21)[0-9]{2}-Q[1-4]$" },
            "street": maybe.clone(), "community": maybe.clone(),
        })),
        "Edition": { "type": "object",
            "required": ["id", "edition", "state", "position", "replayed", "template", "asOf", "files"],
            "properties": {
                "id": text.clone(), "stream": text.clone(), "edition": position.clone(), "state": text.clone(),
                "position": position.clone(), "replayed": { "type": "boolean" }, "template": position.clone(),
                "asOf": { "type": "object" }, "size": position.clone(), "root": text.clone(),
                "figuresSha256": text.clone(), "files": objects.clone(),
            } },
        "Differences": { "type": "object",
            "required": ["quarter", "scope", "from", "to", "on", "figures", "events"], "properties": {
                "quarter": text.clone(), "scope": text.clone(), "from": position.clone(), "to": position.clone(),
                "on": text.clone(), "figures": objects.clone(), "events": objects.clone(),
            } },
        "ReportClaim": { "type": "object", "additionalProperties": false, "required": ["sha256"], "properties": {
            "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
            "document": { "type": ["string", "null"] },
            "claimed": { "type": ["object", "null"], "additionalProperties": false,
                "required": ["quarter", "scope", "figures"], "properties": {
                    "origin": maybe.clone(), "quarter": text.clone(), "scope": text, "position": whole,
                    "digest": maybe.clone(), "on": maybe,
                    "template": { "type": ["integer", "null"], "minimum": 0, "maximum": 65535 },
                    "figures": figures, "partial": { "type": "boolean", "default": false },
                } },
        } },
        "ReportChecked": { "type": "object",
            "required": ["size", "recorded", "compared", "recomputed", "differences", "wrong"], "properties": {
                "origin": { "type": ["string", "null"] }, "size": position.clone(),
                "recorded": { "type": ["object", "null"] }, "claimed": { "type": ["object", "null"] },
                "compared": position, "recomputed": { "type": "boolean" }, "differences": objects,
                "wrong": { "type": ["object", "null"] },
            } },
    })
}

/// An example of a body.
pub(super) fn example(body: &str) -> Option<Value> {
    let value = match body {
        "NewEdition" => json!({ "quarter": "2022-Q2", "street": "S01", "actor": "统计岗" }),
        "ReportClaim" => json!({ "sha256": "0".repeat(64), "claimed": null }),
        _ => return None,
    };
    Some(json!({ "one": { "value": value } }))
}
