//! 项目认领台账: projects from proposal to acceptance.

use gongjian_core::domain::project::ProjectCommand;

use super::row::RowWork;

/// Reconciles a row of 项目. Who accepted a claim and when work began no sheet states; nothing is invented.
pub(super) fn project(row: &mut RowWork<'_, '_, '_>) {
    row.compare(|row, field| matches!(field, "dueOn" | "extendedTo") && row.was("submittedOn").is_empty());
    let fits = row.needs("claimant", "claimedOn")
        & row.needs("claimedOn", "claimant")
        & row.needs("claimedOn", "submittedOn")
        & row.needs("submittedOn", "acceptedOn")
        & row.needs("acceptor", "acceptedOn");
    if !fits {
        return;
    }
    let as_of = row.as_of();
    if !row.known {
        let on = row.day("proposedOn").or(row.day("listedOn")).or(row.day("claimedOn")).unwrap_or(as_of);
        let propose = ProjectCommand::Propose {
            name: row.now("name").to_owned(),
            category: row.text("category").unwrap_or_else(|| "其他".to_owned()),
            community: row.now("community").to_owned(),
            compound: row.text("compound"),
            source: row.text("source"),
        };
        row.tell("project", propose, on);
    }
    if row.fresh("listedOn") {
        let on = row.day("listedOn").unwrap_or(as_of);
        row.tell("listedOn", ProjectCommand::List { claim_until: None }, on);
    }
    if row.fresh("claimedOn") {
        let claim = ProjectCommand::Claim {
            unit: row.now("claimant").to_owned(),
            supporting: Vec::new(),
            due_on: row.day("dueOn"),
        };
        let on = row.day("claimedOn").unwrap_or(as_of);
        row.tell("claimedOn", claim, on);
    } else if row.changed("dueOn") && (row.fresh("dueOn") || row.was("submittedOn").is_empty()) {
        let due_on = row.day("dueOn");
        row.tell("dueOn", ProjectCommand::Reschedule { due_on }, as_of);
    }
    if row.changed("extendedTo") && (row.fresh("extendedTo") || row.was("submittedOn").is_empty()) {
        let until = row.day("extendedTo");
        row.tell("extendedTo", ProjectCommand::Extend { until }, as_of);
    }
    outcome(row);
}

/// How the project ended.
fn outcome(row: &mut RowWork<'_, '_, '_>) {
    let as_of = row.as_of();
    if row.fresh("submittedOn") {
        let problems_solved = row.number("problemsSolved");
        let on = row.day("submittedOn").unwrap_or(as_of);
        row.tell("submittedOn", ProjectCommand::Submit { problems_solved }, on);
    }
    if row.fresh("acceptedOn") {
        let unit = row.now("acceptor").to_owned();
        let on = row.day("acceptedOn").unwrap_or(as_of);
        row.tell("acceptor", ProjectCommand::Accept { unit }, on);
    }
    if row.fresh("cancelledOn") {
        let reason = row.text("cancelReason");
        let on = row.day("cancelledOn").unwrap_or(as_of);
        row.tell("cancelledOn", ProjectCommand::Cancel { reason, decision: None }, on);
    }
}
