//! The small county in which every story begins, and a good example of every command's data.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::{Ledger, Story, step};

/// Streams of the county and what makes them. `C2` has no alliance; `N1` is a member of none.
fn steps() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let unit = |name: &str, kind: &str| json!({"name": name, "kind": kind});
    let day = "2022-01-04";
    vec![
        ("street/S1", "street.register", json!({"name": "汶上街道"}), day),
        ("community/C1", "community.register", json!({"name": "东门社区", "street": "汶上街道"}), day),
        ("community/C2", "community.register", json!({"name": "永续社区", "street": "S1"}), day),
        ("compound/X1", "compound.register", json!({"name": "老水利局家属楼", "community": "C1"}), day),
        (
            "branch/B1",
            "branch.register",
            json!({"name": "水利局小区党支部", "community": "C1", "compounds": ["X1"]}),
            day,
        ),
        (
            "grid/G1",
            "grid.register",
            json!({"name": "东门一网格", "community": "C1", "households": 346}),
            day,
        ),
        ("unit/P1", "unit.register", unit("东门社区党委", "社区党组织"), day),
        ("unit/W1", "unit.register", unit("东门物业服务有限公司", "物业企业"), day),
        ("unit/W2", "unit.register", unit("永续物业服务有限公司", "物业企业"), day),
        ("unit/D1", "unit.register", unit("县水务局", "县直部门单位"), day),
        ("unit/D2", "unit.register", unit("县住建局", "县直部门单位"), day),
        ("unit/O1", "unit.register", unit("老水利局家属楼业主委员会", "业主委员会"), day),
        ("unit/N1", "unit.register", unit("县公益协会", "社会组织"), day),
        ("post/G-1", "post.create", json!({"name": "社区党委书记岗", "unit": "P1"}), day),
        ("alliance/A1", "alliance.establish", json!({"name": "东门社区党建联盟", "community": "C1"}), day),
        ("membership/A1-D1", "membership.admit", json!({"alliance": "A1", "unit": "D1"}), day),
        ("membership/A1-D2", "membership.admit", json!({"alliance": "A1", "unit": "D2"}), day),
        (
            "holiday/2022-DW",
            "holiday.declare",
            json!({"name": "端午节", "from": "2022-06-03", "until": "2022-06-05"}),
            day,
        ),
        (
            "rule/M01",
            "rule.adopt",
            json!({"title": "到会须过半数", "source": "默认值", "parameters": [
                {"name": "quorumNumerator", "value": 1}, {"name": "quorumDenominator", "value": 2}]}),
            day,
        ),
        ("series/DM-6", "series.define", json!({"meetingType": "六号联席会议", "community": "C1"}), day),
        (
            "agreement/XY-0",
            "agreement.draft",
            json!({"name": "党建协议", "kind": "党建协议", "alliance": "A1", "partyA": "P1", "partyB": "D2"}),
            day,
        ),
        (
            "commitment/XY-0-1",
            "commitment.add",
            json!({"agreement": "XY-0", "number": 1, "text": "开放场地", "joint": "资源联享", "responsible": "D2"}),
            day,
        ),
        ("agreement/XY-0", "agreement.sign", json!({"units": ["P1", "D2"]}), day),
        ("agreement/XY-0", "agreement.effect", json!({"until": "2023-12-31"}), day),
        (
            "occurrence/LH-0",
            "occurrence.schedule",
            json!({"community": "C1", "plannedOn": "2022-06-01"}),
            day,
        ),
        (
            "occurrence/LH-1",
            "occurrence.schedule",
            json!({"community": "C1", "plannedOn": "2022-06-08"}),
            day,
        ),
        (
            "issue/WT-0",
            "issue.raise",
            json!({"occurrence": "LH-0", "compound": "X1", "category": "污水排放", "text": "主次管道倒灌",
                "source": "居民代表"}),
            "2022-06-01",
        ),
        (
            "meeting/HY-0",
            "meeting.schedule",
            json!({"meetingType": "联席会议", "community": "C1", "date": "2022-05-10"}),
            day,
        ),
        (
            "topic/HY-0-Y1",
            "topic.propose",
            json!({"meeting": "HY-0", "title": "停车难", "category": "停车难", "proposer": "成员单位"}),
            day,
        ),
        ("meeting/HY-0", "meeting.hold", json!({}), "2022-05-10"),
        ("topic/HY-0-Y1", "topic.conclude", json!({"outcome": "已议定"}), "2022-05-10"),
        (
            "decision/HY-0-J1",
            "decision.record",
            json!({"meeting": "HY-0", "topic": "HY-0-Y1", "text": "划定车位", "responsible": "W1",
                "dueOn": "2022-08-01"}),
            "2022-05-10",
        ),
        (
            "project/XM-0",
            "project.propose",
            json!({"name": "红帆驿站", "category": "阵地建设", "community": "C1"}),
            day,
        ),
        (
            "topic/YT-0",
            "topic.propose",
            json!({"title": "充电贵", "category": "充电贵", "proposer": "居委会"}),
            day,
        ),
    ]
}

/// An edition of the first quarter, frozen right after the county.
fn edition() -> Value {
    static FROZEN: OnceLock<usize> = OnceLock::new();
    let size = *FROZEN.get_or_init(|| story().events.len());
    json!({"quarter": "2022-Q1", "scope": "county", "position": size - 1, "digest": "3".repeat(64),
        "on": super::DAY, "template": 1, "rules": ["M01@1"], "size": size, "root": "3q2+7w==",
        "figuresSha256": "4".repeat(64), "files": [{"format": "json", "sha256": "5".repeat(64), "bytes": 9}]})
}

/// The county, told once and copied for every story.
pub fn story() -> Story {
    static STORY: OnceLock<Story> = OnceLock::new();
    STORY
        .get_or_init(|| {
            let mut story = Story::default();
            for (stream, name, data, day) in steps() {
                story.tell(&step(stream, name, data).on(day).by(Ledger));
            }
            story
        })
        .clone()
}

/// Good data for a command, in this county.
pub fn sample(name: &str) -> Value {
    let reason = json!({"reason": "按会议要求"});
    let by_decision = json!({"reason": "按会议要求", "decision": "HY-0-J1"});
    let correction =
        |field: &str, now: &str| json!({"changes": [{"field": field, "now": now}], "reason": "误"});
    match name {
        "ledger.open" => json!({"ledgerId": "00", "origin": "county.example", "publicKey": "AA=="}),
        "ledger.rotate-key" => json!({"publicKey": "AQ==", "reason": "换人保管"}),
        "ledger.accept-clock" => json!({"clock": 2, "last": 1, "reason": "已校时"}),
        "schema.declare" => json!({"kind": "street.renamed", "version": 1, "fields": []}),
        "import.record" => {
            json!({"files": [{"sha256": "00", "ledger": "registry", "reportingUnit": "汶上街道",
            "asOf": "2022-06-30", "rows": 3}], "reason": null})
        }
        "rule.adopt" => json!({"title": "提前通知", "source": "默认值", "validFrom": null,
            "parameters": [{"name": "noticeDays", "value": 3}]}),
        "rule.amend" => json!({"source": "会议决定", "validFrom": "2022-07-01", "parameters": []}),
        "street.register" => json!({"name": "中都街道"}),
        "community.register" => {
            json!({"name": "坝口社区", "street": "S1", "households": 3102, "population": 8300,
            "formation": "村改社区", "establishedOn": "2022-01-01"})
        }
        "community.count" => json!({"households": 3000, "population": null}),
        "community.succeed" => json!({"successors": ["C2"], "reason": "调整规模"}),
        "compound.register" => json!({"name": "惠民小区", "community": "C1", "households": 400,
            "serviceMode": "市场化物业", "enterprise": "W1"}),
        "compound.count" | "grid.count" => json!({"households": 420}),
        "compound.service" => json!({"serviceMode": "国有兜底", "enterprise": "W2"}),
        "branch.register" => json!({"name": "惠民小区党支部", "community": "C1", "compounds": ["X1"]}),
        "branch.cover" => json!({"compounds": ["X1"]}),
        "grid.register" => json!({"name": "东门二网格", "community": "C1", "households": 320,
            "leaderPost": "网格长岗", "members": 4}),
        "grid.staff" => json!({"leaderPost": "网格长岗", "members": 5}),
        "unit.register" => json!({"name": "坝口物业公司", "kind": "物业企业", "partyOrg": true}),
        "unit.organise" => json!({"partyOrg": true}),
        "post.create" => json!({"name": "联络员岗", "unit": "D1"}),
        "alliance.establish" => json!({"name": "永续社区党建联盟", "community": "C2"}),
        "membership.admit" => json!({"alliance": "A1", "unit": "N1"}),
        "membership.end" | "meeting.cancel" | "occurrence.cancel" => reason,
        "holiday.declare" => json!({"name": "国庆节", "from": "2022-10-01", "until": "2022-10-07"}),
        "series.define" => json!({"meetingType": "周三例会", "community": "C1", "cadence": "每周三",
            "participants": ["社区党组织"]}),
        "street.rename" | "community.rename" | "compound.rename" | "branch.rename" | "grid.rename"
        | "unit.rename" | "alliance.rename" => json!({"name": format!("新{}", &name[..3])}),

        "agreement.draft" => json!({"name": "党建协议", "kind": "党建协议", "alliance": "A1", "partyA": "P1",
            "partyB": "D1", "otherParties": [], "evidence": "DA-1"}),
        "agreement.sign" => json!({"units": ["P1"], "post": "书记岗"}),
        "agreement.decline" => json!({"unit": "D1", "reason": "条款须改"}),
        "agreement.effect" => json!({"until": "2023-06-05"}),
        "agreement.amend" => json!({"summary": "增加条款", "until": "2024-06-05", "units": ["P1", "D1"]}),
        "agreement.suspend" | "agreement.terminate" | "commitment.waive" | "project.cancel" => by_decision,
        "agreement.renew" => json!({"successor": "XY-0"}),
        "agreement.correct" => correction("name", "共建协议书"),

        "commitment.add" => json!({"agreement": "XY-1", "number": 1, "text": "清淤治理", "joint": "问题联商",
            "responsible": "D1", "dueOn": "2022-09-30"}),
        "commitment.amend" => json!({"text": "疏通清淤", "responsible": "D1", "dueOn": "2022-10-31"}),
        "commitment.reschedule" | "project.reschedule" | "decision.reschedule" | "issue.reschedule" => {
            json!({"dueOn": "2022-11-30"})
        }
        "commitment.verify" | "decision.verify" | "task.verify" | "issue.verify" => json!({"unit": "O1"}),
        "commitment.correct" => correction("text", "疏通主次管道"),

        "project.propose" => json!({"name": "管网清淤", "category": "污水排放", "community": "C1",
            "compound": "X1", "source": "WT-0"}),
        "project.list" => json!({"claimUntil": "2022-06-30"}),
        "project.claim" => json!({"unit": "D1", "supporting": ["W1"], "dueOn": "2022-08-31"}),
        "project.accept-claim" => json!({"unit": "P1", "dueOn": "2022-08-31"}),
        "project.extend" => json!({"until": "2022-12-01"}),
        "project.progress" => json!({"percent": 50, "note": "完成一半"}),
        "project.submit" => json!({"problemsSolved": 2}),
        "project.accept" => json!({"unit": "P1"}),
        "project.link" => json!({"stream": "issue/WT-0"}),
        "project.correct" => correction("name", "主次管网清淤"),

        "meeting.schedule" => json!({"meetingType": "六号联席会议", "community": "C1", "date": "2022-06-06",
            "series": "DM-6", "place": "党群服务中心", "chairPost": "书记岗", "recorderPost": "记录岗",
            "expectedUnits": 4}),
        "meeting.call-topics" => json!({"until": "2022-06-02"}),
        "meeting.freeze-agenda" => json!({"routine": true}),
        "meeting.notice" => json!({"urgentReason": null}),
        "meeting.postpone" => json!({"date": "2022-06-13", "reason": "大雨"}),
        "meeting.plan" => json!({"place": "老水利局", "chairPost": "书记岗", "recorderPost": "记录岗",
            "expectedUnits": 5}),
        "meeting.attend" => json!({"expectedUnits": 4, "units": ["P1", "W1", "O1"], "residents": 2}),
        "meeting.draft-minutes" => json!({"number": "JY-2022-1"}),
        "meeting.word-minutes" => json!({"passage": "opening", "text": "各单位共商治污。"}),
        "meeting.confirm-minutes" => json!({"posts": ["书记岗", "记录岗"]}),
        "meeting.publish-minutes" => json!({"scope": "联盟成员"}),
        "meeting.correct" => correction("place", "东门社区"),

        "topic.propose" => {
            json!({"meeting": "HY-1", "number": 1, "title": "污水倒灌", "category": "污水排放",
            "proposer": "居民代表", "source": "issue/WT-0"})
        }
        "topic.merge" => json!({"into": "YT-0"}),
        "topic.place" => json!({"meeting": "HY-1", "number": 2}),
        "topic.vote" => json!({"inFavour": 3, "against": 0, "abstained": 1}),
        "topic.conclude" => json!({"outcome": "已议定", "referredTo": null}),
        "topic.correct" => correction("title", "污水主次管道倒灌"),

        "decision.record" => {
            json!({"meeting": "HY-1", "topic": "YT-1", "text": "疏通清淤", "responsible": "W1",
            "supporting": ["D1"], "dueOn": "2022-07-22", "noteOnly": false})
        }
        "decision.request-extension" | "decision.extend" => json!({"until": "2022-12-01", "reason": "汛期"}),
        "decision.supersede" => json!({"by": "HY-0-J1"}),
        "decision.revoke" => json!({"decision": "HY-0-J1", "reason": "情况有变"}),
        "decision.correct" => correction("text", "疏通清淤主次管道"),

        "task.assign" => json!({"decision": "HY-0-J1", "text": "现场勘查", "responsible": "W1",
            "dueOn": "2022-06-20"}),
        "task.reassign" => json!({"responsible": "W2", "dueOn": "2022-06-30"}),
        "task.report" => json!({"result": "已疏通"}),
        "task.press" => json!({"note": "请按时完成"}),

        "occurrence.schedule" => json!({"community": "C1", "plannedOn": "2022-06-15"}),
        "occurrence.reschedule" => json!({"plannedOn": "2022-06-16", "reason": "停电"}),
        "occurrence.hold" => json!({"participants": ["社区党组织"], "reason": "提前召开"}),
        "occurrence.correct" => correction("plannedOn", "2022-06-22"),

        "issue.raise" => json!({"occurrence": "LH-0", "compound": "X1", "category": "污水排放",
            "text": "管道倒灌", "source": "居民代表", "responsible": null, "dueOn": null}),
        "issue.triage" => json!({"severity": "较重", "dueOn": "2022-07-10"}),
        "issue.assign" => json!({"unit": "W1", "dueOn": "2022-07-10"}),
        "issue.progress" => json!({"note": "已联系施工"}),
        "issue.carry-over" => json!({"to": "LH-1"}),
        "issue.escalate" => json!({"to": "街道物业服务联席会议", "reason": "多次顺延"}),
        "issue.convert" => json!({"project": "XM-0"}),
        "issue.mark-out-of-scope" => json!({"reason": "不属物业", "sentTo": "县水务局"}),
        "issue.merge" => json!({"into": "WT-0"}),
        "issue.correct" => correction("text", "主次管道倒灌"),

        "duty.perform" => json!({"rule": "M01", "subject": "community/C1", "round": "月度",
            "topics": ["班子建设", "物业服务"], "post": "社区党委书记岗", "note": "到社区调研", "handedOver": "WT-0"}),
        "duty.correct" => correction("note", "到社区指导"),
        "obligation.exempt" => json!({"rule": "M01", "subject": "alliance/A1", "community": null,
            "period": "2022-Q2", "decision": "HY-0-J1", "reason": "社区规模调整"}),
        "obligation.withdraw-exemption" => reason,

        "document.add" => json!({"matter": "XY-0", "kind": "扫描件", "field": null, "mediaType": "image/png",
            "size": 3, "object": "0".repeat(32), "commitment": "0".repeat(64), "posts": ["G-1"], "units": ["D1"]}),
        "holder.name" => json!({"post": "社区党委书记岗", "from": "2022-06-06", "until": null,
            "object": "1".repeat(32), "commitment": "1".repeat(64)}),
        "holder.end" => json!({"until": "2022-09-30"}),
        "access.record" => json!({"what": "任职名录", "subject": "holder", "reason": "核对"}),
        "erasure.ask" => json!({"scope": "record", "subject": "agreement/XY-0", "position": 20,
            "digest": "2".repeat(64), "reason": "误录姓名", "basis": "个人信息保护法"}),
        "period.reopen" => json!({"reason": "漏报一次联席会议"}),
        "report.generate" => edition(),
        "report.review" => json!({"note": null}),
        "report.return" => json!({"reason": "请核对逾期事项"}),
        "report.publish" => json!({"audience": "内部"}),
        "report.issue-erratum" => json!({"text": "第3页单位名称应为县水务局", "causes": [20]}),
        "erasure.refuse" => json!({"reason": "依法应当保存"}),
        "erasure.execute" => json!({"destroyed": ["page"]}),

        "street.correct" | "community.correct" | "compound.correct" | "branch.correct" | "grid.correct"
        | "unit.correct" | "alliance.correct" | "holiday.correct" => correction("name", "更正后名称"),
        "membership.correct" => correction("joinedOn", "2022-02-01"),

        _ if takes_reason(name) => reason,
        _ => json!({}),
    }
}

fn takes_reason(name: &str) -> bool {
    matches!(
        name.split('.').nth(1).unwrap_or_default(),
        "repeal"
            | "dissolve"
            | "abolish"
            | "end"
            | "void"
            | "return"
            | "reject"
            | "release-claim"
            | "reopen"
            | "reopen-agenda"
            | "adjourn"
            | "request-minutes-change"
            | "withdraw"
            | "decline"
    ) || name == "project.suspend"
}
