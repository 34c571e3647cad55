//! 联席会议台账: meetings, their topics and their decisions.

use gongjian_core::domain::decision::DecisionCommand;
use gongjian_core::domain::meeting::MeetingCommand;
use gongjian_core::domain::topic::TopicCommand;

use super::row::{RowWork, topic_id};

/// Reconciles a row of 会议. A plan may change until it happens.
pub(super) fn meeting(row: &mut RowWork<'_, '_, '_>) {
    let planned = !row.known || row.was("status") == "计划中";
    row.compare(|_, field| {
        let plan =
            ["date", "status", "reason", "place", "chairPost", "recorderPost", "expectedUnits", "noticedOn"];
        planned && plan.contains(&field)
    });
    let as_of = row.as_of();
    let Some(date) = row.day("date") else { return };
    if row.known {
        if planned {
            replan(row);
        }
    } else {
        let schedule = MeetingCommand::Schedule {
            meeting_type: row.now("meetingType").to_owned(),
            community: row.now("community").to_owned(),
            date,
            series: None,
            place: row.text("place"),
            chair_post: row.text("chairPost"),
            recorder_post: row.text("recorderPost"),
            expected_units: row.number("expectedUnits"),
        };
        let on = row.day("noticedOn").unwrap_or(date).min(date).min(as_of);
        row.tell("date", schedule, on);
    }
    if row.fresh("noticedOn") || (planned && row.changed("noticedOn") && !row.now("noticedOn").is_empty()) {
        let on = row.day("noticedOn").unwrap_or(as_of);
        row.tell("noticedOn", MeetingCommand::Notice { urgent_reason: None }, on);
    }
    if planned {
        match row.now("status") {
            "已召开" => {
                row.tell("status", MeetingCommand::Hold {}, date);
                let attend = MeetingCommand::Attend {
                    expected_units: row.number("expectedUnits"),
                    units: row.list("units"),
                    residents: row.number("residents"),
                };
                row.tell("units", attend, date);
            }
            "已取消" => {
                let reason = row.text("reason");
                row.tell("status", MeetingCommand::Cancel { reason }, date.min(as_of));
            }
            _ => {}
        }
    }
    minutes(row);
}

/// A planned meeting whose day or particulars changed.
fn replan(row: &mut RowWork<'_, '_, '_>) {
    let as_of = row.as_of();
    let held = row.now("status") == "已召开";
    if let Some(date) = row.day("date").filter(|_| row.changed("date") && !held) {
        let reason = row.text("reason");
        row.tell("date", MeetingCommand::Postpone { date, reason }, as_of);
    }
    let particulars = ["place", "chairPost", "recorderPost", "expectedUnits"];
    if let Some(field) = particulars.into_iter().find(|field| row.changed(field)) {
        let plan = MeetingCommand::Plan {
            place: row.text("place"),
            chair_post: row.text("chairPost"),
            recorder_post: row.text("recorderPost"),
            expected_units: row.number("expectedUnits"),
        };
        row.tell(field, plan, as_of);
    }
}

fn minutes(row: &mut RowWork<'_, '_, '_>) {
    let as_of = row.as_of();
    if row.fresh("minutes") {
        let number = row.now("minutes").to_owned();
        let on = row.day("minutesConfirmedOn").or(row.day("date")).unwrap_or(as_of);
        row.tell("minutes", MeetingCommand::DraftMinutes { number }, on);
    }
    if row.fresh("minutesConfirmedOn") {
        let on = row.day("minutesConfirmedOn").unwrap_or(as_of);
        row.tell("minutesConfirmedOn", MeetingCommand::ConfirmMinutes { posts: Vec::new() }, on);
    }
}

/// Reconciles a row of 议题.
pub(super) fn topic(row: &mut RowWork<'_, '_, '_>) {
    let meeting = row.now("meeting").to_owned();
    let (date, open) = match row.world().meeting.get(&meeting) {
        // 未讨论 was the outcome of a plan; once the meeting was held, there is another.
        Some(held) => {
            (held.date, held.held.is_some() && row.was("outcome") == "未讨论" || held.status() == "计划中")
        }
        None => (row.as_of(), false),
    };
    row.compare(|_, field| field == "outcome" && open);
    let on = date.min(row.as_of());
    if !row.known {
        let propose = TopicCommand::Propose {
            meeting: Some(meeting),
            number: row.number("number"),
            title: row.now("title").to_owned(),
            category: row.text("category").unwrap_or_else(|| "其他".to_owned()),
            proposer: row.text("proposer").unwrap_or_else(|| "未载明".to_owned()),
            source: row.text("source"),
        };
        row.tell("title", propose, on);
    }
    if (row.fresh("outcome") || row.changed("outcome") && open) && !row.now("outcome").is_empty() {
        let conclude = TopicCommand::Conclude {
            outcome: row.now("outcome").to_owned(),
            referred_to: row.text("referredTo"),
        };
        row.tell("outcome", conclude, on);
    }
}

/// Reconciles a row of 议定事项.
pub(super) fn decision(row: &mut RowWork<'_, '_, '_>) {
    row.compare(|row, field| matches!(field, "dueOn" | "extendedTo") && row.was("completedOn").is_empty());
    if !(row.needs("verifier", "verifiedOn") & row.needs("completedOn", "verifiedOn")) {
        return;
    }
    let as_of = row.as_of();
    if !row.known {
        let meeting = row.now("meeting").to_owned();
        let date = row.world().meeting.get(&meeting).map_or(as_of, |meeting| meeting.date);
        let record = DecisionCommand::Record {
            topic: topic_id(&meeting, row.now("number")),
            text: row.now("text").to_owned(),
            responsible: row.text("responsible"),
            supporting: row.list("supporting"),
            due_on: row.day("dueOn"),
            note_only: false,
            meeting,
        };
        row.tell("number", record, date);
    } else if row.changed("dueOn") {
        let due_on = row.day("dueOn");
        row.tell("dueOn", DecisionCommand::Reschedule { due_on }, as_of);
    }
    if row.changed("extendedTo") && (row.fresh("extendedTo") || row.was("completedOn").is_empty()) {
        let until = row.day("extendedTo");
        row.tell("extendedTo", DecisionCommand::Extend { until, reason: None }, as_of);
    }
    if row.fresh("completedOn") {
        let on = row.day("completedOn").unwrap_or(as_of);
        row.tell("completedOn", DecisionCommand::Complete {}, on);
    }
    if row.fresh("verifiedOn") {
        let unit = row.now("verifier").to_owned();
        let on = row.day("verifiedOn").unwrap_or(as_of);
        row.tell("verifier", DecisionCommand::Verify { unit }, on);
    }
}
