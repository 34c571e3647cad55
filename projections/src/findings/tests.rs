//! Each kind of finding: what makes exactly one of it, and what comes as near as possible and makes none.

use serde_json::{Value, json};

use super::{BURST_MIN, Code, Finding, findings};
use crate::figures::rows::JOINT;
use crate::hand_made::{HandMade, bare, day};

/// A day in the second quarter on which a meeting is held, and the day as of which everything is judged.
const HELD: &str = "2022-06-10";
const ON: &str = "2022-06-30";

const SENTENCE: &str = "疏通清淤主次管道，联合相关单位实施";

fn found(made: &HandMade, code: Code, on: &str) -> Vec<Finding> {
    findings(&made.views(), day(on)).into_iter().filter(|finding| finding.code == code).collect()
}

impl HandMade {
    fn meeting(&mut self, id: &str, kind: &str, community: &str, units: &[&str]) {
        let stream = format!("meeting/{id}");
        let data = json!({"meetingType": kind, "community": community, "date": HELD, "series": null,
            "place": null, "chairPost": null, "recorderPost": null, "expectedUnits": 2});
        self.act(HELD, &stream, "meeting.schedule", data);
        self.act(HELD, &stream, "meeting.hold", json!({}));
        let data = json!({"expectedUnits": 2, "units": units, "residents": null});
        self.act(HELD, &stream, "meeting.attend", data);
    }

    /// A joint meeting of C01 with both members.
    fn joint(&mut self) {
        self.meeting("HY-9", JOINT, "C01", &["U001", "U066"]);
    }

    fn minutes(&mut self, confirmed: &str) {
        self.act(HELD, "meeting/HY-9", "meeting.draft-minutes", json!({"number": "JY-9"}));
        self.act(confirmed, "meeting/HY-9", "meeting.confirm-minutes", json!({"posts": []}));
    }

    /// A decision of the joint meeting, for U066 with the support of U001, due on 24 June.
    fn decision(&mut self, number: u32, text: &str) -> String {
        if number == 1 {
            let data = json!({"meeting": "HY-9", "number": 1, "title": "停车难", "category": "停车难",
                "proposer": "居民代表", "source": null});
            self.act(HELD, "topic/HY-9-Y1", "topic.propose", data);
            let data = json!({"outcome": "已议定", "referredTo": null});
            self.act(HELD, "topic/HY-9-Y1", "topic.conclude", data);
        }
        let stream = format!("decision/HY-9-J1-{number}");
        let data = json!({"meeting": "HY-9", "topic": "HY-9-Y1", "text": text, "responsible": "U066",
            "supporting": ["U001"], "dueOn": "2022-06-24"});
        self.act(HELD, &stream, "decision.record", data);
        stream
    }

    fn decided(&mut self) -> String {
        self.joint();
        self.decision(1, "疏通清淤")
    }

    /// A decision under way, and from now on posts enter.
    fn started(&mut self) -> String {
        let stream = self.decided();
        self.act("2022-06-20", &stream, "decision.start", json!({}));
        self.live(ON);
        stream
    }

    fn done(&mut self, stream: &str, on: &str) {
        self.act(on, stream, "decision.complete", json!({}));
    }

    fn verified(&mut self, stream: &str, on: &str, unit: &str) {
        self.act(on, stream, "decision.verify", json!({"unit": unit}));
    }

    fn extended(&mut self, stream: &str, until: &str) {
        self.act("2022-06-20", stream, "decision.extend", json!({"until": until, "reason": null}));
    }

    fn occurrence(&mut self, id: &str, community: &str, planned: &str, held: Option<&str>) {
        let stream = format!("occurrence/{id}");
        let data = json!({"community": community, "plannedOn": planned});
        self.act(planned, &stream, "occurrence.schedule", data);
        if let Some(held) = held {
            let data = json!({"participants": [], "reason": null});
            self.act(held, &stream, "occurrence.hold", data);
        }
    }

    fn issue(&mut self) {
        self.occurrence("LH-1", "C01", "2022-06-01", Some("2022-06-01"));
        let data = json!({"occurrence": "LH-1", "compound": "X001", "category": "污水排放", "text": "污水倒灌",
            "source": "居民代表", "responsible": "U066", "dueOn": "2022-06-24"});
        self.act("2022-06-01", "issue/WT-9", "issue.raise", data);
    }

    fn agreement(&mut self, kind: &str, party: &str, [signed, effective, until]: [&str; 3]) {
        let data = json!({"name": "协议", "kind": kind, "alliance": "A01", "partyA": "P01", "partyB": party,
            "otherParties": [], "evidence": null});
        self.act(signed, "agreement/XY-9", "agreement.draft", data);
        let data = json!({"units": ["P01", party], "post": null});
        self.act(signed, "agreement/XY-9", "agreement.sign", data);
        self.act(effective, "agreement/XY-9", "agreement.effect", json!({"until": until}));
    }

    fn until_june(&mut self) {
        self.agreement("共建协议", "U066", ["2022-05-01", "2022-05-02", "2022-06-20"]);
    }

    fn commitment(&mut self, due: &str) {
        let data = json!({"agreement": "XY-9", "number": 1, "text": "清理楼道", "joint": "问题联商",
            "responsible": "U066", "dueOn": due});
        self.act("2022-05-01", "commitment/XY-9-T1", "commitment.add", data);
    }

    fn claimed(&mut self) {
        let data = json!({"name": "红帆驿站", "category": "红帆驿站建设", "community": "C01", "compound": null, "source": null});
        self.act("2022-05-01", "project/XM-9", "project.propose", data);
        self.act("2022-05-02", "project/XM-9", "project.list", json!({"claimUntil": null}));
        let data = json!({"unit": "U066", "supporting": [], "dueOn": "2022-06-30"});
        self.act("2022-05-03", "project/XM-9", "project.claim", data);
    }

    fn accepted(&mut self, solved: Value) {
        self.claimed();
        self.act("2022-06-12", "project/XM-9", "project.submit", json!({"problemsSolved": solved}));
        self.act("2022-06-13", "project/XM-9", "project.accept", json!({"unit": "P02"}));
    }

    /// From now on posts enter, and not the import.
    fn live(&mut self, today: &str) {
        self.builder.actor = "书记岗";
        self.builder.today = Some(day(today));
    }
}

type Given = fn(&mut HandMade);

/// What makes one finding, and what makes none though it is nearly the same. A new code needs its case.
#[allow(clippy::too_many_lines, reason = "one arm a code")]
fn case(code: Code) -> (Given, Given) {
    match code {
        Code::NoQuorum => (
            |it| it.meeting("HY-9", JOINT, "C01", &["U066"]),
            // One more is more than half of two.
            HandMade::joint,
        ),
        Code::OneHand => (
            |it| {
                let stream = it.started();
                it.done(&stream, "2022-06-28");
                it.verified(&stream, "2022-06-29", "P01");
            },
            |it| {
                let stream = it.started();
                it.done(&stream, "2022-06-28");
                it.builder.actor = "专干岗";
                it.verified(&stream, "2022-06-29", "P01");
            },
        ),
        Code::VerifierInvolved => (
            |it| {
                let stream = it.decided();
                it.done(&stream, "2022-06-20");
                it.verified(&stream, "2022-06-21", "U001");
            },
            |it| {
                let stream = it.decided();
                it.done(&stream, "2022-06-20");
                it.verified(&stream, "2022-06-21", "Y001");
            },
        ),
        Code::NothingSolved => (|it| it.accepted(json!(0)), |it| it.accepted(json!(1))),
        Code::RowMissing => (
            |it| it.import(2, ON, json!([{"stream": "grid/G001", "ledger": "registry"}])),
            |it| it.import(2, ON, json!([])),
        ),
        Code::RetroactiveConflict => (
            |it| {
                it.agreement("党建协议", "U001", ["2022-05-01", "2022-05-02", "2022-12-31"]);
                let left = json!({"reason": null});
                it.act("2022-05-01", "membership/A01-U001-2022-04-01", "membership.end", left);
            },
            |it| {
                it.agreement("党建协议", "U001", ["2022-05-01", "2022-05-02", "2022-12-31"]);
                let left = json!({"reason": null});
                it.act("2022-05-02", "membership/A01-U001-2022-04-01", "membership.end", left);
            },
        ),
        Code::NotEscalated => (
            |it| {
                it.issue();
                for (id, on) in [("LH-2", "2022-06-08"), ("LH-3", "2022-06-15"), ("LH-4", "2022-06-22")] {
                    it.occurrence(id, "C01", on, Some(on));
                }
            },
            |it| {
                it.issue();
                for (id, on) in [("LH-2", "2022-06-08"), ("LH-3", "2022-06-15")] {
                    it.occurrence(id, "C01", on, Some(on));
                }
            },
        ),
        Code::NoJointMeeting => (HandMade::joint, |it| {
            it.joint();
            it.meeting("HY-8", JOINT, "C02", &["U001"]);
        }),
        Code::SameDayVerification => (
            |it| {
                let stream = it.decided();
                it.done(&stream, "2022-06-20");
                it.verified(&stream, "2022-06-20", "Y001");
            },
            |it| {
                let stream = it.decided();
                it.done(&stream, "2022-06-20");
                it.verified(&stream, "2022-06-21", "Y001");
            },
        ),
        // Five of fourteen are more than a third; five of fifteen are not.
        Code::QuarterEndBurst => (|it| burst(it, BURST_MIN, 9), |it| burst(it, BURST_MIN, 10)),
        Code::RepeatedExtensions => (
            |it| {
                let stream = it.decided();
                it.extended(&stream, "2022-07-10");
                it.extended(&stream, "2022-07-20");
            },
            |it| {
                let stream = it.decided();
                it.extended(&stream, "2022-07-10");
            },
        ),
        Code::IdenticalText => (
            |it| {
                it.joint();
                for number in 1..=3 {
                    it.decision(number, SENTENCE);
                }
            },
            |it| {
                it.joint();
                for (number, text) in [
                    (1, SENTENCE),
                    (2, SENTENCE),
                    (3, "由物业企业清淤主次管道，社区监督"),
                    (4, "落实措施"),
                    (5, "落实措施"),
                    (6, "落实措施"),
                ] {
                    it.decision(number, text);
                }
            },
        ),
        Code::LateEntry => (
            |it| {
                it.import(2, "2022-09-30", json!([]));
                it.act("2022-06-29", "unit/U001", "unit.rename", json!({"name": "新名"}));
            },
            |it| {
                it.import(2, "2022-09-30", json!([]));
                it.act("2022-06-30", "unit/U001", "unit.rename", json!({"name": "新名"}));
            },
        ),
        Code::Corrected => (
            |it| {
                let stream = it.decided();
                let data = json!({"changes": [{"field": "text", "now": "疏通"}], "reason": "笔误"});
                it.act(ON, &stream, "decision.correct", data);
            },
            |it| drop(it.decided()),
        ),
        Code::MinutesLate => (
            |it| {
                it.joint();
                it.minutes("2022-06-18");
            },
            |it| {
                it.joint();
                it.minutes("2022-06-17");
            },
        ),
        Code::NoMinutes => (HandMade::joint, |it| {
            it.joint();
            it.minutes("2022-06-17");
        }),
        Code::NoticeTooShort => (
            |it| {
                it.joint();
                it.act("2022-06-08", "meeting/HY-9", "meeting.notice", json!({"urgentReason": null}));
            },
            |it| {
                it.joint();
                it.act("2022-06-07", "meeting/HY-9", "meeting.notice", json!({"urgentReason": null}));
            },
        ),
        Code::NoticeMissing => (HandMade::joint, |it| {
            it.joint();
            it.act("2022-06-08", "meeting/HY-9", "meeting.notice", json!({"urgentReason": null}));
        }),
        Code::ResponsibleAbsent => (
            |it| {
                it.meeting("HY-9", JOINT, "C01", &["U001"]);
                it.decision(1, "疏通清淤");
            },
            |it| drop(it.decided()),
        ),
        Code::OccurrenceMissed => (
            |it| it.occurrence("LH-1", "C01", "2022-06-29", None),
            |it| {
                it.occurrence("LH-1", "C01", "2022-06-29", None);
                it.act("2022-06-29", "occurrence/LH-1", "occurrence.cancel", json!({"reason": "防汛"}));
            },
        ),
        Code::EffectiveBeforeSigning => (
            |it| it.agreement("共建协议", "U066", ["2022-05-03", "2022-05-02", "2022-12-31"]),
            |it| it.agreement("共建协议", "U066", ["2022-05-02", "2022-05-02", "2022-12-31"]),
        ),
        Code::DoneAfterExpiry => (
            |it| {
                it.until_june();
                it.commitment("2022-06-15");
                it.act("2022-06-21", "commitment/XY-9-T1", "commitment.deliver", json!({}));
            },
            |it| {
                it.until_june();
                it.commitment("2022-06-15");
                it.act("2022-06-20", "commitment/XY-9-T1", "commitment.deliver", json!({}));
            },
        ),
        Code::TerminatedAfterExpiry => (
            |it| {
                it.until_june();
                it.act("2022-06-21", "agreement/XY-9", "agreement.terminate", json!({"reason": "撤销"}));
            },
            |it| {
                it.until_june();
                it.act("2022-06-20", "agreement/XY-9", "agreement.terminate", json!({"reason": "撤销"}));
            },
        ),
        Code::EnterpriseWithoutAgreement => {
            (|_| {}, |it| it.agreement("共建协议", "U066", ["2022-05-01", "2022-05-02", ON]))
        }
        Code::EnterpriseWithoutClaim => (|_| {}, HandMade::claimed),
        Code::OccurrenceUnrecorded => (
            |it| {
                it.occurrence("LH-1", "C01", "2022-06-29", Some("2022-06-29"));
            },
            |it| {
                it.occurrence("LH-1", "C01", "2022-06-29", Some("2022-06-29"));
                it.occurrence("LH-2", "C02", "2022-06-29", None);
            },
        ),
        Code::OtherWeekday => (
            |it| it.occurrence("LH-1", "C01", "2022-06-08", Some("2022-06-09")),
            |it| it.occurrence("LH-1", "C01", "2022-06-08", Some("2022-06-08")),
        ),
        Code::OnHoliday => (
            |it| it.occurrence("LH-1", "C01", "2022-06-01", Some("2022-06-03")),
            |it| it.occurrence("LH-1", "C01", "2022-06-01", Some("2022-06-02")),
        ),
        Code::DueAfterExpiry => (
            |it| {
                it.until_june();
                it.commitment("2022-06-21");
            },
            |it| {
                it.until_june();
                it.commitment("2022-06-20");
            },
        ),
        Code::ExtensionNotNeeded => (
            |it| {
                let stream = it.decided();
                it.extended(&stream, "2022-07-10");
                it.done(&stream, "2022-06-24");
            },
            |it| {
                let stream = it.decided();
                it.extended(&stream, "2022-07-10");
                it.done(&stream, "2022-06-25");
            },
        ),
        // The grid of the county has 520 households and no leader.
        Code::GridHouseholds => (
            |_| {},
            |it| {
                it.act("2022-06-29", "grid/G001", "grid.count", json!({"households": 500}));
            },
        ),
        Code::GridMembers => (
            |_| {},
            |it| {
                it.act(
                    "2022-06-29",
                    "grid/G001",
                    "grid.staff",
                    json!({"leaderPost": "网格长岗", "members": 4}),
                );
            },
        ),
    }
}

/// So many decisions completed in the last week of June, and so many in the week before.
fn burst(it: &mut HandMade, last: usize, before: usize) {
    it.joint();
    for number in 1..=u32::try_from(last + before).unwrap_or(0) {
        let stream = it.decision(number, "疏通清淤");
        let on = if number as usize <= last { "2022-06-24" } else { "2022-06-23" };
        it.done(&stream, on);
    }
}

#[test]
fn each_kind_of_finding_is_made_once_and_nearly_made_never() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let (one, none) = case(*code);
        for (given, wanted) in [(one, 1), (none, 0)] {
            let mut made = bare();
            given(&mut made);
            let found = found(&made, *code, ON);
            if found.len() != wanted {
                wrong.push(format!("{} instead of {wanted}: {} {found:?}", found.len(), code.word()));
            }
            // It leads to its events, which are events of its streams.
            for finding in found {
                assert_eq!(finding.streams.first(), Some(&finding.stream));
                assert!(finding.position.is_none_or(|position| finding.positions.contains(&position)));
                for position in &finding.positions {
                    let bytes = &made.builder.log[usize::try_from(*position).unwrap()];
                    let record = gongjian_core::record::RecordRef::decode(bytes).unwrap();
                    let stream = record.stream.to_owned();
                    assert!(finding.streams.contains(&stream), "{} and {stream}", code.word());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ids_are_all_different_and_the_gravest_come_first() {
    let mut made = crate::hand_made::county();
    made.live("2023-01-10");
    made.act("2022-12-30", "unit/U001", "unit.rename", json!({"name": "新名"}));
    let found = findings(&made.views(), day("2023-01-10"));
    let mut ids: Vec<String> = found.iter().map(Finding::id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count);
    assert!(found.is_sorted_by_key(|finding| finding.severity));
    // Known on every later day by the same name.
    let later: Vec<String> = findings(&made.views(), day("2023-01-20")).iter().map(Finding::id).collect();
    let gone: Vec<&String> = ids.iter().filter(|id| !later.contains(id)).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn a_live_record_is_late_by_the_days_of_the_rule() {
    for (on, late) in [("2022-07-01", 1), ("2022-07-02", 0)] {
        let mut made = bare();
        made.live("2022-07-09");
        made.act(on, "unit/U001", "unit.rename", json!({"name": "新名"}));
        let found = found(&made, Code::LateEntry, "2022-07-09");
        assert_eq!(found.len(), late, "{on}");
        assert!(found.iter().all(|it| it.arg("days") == Some("8") && it.arg("rule") == Some("L01@1")));
    }
}

#[test]
fn a_workbook_is_late_against_the_last_one_of_its_own_reporting_unit() {
    let file = |unit: &str, as_of: &str| json!({"sha256": "00", "ledger": "registry", "reportingUnit": unit, "asOf": as_of, "rows": 1});
    let late = |files: Value| {
        let mut made = bare();
        let data = json!({"files": files, "missing": [], "reason": null});
        made.act("2022-09-30", "import/2", "import.record", data);
        made.act("2022-05-01", "unit/U001", "unit.rename", json!({"name": "新名"}));
        found(&made, Code::LateEntry, "2022-09-30")
    };
    let found = late(json!([file("组织部", "2022-09-30")]));
    assert_eq!((found.len(), found[0].arg("previousAsOf")), (1, Some(ON)));
    assert_eq!((found[0].arg("heard"), found[0].arg("days")), (Some("2022-09-30"), Some("152")));
    // Another street's first workbook is its opening record, alone or beside others.
    assert!(late(json!([file("中都街道", "2022-09-30")])).is_empty());
    assert!(late(json!([file("组织部", "2022-09-30"), file("中都街道", "2022-09-30")])).is_empty());
    // Two files of one ledger in one import do not make each other late.
    let both = json!([file("路街道", "2022-09-30"), file("路街道", "2022-09-30")]);
    assert!(late(both).is_empty());
}

#[test]
fn a_correction_shows_both_values_and_the_reason() {
    let mut made = bare();
    let (one, _) = case(Code::Corrected);
    one(&mut made);
    let found = found(&made, Code::Corrected, ON);
    let change = &found[0].changes[0];
    assert_eq!((&*change.field, &*change.was, &*change.now), ("text", "疏通清淤", "疏通"));
    assert_eq!(found[0].arg("reason"), Some("笔误"));
}

#[test]
fn an_account_or_post_is_remembered_over_the_whole_log() {
    let mut made = bare();
    made.live(ON);
    let first = made.act(ON, "unit/U001", "unit.rename", json!({"name": "一"}));
    made.builder.actor = "专干岗";
    let second = made.act(ON, "unit/U001", "unit.rename", json!({"name": "二"}));
    made.builder.actor = "书记岗";
    let third = made.act(ON, "unit/U001", "unit.rename", json!({"name": "三"}));
    let entries = made.views().entries;
    assert_eq!(entries.hand(second), Some("专干岗"));
    assert_eq!(entries.one_hand(first, third), Some("书记岗"));
    assert_eq!(entries.one_hand(first, second), None);
    assert_eq!((entries.hand(0), entries.one_hand(0, 1)), (Some("import"), None));
}
