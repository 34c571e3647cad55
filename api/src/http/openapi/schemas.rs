//! The schemas that the document names.

use gongjian_core::command::EVENTS_MAX;
use gongjian_core::domain::{INTERNAL_COMMANDS, command_names};
use serde_json::{Map, Value, json};

use super::{accounts, editions, heat, probe, reports, vaulted};
use crate::messages::Text;

/// Every schema by its name.
pub(super) fn all(text: Text) -> Value {
    let mut schemas = Map::new();
    let mut refs = Vec::new();
    let open = command_names().into_iter().filter(|name| !INTERNAL_COMMANDS.contains(name));
    for command in open {
        let name = format!("Command.{command}");
        refs.push(json!({ "$ref": format!("#/components/schemas/{name}") }));
        schemas.insert(name, envelope(command, text));
    }
    let list =
        json!({ "type": "array", "minItems": 1, "maxItems": EVENTS_MAX, "items": { "oneOf": refs.clone() } });
    refs.push(list);
    schemas.insert("Commands".to_owned(), json!({ "oneOf": refs }));
    let fixed = fixed();
    for more in [fixed, reports::all(), vaulted::all(), heat::all(), editions::all(), accounts::all()] {
        if let Value::Object(more) = more {
            schemas.extend(more);
        }
    }
    Value::Object(schemas)
}

fn envelope(command: &str, text: Text) -> Value {
    let (category, _) = command.split_once('.').unwrap_or((command, ""));
    let field = |key: &str| text.plain(&format!("envelope-{key}"));
    json!({
        "type": "object",
        "title": text.command(command),
        "additionalProperties": false,
        "required": ["command", "stream", "actor"],
        "properties": {
            "commandId": { "type": "string", "format": "uuid", "description": field("commandId") },
            "command": { "const": command },
            "stream": { "type": "string", "pattern": format!("^{category}/[^/\\s]+$"), "description": field("stream") },
            "expectedRevision": { "type": ["integer", "null"], "minimum": 0, "description": field("expectedRevision") },
            "occurredOn": { "type": "string", "description": field("occurredOn"), "examples": ["2022-06-06"] },
            "actor": { "type": "string", "pattern": "\\S", "description": field("actor"), "examples": ["党建专干岗"] },
            "attributedTo": { "type": ["string", "null"], "description": field("attributedTo") },
            "authority": { "type": ["string", "null"], "description": field("authority") },
            "data": probe::data_schema(command),
        },
    })
}

/// Examples of bodies.
pub(super) fn examples(body: &str) -> Value {
    match body {
        "Commands" => json!({
            "one": { "value": {
                "commandId": "018142a0-0000-7000-8000-000000000001",
                "command": "street.register", "stream": "street/S09", "expectedRevision": null,
                "occurredOn": "2022-06-06", "actor": "党建专干岗", "data": { "name": "新城街道" },
            } },
            "list": { "value": [
                { "command": "street.register", "stream": "street/S09", "occurredOn": "2022-06-06",
                  "actor": "党建专干岗", "data": { "name": "新城街道" } },
                { "command": "street.rename", "stream": "street/S09", "occurredOn": "2022-06-07",
                  "actor": "党建专干岗", "data": { "name": "新城街道办事处" } },
            ] },
        }),
        "Import" => json!({
            "dryRun": { "value": {
                "files": [{ "name": "协议台账.xlsx", "content": "UEsDBA==" }], "dryRun": true, "correct": null,
            } },
        }),
        account if accounts::example(account).is_some() => accounts::example(account).unwrap_or_default(),
        edition if editions::example(edition).is_some() => editions::example(edition).unwrap_or_default(),
        vaulted if vaulted::example(body).is_some() => vaulted::example(vaulted).unwrap_or_default(),
        _ => json!({ "one": { "value": { "actor": "系统管理岗", "reason": "已与标准时间核对" } } }),
    }
}

fn fixed() -> Value {
    let position = json!({ "type": "integer", "minimum": 0 });
    let digest = json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    let as_of = as_of();
    json!({
        "Receipt": { "type": "object", "required": ["stream", "kind", "position", "revision", "digest"], "properties": {
            "commandId": { "type": "string", "format": "uuid" }, "stream": text.clone(), "kind": text.clone(),
            "position": position.clone(), "revision": position.clone(), "digest": text.clone(),
            "replayed": { "type": "boolean" }, "dryRun": { "type": "boolean" },
            "warnings": { "type": "array", "items": { "type": "object", "required": ["field", "code", "words", "detail"] } },
        } },
        "Receipts": { "oneOf": [
            { "$ref": "#/components/schemas/Receipt" },
            { "type": "array", "items": { "$ref": "#/components/schemas/Receipt" } },
        ] },
        "Event": { "type": "object", "required": ["position"], "properties": {
            "position": position.clone(), "digest": digest.clone(),
            "recordedAt": { "type": "string", "format": "date-time" }, "occurredOn": text.clone(),
            "stream": text.clone(), "revision": position.clone(), "kind": text.clone(),
            "version": { "type": "integer", "minimum": 1 }, "data": { "type": ["object", "null"] },
            "commandId": text.clone(), "trail": text.clone(), "recordedBy": text.clone(),
            "attributedTo": maybe.clone(), "assurance": { "enum": ["stated", "attested", "unknown"] },
            "authority": maybe.clone(), "bytes": { "type": "string", "contentEncoding": "base64" },
            "withheld": { "type": "boolean" }, "erasedBy": position.clone(),
        } },
        "EventPage": { "type": "object", "required": ["items", "next", "asOf"], "properties": {
            "items": { "type": "array", "items": { "$ref": "#/components/schemas/Event" } },
            "next": maybe.clone(), "asOf": as_of.clone(),
        } },
        "Item": { "type": "object", "required": ["id", "stream", "revision", "state"], "properties": {
            "id": text.clone(), "stream": text.clone(), "revision": position.clone(), "state": text.clone(),
        } },
        "ListPage": { "type": "object", "required": ["items", "total", "next", "asOf"], "properties": {
            "items": { "type": "array", "items": { "$ref": "#/components/schemas/Item" } },
            "total": position.clone(), "next": maybe.clone(), "asOf": as_of.clone(),
        } },
        "Roster": { "type": "object", "required": ["alliance", "members", "asOf"], "properties": {
            "alliance": text.clone(), "allianceName": maybe.clone(), "members": { "type": "array" },
            "asOf": as_of.clone(),
        } },
        "Sheet": { "type": "object", "required": ["community", "date", "old", "new"], "properties": {
            "community": { "type": "object" }, "date": text.clone(), "occurrence": maybe.clone(),
            "old": { "type": "array", "items": { "type": "object" } },
            "new": { "type": "array", "items": { "type": "object" } },
        } },
        "Trail": { "type": "object", "required": ["id", "on", "matters"], "properties": {
            "id": text.clone(), "on": text.clone(), "position": { "type": ["integer", "null"] },
            "subjects": { "type": "array" }, "matters": { "type": "array", "items": { "type": "object" } },
        } },
        "Import": { "type": "object", "additionalProperties": false, "required": ["files"], "properties": {
            "files": { "type": "array", "minItems": 1, "items": {
                "type": "object", "additionalProperties": false, "required": ["name", "content"],
                "properties": { "name": text.clone(), "content": { "type": "string", "contentEncoding": "base64" } },
            } },
            "dryRun": { "type": "boolean", "default": false }, "correct": maybe,
        } },
        "ImportOutcome": { "type": "object", "required": ["files", "events", "dryRun"] },
        "Verification": { "type": "object", "required": ["sound", "size", "digest", "root", "faults", "snapshots"], "properties": {
            "sound": { "type": "boolean" }, "size": position.clone(), "digest": digest.clone(), "root": digest,
            "faults": { "type": "array", "items": { "type": "object" } },
            "snapshots": { "type": "array", "items": { "type": "object" } }, "filesMissing": position.clone(),
            "vault": { "type": "object" },
        } },
        "Rebuilt": { "type": "object", "required": ["size", "equal", "models"] },
        "ClockAccept": { "type": "object", "additionalProperties": false, "required": ["actor", "reason"],
            "properties": { "actor": text.clone(), "reason": text.clone() } },
        "Health": { "type": "object", "required": ["status"], "properties": {
            "status": text.clone(), "size": position.clone(), "viewsPosition": position,
        } },
        "Problem": { "type": "object", "required": ["type", "title", "status", "detail", "code"], "properties": {
            "type": text.clone(), "title": text.clone(), "status": { "type": "integer" }, "detail": text.clone(),
            "code": text.clone(), "instance": text.clone(), "rule": text.clone(),
            "arguments": { "type": "object" }, "allowed": { "type": "array", "items": text.clone() },
            "index": { "type": "integer" }, "current": {},
            "errors": { "type": "array", "items": { "type": "object", "properties": {
                "pointer": text.clone(), "detail": text,
            } } },
        } },
    })
}

/// What an answer knows, and as of when it is judged.
pub(super) fn as_of() -> Value {
    json!({ "type": "object", "properties": {
        "position": { "type": ["integer", "null"] }, "digest": { "type": ["string", "null"] },
        "on": { "type": "string" },
    } })
}
