//! 周三例会台账: occurrences and their issues.

use gongjian_core::domain::issue::IssueCommand;
use gongjian_core::domain::occurrence::OccurrenceCommand;

use super::row::RowWork;

/// Reconciles a row of 例会. 计划中 and 未召开 both say that nothing has happened.
pub(super) fn occurrence(row: &mut RowWork<'_, '_, '_>) {
    let planned = !row.known || row.was("status") == "计划中";
    let unchanged = row.now("status") == "未召开" && row.was("status") == "计划中";
    row.compare(|_, field| match field {
        "status" => planned || unchanged,
        "plannedOn" | "reason" => planned,
        _ => false,
    });
    if row.now("status") == "已召开" && !row.needs("heldOn", "status") {
        return;
    }
    let as_of = row.as_of();
    let Some(planned_on) = row.day("plannedOn") else { return };
    if !row.known {
        let community = row.now("community").to_owned();
        row.tell("plannedOn", OccurrenceCommand::Schedule { community, planned_on }, planned_on.min(as_of));
    } else if planned && row.changed("plannedOn") {
        let reason = row.text("reason");
        row.tell("plannedOn", OccurrenceCommand::Reschedule { planned_on, reason }, as_of);
    }
    if !planned {
        return;
    }
    let reason = row.text("reason");
    match row.now("status") {
        "已召开" => {
            let participants = row.list("participants");
            let on = row.day("heldOn").unwrap_or(planned_on);
            row.tell("heldOn", OccurrenceCommand::Hold { participants, reason }, on);
        }
        "已取消" => {
            row.tell("status", OccurrenceCommand::Cancel { reason }, planned_on.min(as_of));
        }
        _ if row.changed("reason") && reason.is_some() => {
            row.tell("reason", OccurrenceCommand::Reschedule { planned_on, reason }, planned_on.min(as_of));
        }
        _ => {}
    }
}

/// Reconciles a row of 问题.
pub(super) fn issue(row: &mut RowWork<'_, '_, '_>) {
    row.compare(|row, field| field == "dueOn" && row.was("completedOn").is_empty());
    if !(row.needs("verifier", "verifiedOn") & row.needs("completedOn", "verifiedOn")) {
        return;
    }
    let as_of = row.as_of();
    if !row.known {
        let occurrence = row.now("occurrence").to_owned();
        let held =
            row.world().occurrence.get(&occurrence).map(|o| o.held.map_or(o.planned_on, |held| held.on));
        let raised = row.day("raisedOn").or(held).unwrap_or(as_of);
        let raise = IssueCommand::Raise {
            occurrence,
            compound: row.now("compound").to_owned(),
            category: row.now("category").to_owned(),
            text: row.text("text").unwrap_or_else(|| row.now("category").to_owned()),
            source: row.text("source").unwrap_or_else(|| "未载明".to_owned()),
            responsible: row.text("responsible"),
            due_on: row.day("dueOn"),
        };
        row.tell("text", raise, raised);
    } else {
        if row.fresh("responsible") {
            let unit = row.now("responsible").to_owned();
            let due_on = row.day("dueOn");
            row.tell("responsible", IssueCommand::Assign { unit, due_on }, as_of);
        } else if row.changed("dueOn") {
            let due_on = row.day("dueOn");
            row.tell("dueOn", IssueCommand::Reschedule { due_on }, as_of);
        }
    }
    if row.fresh("completedOn") {
        let on = row.day("completedOn").unwrap_or(as_of);
        row.tell("completedOn", IssueCommand::Fix {}, on);
    }
    if row.fresh("verifiedOn") {
        let unit = row.now("verifier").to_owned();
        let on = row.day("verifiedOn").unwrap_or(as_of);
        row.tell("verifier", IssueCommand::Verify { unit }, on);
    }
}
