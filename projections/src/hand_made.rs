//! A county small enough to count by hand, made by commands: two communities, one matter of each kind.

use gongjian_core::day::Day;
use gongjian_core::record::Position;
use serde_json::{Value, json};

use crate::sample::Builder;
use crate::views::Views;

pub(crate) struct HandMade {
    pub builder: Builder,
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap_or_default()
}

impl HandMade {
    /// Does a command that must not be refused.
    pub(crate) fn act(&mut self, on: &str, stream: &str, command: &str, data: Value) -> Position {
        match self.builder.act(day(on), stream, command, data) {
            Ok(position) => position,
            Err(refused) => panic!("{stream} {command}: {refused}"),
        }
    }

    pub(crate) fn views(&self) -> Views {
        let mut views = Views::default();
        for bytes in &self.builder.log {
            views.apply(bytes).expect("events follow each other");
        }
        views
    }

    pub(crate) fn import(&mut self, number: u32, as_of: &str, missing: Value) {
        let ledgers = ["registry", "agreements", "projects", "meetings", "wednesday"];
        let files: Vec<Value> = ledgers
            .iter()
            .map(|ledger| json!({"sha256": "00", "ledger": ledger, "reportingUnit": "组织部", "asOf": as_of, "rows": 1}))
            .collect();
        let data = json!({"files": files, "missing": missing, "reason": null});
        self.act(as_of, &format!("import/{number}"), "import.record", data);
    }
}

/// The county of 老水利局家属楼, as an import of 30 June 2022 brings it.
pub(crate) fn county() -> HandMade {
    let mut it = bare();
    matters(&mut it);
    it
}

/// Its registry alone.
pub(crate) fn bare() -> HandMade {
    let mut builder = Builder::default();
    builder.today = Some(day("2022-06-30"));
    let mut it = HandMade { builder };
    for rule in gongjian_core::domain::rule::DEFAULTS {
        let parameters: Vec<Value> =
            rule.parameters.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        let data =
            json!({"title": rule.title, "source": rule.source, "validFrom": null, "parameters": parameters});
        it.act("2022-06-30", &format!("rule/{}", rule.id), "rule.adopt", data);
    }
    it.import(1, "2022-06-30", json!([]));
    registry(&mut it);
    it
}

fn registry(it: &mut HandMade) {
    let on = "2022-06-30";
    it.act(on, "street/S01", "street.register", json!({"name": "汶上街道"}));
    it.act(on, "street/S02", "street.register", json!({"name": "中都街道"}));
    for (code, name, street) in [("C01", "东门社区", "S01"), ("C02", "永续社区", "S02")] {
        let data = json!({"name": name, "street": street, "households": 3000, "population": 8000,
            "formation": null, "establishedOn": "2022-05-18"});
        it.act(on, &format!("community/{code}"), "community.register", data);
    }
    for (code, name, kind) in [
        ("P01", "东门社区党委", "社区党组织"),
        ("P02", "永续社区党委", "社区党组织"),
        ("U066", "东门物业服务有限公司", "物业企业"),
        ("U001", "县直部门01单位", "县直部门单位"),
        ("Y001", "老水利局家属楼业主委员会", "业主委员会"),
    ] {
        it.act(
            on,
            &format!("unit/{code}"),
            "unit.register",
            json!({"name": name, "kind": kind, "partyOrg": true}),
        );
    }
    for (code, name, community) in [("X001", "老水利局家属楼", "C01"), ("X002", "永续小区1", "C02")]
    {
        let data = json!({"name": name, "community": community, "households": 22, "serviceMode": "党组织领办",
            "enterprise": "U066"});
        it.act(on, &format!("compound/{code}"), "compound.register", data);
    }
    let data = json!({"name": "东门第1网格", "community": "C01", "households": 520, "leaderPost": null, "members": 4});
    it.act(on, "grid/G001", "grid.register", data);
    let data = json!({"name": "端午节", "from": "2022-06-03", "until": "2022-06-05"});
    it.act(on, "holiday/1", "holiday.declare", data);
    for (code, name, community) in [("A01", "东门社区党建联盟", "C01"), ("A02", "永续社区党建联盟", "C02")]
    {
        it.act(
            "2022-01-10",
            &format!("alliance/{code}"),
            "alliance.establish",
            json!({"name": name, "community": community}),
        );
        for unit in ["U001", "U066"] {
            let stream = format!("membership/{code}-{unit}-2022-04-01");
            it.act("2022-04-01", &stream, "membership.admit", json!({"alliance": code, "unit": unit}));
        }
    }
    it.act("2022-06-30", "membership/A02-U066-2022-04-01", "membership.end", json!({"reason": null}));
}

fn matters(it: &mut HandMade) {
    for (n, on) in [(1, "2022-06-01"), (2, "2022-06-08"), (3, "2022-06-15"), (4, "2022-06-22")] {
        let stream = format!("occurrence/LH-{n}");
        it.act(on, &stream, "occurrence.schedule", json!({"community": "C01", "plannedOn": on}));
        if n != 3 {
            it.act(on, &stream, "occurrence.hold", json!({"participants": ["社区党组织"], "reason": null}));
        }
    }
    let data = json!({"occurrence": "LH-1", "compound": "X001", "category": "污水排放",
        "text": "老水利局家属楼污水主次管道倒灌", "source": "居民代表", "responsible": "U066", "dueOn": "2022-06-24"});
    it.act("2022-06-01", "issue/WT-2022-0000", "issue.raise", data);
    let data = json!({"meetingType": "六号联席会议", "community": "C01", "date": "2022-06-06", "series": null,
        "place": null, "chairPost": null, "recorderPost": null, "expectedUnits": 2});
    it.act("2022-06-06", "meeting/HY-1", "meeting.schedule", data);
    it.act("2022-06-05", "meeting/HY-1", "meeting.notice", json!({"urgentReason": null}));
    it.act("2022-06-06", "meeting/HY-1", "meeting.hold", json!({}));
    let data = json!({"expectedUnits": 2, "units": ["P01", "U066"], "residents": 6});
    it.act("2022-06-06", "meeting/HY-1", "meeting.attend", data);
    let data = json!({"meeting": "HY-1", "number": 1, "title": "污水倒灌", "category": "污水排放",
        "proposer": "居民代表", "source": "WT-2022-0000"});
    it.act("2022-06-06", "topic/HY-1-Y1", "topic.propose", data);
    it.act("2022-06-06", "topic/HY-1-Y1", "topic.conclude", json!({"outcome": "已议定", "referredTo": null}));
    let data = json!({"meeting": "HY-1", "topic": "HY-1-Y1", "text": "疏通清淤", "responsible": "U066",
        "supporting": ["U001"], "dueOn": "2022-06-24"});
    it.act("2022-06-06", "decision/HY-1-J1-1", "decision.record", data);
    for stream in ["issue/WT-2022-0000", "decision/HY-1-J1-1"] {
        let command = if stream.starts_with("issue") { "issue" } else { "decision" };
        let done = if command == "issue" { "issue.fix" } else { "decision.complete" };
        it.act("2022-06-20", stream, done, json!({}));
        it.act("2022-06-27", stream, &format!("{command}.verify"), json!({"unit": "Y001"}));
    }
    let data = json!({"name": "共建协议", "kind": "共建协议", "alliance": "A01", "partyA": "P01", "partyB": "U066",
        "otherParties": [], "evidence": null});
    it.act("2022-05-01", "agreement/XY-1", "agreement.draft", data);
    it.act("2022-05-01", "agreement/XY-1", "agreement.sign", json!({"units": ["P01", "U066"], "post": null}));
    it.act("2022-05-02", "agreement/XY-1", "agreement.effect", json!({"until": "2022-06-29"}));
    let data = json!({"agreement": "XY-1", "number": 1, "text": "清理楼道", "joint": "问题联商",
        "responsible": "U066", "dueOn": "2022-06-30"});
    it.act("2022-05-01", "commitment/XY-1-T1", "commitment.add", data);
    let data = json!({"name": "红帆驿站", "category": "红帆驿站建设", "community": "C02", "compound": null, "source": null});
    it.act("2022-05-01", "project/XM-1", "project.propose", data);
    it.act("2022-05-02", "project/XM-1", "project.list", json!({"claimUntil": null}));
    it.act(
        "2022-05-03",
        "project/XM-1",
        "project.claim",
        json!({"unit": "U066", "supporting": [], "dueOn": "2022-06-10"}),
    );
    it.act("2022-06-12", "project/XM-1", "project.submit", json!({"problemsSolved": 0}));
    it.act("2022-06-12", "project/XM-1", "project.accept", json!({"unit": "P02"}));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Evidence, Figure as F, Scope, report, report_with};
    use crate::findings::{Code, findings};
    use crate::lists::{Query, list, wednesday_sheet};
    use crate::trail::{TrailError, trail};

    #[test]
    fn figures_are_what_counting_by_hand_gives() {
        let views = county().views();
        let on = views.default_on(day("2030-01-01"));
        assert_eq!(on, day("2022-06-30"));
        let quarter = "2022-Q2".parse().unwrap();
        let of = |scope| report(&views, quarter, &scope, on);
        let county = of(Scope::County);
        for (figure, number) in [
            (F::Alliances, 2),
            (F::Memberships, 3),
            (F::MemberUnits, 2),
            (F::MembershipsJoined, 4),
            (F::MembershipsLeft, 1),
            (F::AgreementsSigned, 1),
            (F::AgreementsInForce, 0),
            (F::AgreementsExpired, 1),
            (F::CommitmentsMade, 1),
            (F::CommitmentsDue, 1),
            (F::ProjectsClaimed, 1),
            (F::ProjectsDue, 1),
            (F::ProjectsDueSubmittedOnTime, 0),
            (F::ProjectsOpen, 0),
            (F::PropertyEnterprises, 1),
            (F::PropertyEnterprisesWithAgreement, 0),
            (F::PropertyEnterprisesWithClaimThisYear, 1),
            (F::JointMeetingsHeld, 0),
            (F::LiuhaoMeetingsHeld, 1),
            (F::DecisionsRecorded, 1),
            (F::DecisionsDueCompletedOnTime, 1),
            (F::DecisionsVerified, 1),
            (F::DecisionsOpen, 0),
            (F::WednesdayMeetingsHeld, 3),
            (F::WednesdayMeetingsMissed, 1),
            // Seven Wednesdays from 18 May on: three without a record in one community, seven in the other.
            (F::WednesdayMeetingsUnrecorded, 10),
            (F::PropertyIssuesClosed, 1),
            (F::PropertyIssuesOpen, 0),
        ] {
            assert_eq!(county.figures.number(figure), number, "{}", figure.name());
        }
        // The enterprise serves a compound in both communities; its agreement expired, its claim counts in both.
        for code in ["C01", "C02"] {
            assert_eq!(county.communities[code].figures.number(F::PropertyEnterprises), 1);
            assert_eq!(county.communities[code].figures.number(F::PropertyEnterprisesWithClaimThisYear), 1);
        }
        assert_eq!(of(Scope::Street("S01".to_owned())).figures, county.communities["C01"].figures);
        assert_eq!(of(Scope::Community("C02".to_owned())).figures, county.communities["C02"].figures);
        assert_eq!(county.figures.get(F::DecisionsDueCompletedOnTime).of, Some(1));
        let before = report(&views, "2022-Q1".parse().unwrap(), &Scope::County, on);
        assert_eq!(county.balances.len(), 5);
        for balance in &county.balances {
            assert!(balance.holds, "{balance:?}");
            assert_eq!(balance.opening, before.figures.number(balance.stock));
        }
    }

    #[test]
    fn the_events_of_a_figure_are_those_without_which_it_would_be_another() {
        let made = county();
        let views = made.views();
        let quarter = "2022-Q2".parse().unwrap();
        let on = day("2022-06-30");
        let whole = report(&views, quarter, &Scope::County, on);
        for (position, bytes) in made.builder.log.iter().enumerate() {
            let record = gongjian_core::record::RecordRef::decode(bytes).unwrap();
            let category = record.stream.split('/').next().unwrap_or_default();
            // The frame in which figures are counted, and attributes without a fact of their own.
            if !["membership", "agreement", "commitment", "project", "decision", "issue"].contains(&category)
                || record.kind == "agreement.recorded"
            {
                continue;
            }
            let mut without = Views::default();
            for (place, bytes) in made.builder.log.iter().enumerate() {
                let mut record = gongjian_core::record::Record::decode(bytes).unwrap();
                if place == position {
                    record.kind = "nothing.happened".to_owned();
                }
                without.apply(&record.encode().unwrap()).unwrap();
            }
            let other = report_with(&without, quarter, &Scope::County, on, Evidence::None);
            for (figure, counted) in whole.figures.iter() {
                let changes = other.figures.get(figure).value != counted.value;
                let listed = counted.events.unwrap().contains(&(position as u64));
                assert_eq!(listed, changes, "{} and {} {}", figure.name(), record.kind, record.stream);
            }
        }
    }

    #[test]
    fn the_golden_case_is_one_matter_from_the_problem_to_its_verification() {
        let made = county();
        let views = made.views();
        let read = |position: Position| made.builder.log.get(position as usize).cloned();
        let on = day("2022-06-30");
        for id in ["老水利局家属楼", "issue/WT-2022-0000", "HY-1-J1-1", "HY-1-Y1"] {
            let trail = trail(&views, id, &read, on).unwrap();
            let matter = trail.matters.iter().find(|matter| matter.root == "issue/WT-2022-0000").unwrap();
            let kinds: Vec<&str> = matter.steps.iter().map(|step| step.kind.as_str()).collect();
            assert_eq!(kinds.first(), Some(&"occurrence.scheduled"));
            assert!(kinds.contains(&"meeting.attended") && kinds.contains(&"topic.concluded"), "{kinds:?}");
            assert_eq!(kinds.last(), Some(&"decision.verified"));
            assert_eq!(matter.summary.households, Some(22));
            assert_eq!(matter.summary.verified_on, Some(day("2022-06-27")));
            assert_eq!(matter.summary.verifier.as_ref().unwrap().code, "Y001");
            assert_eq!(matter.not_stated.len(), 7, "{:?}", matter.not_stated);
        }
        // What happens later is not there yet.
        let early = trail(&views, "WT-2022-0000", &read, day("2022-06-06")).unwrap();
        assert_eq!(early.matters[0].summary.completed_on, None);
        assert!(matches!(trail(&views, "不存在", &read, on), Err(TrailError::Unknown(_))));
        assert!(matches!(trail(&views, "WT-2022-0000", &|_| None, on), Err(TrailError::Unreadable(_))));
    }

    #[test]
    fn findings_cite_the_rule_that_decided() {
        let views = county().views();
        let found = findings(&views, day("2022-06-30"));
        let one = |code| found.iter().filter(|finding| finding.code == code).collect::<Vec<_>>();
        assert_eq!(one(Code::NoticeTooShort)[0].arg("rule"), Some("M02@1"));
        assert_eq!(one(Code::NoMinutes)[0].stream, "meeting/HY-1");
        assert_eq!(one(Code::OccurrenceMissed)[0].stream, "occurrence/LH-3");
        assert_eq!(one(Code::DueAfterExpiry)[0].stream, "commitment/XY-1-T1");
        assert_eq!(one(Code::SameDayVerification)[0].stream, "project/XM-1");
        assert_eq!(one(Code::NothingSolved).len(), 1);
        assert_eq!(one(Code::GridHouseholds)[0].arg("households"), Some("520"));
        assert_eq!(one(Code::GridMembers)[0].arg("leader"), Some("0"));
        assert_eq!(one(Code::NoJointMeeting).len(), 2);
        // The issue went before the joint meeting: that is an escalation.
        assert!(one(Code::NotEscalated).is_empty() && one(Code::LateEntry).is_empty());
    }

    #[test]
    fn a_later_import_brings_late_entries_gone_rows_and_conflicts() {
        let mut made = county();
        made.builder.today = Some(day("2022-09-30"));
        made.import(2, "2022-09-30", json!([{"stream": "issue/WT-2022-0000", "ledger": "wednesday"}]));
        let late = made.act(
            "2022-05-01",
            "membership/A02-U001-2022-04-01",
            "membership.end",
            json!({"reason": null}),
        );
        let data = json!({"changes": [{"field": "text", "now": "污水倒灌"}], "reason": "笔误"});
        made.act("2022-09-30", "issue/WT-2022-0000", "issue.correct", data);
        let views = made.views();
        assert_eq!(views.imports.late_at(late).unwrap().previous_as_of, Some(day("2022-06-30")));
        assert_eq!(views.default_on(day("2030-01-01")), day("2022-09-30"));
        let found = findings(&views, day("2022-09-30"));
        for code in [Code::LateEntry, Code::RowMissing, Code::Corrected] {
            assert_eq!(found.iter().filter(|finding| finding.code == code).count(), 1, "{}", code.word());
        }
        // A live record ends the time in which only imports speak.
        made.builder.actor = "书记岗";
        made.act("2022-09-01", "unit/U001", "unit.rename", json!({"name": "县直部门一单位"}));
        let views = made.views();
        assert_eq!(views.default_on(day("2030-01-01")), day("2030-01-01"));
        assert_eq!(views.imports.late().last().unwrap().rule, Some(1));
        assert_eq!(views.registry.find("县直部门01单位"), views.registry.find("县直部门一单位"));
    }

    #[test]
    fn registers_filter_sort_and_page() {
        let views = county().views();
        let on = day("2022-06-30");
        let query = Query { community: Some("东门社区".to_owned()), limit: 3, ..Query::on(on) };
        let page = list(&views, "occurrences", &query).unwrap();
        assert_eq!((page.total, page.rows.len()), (4, 3));
        let rest = list(&views, "occurrences", &Query { cursor: page.next, ..query.clone() }).unwrap();
        assert_eq!((rest.rows[0]["id"].as_str(), rest.next), (Some("LH-4"), None));
        let overdue =
            list(&views, "commitments", &Query { due_before: Some(day("2022-07-01")), ..Query::on(on) });
        assert_eq!(overdue.unwrap().rows[0]["responsibleName"], "东门物业服务有限公司");
        assert!(list(&views, "nothing", &query).is_err());
        assert!(list(&views, "issues", &Query { cursor: Some("zz".to_owned()), ..query.clone() }).is_err());
        assert!(list(&views, "issues", &Query { sort: Some("zz".to_owned()), ..query }).is_err());
        for what in crate::lists::WHATS {
            let page = list(&views, what, &Query::on(on)).unwrap();
            assert_eq!(page.rows.len(), page.total, "{what}");
        }
        let query = Query { community: Some("C01".to_owned()), ..Query::on(on) };
        let calendar = list(&views, "calendar", &query).unwrap();
        let days: Vec<&str> = calendar.rows.iter().map(|row| row["day"].as_str().unwrap()).collect();
        assert!(days.len() > 5 && days.is_sorted());
        let meetings = Query { category: Some("wednesday".to_owned()), ..query };
        assert_eq!(list(&views, "calendar", &meetings).unwrap().total, 4);
        let sheet = wednesday_sheet(&views, "C01", day("2022-06-15")).unwrap();
        assert_eq!((sheet.old[0].id.as_str(), sheet.old[0].carry_overs), ("WT-2022-0000", 2));
    }
}
