//! The schemas of accounts.

use gongjian_core::accounts::role::ROLES;
use serde_json::{Map, Value, json};

/// Every schema by its name.
pub(super) fn all() -> Value {
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    let day = json!({ "type": "string", "format": "date" });
    let maybe_day = json!({ "type": ["string", "null"], "format": "date" });
    let role = json!({ "enum": ROLES.iter().map(|(word, _)| *word).collect::<Vec<_>>() });
    let grant = json!({
        "role": role, "scope": maybe, "from": maybe_day, "until": maybe_day, "document": maybe,
    });
    let mut open = grant.clone();
    open["login"] = text.clone();
    open["post"] = text.clone();
    open["unit"] = maybe.clone();
    json!({
        "SignIn": body(&["login", "password"], json!({ "login": text, "password": text })),
        "NewPassword": body(&["old", "new"], json!({ "old": text, "new": text })),
        "NewAccount": body(&["login", "post", "role"], open),
        "NewGrant": body(&["role"], grant),
        "NewToken": body(&["name", "until"], json!({
            "name": text, "roles": { "type": "array", "items": role }, "scope": maybe, "until": day,
        })),
        "Reason": body(&["reason"], json!({ "reason": text })),
        "Me": { "type": "object", "properties": {
            "login": text, "post": text, "unit": maybe, "roles": { "type": "array", "items": text }, "scope": text,
            "account": text, "csrf": text, "mustChange": { "type": "boolean" }, "local": { "type": "boolean" },
        } },
    })
}

fn body(required: &[&str], properties: Value) -> Value {
    let properties = properties.as_object().cloned().unwrap_or_else(Map::new);
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

/// An example of a body.
pub(super) fn example(body: &str) -> Option<Value> {
    let value = match body {
        "SignIn" => json!({ "login": "c01-recorder", "password": "…" }),
        "NewPassword" => json!({ "old": "…", "new": "…" }),
        "NewAccount" => json!({
            "login": "c01-recorder", "post": "社区录入岗", "role": "recorder", "scope": "community/C01",
        }),
        "NewGrant" => json!({
            "role": "auditor", "scope": "county", "until": "2022-12-31", "document": "督〔2022〕3号",
        }),
        "NewToken" => json!({ "name": "上报程序", "roles": ["reporter"], "until": "2022-12-31" }),
        "Reason" => json!({ "reason": "轮岗" }),
        _ => return None,
    };
    Some(json!({ "one": { "value": value } }))
}
