//! Rows about what is owed: rules as of a day, obligations, exemptions, duties done.

use gongjian_core::day::Day;
use gongjian_core::domain::duty::Duty;
use gongjian_core::domain::facts::{Fact, FieldText as _, Since};
use gongjian_core::domain::obligation::{self, Exemption};
use gongjian_core::domain::rule::{Rule, Version};
use serde_json::{Map, Value, json};

use crate::obligations::{Obligation, subject_name};
use crate::views::Views;

pub(super) const RULE: &[&str] =
    &["title", "version", "source", "validFrom", "validUntil", "parameters", "versions"];
pub(super) const OBLIGATION: &[&str] =
    &["rule", "ruleVersion", "subject", "unit", "period", "opensOn", "dueOn", "extendedTo", "wanted", "done"];
pub(super) const EXEMPTION: &[&str] =
    &["rule", "subject", "period", "decision", "reason", "exemptedOn", "withdrawnOn", "withdrawalReason"];

/// The version of a rule that applies on a day; the first where none does yet.
fn version(rule: &Rule, on: Day) -> Option<&Since<Version>> {
    rule.versions.entry_on(on).or_else(|| rule.versions.entries().first())
}

/// The day before the next version, where there is one.
fn until(rule: &Rule, entry: &Since<Version>) -> Option<Day> {
    let later = rule.versions.entries().iter().map(|it| it.from).filter(|from| *from > entry.from);
    later.min().map(|from| from.plus(-1))
}

fn from(entry: &Since<Version>) -> Option<Day> {
    Some(entry.from).filter(|from| *from != Day::BEGINNING)
}

pub(super) fn rule_field(rule: &Rule, on: Day, field: &str) -> Option<String> {
    let entry = version(rule, on);
    let text = |of: &dyn Fn(&Since<Version>) -> String| Some(entry.map(of).unwrap_or_default());
    match field {
        "title" => Some(rule.title.clone()),
        "version" => text(&|entry| entry.value.number.to_string()),
        "source" => text(&|entry| entry.value.source.clone()),
        "validFrom" => text(&|entry| from(entry).show()),
        "validUntil" => text(&|entry| until(rule, entry).show()),
        "parameters" => text(&|entry| {
            let each = entry.value.parameters.iter().map(|it| format!("{}={}", it.name, it.value));
            each.collect::<Vec<_>>().join("、")
        }),
        "versions" => Some(rule.count.to_string()),
        _ => None,
    }
}

/// Whether the version that applies holds a default, and every version that there was.
pub(super) fn rule_more(rule: &Rule, on: Day, object: &mut Map<String, Value>) {
    let default = version(rule, on).is_some_and(|entry| entry.value.is_default());
    let history = rule.versions.entries().iter().map(|entry| {
        let parameters = entry.value.parameters.iter().map(|it| (it.name.clone(), it.value.into()));
        json!({
            "version": entry.value.number, "source": entry.value.source, "repealed": entry.value.repealed,
            "validFrom": from(entry), "validUntil": until(rule, entry), "position": entry.at,
            "parameters": Value::Object(parameters.collect()), "default": entry.value.is_default(),
        })
    });
    object.insert("default".to_owned(), default.into());
    object.insert("history".to_owned(), history.collect());
}

pub(super) fn obligation_field(it: &Obligation, field: &str) -> Option<String> {
    match field {
        "rule" => Some(it.rule.clone()),
        "ruleVersion" => Some(it.rule_version.show()),
        "subject" => Some(it.subject.clone()),
        "unit" => Some(it.unit.show()),
        "period" => Some(it.period.map(|period| period.to_string()).unwrap_or_default()),
        "opensOn" => Some(it.opens_on.show()),
        "dueOn" => Some(it.due_on.show()),
        "extendedTo" => Some(it.extended_to.show()),
        "wanted" => Some(it.wanted.to_string()),
        "done" => Some(it.done.to_string()),
        _ => None,
    }
}

/// What of an obligation is no text: whom it concerns, and the events that met or excused it.
pub(super) fn obligation_more(views: &Views, it: &Obligation, on: Day, object: &mut Map<String, Value>) {
    object.insert("subjectName".to_owned(), subject_name(views, &it.subject, on).into());
    object.insert("communities".to_owned(), it.communities.clone().into());
    object.insert("late".to_owned(), it.late.into());
    object.insert("metBy".to_owned(), it.met_by.clone().into());
    let excuse = it
        .exempted_by
        .as_ref()
        .map(|by| json!({ "position": by.position, "decision": by.decision, "reason": by.reason }));
    object.insert("exemptedBy".to_owned(), excuse.into());
}

/// The exemption that holds on a day, or the last one.
fn shown(it: &obligation::Obligation, on: Day) -> Option<&Exemption> {
    it.exempted_on(on).or_else(|| it.exemptions.last())
}

pub(super) fn exemption_field(it: &obligation::Obligation, on: Day, field: &str) -> Option<String> {
    let text = |of: &dyn Fn(&Exemption) -> String| Some(shown(it, on).map(of).unwrap_or_default());
    match field {
        "rule" => Some(it.rule.clone()),
        "subject" => Some(it.subject.clone()),
        "period" => Some(it.period.show()),
        "decision" => text(&|exemption| exemption.decision.clone()),
        "reason" => text(&|exemption| exemption.reason.clone()),
        "exemptedOn" => text(&|exemption| Some(exemption.exempted).show()),
        "withdrawnOn" => text(&|exemption| exemption.withdrawn.show()),
        "withdrawalReason" => text(&|exemption| exemption.withdrawal_reason.show()),
        _ => None,
    }
}

/// `exempted` while one holds; `not-yet` before the first.
pub(super) fn exemption_state(it: &obligation::Obligation, on: Day) -> &'static str {
    match it.exempted_on(on) {
        Some(_) => "exempted",
        None if it.exemptions.iter().all(|exemption| !exemption.exempted.by(on)) => "not-yet",
        None => "withdrawn",
    }
}

pub(super) fn exemption_date(it: &obligation::Obligation) -> Option<Fact> {
    it.exemptions.last().map(|exemption| exemption.exempted)
}

/// The names behind the codes of a duty.
pub(super) fn duty_more(views: &Views, it: &Duty, on: Day, object: &mut Map<String, Value>) {
    object.insert("subjectName".to_owned(), subject_name(views, &it.subject, on).into());
    let post = it.post.as_ref().map(|post| subject_name(views, &format!("post/{post}"), on));
    object.insert("postName".to_owned(), post.into());
}
