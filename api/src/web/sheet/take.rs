//! What is sent from a Wednesday sheet: everything on it is one list of commands, recorded whole or not at all. That
//! the meeting was held goes without saying.

use gongjian_core::command::Expected;
use gongjian_core::day::Day;
use serde_json::json;

use super::{ESCALATES, Known, SEVERITIES, again, page};
use crate::app::Asked;
use crate::error::Problem;
use crate::web::inline::{self, Refusal, Sent, Step, send};
use crate::web::{Fields, Seen, Shown, Visit, fields, form, ids};

/// Commands with the part of the sheet that each came from.
#[derive(Default)]
struct Plan {
    steps: Vec<Step>,
    owners: Vec<String>,
    faults: Vec<(String, String)>,
}

impl Plan {
    fn add(&mut self, owner: &str, step: Step) {
        self.steps.push(step);
        self.owners.push(owner.to_owned());
    }
}

/// Takes the sheet.
pub(in crate::web) fn take(visit: &Visit, given: &Fields) -> Seen {
    let known = Known::of(visit, Asked::default())?;
    // The button that was pressed stands last.
    let act = given.all("act").last().unwrap_or("save");
    if act == "change" {
        let refusal = Refusal::default();
        return Shown::page(&page(visit, &known, Some(Sent { given, refusal: &refusal }))?);
    }
    let mut plan = Plan::default();
    let occurrence = meeting(visit, &known, given, act, &mut plan)?;
    let mut occurred = known.date.min(known.today);
    match act {
        "reschedule" | "cancel" => {
            elsewhere(visit, &known, given, act, &occurrence, &mut plan);
            // Moving and calling off are done when they are entered, not on the day that they are about.
            occurred = known.today;
        }
        _ => {
            old(visit, &known, given, &occurrence, &mut plan);
            new(visit, &known, given, &occurrence, &mut plan)?;
            if act == "confirm" {
                plan.add("sheet", Step::new("occurrence.confirm", &occurrence, json!({})));
            }
        }
    }
    if !plan.faults.is_empty() {
        return again(visit, given, &Refusal::faults(plan.faults));
    }
    if plan.steps.is_empty() {
        let words = visit.text.plain("sheet-nothing-chosen");
        return again(visit, given, &Refusal { words, ..Refusal::default() });
    }
    let asks = act == "confirm" && given.get("checked") != "true";
    record(visit, &known, given, plan, occurred, asks)
}

/// Sends the list; confirming is shown once more first.
fn record(visit: &Visit, known: &Known, given: &Fields, plan: Plan, occurred: Day, asks: bool) -> Seen {
    let t = visit.text;
    let checks: Vec<String> = plan
        .steps
        .iter()
        .map(|step| t.named(&t.command(&step.command), step.stream.rsplit('/').next().unwrap_or_default()))
        .collect();
    match send(visit, given.get("commandId"), plan.steps, occurred, asks) {
        Ok(_) if asks => {
            let refusal = Refusal::default();
            let mut page = page(visit, known, Some(Sent { given, refusal: &refusal }))?;
            page.checks = checks;
            let kept = given.pairs().filter(|(name, _)| *name != "csrf");
            page.kept = kept.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            Shown::page(&page)
        }
        Ok(position) => {
            inline::sent_off(visit, "sheet");
            let place = crate::web::wednesday::sheet(&known.community, &known.date);
            Ok(Shown::Elsewhere(format!("{place}?done={position}")))
        }
        Err(problem) => {
            let owner = problem.index.and_then(|index| plan.owners.get(index)).cloned().unwrap_or_default();
            let refusal = Refusal::of(visit, problem)?;
            // The part of the sheet that the refusal is about says so.
            let words = refusal.lines().into_iter().map(|line| match owner.as_str() {
                "sheet" | "" => (String::new(), line),
                "new" => ("new-text".to_owned(), line),
                issue => (format!("{issue}-"), t.labelled(issue, &line)),
            });
            let faults = words.collect();
            again(visit, given, &Refusal { faults, meanwhile: refusal.meanwhile, ..Refusal::default() })
        }
    }
}

/// The stream of the meeting, which begins with this sheet where there is none, and was held where the day has come.
fn meeting(
    visit: &Visit,
    known: &Known,
    given: &Fields,
    act: &str,
    plan: &mut Plan,
) -> Result<String, Problem> {
    let stream = match &known.occurrence {
        Some((id, ..)) => format!("occurrence/{id}"),
        None => {
            let mut about = Fields::default();
            about.put("community", &known.community);
            about.put("plannedOn", &known.date.to_string());
            let stream = format!("occurrence/{}", ids::next(visit, "occurrence", &about)?);
            let data = json!({ "community": known.community, "plannedOn": known.date });
            plan.add("sheet", Step::new("occurrence.schedule", &stream, data).expects(Expected::Absent));
            stream
        }
    };
    let holds = matches!(act, "save" | "confirm") && known.date <= known.today;
    if holds && matches!(known.state(), "" | "scheduled") {
        let there: Vec<&str> = form::names(given.get("participants")).collect();
        plan.add("sheet", Step::new("occurrence.hold", &stream, json!({ "participants": there })));
    }
    Ok(stream)
}

/// Held on another day, or not at all.
fn elsewhere(visit: &Visit, known: &Known, given: &Fields, act: &str, stream: &str, plan: &mut Plan) {
    let t = visit.text;
    let reason = given.get("reason");
    let empty = |name: &str| (name.to_owned(), t.get("form-empty", &[("label", &t.word("field", name))]));
    if reason.is_empty() {
        plan.faults.push(empty("reason"));
    }
    if act == "cancel" {
        plan.add("sheet", Step::new("occurrence.cancel", stream, json!({ "reason": reason })));
        return;
    }
    match given.get("plannedOn") {
        "" => plan.faults.push(empty("plannedOn")),
        text => match fields::near_day(text, known.today) {
            Some(day) => {
                let data = json!({ "plannedOn": day, "reason": reason });
                plan.add("sheet", Step::new("occurrence.reschedule", stream, data));
            }
            None => {
                let label = t.word("field", "plannedOn");
                let fault = t.get("form-day", &[("label", &label), ("given", text)]);
                plan.faults.push(("plannedOn".to_owned(), fault));
            }
        },
    }
}

/// What came of each issue that was open.
fn old(visit: &Visit, known: &Known, given: &Fields, occurrence: &str, plan: &mut Plan) {
    let t = visit.text;
    for (line, state) in known.old.iter().chain(&known.new) {
        let typed = |name: &str| given.get(&format!("{name}-{}", line.id)).to_owned();
        let chosen = typed("do");
        if chosen.is_empty() {
            continue;
        }
        if !super::choices(state).contains(&chosen.as_str()) {
            let words = t.labelled(&line.id, &t.plain("sheet-changed"));
            plan.faults.push((format!("{}-", line.id), words));
            continue;
        }
        let stream = format!("issue/{}", line.id);
        let mut fault = |words: String| {
            plan.faults.push((format!("{}-", line.id), t.labelled(&line.id, &words)));
        };
        let empty = |key: &str| t.get("form-empty", &[("label", &t.plain(key))]);
        let note = typed("note");
        let noted = (!note.is_empty()).then_some(note.as_str());
        let data = match chosen.as_str() {
            "carry-over" => json!({ "to": occurrence.strip_prefix("occurrence/").unwrap_or(occurrence) }),
            "fix" => json!({}),
            "verify" => match unit(visit, &typed("unit"), "sheet-verifier") {
                Ok(unit) => json!({ "unit": unit }),
                Err(words) => {
                    fault(words);
                    continue;
                }
            },
            "return" if note.is_empty() => {
                fault(empty("field-note"));
                continue;
            }
            "return" => json!({ "reason": note }),
            "escalate" => match ESCALATES.contains(&typed("to").as_str()) {
                true => json!({ "to": typed("to"), "reason": noted }),
                false => {
                    fault(empty("sheet-to"));
                    continue;
                }
            },
            _ => match assigned(visit, known, &typed("unit"), &typed("due")) {
                Ok((unit, due)) => {
                    if state == "raised" {
                        let data = json!({ "severity": SEVERITIES[0], "dueOn": due });
                        plan.add(&line.id, Step::new("issue.triage", &stream, data));
                    }
                    json!({ "unit": unit, "dueOn": due })
                }
                Err(words) => {
                    fault(words);
                    continue;
                }
            },
        };
        // Nothing is done without having begun.
        if chosen == "fix" && state == "assigned" {
            plan.add(&line.id, Step::new("issue.progress", &stream, json!({ "note": noted })));
        }
        plan.add(&line.id, Step::new(&format!("issue.{chosen}"), &stream, data));
    }
}

fn unit(visit: &Visit, given: &str, key: &str) -> Result<String, String> {
    match given {
        "" => Err(visit.text.get("form-empty", &[("label", &visit.text.plain(key))])),
        name => form::resolve(visit, "units", name),
    }
}

/// Who does it by when.
fn assigned(visit: &Visit, known: &Known, given: &str, due: &str) -> Result<(String, Day), String> {
    let t = visit.text;
    let unit = unit(visit, given, "field-responsible")?;
    let label = t.word("field", "dueOn");
    match due {
        "" => Err(t.get("form-empty", &[("label", &label)])),
        text => fields::near_day(text, known.today)
            .map(|day| (unit, day))
            .ok_or_else(|| t.get("form-day", &[("label", &label), ("given", text)])),
    }
}

/// A new issue, if the sheet has one; who does it by when, where that is said.
fn new(
    visit: &Visit,
    known: &Known,
    given: &Fields,
    occurrence: &str,
    plan: &mut Plan,
) -> Result<(), Problem> {
    const ASKED: &[(&str, &str)] = &[
        ("compound", "field-compound"),
        ("category", "field-category"),
        ("text", "field-text"),
        ("source", "field-source"),
    ];
    let t = visit.text;
    let typed = |name: &str| given.get(&format!("new-{name}"));
    if ASKED.iter().all(|(name, _)| typed(name).is_empty() || *name == "source")
        && typed("responsible").is_empty()
    {
        return Ok(());
    }
    let before = plan.faults.len();
    for (name, key) in ASKED.iter().filter(|(name, _)| typed(name).is_empty()) {
        plan.faults.push((format!("new-{name}"), t.get("form-empty", &[("label", &t.plain(key))])));
    }
    let done = typed("responsible").is_empty() && typed("due").is_empty();
    let work = match done {
        true => None,
        false => match assigned(visit, known, typed("responsible"), typed("due")) {
            Ok(work) => Some(work),
            Err(words) => {
                plan.faults.push(("new-responsible".to_owned(), words));
                None
            }
        },
    };
    if plan.faults.len() > before {
        return Ok(());
    }
    if let Some(words) = similar(visit, known, typed("compound"), typed("category"))?
        && given.get("anyway") != "true"
    {
        plan.faults.push(("new-similar".to_owned(), words));
        return Ok(());
    }
    let id = match typed("id") {
        "" => ids::next(visit, "issue", &Fields::default())?,
        id => id.to_owned(),
    };
    let stream = format!("issue/{id}");
    let data = json!({
        "occurrence": occurrence.strip_prefix("occurrence/").unwrap_or(occurrence), "compound": typed("compound"),
        "category": typed("category"), "text": typed("text"), "source": typed("source"),
    });
    plan.add("new", Step::new("issue.raise", &stream, data).expects(Expected::Absent));
    if let Some((unit, due)) = work {
        let severity = if typed("severity").is_empty() { SEVERITIES[0] } else { typed("severity") };
        plan.add("new", Step::new("issue.triage", &stream, json!({ "severity": severity, "dueOn": due })));
        plan.add("new", Step::new("issue.assign", &stream, json!({ "unit": unit, "dueOn": due })));
    }
    Ok(())
}

/// Whether the same place has open issues of the same category, in words.
fn similar(visit: &Visit, known: &Known, compound: &str, category: &str) -> Result<Option<String>, Problem> {
    let views = visit.app().views()?;
    let open =
        |state: &str| !matches!(state, "verified" | "closed" | "merged" | "out-of-scope" | "converted");
    let mut found: Vec<&str> = views
        .wednesday
        .issue
        .iter()
        .filter(|(_, issue)| issue.compound == compound && issue.category == category && open(issue.state()))
        .map(|(id, _)| id)
        .collect();
    found.sort_unstable();
    if found.is_empty() {
        return Ok(None);
    }
    let t = visit.text;
    let name = known.compounds.iter().find(|(code, _)| code == compound).map_or(compound, |(_, name)| name);
    let category = t.word("word", category);
    let count = found.len().to_string();
    let found = t.listed(&found.iter().take(5).map(|id| (*id).to_owned()).collect::<Vec<_>>());
    let args = [("compound", name), ("category", &category), ("count", &count), ("issues", &found)];
    Ok(Some(t.get("sheet-similar", &args)))
}

/// A line under the fields of a new issue while they are chosen: has somebody raised it before?
pub(super) fn known_before(visit: &Visit) -> Seen {
    let known = Known::of(visit, Asked::default())?;
    let words = similar(visit, &known, visit.query.get("new-compound"), visit.query.get("new-category"))?;
    let words = words.map(|words| crate::output::paper::escaped(&words)).unwrap_or_default();
    Ok(Shown::Html(axum::http::StatusCode::OK, words))
}

#[cfg(test)]
mod tests {
    use super::super::choices;

    #[test]
    fn every_choice_of_a_state_is_a_command_that_it_allows() {
        use gongjian_core::domain::category::Category as _;
        use gongjian_core::domain::issue::Issue;
        for state in ["raised", "triaged", "assigned", "in-progress", "escalated", "awaiting-verification"] {
            for choice in choices(state) {
                let command = format!("issue.{choice}");
                let from = Issue::STEPS.iter().find(|(name, _)| *name == command).unwrap().1;
                // Some take a step before it: what is raised is triaged first, what is assigned begins first.
                let before = matches!((state, *choice), ("raised", "assign") | ("assigned", "fix"));
                assert!(from.contains(&state) || before, "{command} from {state}");
            }
        }
    }
}
