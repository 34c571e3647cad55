//! Obligations over counties made by hand: what opens, what meets it, what excuses it, and by which rule.
#![allow(clippy::unwrap_used, reason = "tests")]

use gongjian_core::day::Quarter;
use serde_json::{Value, json};

use super::{Filter, Obligation, State, list, matrix};
use crate::figures::{Figure, Scope, report};
use crate::hand_made::{HandMade, bare, county, day};
use crate::sample::Builder;
use crate::views::Views;

fn of(views: &Views, rule: &str, on: &str) -> Vec<Obligation> {
    list(views, &Filter::default().of_rule(rule), day(on))
}

fn one(views: &Views, id: &str, on: &str) -> Obligation {
    let rule = id.split('-').next().unwrap();
    of(views, rule, on).into_iter().find(|it| it.id == id).unwrap_or_else(|| panic!("no {id} on {on}"))
}

fn state(views: &Views, id: &str, on: &str) -> State {
    one(views, id, on).state
}

fn quarter(text: &str) -> Quarter {
    text.parse().unwrap()
}

/// A joint meeting of a community that was held.
fn meet(it: &mut HandMade, id: &str, community: &str, on: &str) -> u64 {
    let stream = format!("meeting/{id}");
    let data = json!({"meetingType": "联席会议", "community": community, "date": on, "series": null, "place": null,
        "chairPost": null, "recorderPost": null, "expectedUnits": 2});
    it.act(on, &stream, "meeting.schedule", data);
    it.act(on, &stream, "meeting.hold", json!({}))
}

fn amend(it: &mut HandMade, rule: &str, from: &str, parameters: &[(&str, u32)]) {
    let parameters: Vec<Value> =
        parameters.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let data = json!({"source": "县委组织部通知", "validFrom": from, "parameters": parameters});
    it.act(from, &format!("rule/{rule}"), "rule.amend", data);
}

/// A decision of a meeting, to exempt by.
fn decision(it: &mut HandMade, meeting: &str, id: &str, on: &str) {
    let topic = format!("{meeting}-Y9");
    let data = json!({"meeting": meeting, "number": 9, "title": "规模调整", "category": "其他",
        "proposer": "居委会", "source": null});
    it.act(on, &format!("topic/{topic}"), "topic.propose", data);
    let data = json!({"meeting": meeting, "topic": topic, "text": "调整期间不召开", "responsible": "P01",
        "supporting": [], "dueOn": null});
    it.act(on, &format!("decision/{id}"), "decision.record", data);
}

fn exempt(it: &mut HandMade, on: &str, id: &str, subject: &str, period: Option<&str>, decision: &str) -> u64 {
    let rule = id.split('-').next().unwrap();
    let data = json!({"rule": rule, "subject": subject, "community": null, "period": period,
        "decision": decision, "reason": "社区规模调整"});
    it.act(on, &format!("obligation/{id}"), "obligation.exempt", data)
}

#[test]
fn a_quarter_is_met_by_a_joint_meeting_and_not_by_the_sixth() {
    let mut made = county();
    made.builder.today = Some(day("2022-09-30"));
    let views = made.views();
    // The ledger's first meeting is of the second quarter; before it nothing is said.
    assert_eq!(of(&views, "R12", "2022-06-30").len(), 2);
    let missed = one(&views, "R12-A01-2022-Q2", "2022-06-30");
    assert_eq!((missed.state, missed.done, missed.wanted), (State::Missed, 0, 1));
    assert_eq!((missed.rule_version.as_deref(), missed.subject.as_str()), (Some("R12@1"), "alliance/A01"));
    assert_eq!((missed.opens_on, missed.due_on), (Some(day("2022-04-01")), Some(day("2022-06-30"))));
    assert_eq!(state(&views, "R12-A01-2022-Q2", "2022-06-29"), State::Open);
    let position = meet(&mut made, "HY-2", "C01", "2022-06-21");
    let views = made.views();
    let met = one(&views, "R12-A01-2022-Q2", "2022-06-30");
    assert_eq!((met.state, met.met_by.as_slice(), met.late), (State::Met, &[position][..], false));
    assert_eq!(state(&views, "R12-A01-2022-Q2", "2022-06-20"), State::Open, "it was held later");
    // A meeting of the next quarter meets the next quarter.
    meet(&mut made, "HY-3", "C02", "2022-07-01");
    let views = made.views();
    assert_eq!(state(&views, "R12-A02-2022-Q2", "2022-07-01"), State::Missed);
    assert_eq!(state(&views, "R12-A02-2022-Q3", "2022-07-01"), State::Met);
    assert_eq!(state(&views, "R12-A01-2022-Q3", "2022-07-01"), State::Open);
}

#[test]
fn an_alliance_owes_from_its_beginning_to_its_end() {
    let mut made = county();
    made.builder.today = Some(day("2022-12-31"));
    made.act("2022-08-15", "alliance/A02", "alliance.dissolve", json!({"reason": "社区合并"}));
    let views = made.views();
    let ids = |on: &str| -> Vec<String> { of(&views, "R12", on).into_iter().map(|it| it.id).collect() };
    assert_eq!(
        ids("2022-08-14"),
        ["R12-A01-2022-Q2", "R12-A02-2022-Q2", "R12-A01-2022-Q3", "R12-A02-2022-Q3"]
    );
    assert_eq!(ids("2022-08-15"), ["R12-A01-2022-Q2", "R12-A02-2022-Q2", "R12-A01-2022-Q3"]);
    assert_eq!(ids("2022-10-01").last().unwrap(), "R12-A01-2022-Q4");
}

#[test]
fn an_old_quarter_is_judged_by_the_old_rule() {
    let mut made = county();
    made.builder.today = Some(day("2023-03-31"));
    amend(&mut made, "R12", "2023-01-01", &[("meetingsPerQuarter", 2)]);
    meet(&mut made, "HY-4", "C01", "2022-12-15");
    meet(&mut made, "HY-5", "C01", "2023-01-10");
    let views = made.views();
    let old = one(&views, "R12-A01-2022-Q4", "2023-03-31");
    assert_eq!((old.state, old.wanted, old.rule_version.as_deref()), (State::Met, 1, Some("R12@1")));
    let new = one(&views, "R12-A01-2023-Q1", "2023-03-31");
    assert_eq!((new.state, new.wanted, new.done), (State::Missed, 2, 1));
    assert_eq!((new.rule_version.as_deref(), new.met_by.len()), (Some("R12@2"), 1));
    let second = meet(&mut made, "HY-6", "C01", "2023-02-10");
    let new = one(&made.views(), "R12-A01-2023-Q1", "2023-03-31");
    assert_eq!((new.state, new.met_by.last()), (State::Met, Some(&second)));
    // Repealed, it demands nothing more of quarters that end later.
    made.act("2023-03-01", "rule/R12", "rule.repeal", json!({"reason": "另行规定"}));
    let views = made.views();
    assert!(of(&views, "R12", "2023-03-31").iter().all(|it| it.due_on < Some(day("2023-01-01"))));
    assert_eq!(state(&views, "R12-A01-2022-Q4", "2023-03-31"), State::Met);
}

#[test]
fn a_decision_exempts_until_it_is_withdrawn() {
    let mut made = county();
    made.builder.today = Some(day("2022-09-30"));
    decision(&mut made, "HY-1", "YD-1", "2022-06-06");
    let id = "R12-A02-2022-Q2";
    let position = exempt(&mut made, "2022-06-20", id, "alliance/A02", Some("2022-Q2"), "YD-1");
    let views = made.views();
    assert_eq!(state(&views, id, "2022-06-19"), State::Open);
    let exempted = one(&views, id, "2022-06-30");
    let by = exempted.exempted_by.unwrap();
    assert_eq!((exempted.state, by.position), (State::Exempted, position));
    assert_eq!((by.decision.as_deref(), by.reason.as_deref()), (Some("YD-1"), Some("社区规模调整")));
    assert_eq!(state(&views, "R12-A01-2022-Q2", "2022-06-30"), State::Missed, "another alliance");
    let reason = json!({"reason": "恢复召开"});
    made.act("2022-07-10", &format!("obligation/{id}"), "obligation.withdraw-exemption", reason);
    let views = made.views();
    assert_eq!(state(&views, id, "2022-07-09"), State::Exempted);
    assert_eq!(state(&views, id, "2022-07-10"), State::Missed);
    // What was done all the same is done.
    meet(&mut made, "HY-2", "C02", "2022-06-25");
    assert_eq!(state(&made.views(), id, "2022-06-30"), State::Met);
    // The register shows it, with its end.
    let register = |on: &str| {
        let query = crate::lists::Query::on(day(on));
        crate::lists::list(&made.views(), "exemptions", &query).unwrap().rows.remove(0)
    };
    assert_eq!(register("2022-06-30")["state"], "exempted");
    assert_eq!(register("2022-06-30")["decision"], "YD-1");
    assert_eq!(register("2022-06-30")["communityName"], "永续社区");
    assert_eq!(register("2022-07-10")["state"], "withdrawn");
    assert_eq!(register("2022-07-10")["withdrawalReason"], "恢复召开");
    assert_eq!(register("2022-06-01")["state"], "not-yet");
}

#[test]
fn wednesdays_are_what_the_figures_count() {
    let mut made = county();
    made.builder.today = Some(day("2022-07-31"));
    // Cancelled with a reason, cancelled without, moved to a Thursday, and moved into the next quarter.
    for (n, on) in [(5, "2022-06-29"), (6, "2022-05-25"), (7, "2022-05-18"), (8, "2022-06-15")] {
        let community = if n == 8 { "C02" } else { "C01" };
        let stream = format!("occurrence/LH-{n}");
        made.act(on, &stream, "occurrence.schedule", json!({"community": community, "plannedOn": on}));
    }
    let cancelled = made.act("2022-06-28", "occurrence/LH-5", "occurrence.cancel", json!({"reason": "防汛"}));
    made.act("2022-05-25", "occurrence/LH-6", "occurrence.cancel", json!({"reason": null}));
    let moved = json!({"plannedOn": "2022-05-19", "reason": "停电"});
    made.act("2022-05-17", "occurrence/LH-7", "occurrence.reschedule", moved);
    let hold = json!({"participants": [], "reason": "改期"});
    made.act("2022-07-01", "occurrence/LH-8", "occurrence.hold", hold);
    let views = made.views();
    for on in ["2022-05-31", "2022-06-15", "2022-06-30", "2022-07-06"] {
        let filter = Filter::of_quarter(quarter("2022-Q2")).of_rule("R16");
        let found = list(&views, &filter, day(on));
        let whole = report(&views, quarter("2022-Q2"), &Scope::County, day(on));
        let missed = found.iter().filter(|it| it.state == State::Missed).count() as u64;
        let figure = |figure| whole.figures.number(figure);
        assert_eq!(
            missed,
            figure(Figure::WednesdayMeetingsMissed) + figure(Figure::WednesdayMeetingsUnrecorded),
            "{on}"
        );
        for code in ["C01", "C02"] {
            let part = report(&views, quarter("2022-Q2"), &Scope::Community(code.to_owned()), day(on));
            let filter =
                Filter { community: Some(code.to_owned()), state: Some(State::Missed), ..filter.clone() };
            let missed = list(&views, &filter, day(on)).len() as u64;
            let figure = |figure| part.figures.number(figure);
            assert_eq!(
                missed,
                figure(Figure::WednesdayMeetingsMissed) + figure(Figure::WednesdayMeetingsUnrecorded),
                "{code} {on}"
            );
        }
    }
    let exempted = one(&views, "R16-C01-2022-06-29", "2022-06-30");
    let by = exempted.exempted_by.unwrap();
    assert_eq!((by.position, by.decision, by.reason.as_deref()), (cancelled, None, Some("防汛")));
    assert_eq!(state(&views, "R16-C01-2022-05-25", "2022-06-30"), State::Missed, "no reason excuses nothing");
    assert_eq!(state(&views, "R16-C01-2022-05-19", "2022-06-30"), State::Missed);
    assert_eq!(state(&views, "R16-C02-2022-06-15", "2022-07-06"), State::Missed, "held in another quarter");
    let opened: Vec<String> = of(&views, "R16", "2022-07-04").into_iter().map(|it| it.id).collect();
    assert!(!opened.contains(&"R16-C01-2022-05-18".to_owned()), "it was moved");
    // The coming Wednesday is open from Monday on.
    assert!(opened.contains(&"R16-C01-2022-07-06".to_owned()));
    assert!(!opened.contains(&"R16-C01-2022-07-13".to_owned()));
    assert_eq!(state(&views, "R16-C01-2022-07-06", "2022-07-04"), State::Open);
    assert!(of(&views, "R16", "2022-07-03").iter().all(|it| it.id != "R16-C01-2022-07-06"));
}

#[test]
fn an_enterprise_owes_a_claim_a_year_and_an_agreement_in_each_community() {
    let mut made = county();
    let views = made.views();
    let claim = one(&views, "R15-U066-2022", "2022-06-30");
    assert_eq!((claim.state, claim.unit.as_deref(), claim.done), (State::Met, Some("U066"), 1));
    assert_eq!(claim.communities, ["C01", "C02"]);
    assert_eq!(state(&views, "R15-U066-2022", "2022-05-02"), State::Open, "claimed the day after");
    // Its agreement in the one community ended on 29 June; in the other there was none. No day is set.
    assert_eq!(state(&views, "R14-U066-C01", "2022-06-29"), State::Met);
    let open = one(&views, "R14-U066-C01", "2022-06-30");
    assert_eq!((open.state, open.due_on, open.opens_on), (State::Open, None, None));
    assert_eq!(state(&views, "R14-U066-C02", "2022-06-29"), State::Open);
    made.builder.today = Some(day("2023-12-31"));
    amend(&mut made, "R14", "2022-07-01", &[("dueDays", 90)]);
    let views = made.views();
    let due = one(&views, "R14-U066-C02", "2022-09-28");
    assert_eq!((due.state, due.due_on), (State::Open, Some(day("2022-09-29"))));
    assert_eq!(due.rule_version.as_deref(), Some("R14@2"));
    assert_eq!(state(&views, "R14-U066-C02", "2022-09-29"), State::Missed);
    assert_eq!(state(&views, "R14-U066-C02", "2022-06-29"), State::Open, "judged by the rule of that day");
    // The next year asks anew.
    assert_eq!(state(&views, "R15-U066-2023", "2023-12-30"), State::Open);
    assert_eq!(state(&views, "R15-U066-2023", "2023-12-31"), State::Missed);
    assert_eq!(state(&views, "R15-U066-2022", "2023-12-31"), State::Met);
}

#[test]
fn works_are_judged_by_their_original_dates() {
    let mut made = county();
    let views = made.views();
    // The issue and the decision were done before 24 June, the project on 12 June instead of 10 June.
    let decision = one(&views, "DUE-decision-HY-1-J1-1", "2022-06-30");
    assert_eq!((decision.state, decision.late, decision.rule_version), (State::Met, false, None));
    assert_eq!(
        (decision.unit.as_deref(), decision.communities.as_slice()),
        (Some("U066"), &["C01".to_owned()][..])
    );
    assert_eq!(state(&views, "DUE-project-XM-1", "2022-06-11"), State::Missed);
    let project = one(&views, "DUE-project-XM-1", "2022-06-30");
    assert_eq!((project.state, project.late), (State::Met, true));
    assert_eq!(state(&views, "DUE-commitment-XY-1-T1", "2022-06-29"), State::Open);
    assert_eq!(state(&views, "DUE-commitment-XY-1-T1", "2022-06-30"), State::Missed);
    assert!(of(&views, "DUE", "2022-04-30").is_empty(), "nothing was signed, claimed, decided or raised");
    for (on, overdue) in [("2022-06-10", 1), ("2022-06-30", 0)] {
        let whole = report(&views, quarter("2022-Q2"), &Scope::County, day(on));
        assert_eq!(whole.figures.number(Figure::ProjectsOverdue), overdue, "{on}");
        let missed = of(&views, "DUE", on).into_iter().filter(|it| it.state == State::Missed);
        assert_eq!(missed.filter(|it| it.subject.starts_with("project/")).count() as u64, overdue, "{on}");
    }
    made.builder.today = Some(day("2022-12-31"));
    let data = json!({"reason": "已由他项覆盖", "decision": "HY-1-J1-1"});
    let waived = made.act("2022-06-28", "commitment/XY-1-T1", "commitment.waive", data);
    let excused = one(&made.views(), "DUE-commitment-XY-1-T1", "2022-06-30");
    assert_eq!((excused.state, excused.exempted_by.unwrap().position), (State::Exempted, waived));
}

#[test]
fn disputes_have_a_date_where_the_rule_gives_days() {
    let mut made = county();
    assert!(of(&made.views(), "R17", "2022-06-30").is_empty());
    made.builder.today = Some(day("2022-12-31"));
    amend(&mut made, "R17", "2022-05-01", &[("dueDays", 10)]);
    let views = made.views();
    let late = one(&views, "R17-WT-2022-0000", "2022-06-30");
    assert_eq!((late.due_on, late.state, late.late), (Some(day("2022-06-11")), State::Met, true));
    assert_eq!(late.rule_version.as_deref(), Some("R17@2"));
    assert_eq!(state(&views, "R17-WT-2022-0000", "2022-06-19"), State::Missed);
}

#[test]
fn duties_count_only_where_the_county_enforces_them() {
    let mut made = bare();
    made.builder.today = Some(day("2022-12-31"));
    let visit = |made: &mut HandMade, id: &str, rule: &str, subject: &str, on: &str, round: Option<&str>| {
        let data = json!({"rule": rule, "subject": subject, "round": round, "topics": ["物业服务"], "post": null,
            "note": null, "handedOver": null});
        made.act(on, &format!("duty/{id}"), "duty.perform", data)
    };
    let first = visit(&mut made, "LZ-1", "R10", "community/C01", "2022-08-09", None);
    assert!(list(&made.views(), &Filter::default(), day("2022-12-31")).iter().all(|it| it.rule == "R14"));
    amend(&mut made, "R10", "2022-07-15", &[("enforced", 1), ("perMonth", 1)]);
    let views = made.views();
    // Two communities, July to September; July ends under the rule.
    assert_eq!(of(&views, "R10", "2022-09-01").len(), 6);
    assert_eq!(state(&views, "R10-C01-2022-07", "2022-09-01"), State::Missed);
    let met = one(&views, "R10-C01-2022-08", "2022-09-01");
    assert_eq!(
        (met.state, met.met_by, met.rule_version.as_deref()),
        (State::Met, vec![first], Some("R10@2"))
    );
    assert_eq!(state(&views, "R10-C02-2022-08", "2022-09-01"), State::Missed);
    assert_eq!(state(&views, "R10-C02-2022-09", "2022-09-01"), State::Open);

    // Rounds of several lengths are told apart; one without a word is of the shortest.
    let often = [("enforced", 1), ("perMonth", 1), ("perQuarter", 1)];
    amend(&mut made, "R07", "2022-10-01", &often);
    visit(&mut made, "LZ-2", "R07", "community/C01", "2022-10-20", None);
    visit(&mut made, "LZ-3", "R07", "community/C02", "2022-10-20", Some("季度"));
    let views = made.views();
    assert_eq!(state(&views, "R07-C01-2022-10", "2022-12-31"), State::Met);
    assert_eq!(state(&views, "R07-C01-2022-Q4", "2022-12-31"), State::Missed);
    assert_eq!(state(&views, "R07-C02-2022-10", "2022-12-31"), State::Missed);
    assert_eq!(state(&views, "R07-C02-2022-Q4", "2022-12-31"), State::Met);

    // An enterprise is assessed, and a street's meeting counts whether a duty or a meeting tells it.
    amend(&mut made, "R24", "2022-07-01", &[("enforced", 1), ("perHalfYear", 1)]);
    amend(&mut made, "R26", "2022-10-01", &[("enforced", 1), ("perQuarter", 1)]);
    visit(&mut made, "LZ-4", "R24", "unit/U066", "2022-11-11", Some("半年"));
    visit(&mut made, "LZ-5", "R26", "street/S01", "2022-11-11", None);
    let data = json!({"meetingType": "街道物业服务联席会议", "community": "C02", "date": "2022-11-11", "series": null,
        "place": null, "chairPost": null, "recorderPost": null, "expectedUnits": null});
    made.act("2022-11-11", "meeting/HY-9", "meeting.schedule", data);
    made.act("2022-11-11", "meeting/HY-9", "meeting.hold", json!({}));
    let views = made.views();
    assert_eq!(state(&views, "R24-U066-2022-H2", "2022-12-31"), State::Met);
    assert_eq!(state(&views, "R26-S01-2022-Q4", "2022-12-31"), State::Met);
    assert_eq!(state(&views, "R26-S02-2022-Q4", "2022-12-31"), State::Met);
    let of_street = Filter { street: Some("S02".to_owned()), ..Filter::default() }.of_rule("R26");
    assert_eq!(list(&views, &of_street, day("2022-12-31")).len(), 1);
}

#[test]
fn a_duty_enforced_from_the_start_is_owed_from_the_first_record() {
    let mut made = HandMade { builder: Builder::default() };
    made.builder.today = Some(day("2022-12-31"));
    let parameters = json!([{"name": "enforced", "value": 1}, {"name": "perMonth", "value": 1}]);
    let data = json!({"title": "每月调研", "source": "通知", "validFrom": null, "parameters": parameters});
    made.act("2022-07-01", "rule/R10", "rule.adopt", data);
    made.act("2022-07-01", "street/S01", "street.register", json!({"name": "汶上街道"}));
    made.act(
        "2022-07-01",
        "community/C01",
        "community.register",
        json!({"name": "东门社区", "street": "S01"}),
    );
    let ids = |made: &HandMade| -> Vec<String> {
        of(&made.views(), "R10", "2022-12-31").into_iter().map(|it| it.id).collect()
    };
    assert_eq!(ids(&made), ["R10-C01-2022-12"], "before its first record the ledger says nothing");
    let data = json!({"rule": "R10", "subject": "community/C01"});
    made.act("2022-10-20", "duty/LZ-1", "duty.perform", data);
    assert_eq!(ids(&made), ["R10-C01-2022-10", "R10-C01-2022-11", "R10-C01-2022-12"]);
}

#[test]
fn the_heat_map_counts_what_the_list_lists() {
    let mut made = county();
    made.builder.today = Some(day("2022-12-31"));
    decision(&mut made, "HY-1", "YD-1", "2022-06-06");
    let position = meet(&mut made, "HY-2", "C01", "2022-08-10");
    exempt(&mut made, "2022-06-20", "R12-A02-2022-Q2", "alliance/A02", Some("2022-Q2"), "YD-1");
    let views = made.views();
    let quarters = ["2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4"].map(quarter);
    let map = matrix(&views, "R12", &quarters, &Scope::County, day("2022-10-10"));
    let states: Vec<Vec<Option<State>>> =
        map.rows.iter().map(|row| row.cells.iter().map(|cell| cell.state).collect()).collect();
    use State::{Exempted, Met, Missed, Open};
    assert_eq!(states[0], [None, Some(Missed), Some(Met), Some(Open)]);
    assert_eq!(states[1], [None, Some(Exempted), Some(Missed), Some(Open)]);
    assert_eq!(map.rows[0].name, "东门社区党建联盟");
    assert_eq!(map.rows[0].cells[2].met_by, [position]);
    let total = &map.total;
    assert_eq!((total.opened, total.met, total.missed, total.open, total.exempted), (5, 1, 2, 2, 1));
    assert_eq!((map.totals[1].opened, map.totals[1].exempted), (1, 1));
    let json = serde_json::to_value(&map).unwrap();
    assert_eq!(json["columns"], json!(["2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4"]));
    assert_eq!(
        (&json["scope"], &json["rows"][0]["cells"][2]["metBy"]),
        (&json!("county"), &json!([position]))
    );

    let wednesdays =
        matrix(&views, "R16", &quarters[1..2], &Scope::Community("C01".to_owned()), day("2022-06-30"));
    let cell = &wednesdays.rows[0].cells[0];
    assert_eq!((wednesdays.rows.len(), cell.opened, cell.met, cell.missed), (1, 7, 3, 4));
    assert_eq!(cell.state, Some(Missed));
    let street = matrix(&views, "R16", &quarters[1..2], &Scope::Street("S01".to_owned()), day("2022-06-30"));
    assert_eq!(street.rows, wednesdays.rows);

    // Years for what is owed once a year; what has no day as it was at the end of each quarter.
    let years = matrix(&views, "R15", &quarters, &Scope::County, day("2022-10-10"));
    assert_eq!((years.columns.len(), years.columns[0].to_string()), (1, "2022".to_owned()));
    assert_eq!((years.total.met, years.total.opened), (1, 1));
    let agreements = matrix(&views, "R14", &quarters, &Scope::County, day("2022-06-29"));
    let met: Vec<u32> = agreements.totals.iter().map(|cell| cell.met).collect();
    assert_eq!(met, [0, 1, 0, 0]);
    let works = matrix(&views, "DUE", &quarters[1..2], &Scope::County, day("2022-06-30"));
    assert_eq!(
        works.rows.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(),
        ["community/C01", "community/C02"]
    );
    assert_eq!((works.total.late, works.rows[1].name.as_str()), (1, "永续社区"));
}

#[test]
fn what_is_due_this_week_and_in_which_state_is_asked_for() {
    let views = county().views();
    let query = |change: &dyn Fn(&mut crate::lists::Query)| {
        let mut query = crate::lists::Query::on(day("2022-06-21"));
        query.limit = 1_000;
        change(&mut query);
        let page = crate::lists::list(&views, "obligations", &query).unwrap();
        page.rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let week = query(&|it| it.due = Some(crate::lists::Span::ThisWeek));
    let expected =
        ["R16-C01-2022-06-22", "R16-C02-2022-06-22", "DUE-decision-HY-1-J1-1", "DUE-issue-WT-2022-0000"];
    assert_eq!(week, expected);
    let of_unit = query(&|it| {
        it.due = Some(crate::lists::Span::ThisWeek);
        it.unit = Some("东门物业服务有限公司".to_owned());
    });
    assert_eq!(of_unit, expected[2..]);
    let open = query(&|it| {
        it.due = Some(crate::lists::Span::ThisWeek);
        it.state = Some("open".to_owned());
        it.street = Some("S02".to_owned());
    });
    assert_eq!(open, ["R16-C02-2022-06-22"]);
    let before = query(&|it| {
        it.due_before = Some(day("2022-06-02"));
        it.community = Some("C02".to_owned());
    });
    assert_eq!(before, ["R16-C02-2022-05-18", "R16-C02-2022-05-25", "R16-C02-2022-06-01"]);
    let row =
        crate::lists::one(&views, "obligations", "R12-A01-2022-Q2", day("2022-06-30")).unwrap().unwrap();
    assert_eq!(
        (&row["subjectName"], &row["communityName"]),
        (&json!("东门社区党建联盟"), &json!("东门社区"))
    );
    assert_eq!(
        (&row["ruleVersion"], &row["state"], &row["wanted"]),
        (&json!("R12@1"), &json!("missed"), &json!(1))
    );
    assert_eq!(crate::lists::one(&views, "obligations", "R12-A09-2022-Q2", day("2022-06-30")).unwrap(), None);
}

#[test]
fn a_rule_is_shown_as_it_applies_on_a_day() {
    let mut made = county();
    made.builder.today = Some(day("2023-12-31"));
    amend(&mut made, "R16", "2023-01-01", &[("meetingsPerWeek", 1)]);
    let views = made.views();
    let shown = |on: &str| crate::lists::one(&views, "rules", "R16", day(on)).unwrap().unwrap();
    let old = shown("2022-12-31");
    assert_eq!(
        (&old["version"], &old["default"], &old["validUntil"]),
        (&json!(1), &json!(true), &json!("2022-12-31"))
    );
    let new = shown("2023-01-01");
    assert_eq!(
        (&new["version"], &new["default"], &new["source"]),
        (&json!(2), &json!(false), &json!("县委组织部通知"))
    );
    assert_eq!((&new["validFrom"], &new["validUntil"]), (&json!("2023-01-01"), &json!(null)));
    assert_eq!(new["history"].as_array().unwrap().len(), 2);
    assert_eq!(new["history"][0]["parameters"], json!({"meetingsPerWeek": 1}));
}
