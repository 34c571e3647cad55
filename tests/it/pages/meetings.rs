//! Meetings, topics, the Wednesday sheet and what was decided, by the pages alone.

use super::bench::{Bench, Page};

const MEETING: &str = "/meetings/HY-2022-0001";

/// The registry of one community, entered by hand through the pages.
fn registry() -> Bench {
    let bench = Bench::on("2022-06-01");
    let long_ago = ("occurredOn", "2022年1月4日");
    bench.command("/do/street.register", &[("id", "S01"), ("name", "东门街道"), long_ago]);
    bench.command(
        "/do/community.register",
        &[
            ("id", "C01"),
            ("name", "东门社区"),
            ("street", "S01"),
            ("establishedOn", "2020年1月6日"),
            long_ago,
        ],
    );
    let compound = [("id", "X001"), ("name", "老水利局家属楼"), ("community", "C01"), long_ago];
    bench.command("/do/compound.register", &compound);
    let units = [
        ("U001", "东门社区党委", "社区党组织"),
        ("U002", "东门社区居委会", "居委会"),
        ("U003", "东门物业服务有限公司", "物业企业"),
        ("U004", "桂园物业服务有限公司", "物业企业"),
        ("U005", "老水利局家属楼业主委员会", "业主委员会"),
    ];
    for (id, name, kind) in units {
        bench.command("/do/unit.register", &[("id", id), ("name", name), ("kind", kind), long_ago]);
    }
    let alliance = [("id", "A01"), ("name", "东门社区党建联盟"), ("community", "C01"), long_ago];
    bench.command("/do/alliance.establish", &alliance);
    for (number, unit) in [("A01-1", "U001"), ("A01-2", "U002"), ("A01-3", "U003"), ("A01-4", "U004")] {
        let member = [("id", number), ("alliance", "A01"), ("unit", unit), long_ago];
        bench.command("/do/membership.admit", &member);
    }
    bench
}

/// A meeting of the sixth with one topic on its agenda, begun.
fn in_session() -> Bench {
    let bench = registry();
    schedule(&bench);
    bench.record(&bench.get(MEETING), "propose", &topic("小区停车难"));
    for day in ["", "", ""] {
        bench.record(&bench.get(MEETING), "next", &[("urgentReason", day)]);
    }
    bench.until("2022-06-06");
    bench.record(&bench.get(MEETING), "next", &[]).says("会议进行中");
    bench
}

fn topic(title: &str) -> [(&str, &str); 4] {
    [("title", title), ("category", "停车难"), ("proposer", "东门社区党委"), ("source", "")]
}

fn schedule(bench: &Bench) -> Page {
    bench.command(
        "/do/meeting.schedule",
        &[
            ("id", "HY-2022-0001"),
            ("meetingType", "六号联席会议"),
            ("community", "C01"),
            ("date", "2022年6月6日"),
            ("place", "党群服务中心"),
            ("chairPost", "社区党委书记岗"),
            ("recorderPost", "党建专干岗"),
            ("expectedUnits", "4"),
        ],
    )
}

#[test]
fn the_golden_case_is_entered_by_hand_from_an_empty_ledger() {
    let bench = registry();
    // 1 June: the Wednesday meeting raises it; that the meeting was held goes without saying.
    let sheet = bench.get("/wednesday/C01/2022-06-01");
    sheet.says("2022年6月1日（周三）").says("无记录").says("没有续办的问题");
    let raised = [
        ("new-compound", "X001"),
        ("new-category", "污水排放"),
        ("new-text", "污水主次管道倒灌"),
        ("new-source", "居民代表"),
        ("participants", "东门社区党委、东门物业服务有限公司"),
    ];
    let sheet = bench.record(&sheet, "sheet", &raised);
    sheet.says("WT-2022-0001").says("污水主次管道倒灌").says("未确认");
    let check = bench.fill(&sheet, "sheet", &[("act", "confirm")]);
    assert_eq!(check.status, 200);
    check.says("请核对").says("确认例会记录（LH-C01-20220601）");
    let sheet = bench.record(&check, "form", &[]);
    sheet.says("记录已确认");
    assert!(!sheet.has_form("sheet"));

    // It becomes a topic, which waits until there is a meeting.
    let proposed = [
        ("id", "YT-2022-0001"),
        ("title", "老水利局家属楼污水主次管道倒灌"),
        ("category", "老旧小区物业服务"),
    ];
    let more = [("proposer", "居民代表"), ("source", "WT-2022-0001"), ("meeting", "")];
    bench.command("/do/topic.propose", &[&proposed[..], &more].concat());
    bench.get("/topics").says("等着上会的议题 1 个").says("已等 0 天").says("还没有可以列入的会议");
    schedule(&bench).says("计划中").says("◐ 议程");
    let page = bench.record(&bench.get("/topics"), "place-YT-2022-0001", &[("meeting", "HY-2022-0001")]);
    page.says("没有等着上会的议题");

    // Agenda, notice five days ahead.
    let page = bench.record(&bench.get(MEETING), "next", &[]);
    page.says("征集议题中").says("议题 1 老水利局家属楼污水主次管道倒灌");
    let page = bench.record(&page, "next", &[]);
    page.says("议程已定");
    let page = bench.record(&page, "next", &[]);
    page.says("已通知").says("6月1日发出，提前 5 天（至少 3 天，M02@1） ● 符合");

    // 6 June: everybody is there; the decision is entered under its topic.
    bench.until("2022-06-06");
    let page = bench.record(&page, "next", &[]);
    page.says("会议进行中").says("议题 1 还没有结果，会议不能结束");
    assert!(!page.has_form("next"));
    let page = bench.record(&page, "attend", &[("all", "true"), ("residents", "6")]);
    page.says("应到 4，到会 4，至少要 3（M01@1） ● 符合");
    let refused = bench.fill(&page, "decide-YT-2022-0001", &[("text", "疏通清淤主次管道，联合相关单位实施")]);
    assert_eq!(refused.status, 422);
    refused.says("填写责任单位").says("填写完成时限").says("疏通清淤主次管道，联合相关单位实施");
    let decided =
        [("responsible", "东门物业服务有限公司"), ("supporting", "东门社区党委"), ("dueOn", "2022年7月22日")];
    let page = bench.record(&refused, "decide-YT-2022-0001", &decided);
    page.says("已议定").says("HY-2022-0001-J1-1").says("责任单位 东门物业服务有限公司").says("2022年7月22日");

    // It ends, is minuted, confirmed by both posts, and filed.
    let page = bench.fill(&page, "next", &[]);
    page.says("请核对");
    let page = bench.record(&page, "form", &[]);
    page.says("已召开");
    let page = bench.record(&page, "next", &[]);
    page.says("纪要起草中").says("JY-2022-0001");
    let page = bench.record(&page, "words", &[("word-opening", "会议由社区党委书记岗主持。")]);
    assert!(page.html.contains("会议由社区党委书记岗主持。"));
    let check = bench.fill(&page, "next", &[]);
    check.says("社区党委书记岗、党建专干岗");
    let page = bench.record(&check, "form", &[]);
    page.says("纪要已由主持岗、记录岗于2022年6月6日确认");
    let page = bench.record(&page, "next", &[]);
    page.says("已归档").says("● 归档");
    assert!(!page.has_form("next") && !page.has_form("propose"));

    // 15 July done; its own unit may not verify it, another does. All in the page of the decision.
    let decision = "/decisions/HY-2022-0001-J1-1";
    bench.get(decision).says("完成日期—").says("核验日期—").says("待办");
    bench.record(&bench.get(decision), "decision-start", &[]);
    bench.until("2022-07-15");
    bench.record(&bench.get(decision), "decision-complete", &[]).says("已办结待核验");
    bench.until("2022-07-20");
    let page = bench.get(decision);
    let refused = bench.fill(&page, "decision-verify", &[("unit", "东门物业服务有限公司")]);
    assert_eq!(refused.status, 422);
    refused.says("东门物业服务有限公司");
    assert!(refused.html.contains("value=\"东门物业服务有限公司\""));
    let check = bench.fill(&page, "decision-verify", &[("unit", "老水利局家属楼业主委员会")]);
    check.says("请核对");
    bench.record(&check, "form", &[]).says("已销号").says("核验日期2022年7月20日");
    bench.get(MEETING).says("核验日期 2022年7月20日");
    let trail = bench.app.trail("HY-2022-0001-J1-1", gongjian_api::app::Asked::default()).unwrap();
    let trail = serde_json::to_string(&trail).unwrap();
    for part in ["WT-2022-0001", "HY-2022-0001", "2022-07-15", "2022-07-20"] {
        assert!(trail.contains(part), "{part}");
    }
}

#[test]
fn two_secretaries_tick_and_decide_at_once_and_nothing_is_lost() {
    let bench = in_session();
    // Both open the page; each ticks another unit and a different number.
    let (one, two) = (bench.get(MEETING), bench.get(MEETING));
    bench.record(&one, "attend", &[("units", "U001")]);
    let page = bench.record(&two, "attend", &[("units", "U003"), ("residents", "6")]);
    page.says("到会 2").says("居民代表人数6");
    // A tick that one takes away goes, whatever the other does meanwhile.
    let (one, two) = (bench.get(MEETING), bench.get(MEETING));
    let (action, mut sent) = one.form("attend");
    sent.retain(|(name, value)| !(name == "units" && value == "U001"));
    assert_eq!(bench.post(&action, &sent).status, 303);
    bench.record(&two, "attend", &[("units", "U002")]).says("到会 2");
    // Both count the residents, differently: the second is asked, and keeps what was typed.
    let (one, two) = (bench.get(MEETING), bench.get(MEETING));
    bench.record(&one, "attend", &[("residents", "7")]);
    let asked = bench.fill(&two, "attend", &[("residents", "8"), ("units", "U004")]);
    assert_eq!(asked.status, 422);
    asked.says("别人刚刚记为“7”，你填的是“8”");
    bench.record(&asked, "attend", &[]).says("居民代表人数8").says("到会 3");

    // Both decide about the same topic: two decisions, the second with the next number.
    let (one, two) = (bench.get(MEETING), bench.get(MEETING));
    let decided = [("responsible", "U003"), ("dueOn", "2022年7月22日"), ("text", "划定停车位")];
    let key = "decide-HY-2022-0001-Y1";
    bench.record(&one, key, &decided);
    let page = bench.record(&two, key, &[("text", "清理僵尸车"), decided[0], decided[1]]);
    page.says("HY-2022-0001-J1-1 划定停车位").says("HY-2022-0001-J1-2 清理僵尸车");
    // The same form again gives what it gave.
    assert_eq!(bench.fill(&one, key, &decided).status, 303);
    bench.get(MEETING).never_says("HY-2022-0001-J1-3");
    // Both word the minutes.
    let held = bench.fill(&bench.get(MEETING), "next", &[]);
    let page = bench.record(&held, "form", &[]);
    bench.record(&page, "next", &[]);
    let (one, two) = (bench.get(MEETING), bench.get(MEETING));
    bench.record(&one, "words", &[("word-opening", "会议开始。")]);
    let page = bench.record(&two, "words", &[("word-closing", "散会。")]);
    assert!(page.html.contains("会议开始。") && page.html.contains("散会。"));
    let asked = bench.fill(&two, "words", &[("word-opening", "六号会议开始。")]);
    assert_eq!(asked.status, 422);
    assert!(asked.html.contains("六号会议开始。"));
    asked.says("别人刚刚记为“会议开始。”");
}

#[test]
fn a_meeting_refuses_in_place_and_keeps_what_was_typed() {
    let bench = in_session();
    let page = bench.get(MEETING);
    let key = "conclude-HY-2022-0001-Y1";
    let refused = bench.fill(&page, key, &[("outcome", "撤回")]);
    assert_eq!(refused.status, 422);
    refused.says("填写撤回原因");
    assert!(refused.html.contains("<option value=\"撤回\" selected>"));
    let refused = bench.fill(&page, key, &[("outcome", "转办")]);
    assert_eq!(refused.status, 422);
    let refused = bench.fill(&page, key, &[("outcome", "")]);
    refused.says("填写结果");
    let refused = bench.fill(&page, "attend", &[("more", "没有这个单位"), ("residents", "五")]);
    assert_eq!(refused.status, 422);
    refused.says("没有“没有这个单位”");
    assert!(refused.html.contains("value=\"没有这个单位\"") && refused.html.contains("value=\"五\""));
    let refused = bench.fill(&page, "propose", &[("title", ""), ("category", "停车难")]);
    assert_eq!(refused.status, 422);
    let refused = bench.fill(&page, "attend", &[("occurredOn", "六月")]);
    refused.says("不是账本认得的日期");
    // What the page has no form for is not there.
    let unknown = [("act", "step"), ("command", "meeting.correct"), ("stream", "meeting/HY-2022-0001")];
    let unknown = unknown.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(bench.post(MEETING, &unknown).status, 404);
    assert_eq!(bench.try_get("/meetings/HY-9").status, 404);
    // A second that comes too late learns what is there.
    bench.record(&page, key, &[("outcome", "转办"), ("referredTo", "街道物业服务联席会议")]);
    let late = bench.fill(&page, key, &[("outcome", "暂缓")]);
    assert!(late.status == 409 || late.status == 422);
    late.says("没有记入");
    let room = bench.get(&format!("{MEETING}?view=present"));
    assert!(room.html.contains("http-equiv=\"refresh\"") && !room.html.contains("<form"));
    room.says("小区停车难");
}

#[test]
fn the_wednesday_sheet_records_everything_or_nothing() {
    let bench = registry();
    let new = |compound: &'static str, text: &'static str| {
        [
            ("new-compound", compound),
            ("new-category", "污水排放"),
            ("new-text", text),
            ("new-source", "居民代表"),
            ("new-responsible", "东门物业服务有限公司"),
            ("new-due", "2022年6月15日"),
        ]
    };
    let sheet = "/wednesday/C01/2022-06-01";
    bench.record(&bench.get(sheet), "sheet", &new("X001", "管道堵塞")).says("已交办");
    // Somebody raised the same before: it says so first, and records nothing.
    let before = bench.app.head().size;
    let warned = bench.fill(&bench.get(sheet), "sheet", &new("X001", "又堵了"));
    assert_eq!(warned.status, 422);
    warned.says("有人提过吗？老水利局家属楼、污水排放：未结 1 件（WT-2022-0001）");
    assert!(warned.html.contains("又堵了"));
    assert_eq!(bench.app.head().size, before);
    bench.record(&warned, "sheet", &[("anyway", "true")]).says("WT-2022-0002");

    // A week later: both are old; one choice is incomplete, so neither is recorded.
    bench.until("2022-06-08");
    let sheet = "/wednesday/C01/2022-06-08";
    let page = bench.get(sheet);
    page.says("一、续办（2）").says("第 1 次续办（满 3 次应上报，W01@1）");
    let before = bench.app.head().size;
    let choices = [("do-WT-2022-0001", "carry-over"), ("do-WT-2022-0002", "escalate")];
    let refused = bench.fill(&page, "sheet", &choices);
    assert_eq!(refused.status, 422);
    refused.says("WT-2022-0002：填写上报去向");
    assert!(refused.html.contains("name=\"do-WT-2022-0001\" value=\"carry-over\" checked"));
    assert_eq!(bench.app.head().size, before);
    let page = bench.record(&refused, "sheet", &[("do-WT-2022-0002", "fix")]);
    page.says("未确认");
    bench.get("/issues/WT-2022-0002").says("已办结待核验");
    // The unit that did it cannot verify it.
    bench.until("2022-06-15");
    let page = bench.get("/wednesday/C01/2022-06-15");
    let by = |unit| [("do-WT-2022-0002", "verify"), ("unit-WT-2022-0002", unit)];
    let refused = bench.fill(&page, "sheet", &by("东门物业服务有限公司"));
    assert_eq!(refused.status, 422);
    refused.says("WT-2022-0002：");
    bench.record(&refused, "sheet", &by("老水利局家属楼业主委员会"));
    bench.get("/issues/WT-2022-0002").says("已核验");
    let none = bench.get("/wednesday/C01/2022-06-15");
    bench.fill(&none, "sheet", &[]).says("没有选任何一项");
    let again = [("act", "save"), ("do-WT-2022-0002", "verify")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let stale = bench.post("/wednesday/C01/2022-06-15", &again);
    assert_eq!(stale.status, 422);
    stale.says("状态刚刚变了");
}

#[test]
fn a_wednesday_is_moved_or_called_off_with_a_reason() {
    let bench = registry();
    let page = bench.get("/wednesday/C01/2022-06-08");
    page.says("这一天还没到");
    let refused = bench.fill(&page, "elsewhere", &[("act", "reschedule"), ("plannedOn", "2022年6月9日")]);
    assert_eq!(refused.status, 422);
    refused.says("填写原因");
    assert!(refused.html.contains("2022年6月9日"));
    bench.record(&refused, "elsewhere", &[("act", "reschedule"), ("reason", "端午调休")]);
    bench.get("/wednesday?quarter=2022-Q2").says("改期");
    let page = bench.get("/wednesday/C01/2022-06-15");
    bench.record(&page, "elsewhere", &[("act", "cancel"), ("reason", "创城检查")]).says("已取消");
    bench.get("/wednesday?quarter=2022-Q2").says("取消").says("东门社区");
    // A day that is no Wednesday, a day that is none, and a place that is none.
    let thursday = bench.fill(&bench.get("/wednesday/C01/2022-05-26"), "sheet", &[("act", "save")]);
    assert_eq!(thursday.status, 422);
    thursday.says("周四");
    assert_eq!(bench.try_get("/wednesday/C01/2022-02-30").status, 404);
    assert_eq!(bench.try_get("/wednesday/C99/2022-06-01").status, 404);
    assert_eq!(bench.try_get("/wednesday?quarter=2022-Q9").status, 400);
}

#[test]
fn topics_are_taken_off_the_list_only_with_a_reason() {
    let bench = registry();
    let proposed = [("id", "YT-2022-0001"), ("meeting", ""), ("source", "")];
    bench.command("/do/topic.propose", &[&proposed[..], &topic("充电贵")[..3]].concat());
    let page = bench.get("/topics");
    let refused = bench.fill(&page, "refuse-YT-2022-0001", &[]);
    assert_eq!(refused.status, 422);
    refused.says("填写原因");
    schedule(&bench);
    let page = bench.get("/topics");
    bench.fill(&page, "place-YT-2022-0001", &[]).says("填写会议");
    bench.record(&page, "refuse-YT-2022-0001", &[("reason", "已由物业企业解决")]).says("没有等着上会的议题");
    bench.get("/topics?view=all").says("未采纳");
    // Whoever still has the old page open is told.
    let late = bench.fill(&page, "place-YT-2022-0001", &[("meeting", "HY-2022-0001")]);
    assert_eq!(late.status, 422);
}

#[test]
fn the_month_shows_meetings_and_what_is_missing() {
    let bench = registry();
    schedule(&bench);
    bench.record(&bench.get("/wednesday/C01/2022-06-01"), "sheet", &[]);
    bench.until("2022-07-01");
    let page = bench.get("/meetings?view=month&month=2022-06");
    page.says("2022年6月")
        .says("东门社区六号联席会议")
        .says("周三例会 1/1")
        .says("◆ 例会未开 1")
        .says("联席会议未开 1");
    assert!(page.html.contains("/api/v1/calendar.ics"));
    assert_eq!(bench.try_get("/meetings?view=month&month=2022-13").status, 400);
    bench.get("/wednesday?quarter=2022-Q2").says("无记录");
}

#[test]
fn a_draft_is_kept_offered_and_gone_when_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::within(folder.path());
    let page = bench.get("/do/street.register");
    let key = page.html.split("hx-post=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (_, mut typed) = page.form("form");
    typed.retain(|(name, _)| name != "name");
    typed.push(("name".to_owned(), "东门街道".to_owned()));
    assert_eq!(bench.keep(&key, &typed).status, 204);
    bench.get("/").says("草稿（1）").says("登记街道");
    let page = bench.get("/do/street.register");
    page.says("接着上次填");
    assert!(!page.html.contains("东门街道"));
    let place = page.html.split("class=\"notice\"><a href=\"").nth(1).unwrap().split('"').next().unwrap();
    let page = bench.get(&place.replace("&#38;", "&"));
    assert!(page.html.contains("value=\"东门街道\""));
    // By the button, without script: the form comes again.
    let kept = bench.post(&key, &page.form("form").1);
    assert_eq!((kept.status, kept.location.contains("draft=")), (303, true));
    bench.get(&kept.location).says("已存为草稿");
    bench.record(&page, "form", &[]);
    bench.get("/").never_says("草稿（1）");
    bench.get("/do/street.register").never_says("接着上次填");
    // Nothing personal lies there, and no name leads out of the folder.
    typed.push(("reason".to_owned(), "身份证号 11010519491231002X".to_owned()));
    assert_eq!(bench.keep(&key, &typed).status, 422);
    assert_eq!(bench.keep("/drafts/..%2Fa", &typed).status, 404);
    let mut dropped = vec![("draft".to_owned(), "drop".to_owned())];
    dropped.push(("draft-place".to_owned(), "/do/street.register".to_owned()));
    assert_eq!(bench.post(&key, &dropped).location, "/do/street.register");
}

#[test]
fn what_is_typed_in_a_sheet_is_kept_too() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::within(folder.path());
    let long_ago = ("occurredOn", "2022年1月4日");
    bench.command("/do/street.register", &[("id", "S01"), ("name", "东门街道"), long_ago]);
    bench.command(
        "/do/community.register",
        &[("id", "C01"), ("name", "东门社区"), ("street", "S01"), long_ago],
    );
    let compound = [("id", "X001"), ("name", "老水利局家属楼"), ("community", "C01"), long_ago];
    bench.command("/do/compound.register", &compound);
    let sheet = "/wednesday/C01/2022-06-01";
    let page = bench.get(sheet);
    let key = page.html.split("hx-post=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (_, mut typed) = page.form("sheet");
    typed.push(("new-text".to_owned(), "污水主次管道倒灌".to_owned()));
    typed.reverse();
    assert_eq!(bench.keep(&key, &typed).status, 204);
    let page = bench.get(sheet);
    page.says("接着上次填").never_says("污水主次管道倒灌");
    let page = bench.get(&format!("{sheet}?draft={}", key.rsplit('/').next().unwrap()));
    page.says("污水主次管道倒灌");
    let rest = [("new-compound", "X001"), ("new-category", "污水排放"), ("new-source", "居民代表")];
    bench.record(&page, "sheet", &rest).never_says("接着上次填").says("污水主次管道倒灌");
}

#[test]
fn an_open_page_hears_that_there_is_more() {
    let bench = registry();
    let last = bench.app.head().size - 1;
    let page = bench.get("/meetings");
    assert!(page.html.contains(&format!("data-live=\"/live?after={last}\"")));
    let heard = bench.hears(&format!("/live?after={last}"), || {
        let street = [("id", "S02"), ("name", "西门街道")];
        bench.command("/do/street.register", &street);
    });
    assert_eq!(heard, "有 1 条新记录，刷新");
    assert_eq!(bench.try_get("/live?after=x").status, 400);
    // A page of an earlier time waits for nothing.
    assert!(!bench.get(&format!("/wednesday?as-of={last}")).html.contains("data-live"));
}
