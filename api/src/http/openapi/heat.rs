//! The schemas of the heat map of obligations.

use serde_json::{Value, json};

/// Every schema by its name.
pub(super) fn all() -> Value {
    let count = json!({ "type": "integer", "minimum": 0 });
    let text = json!({ "type": "string" });
    let cells = json!({ "type": "array", "items": { "$ref": "#/components/schemas/HeatCell" } });
    json!({
        "HeatMap": { "type": "object",
            "required": ["rule", "title", "scope", "on", "columns", "rows", "totals", "total"],
            "properties": {
                "rule": text, "title": { "type": ["string", "null"] }, "scope": text, "on": text,
                "columns": { "type": "array", "items": text },
                "rows": { "type": "array", "items": { "$ref": "#/components/schemas/HeatRow" } },
                "totals": cells, "total": { "$ref": "#/components/schemas/HeatCell" },
            } },
        "HeatRow": { "type": "object", "required": ["subject", "name", "cells", "total"], "properties": {
            "subject": text, "name": text, "cells": cells,
            "total": { "$ref": "#/components/schemas/HeatCell" },
        } },
        "HeatCell": { "type": "object",
            "required": ["state", "opened", "met", "late", "missed", "open", "exempted", "obligations", "metBy"],
            "properties": {
                "state": { "type": ["string", "null"] }, "opened": count, "met": count, "late": count,
                "missed": count, "open": count, "exempted": count,
                "obligations": { "type": "array", "items": text },
                "metBy": { "type": "array", "items": count },
            } },
    })
}
