//! A report in JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Claimed, FigureTexts};

/// Reads a file.
pub(super) fn read(bytes: &[u8]) -> Option<Claimed> {
    // Whatever else begins with a brace is not parsed for nothing.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    of_value(&serde_json::from_slice(bytes).ok()?)
}

/// What the JSON of a report claims; `None` where it is none.
pub fn of_value(whole: &Value) -> Option<Claimed> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let scope = whole["scope"].as_str()?.to_owned();
    let as_of = whole["asOf"].as_object()?;
    let mut figures = FigureTexts::new();
    let mut own = texts(whole["figures"].as_object()?);
    for balance in whole["balances"].as_array().into_iter().flatten() {
        balance_texts(balance, &mut own);
    }
    figures.insert(scope.clone(), own);
    for (kind, parts) in [("street", &whole["streets"]), ("community", &whole["communities"])] {
        for (code, part) in parts.as_object().into_iter().flatten() {
            let mut part = texts(part["figures"].as_object()?);
            let mut word = format!("{kind}/{code}");
            if word == scope {
                // The report's own scope stands among its parts too, and must say the same there.
                let own = figures.get(&scope);
                part.retain(|name, value| own.and_then(|own| own.get(name)) != Some(value));
                if part.is_empty() {
                    continue;
                }
                word = format!("{kind}s/{code}");
            }
            figures.insert(word, part);
        }
    }
    Some(Claimed {
        origin: text(&whole["origin"]),
        quarter: text(&whole["quarter"])?,
        scope,
        position: as_of.get("position").and_then(Value::as_u64),
        digest: as_of.get("digest").and_then(text),
        on: as_of.get("on").and_then(text),
        template: whole["template"].as_u64().and_then(|template| u16::try_from(template).ok()),
        figures,
        partial: false,
    })
}

/// A value as the text that is compared; whatever is no number is its JSON, and differs.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn texts(figures: &Map<String, Value>) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (name, figure) in figures {
        match &figure["value"] {
            Value::Object(parts) => {
                let sum = parts.values().filter_map(Value::as_u64).fold(0u64, u64::saturating_add);
                texts.insert(name.clone(), sum.to_string());
                texts.extend(parts.iter().map(|(part, value)| (format!("{name}.{part}"), shown(value))));
            }
            value => {
                texts.insert(name.clone(), shown(value));
            }
        }
        if !figure["of"].is_null() {
            texts.insert(format!("{name}.of"), shown(&figure["of"]));
        }
    }
    texts
}

fn balance_texts(balance: &Value, texts: &mut BTreeMap<String, String>) {
    let stock = shown(&balance["name"]);
    texts.insert(format!("balance.{stock}.closing"), shown(&balance["closing"]));
    let spans =
        [("", balance), ("year_to_date.", &balance["yearToDate"]), ("since_start.", &balance["sinceStart"])];
    for (span, it) in spans.into_iter().filter(|(_, it)| it.is_object()) {
        texts.insert(format!("balance.{stock}.{span}opening"), shown(&it["opening"]));
        for (part, flows) in [("inflow", &it["inflows"]), ("outflow", &it["outflows"])] {
            for (flow, value) in flows.as_object().into_iter().flatten() {
                texts.insert(format!("balance.{stock}.{span}{part}.{flow}"), shown(value));
            }
        }
    }
}
