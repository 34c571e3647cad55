//! The sheet of a Wednesday meeting: what is still open first, oldest first, then what is new.

use gongjian_core::day::Day;
use gongjian_core::domain::issue::Issue;
use serde::Serialize;

use crate::due::overdue;
use crate::registry::Kind;
use crate::trail::Named;
use crate::views::Views;
use crate::wednesday::carry_overs;

/// One issue on the sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SheetLine {
    /// Id of the issue.
    pub id: String,
    /// The compound.
    pub compound: Named,
    /// 类别.
    pub category: String,
    /// 问题描述.
    pub text: String,
    /// 提出日期.
    pub raised_on: Day,
    /// Where it stood on that day: `open`, `awaiting-verification`, `verified`.
    pub state: &'static str,
    /// 责任单位.
    pub responsible: Option<Named>,
    /// 完成时限.
    pub due_on: Option<Day>,
    /// 办结日期.
    pub completed_on: Option<Day>,
    /// How often it was carried over, this meeting included.
    pub carry_overs: usize,
    /// Due by this day, by the original date, and not done.
    pub overdue: bool,
}

/// The sheet of one meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sheet {
    /// The community.
    pub community: Named,
    /// The day.
    pub date: Day,
    /// The occurrence planned or held on that day.
    pub occurrence: Option<String>,
    /// Open since an earlier meeting.
    pub old: Vec<SheetLine>,
    /// Raised at this one.
    pub new: Vec<SheetLine>,
}

/// The Wednesday sheet of a community on a day; `None` if there is no such community.
pub fn wednesday_sheet(views: &Views, community: &str, date: Day) -> Option<Sheet> {
    let code = views.registry.code(Kind::Community, community)?;
    let occurrence = views
        .wednesday
        .occurrence
        .iter()
        .filter(|(_, row)| row.community == code)
        .filter(|(_, row)| row.held.map_or(row.planned_on, |held| held.on) == date)
        .map(|(id, _)| id)
        .min();
    let held = views.wednesday.held_days();
    let days = held.get(code).map(Vec::as_slice).unwrap_or_default();
    // What is still open stands on this sheet too, whether or not the meeting has been held yet.
    let before = date.plus(-1);
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for (id, issue) in views.wednesday.issue.iter() {
        let Some(raised) = issue.raised.filter(|raised| raised.by(date)) else { continue };
        let of_community =
            views.wednesday.occurrence.get(&issue.occurrence).is_some_and(|row| row.community == code);
        if !of_community || issue.ended.is_some() {
            continue;
        }
        let line = |count| line(views, id, issue, raised.on, date, count);
        if occurrence == Some(issue.occurrence.as_str()) || raised.on == date {
            new.push(line(0));
        } else if !issue.work.verified_by(before) {
            old.push(line(carry_overs(issue, days, before) + 1));
        }
    }
    for lines in [&mut old, &mut new] {
        lines.sort_unstable_by(|a, b| (a.raised_on, &a.id).cmp(&(b.raised_on, &b.id)));
    }
    let community = Named::of(views, Kind::Community, code, date);
    Some(Sheet { community, date, occurrence: occurrence.map(str::to_owned), old, new })
}

fn line(views: &Views, id: &str, issue: &Issue, raised_on: Day, date: Day, carry_overs: usize) -> SheetLine {
    let due_on = issue.work.extended_to.max(issue.work.due_on);
    SheetLine {
        id: id.to_owned(),
        compound: Named::of(views, Kind::Compound, &issue.compound, date),
        category: issue.category.clone(),
        text: issue.text.clone(),
        raised_on,
        state: match (issue.work.verified_by(date), issue.work.completed_by(date)) {
            (true, _) => "verified",
            (_, true) => "awaiting-verification",
            _ => "open",
        },
        responsible: issue.work.responsible.as_ref().map(|unit| Named::of(views, Kind::Unit, unit, date)),
        due_on,
        completed_on: issue.work.completed.filter(|done| done.by(date)).map(|done| done.on),
        carry_overs,
        overdue: overdue(issue.work.due_on, issue.work.completed, date),
    }
}
