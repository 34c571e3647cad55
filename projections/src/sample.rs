//! Events for tests and benches: made by the core's own commands, so that they are what a ledger holds.

use gongjian_core::day::Day;
use gongjian_core::domain::category::{Context, Path};
use gongjian_core::domain::facts::At;
use gongjian_core::domain::{Command, World};
use gongjian_core::record::{Digest, Position, RECORD_FORMAT, Record};
use gongjian_core::rejection::Rejection;
use serde_json::{Value, json};

/// Builds a log in memory, command by command.
pub struct Builder {
    /// What decisions rest on.
    pub world: World,
    /// The stored bytes of each event.
    pub log: Vec<Vec<u8>>,
    /// Who enters.
    pub actor: &'static str,
    /// The day on which the ledger takes events in; `None` takes them in on the day they happen.
    pub today: Option<Day>,
    last: Digest,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder { world: World::default(), log: Vec::new(), actor: "import", today: None, last: Digest::ZERO }
    }
}

impl Builder {
    /// Records what a command leads to.
    pub fn act(&mut self, on: Day, stream: &str, command: &str, data: Value) -> Result<Position, Rejection> {
        let command = Command::from_json(command, data)
            .map_err(|error| Rejection::new("command-malformed").with("error", error))?;
        let today = self.today.unwrap_or(on);
        let path = if self.actor == "import" { Path::Ledger } else { Path::Live };
        let context = Context { today, occurred: on, path, actor: self.actor };
        let decided = self.world.decide(&context, stream, &command)?;
        let position = self.log.len() as Position;
        let revision = self.world.revision(stream).map_or(0, |revision| revision + 1);
        let kind = decided.event.kind();
        let record = Record {
            format: RECORD_FORMAT,
            position,
            previous: self.last,
            recorded_at: today.last_micros(),
            occurred_day: on,
            occurred_second: None,
            stream: stream.to_owned(),
            revision,
            kind: kind.name.to_owned(),
            version: kind.version,
            command_id: [0; 16],
            command_digest: [0; 16],
            nonce: [0; 16],
            trail: decided.trail.clone(),
            recorded_by: self.actor.to_owned(),
            account: [0; 16],
            attributed_to: decided.doer.clone(),
            assurance: 0,
            authority: None,
            payload: decided.event.encode().unwrap_or_default(),
        };
        let bytes = record.encode().unwrap_or_default();
        let at = At { position, recorded_at: record.recorded_at, occurred: on };
        self.world.apply(stream, revision, &decided.trail, &decided.event, &at);
        self.last = Digest::of(&bytes);
        self.log.push(bytes);
        Ok(position)
    }
}

/// A generated county of about so many events, the same every time.
#[allow(dead_code, reason = "the bench's county; tests build their own")]
pub fn county(events: usize) -> Vec<Vec<u8>> {
    County::default().build(events)
}

/// A small generator of numbers with a fixed seed (xorshift), so that every run makes the same county.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit.max(1)
    }

    fn days(&mut self, limit: u64) -> i32 {
        i32::try_from(self.below(limit)).unwrap_or(0)
    }
}

struct County {
    builder: Builder,
    dice: Dice,
    next: usize,
}

impl Default for County {
    fn default() -> County {
        County { builder: Builder::default(), dice: Dice(0x9e37_79b9_7f4a_7c15), next: 0 }
    }
}

const CATEGORIES: [&str; 6] = ["污水排放", "乱搭乱建", "停车难", "充电贵", "环境卫生", "物业纠纷"];

impl County {
    fn build(mut self, events: usize) -> Vec<Vec<u8>> {
        let end = Day::from_ymd(2022, 9, 30).unwrap_or_default();
        self.builder.today = Some(end);
        let communities = (events / 300).clamp(2, 2_600);
        self.registry(communities);
        let start = Day::from_ymd(2022, 1, 5).unwrap_or_default();
        // Rounds of a week in every community until there are enough.
        for week in 0.. {
            for community in 0..communities {
                if self.builder.log.len() >= events {
                    return self.builder.log;
                }
                self.week(community, start.plus(7 * (week % 38)), week);
            }
        }
        self.builder.log
    }

    fn act(&mut self, on: Day, stream: &str, command: &str, data: Value) {
        // What the rules refuse does not happen, here as anywhere.
        let _ = self.builder.act(on, stream, command, data);
    }

    fn registry(&mut self, communities: usize) {
        let start = Day::from_ymd(2022, 1, 1).unwrap_or_default();
        for rule in gongjian_core::domain::rule::DEFAULTS {
            let parameters: Vec<Value> =
                rule.parameters.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
            let data = json!({"title": rule.title, "source": rule.source, "validFrom": null, "parameters": parameters});
            self.act(start, &format!("rule/{}", rule.id), "rule.adopt", data);
        }
        for street in 0..communities.div_ceil(13) {
            self.act(
                start,
                &format!("street/S{street}"),
                "street.register",
                json!({"name": format!("街道{street}")}),
            );
        }
        for c in 0..communities {
            let data = json!({"name": format!("社区{c}"), "street": format!("S{}", c / 13), "households": 3100,
                "population": 8300, "formation": null, "establishedOn": "2021-08-20"});
            self.act(start, &format!("community/C{c}"), "community.register", data);
            for (unit, kind) in [("P", "社区党组织"), ("U", "物业企业"), ("V", "县直部门单位")]
            {
                let data = json!({"name": format!("{kind}{c}"), "kind": kind, "partyOrg": true});
                self.act(start, &format!("unit/{unit}{c}"), "unit.register", data);
            }
            for x in 0..4 {
                let data = json!({"name": format!("小区{c}-{x}"), "community": format!("C{c}"), "households": 700,
                    "serviceMode": "市场化物业", "enterprise": format!("U{}", (c + x) % communities)});
                self.act(start, &format!("compound/X{c}-{x}"), "compound.register", data);
            }
            let data = json!({"name": format!("社区{c}党建联盟"), "community": format!("C{c}")});
            self.act(start, &format!("alliance/A{c}"), "alliance.establish", data);
            for unit in ["U", "V"] {
                let data = json!({"alliance": format!("A{c}"), "unit": format!("{unit}{c}")});
                self.act(start.plus(7), &format!("membership/A{c}-{unit}{c}"), "membership.admit", data);
            }
        }
    }

    fn week(&mut self, c: usize, day: Day, week: i32) {
        let n = self.next;
        self.next += 1;
        let occurrence = format!("LH-{n}");
        let data = json!({"community": format!("C{c}"), "plannedOn": day});
        self.act(day, &format!("occurrence/{occurrence}"), "occurrence.schedule", data);
        if self.dice.below(20) > 0 {
            let data = json!({"participants": ["社区党组织", "物业企业"], "reason": null});
            self.act(day, &format!("occurrence/{occurrence}"), "occurrence.hold", data);
            for i in 0..self.dice.below(3) {
                self.issue(c, day, &format!("WT-{n}-{i}"), &occurrence);
            }
        }
        if week % 3 == 0 {
            self.meeting(c, day, n);
        }
        if week % 4 == 1 {
            self.agreement(c, day, n);
        }
        if week % 4 == 2 {
            self.project(c, day, n);
        }
    }

    fn issue(&mut self, c: usize, day: Day, id: &str, occurrence: &str) {
        let stream = format!("issue/{id}");
        let category = CATEGORIES[usize::try_from(self.dice.below(6)).unwrap_or(0)];
        let data = json!({"occurrence": occurrence, "compound": format!("X{c}-{}", self.dice.below(4)),
            "category": category, "text": format!("{category}问题，请有关单位处理"), "source": "居民代表",
            "responsible": format!("U{c}"), "dueOn": day.plus(30)});
        self.act(day, &stream, "issue.raise", data);
        self.finish(&stream, day, c, ["issue.fix", "issue.verify"]);
    }

    /// Reports it done and has it confirmed, mostly.
    fn finish(&mut self, stream: &str, day: Day, c: usize, commands: [&str; 2]) {
        let done = day.plus(self.dice.days(45));
        self.act(done, stream, commands[0], json!({}));
        let verified = done.plus(self.dice.days(20));
        self.act(verified, stream, commands[1], json!({"unit": format!("P{c}")}));
    }

    fn meeting(&mut self, c: usize, day: Day, n: usize) {
        let (meeting, topic) = (format!("HY-{n}"), format!("HY-{n}-Y1"));
        let stream = format!("meeting/{meeting}");
        let kind = if self.dice.below(2) == 0 { "联席会议" } else { "六号联席会议" };
        let data = json!({"meetingType": kind, "community": format!("C{c}"), "date": day, "series": null,
            "place": "党群服务中心", "chairPost": "书记岗", "recorderPost": "专干岗", "expectedUnits": 2});
        self.act(day, &stream, "meeting.schedule", data);
        self.act(day.plus(-5), &stream, "meeting.notice", json!({"urgentReason": null}));
        self.act(day, &stream, "meeting.hold", json!({}));
        let units = [format!("U{c}"), format!("V{c}")];
        self.act(day, &stream, "meeting.attend", json!({"expectedUnits": 2, "units": units, "residents": 3}));
        let data = json!({"meeting": meeting, "number": 1, "title": "停车难议题", "category": "停车难",
            "proposer": "居民代表", "source": null});
        self.act(day, &format!("topic/{topic}"), "topic.propose", data);
        self.act(
            day,
            &format!("topic/{topic}"),
            "topic.conclude",
            json!({"outcome": "已议定", "referredTo": null}),
        );
        for d in 0..2 {
            let stream = format!("decision/{meeting}-J1-{d}");
            let data = json!({"meeting": meeting, "topic": topic, "text": "由责任单位落实停车难措施",
                "responsible": format!("U{c}"), "supporting": [format!("V{c}")], "dueOn": day.plus(40)});
            self.act(day, &stream, "decision.record", data);
            self.finish(&stream, day, c, ["decision.complete", "decision.verify"]);
        }
    }

    fn agreement(&mut self, c: usize, day: Day, n: usize) {
        let stream = format!("agreement/XY-{n}");
        let kind = if self.dice.below(2) == 0 { "共建协议" } else { "党建协议" };
        let data = json!({"name": format!("第{n}号协议"), "kind": kind, "alliance": format!("A{c}"),
            "partyA": format!("P{c}"), "partyB": format!("U{c}"), "otherParties": [], "evidence": format!("FJ-{n}")});
        self.act(day, &stream, "agreement.draft", data);
        let units = [format!("P{c}"), format!("U{c}")];
        self.act(day, &stream, "agreement.sign", json!({"units": units, "post": null}));
        self.act(day.plus(1), &stream, "agreement.effect", json!({"until": day.plus(180)}));
        for t in 1..=3 {
            let stream = format!("commitment/XY-{n}-T{t}");
            let data = json!({"agreement": format!("XY-{n}"), "number": t, "text": format!("问题联商：第{t}项共建任务"),
                "joint": "问题联商", "responsible": format!("U{c}"), "dueOn": day.plus(60)});
            self.act(day, &stream, "commitment.add", data);
            self.finish(&stream, day, c, ["commitment.deliver", "commitment.verify"]);
        }
    }

    fn project(&mut self, c: usize, day: Day, n: usize) {
        let stream = format!("project/XM-{n}");
        let data = json!({"name": format!("红帆驿站建设项目{n}"), "category": "红帆驿站建设",
            "community": format!("C{c}"), "compound": null, "source": null});
        self.act(day, &stream, "project.propose", data);
        self.act(day.plus(3), &stream, "project.list", json!({"claimUntil": null}));
        let data = json!({"unit": format!("V{c}"), "supporting": [], "dueOn": day.plus(70)});
        self.act(day.plus(6), &stream, "project.claim", data);
        let done = day.plus(10 + self.dice.days(60));
        let solved = self.dice.below(3);
        self.act(done, &stream, "project.submit", json!({"problemsSolved": solved}));
        let accepted = done.plus(self.dice.days(20));
        self.act(accepted, &stream, "project.accept", json!({"unit": format!("P{c}")}));
    }
}
