//! The schemas of the quarterly report and of one figure of it.

use serde_json::{Map, Value, json};

use super::schemas::as_of;

/// Every schema of a report by its name.
pub(super) fn all() -> Value {
    let position = json!({ "type": "integer", "minimum": 0 });
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    json!({
        "Report": { "type": "object", "required": ["quarter", "label", "scope", "asOf", "figures"], "properties": {
            "quarter": text.clone(), "label": text.clone(), "scope": text.clone(), "asOf": as_of(),
            "figures": { "$ref": "#/components/schemas/Figures" }, "records": { "type": "object" },
            "comparisons": { "type": "object", "additionalProperties": { "$ref": "#/components/schemas/Compared" } },
            "balances": { "type": "array", "items": { "$ref": "#/components/schemas/Balance" } },
            "streets": { "type": "object", "additionalProperties": { "type": "object" } },
            "communities": { "type": "object", "additionalProperties": { "type": "object" } },
        } },
        "Compared": compared(),
        "Provenance": { "type": "object",
            "required": ["name", "label", "kind", "definition", "quarter", "scope", "period", "asOf", "value",
                "comparisons", "total", "items", "next"],
            "properties": {
                "name": text.clone(), "label": text.clone(), "kind": text.clone(),
                "definition": { "type": "object", "properties": { "zh": text.clone(), "en": text.clone() } },
                "quarter": text.clone(), "scope": text.clone(), "place": text.clone(),
                "period": { "type": "object", "properties": { "start": text.clone(), "end": text.clone() } },
                "asOf": as_of(), "value": { "type": ["integer", "object"] }, "of": position.clone(),
                "comparisons": { "$ref": "#/components/schemas/Compared" }, "total": position.clone(),
                "items": { "type": "array", "items": { "type": "object", "required": ["position", "rows"],
                    "properties": {
                        "position": position.clone(), "digest": text.clone(), "kind": text.clone(),
                        "stream": text.clone(), "occurredOn": text.clone(), "recordedAt": text.clone(),
                        "rows": { "type": "array", "items": text.clone() },
                        "withheld": { "type": "boolean" }, "erasedBy": position.clone(),
                    } } },
                "next": maybe.clone(),
            } },
        "Balance": { "type": "object",
            "required": ["name", "label", "opening", "inflows", "outflows", "closing", "holds"], "properties": {
                "name": text.clone(), "label": text.clone(), "opening": position.clone(), "closing": position.clone(),
                "inflows": { "type": "object", "additionalProperties": position.clone() },
                "outflows": { "type": "object", "additionalProperties": position.clone() },
                "holds": { "type": "boolean" },
                "yearToDate": { "$ref": "#/components/schemas/Reconciled" },
                "sinceStart": { "$ref": "#/components/schemas/Reconciled" },
            } },
        "Reconciled": { "type": "object", "required": ["opening", "inflows", "outflows", "holds"], "properties": {
            "opening": position.clone(),
            "inflows": { "type": "object", "additionalProperties": position.clone() },
            "outflows": { "type": "object", "additionalProperties": position.clone() },
            "holds": { "type": "boolean" },
        } },
        "Figures": { "type": "object", "additionalProperties": {
            "type": "object", "required": ["value", "label"], "properties": {
                "value": { "type": ["integer", "object"] }, "label": text.clone(),
                "of": position.clone(), "events": { "type": "array", "items": position.clone() },
            },
        } },
    })
}

/// A figure over other days.
fn compared() -> Value {
    let value = json!({ "type": ["integer", "object", "null"] });
    let of = json!({ "type": ["integer", "null"] });
    let spans = ["previous", "lastYear", "yearToDate", "sinceStart"];
    let each = |schema: &Value| -> Map<String, Value> {
        spans.iter().map(|span| ((*span).to_owned(), schema.clone())).collect()
    };
    let mut properties = each(&value);
    properties.insert("yearOpening".to_owned(), value);
    properties.insert("of".to_owned(), json!({ "type": "object", "properties": each(&of) }));
    json!({ "type": "object", "required": spans, "properties": properties })
}
