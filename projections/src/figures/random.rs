//! Random commands to a small county: whatever the rules let happen, in any order and of any day.

use gongjian_core::day::Day;
use serde_json::{Value as Json, json};

use crate::sample::Builder;

/// Streams of each category: few enough that commands meet.
const IDS: u64 = 24;

/// A small generator of numbers with a fixed seed (xorshift).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit.max(1)
    }

    fn one<'t, T: ?Sized>(&mut self, of: &[&'t T]) -> &'t T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    fn day(&mut self) -> Day {
        Day::from_ymd(2021, 7, 1).unwrap().plus(i32::try_from(self.below(600)).unwrap())
    }

    fn wednesday(&mut self) -> Day {
        let day = self.day();
        day.plus((3 - i32::try_from(day.weekday()).unwrap()).rem_euclid(7))
    }
}

/// Random commands to a small county; what the rules refuse does not happen.
pub(super) struct County {
    pub(super) builder: Builder,
    pub(super) dice: Dice,
}

impl County {
    pub(super) fn new(seed: u64) -> County {
        let mut it = County { builder: Builder::default(), dice: Dice(seed | 1) };
        it.builder.today = Day::from_ymd(2023, 3, 31);
        let first = Day::from_ymd(2021, 7, 1).unwrap();
        for street in ["S1", "S2"] {
            it.act(first, &format!("street/{street}"), "street.register", json!({"name": street}));
        }
        for (code, street) in [("C1", "S1"), ("C2", "S1"), ("C3", "S2")] {
            let data = json!({"name": code, "street": street, "households": 1000, "population": 3000,
                "formation": null, "establishedOn": "2021-11-03"});
            it.act(first, &format!("community/{code}"), "community.register", data);
            let data = json!({"name": format!("A{code}"), "community": code});
            it.act(first, &format!("alliance/A{code}"), "alliance.establish", data);
        }
        for (code, kind) in
            [("P1", "社区党组织"), ("U1", "物业企业"), ("U2", "物业企业"), ("V1", "县直部门单位")]
        {
            let data = json!({"name": code, "kind": kind, "partyOrg": true});
            it.act(first, &format!("unit/{code}"), "unit.register", data);
        }
        for (code, community) in [("X1", "C1"), ("X2", "C2"), ("X3", "C3")] {
            let data = json!({"name": code, "community": community, "households": 300, "serviceMode": null,
                "enterprise": "U1"});
            it.act(first, &format!("compound/{code}"), "compound.register", data);
        }
        it
    }

    fn act(&mut self, on: Day, stream: &str, command: &str, data: Json) {
        let _ = self.builder.act(on, stream, command, data);
    }

    /// One random command.
    pub(super) fn step(&mut self) {
        let (day, wednesday) = (self.dice.day(), self.dice.wednesday());
        let due = day.plus(i32::try_from(self.dice.below(80)).unwrap());
        let n = self.dice.below(IDS);
        let community = self.dice.one(&["C1", "C2", "C3"]);
        let unit = self.dice.one(&["P1", "U1", "U2", "V1"]);
        let other = self.dice.one(&["P1", "U1", "U2", "V1"]);
        let alliance = format!("A{community}");
        let (on_wednesday, command, data) = match self.dice.below(34) {
            0 => (false, "membership.admit", json!({"alliance": alliance, "unit": unit})),
            1 => (false, "membership.end", json!({"reason": null})),
            2 => {
                let kind = self.dice.one(&["共建协议", "党建协议"]);
                let data = json!({"name": "x", "kind": kind, "alliance": alliance, "partyA": "P1",
                    "partyB": unit, "otherParties": [], "evidence": null});
                (false, "agreement.draft", data)
            }
            3 => (false, "agreement.sign", json!({"units": ["P1", unit], "post": null})),
            4 => (false, "agreement.effect", json!({"until": due, "openEnded": false})),
            5 => (false, "agreement.terminate", json!({"reason": null, "decision": null})),
            6 => {
                let data = json!({"agreement": format!("G{}", self.dice.below(IDS)), "number": 1, "text": "x",
                    "joint": "问题联商", "responsible": unit, "dueOn": due});
                (false, "commitment.add", data)
            }
            7 => (false, "commitment.deliver", json!({})),
            8 => (false, "commitment.verify", json!({"unit": other})),
            9 => {
                let data = json!({"name": format!("项目{n}"), "category": "停车难", "community": community,
                    "compound": null, "source": null});
                (false, "project.propose", data)
            }
            10 => (false, "project.list", json!({"claimUntil": null})),
            11 => (false, "project.claim", json!({"unit": unit, "supporting": [], "dueOn": due})),
            12 => {
                // Given back, and claimed by another some days later.
                let stream = format!("project/J{n}");
                let claim = json!({"unit": other, "supporting": [], "dueOn": due.plus(30)});
                self.act(day, &stream, "project.release-claim", json!({"reason": "无力完成"}));
                return self.act(due, &stream, "project.claim", claim);
            }
            13 => (false, "project.submit", json!({"problemsSolved": n})),
            14 => (false, "project.accept", json!({"unit": other})),
            15 => (false, "project.cancel", json!({"reason": "资金未落实", "decision": null})),
            16 => {
                let kind = self.dice.one(&["联席会议", "六号联席会议", "联席会议"]);
                let data = json!({"meetingType": kind, "community": community, "date": day, "series": null,
                    "place": null, "chairPost": null, "recorderPost": null, "expectedUnits": 2});
                (false, "meeting.schedule", data)
            }
            17 => (false, "meeting.hold", json!({})),
            18 => {
                let meeting = format!("H{}", self.dice.below(IDS));
                let data = json!({"meeting": meeting, "number": 1, "title": "x", "category": "停车难",
                    "proposer": "居民代表", "source": null});
                (false, "topic.propose", data)
            }
            19 => (false, "topic.conclude", json!({"outcome": "已议定", "referredTo": null})),
            20 => {
                let m = self.dice.below(IDS);
                let data = json!({"meeting": format!("H{m}"), "topic": format!("Y{}", self.dice.below(IDS)),
                    "text": "x", "responsible": unit, "supporting": [], "dueOn": due});
                (false, "decision.record", data)
            }
            21 => (false, "decision.extend", json!({"until": due.plus(20), "reason": null})),
            22 => (false, "decision.complete", json!({})),
            23 => (false, "decision.verify", json!({"unit": other})),
            24 => (true, "occurrence.schedule", json!({"community": community, "plannedOn": wednesday})),
            25 => (true, "occurrence.reschedule", json!({"plannedOn": wednesday, "reason": "防汛"})),
            26 => (true, "occurrence.hold", json!({"participants": [], "reason": "顺延"})),
            27 => (true, "occurrence.cancel", json!({"reason": "与会议冲突"})),
            28 => {
                let data = json!({"occurrence": format!("L{}", self.dice.below(IDS)), "compound": "X1",
                    "category": self.dice.one(&["停车难", "充电贵"]), "text": "x", "source": "居民代表",
                    "responsible": unit, "dueOn": due});
                (false, "issue.raise", data)
            }
            29 => (false, "issue.fix", json!({})),
            30 => (false, "issue.verify", json!({"unit": other})),
            31 => (false, "compound.service", json!({"serviceMode": null, "enterprise": unit})),
            32 => return self.registry(day, community),
            _ => return self.correct(day, due, community, n),
        };
        let category = command.split('.').next().unwrap_or_default();
        let letter = match category {
            "membership" => "M",
            "agreement" => "G",
            "commitment" => "T",
            "project" => "J",
            "meeting" => "H",
            "topic" => "Y",
            "decision" => "D",
            "occurrence" => "L",
            "compound" => "X",
            _ => "W",
        };
        let on = if on_wednesday { wednesday } else { day };
        self.act(on, &format!("{category}/{letter}{n}"), command, data);
    }

    /// Things that figures look up in the registry itself.
    fn registry(&mut self, day: Day, community: &str) {
        let street = self.dice.one(&["S1", "S2"]);
        let changes = json!([{"field": "street", "now": street}]);
        match self.dice.below(4) {
            0 => {
                let data = json!({"name": "节", "from": day, "until": day.plus(3)});
                self.act(day, &format!("holiday/{}", day.0), "holiday.declare", data);
            }
            1 => {
                let data = json!({"name": format!("C{}", day.0), "street": street, "households": 9,
                    "population": 30, "formation": null, "establishedOn": day});
                self.act(day, &format!("community/C0-{}", day.0), "community.register", data);
            }
            2 => self.act(
                day,
                &format!("alliance/A{community}"),
                "alliance.dissolve",
                json!({"reason": "并入"}),
            ),
            _ => {
                let data = json!({"changes": changes, "reason": "调整"});
                self.act(day, &format!("community/{community}"), "community.correct", data);
            }
        }
    }

    fn correct(&mut self, day: Day, due: Day, community: &str, n: u64) {
        let alliance = format!("A{community}");
        let (stream, field, now) = match self.dice.below(12) {
            0 => (format!("agreement/G{n}"), "signedOn", day.to_string()),
            1 => (format!("agreement/G{n}"), "alliance", alliance),
            2 => (format!("agreement/G{n}"), "expiresOn", "长期".to_owned()),
            3 => (format!("commitment/T{n}"), "dueOn", due.to_string()),
            4 => (format!("project/J{n}"), "community", community.to_owned()),
            5 => (format!("project/J{n}"), "claimedOn", day.to_string()),
            6 => (format!("meeting/H{n}"), "community", community.to_owned()),
            7 => (format!("occurrence/L{n}"), "community", community.to_owned()),
            8 => (format!("issue/W{n}"), "category", "环境卫生".to_owned()),
            9 => (format!("issue/W{n}"), "verifiedOn", String::new()),
            10 => (format!("membership/M{n}"), "joinedOn", day.to_string()),
            _ => (format!("alliance/{alliance}"), "establishedOn", day.to_string()),
        };
        let category = stream.split('/').next().unwrap_or_default().to_owned();
        let data = json!({"changes": [{"field": field, "now": now}], "reason": "笔误"});
        self.act(day, &stream, &format!("{category}.correct"), data);
    }
}
