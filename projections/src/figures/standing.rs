//! How a report stands: of which ledger, of which freeze, and what came after earlier freezes (补记/更正).
//!
//! What is recorded late for a quarter that is frozen already does not change that quarter's report. It is in the
//! next one, in a list of its own: everything after the last freeze of the latest frozen quarter before the
//! report's, as far as it happened by that quarter's last day, and each correction of something that had begun by
//! then.

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::category::Change;
use gongjian_core::record::Position;
use serde::{Serialize, Serializer};

use super::records::community_in;
use super::report::Scope;
use crate::periods::After;
use crate::views::Views;

/// What the reader of the log adds to a report; the read models know neither digests nor the ledger's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The name of the ledger.
    pub origin: Option<String>,
    /// Version of the template.
    pub template: Option<u16>,
    /// How the quarter stands; none where it was never frozen, or somebody named what to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<PeriodStanding>,
    /// What came after earlier freezes.
    pub supplements: Vec<Supplement>,
}

/// How the quarter of a report stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PeriodStanding {
    /// `frozen` or `reopened`.
    pub state: &'static str,
    /// The last event that the report counts, where the quarter is frozen.
    pub frozen_at: Option<Position>,
    /// That event's digest.
    pub digest: Option<String>,
    /// Number of the edition, where one is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<usize>,
}

/// What was recorded after the freeze of an earlier quarter, and belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Supplement {
    /// The quarter that it belongs to: in which it happened, or in which what it corrects began.
    #[serde(serialize_with = "shown")]
    pub quarter: Quarter,
    /// Its kind, such as `agreement.signed`.
    pub kind: String,
    /// Its stream.
    pub stream: String,
    /// Code of the community, where it has one.
    pub community: Option<String>,
    /// The day by the record's word.
    pub occurred_on: Day,
    /// When the ledger took it in.
    pub recorded_on: Day,
    /// How many days late, of what is no correction.
    pub days: Option<i32>,
    /// What a correction says was wrong, and what is right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Why it was corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The event.
    pub position: Position,
}

fn shown<S: Serializer>(quarter: &Quarter, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(quarter)
}

/// What belongs to frozen quarters before `quarter` and came after the last of their freezes. `began` tells the day
/// of a stream's first event, which the log knows.
pub fn supplements(
    views: &Views,
    quarter: Quarter,
    scope: &Scope,
    began: &dyn Fn(&str) -> Option<Day>,
) -> Vec<Supplement> {
    let Some((earlier, freeze)) = views.periods.before(quarter) else { return Vec::new() };
    let last_day = earlier.last_day();
    let belongs = |after: &After| {
        let day = if after.corrects { began(&after.stream)? } else { after.occurred };
        (day <= last_day).then(|| day.quarter())
    };
    let supplement = |after: &After| {
        let community = community_in(views, scope, &after.stream)?;
        let quarter = belongs(after)?;
        let corrections = views.imports.corrections();
        let correction = corrections.binary_search_by_key(&after.position, |it| it.position).ok();
        let correction = correction.and_then(|place| corrections.get(place));
        let late = views.imports.late_at(after.position).map(|late| late.days);
        let days = late.unwrap_or_else(|| after.recorded.0.saturating_sub(after.occurred.0));
        Some(Supplement {
            quarter,
            kind: after.kind.to_string(),
            stream: after.stream.to_string(),
            community,
            occurred_on: after.occurred,
            recorded_on: after.recorded,
            days: (!after.corrects).then_some(days),
            changes: correction.map(|it| it.changes.clone()).unwrap_or_default(),
            reason: correction.map(|it| it.reason.to_string()),
            position: after.position,
        })
    };
    views.periods.after(freeze.knows).iter().filter_map(supplement).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::hand_made::{HandMade, county, day};

    /// The hand-made county with a quarter frozen on a day.
    fn frozen(quarter: &str, on: &str) -> HandMade {
        let mut it = county();
        it.builder.today = Some(day(on));
        it.act(on, &format!("period/{quarter}"), "period.freeze", json!({}));
        it
    }

    fn admit(it: &mut HandMade, told: &str, on: &str, unit: &str) -> Position {
        it.builder.today = Some(day(told));
        let stream = format!("membership/A02-{unit}-{on}");
        it.act(on, &stream, "membership.admit", json!({"alliance": "A02", "unit": unit}))
    }

    fn found(it: &HandMade, quarter: &str, scope: &Scope) -> Vec<Supplement> {
        let views = it.views();
        // The agreement of the hand-made county was drafted on 1 May.
        let began = |stream: &str| (stream == "agreement/XY-1").then(|| day("2022-05-01"));
        supplements(&views, quarter.parse().unwrap(), scope, &began)
    }

    #[test]
    fn what_comes_after_a_freeze_is_in_the_next_report_and_in_no_other() {
        let mut it = frozen("2022-Q2", "2022-07-05");
        let late = admit(&mut it, "2022-07-10", "2022-06-20", "Y001");
        // What happened after the quarter is ordinary.
        admit(&mut it, "2022-07-11", "2022-07-02", "U066");
        let change = json!({"changes": [{"field": "name", "now": "共建协议书"}], "reason": "名称有误"});
        let corrected = it.act("2022-07-12", "agreement/XY-1", "agreement.correct", change);
        let next = found(&it, "2022-Q3", &Scope::County);
        let positions: Vec<Position> = next.iter().map(|it| it.position).collect();
        assert_eq!(positions, [late, corrected]);
        assert_eq!((next[0].quarter.to_string().as_str(), next[0].days), ("2022-Q2", Some(20)));
        assert_eq!((next[0].occurred_on, next[0].recorded_on), (day("2022-06-20"), day("2022-07-10")));
        assert_eq!((next[1].days, next[1].reason.as_deref()), (None, Some("名称有误")));
        assert_eq!(next[1].changes[0].now, "共建协议书");
        assert_eq!(found(&it, "2022-Q2", &Scope::County), []);
        assert_eq!(found(&it, "2022-Q3", &Scope::Community("C01".to_owned())), next[1..]);
        assert_eq!(found(&it, "2022-Q3", &Scope::Street("S02".to_owned())), next[..1]);

        // The third quarter frozen, the list is told; what comes now is the fourth's.
        it.builder.today = Some(day("2022-10-08"));
        it.act("2022-10-08", "period/2022-Q3", "period.freeze", json!({}));
        assert_eq!(found(&it, "2022-Q4", &Scope::County), []);
        let later = admit(&mut it, "2022-10-09", "2022-06-21", "P02");
        let fourth = found(&it, "2022-Q4", &Scope::County);
        assert_eq!((fourth.len(), fourth[0].position), (1, later));
        assert_eq!(fourth[0].quarter.to_string(), "2022-Q2");
    }

    #[test]
    fn a_second_freeze_takes_in_what_came_after_the_first() {
        let mut it = frozen("2022-Q2", "2022-07-05");
        admit(&mut it, "2022-07-10", "2022-06-20", "Y001");
        it.builder.actor = "分管岗";
        it.builder.today = Some(day("2022-07-12"));
        it.act("2022-07-11", "period/2022-Q2", "period.reopen", json!({"reason": "漏报"}));
        // While it is open again its report is still the old one for the next.
        assert_eq!(found(&it, "2022-Q3", &Scope::County).len(), 1);
        it.act("2022-07-12", "period/2022-Q2", "period.freeze", json!({}));
        assert_eq!(found(&it, "2022-Q3", &Scope::County), []);
        // Without any freeze before it a report has none.
        assert_eq!(found(&it, "2022-Q1", &Scope::County), []);
        assert_eq!(it.views().periods.before("2022-Q3".parse().unwrap()).unwrap().0.to_string(), "2022-Q2");
    }
}
