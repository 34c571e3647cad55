//! The schemas of documents, the directory and erasures.

use gongjian_core::domain::document;
use serde_json::{Map, Value, json};

/// Every schema by its name.
pub(super) fn all() -> Value {
    let position = json!({ "type": "integer", "minimum": 0 });
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    json!({
        "NewDocument": body(&["matter", "kind", "mediaType", "content"], json!({
            "id": maybe.clone(), "matter": text.clone(), "kind": { "enum": document::KINDS }, "field": maybe.clone(),
            "mediaType": text.clone(), "content": { "type": "string", "contentEncoding": "base64" },
            "posts": { "type": "array", "items": text.clone() }, "units": { "type": "array", "items": text.clone() },
        })),
        "NewHolder": body(&["post", "name", "from"], json!({
            "id": maybe.clone(), "post": text.clone(), "name": text.clone(),
            "from": { "type": "string", "format": "date" }, "until": { "type": ["string", "null"], "format": "date" },
        })),
        "HolderEnd": body(&["until"], json!({ "until": { "type": "string", "format": "date" } })),
        "Look": body(&["reason"], json!({ "reason": text.clone() })),
        "LookUp": body(&["reason"], json!({
            "reason": text.clone(), "post": maybe.clone(), "on": { "type": ["string", "null"], "format": "date" },
        })),
        "Holders": { "type": "object", "required": ["items", "recordedAt"], "properties": {
            "items": { "type": "array", "items": { "type": "object" } }, "recordedAt": position.clone(),
        } },
        "NewErasure": body(&["reason", "basis"], json!({
            "id": maybe.clone(), "subject": maybe.clone(), "position": { "type": ["integer", "null"], "minimum": 0 },
            "reason": text.clone(), "basis": text.clone(),
        })),
        "ErasureDecision": body(&["approve"], json!({ "approve": { "type": "boolean" }, "reason": maybe.clone() })),
        "ErasureExecuted": { "type": "object", "required": ["id", "executed"], "properties": {
            "id": text.clone(), "executed": { "type": "boolean" }, "receipt": { "type": ["object", "null"] },
        } },
        "By": body(&[], json!({})),
        "Kept": { "type": "object", "required": ["id", "stream", "position", "replayed"], "properties": {
            "id": text.clone(), "stream": text.clone(), "kind": text.clone(), "position": position.clone(),
            "revision": position.clone(), "digest": text.clone(), "replayed": { "type": "boolean" },
        } },
    })
}

/// The schema of a body that names who asks, besides its own fields.
pub(super) fn body(required: &[&str], properties: Value) -> Value {
    let mut all = Map::new();
    if let Value::Object(own) = properties {
        all.extend(own);
    }
    all.insert("actor".to_owned(), json!({ "type": "string", "pattern": "\\S" }));
    all.insert("commandId".to_owned(), json!({ "type": ["string", "null"], "format": "uuid" }));
    all.insert("occurredOn".to_owned(), json!({ "type": ["string", "null"], "format": "date" }));
    let required: Vec<&str> = ["actor"].iter().chain(required).copied().collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": all })
}

/// An example of a body.
pub(super) fn example(body: &str) -> Option<Value> {
    let value = match body {
        "NewDocument" => json!({
            "matter": "XY-2022-0001", "kind": "扫描件", "mediaType": "application/pdf", "content": "JVBERg==",
            "posts": ["档案管理岗"], "actor": "党建专干岗",
        }),
        "NewHolder" => json!({
            "post": "社区党委书记岗", "name": "甲某", "from": "2022-01-01", "actor": "党建专干岗",
        }),
        "HolderEnd" => json!({ "until": "2022-12-31", "actor": "党建专干岗" }),
        "Look" | "LookUp" => json!({ "reason": "核对原件", "actor": "档案管理岗" }),
        "NewErasure" => json!({
            "subject": "document/ZL-1", "reason": "本人要求删除", "basis": "个人信息保护法第四十七条",
            "actor": "党建专干岗",
        }),
        "ErasureDecision" => json!({ "approve": true, "actor": "组织部审批岗" }),
        "By" => json!({ "actor": "系统管理岗" }),
        _ => return None,
    };
    Some(json!({ "one": { "value": value } }))
}
