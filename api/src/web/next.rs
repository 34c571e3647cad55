//! Work with a responsible unit: what comes next is a form in its page, and whether it is done and whether somebody
//! else confirmed it always stand side by side.

use super::cells::Cell;
use super::inline::{self, Inline};
use super::item::{self, Fact, ItemPage};
use super::{Seen, Shown, Visit, form};
use crate::error::Problem;

/// Commands with a form in the page, the likely ones first.
const NEXT: &[&str] = &[
    "decision.start",
    "decision.complete",
    "decision.verify",
    "decision.return",
    "decision.extend",
    "task.accept",
    "task.start",
    "task.report",
    "task.verify",
    "task.return",
    "issue.triage",
    "issue.assign",
    "issue.progress",
    "issue.fix",
    "issue.verify",
    "issue.return",
];
/// Forms on one page; the rest are buttons.
const FORMS: usize = 2;
/// What is said even where there is nothing to say yet.
const ALWAYS: &[&str] = &["dueOn", "completedOn", "verifier", "verifiedOn"];

/// Shows something that a unit has to do.
pub(super) fn show(visit: &Visit) -> Seen {
    let mut page = item::build(visit)?;
    let t = visit.text;
    for name in ALWAYS {
        let label = t.word("field", name);
        if page.item.get(*name).is_some() && !page.facts.iter().any(|fact| fact.label == label) {
            page.facts.push(Fact { label, cell: Cell::words("—") });
        }
    }
    page.facts.sort_by_key(|fact| ALWAYS.iter().position(|name| t.word("field", name) == fact.label));
    page.next = forms(visit, &mut page)?;
    Shown::page(&page)
}

/// What comes next, taken from the buttons of the page.
fn forms(visit: &Visit, page: &mut ItemPage) -> Result<Vec<Inline>, Problem> {
    let mut forms: Vec<Inline> = Vec::new();
    for command in NEXT {
        let leads = format!("/do/{command}?");
        let Some(at) = page.actions.iter().position(|action| action.link.starts_with(&leads)) else {
            continue;
        };
        if forms.len() == FORMS {
            break;
        }
        page.actions.remove(at);
        let mut inline = Inline::new(visit, &command.replace('.', "-"), "", &page.stream, None)?;
        inline.action = format!("/do/{command}");
        inline.verb = visit.text.command(command);
        inline.primary = forms.is_empty();
        for field in form::fields_of(command) {
            let shown = inline::field(visit, command, &field.name, "", None)?;
            // One line is enough in a row of fields.
            let widget = if shown.widget == "text" { "line" } else { shown.widget };
            inline.fields.push(form::FieldShown { widget, ..shown });
        }
        inline.fields.push(inline::day(visit, visit.app().today(), None)?);
        forms.push(inline);
    }
    Ok(forms)
}
