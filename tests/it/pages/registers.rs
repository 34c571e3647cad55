//! Agreements, projects, imports, documents and erasures by the pages alone: the journeys, and what is refused.

use calamine::{Reader as _, Xlsx};
use gongjian_api::app::{Asked, Asker, NewErasure};
use gongjian_core::command::{Envelope, Request};
use gongjian_core::domain::project::ProjectCommand;
use gongjian_projections::lists::Query;
use gongjian_tests::cli::Ledger;
use gongjian_tests::data;
use serde_json::Value;

use super::bench::{Bench, Page, encoded};

const NEW: &str = "/agreements/new";

/// The first row of a list in a state.
fn first(desk: &Bench, list: &str, state: &str) -> Value {
    let query = Query { state: Some(state.to_owned()), limit: 1, ..Query::on(desk.app.today()) };
    desk.app.list(list, &query, Asked::default()).unwrap().rows.remove(0)
}

fn text(item: &Value, name: &str) -> String {
    item[name].as_str().unwrap_or_default().to_owned()
}

fn workbook(name: &str) -> Vec<u8> {
    std::fs::read(data(name)).unwrap()
}

#[test]
fn a_new_agreement_takes_four_steps_and_is_recorded_once() {
    let desk = Bench::of(Ledger::county());
    let page = desk.get(NEW);
    let begun: &[(&str, &str)] = &[
        ("name", "东门社区党委与县直部门09单位共建协议"),
        ("kind", "共建协议"),
        ("alliance", "A01"),
        ("partyA", "东门社区党委"),
        ("partyB", "县直部门99单位"),
        ("signedOn", "2022年2月30日"),
        ("go", "next"),
    ];
    let refused = desk.fill(&page, NEW, begun);
    assert_eq!(refused.status, 422);
    refused.says("有 2 处需要修改").says("机构名册里没有“县直部门99单位”。相近的有 县直部门09单位");
    refused.says("签订日期“2022年2月30日”");
    assert!(refused.html.contains("<title>错误：新建协议"), "{}", refused.html);
    let kept = refused.form(NEW).1;
    assert!(kept.contains(&("partyB".to_owned(), "县直部门99单位".to_owned())), "{kept:?}");
    assert!(kept.contains(&("kind".to_owned(), "共建协议".to_owned())), "{kept:?}");

    let mended = [("partyB", "县直部门09单位"), ("signedOn", "2022年9月1日"), ("go", "next")];
    let term = desk.fill(&refused, NEW, &mended);
    assert_eq!(term.status, 200, "{}", term.words());
    let wrong =
        desk.fill(&term, NEW, &[("effectiveOn", "2022.9.2"), ("expiresOn", "2022-9-1"), ("go", "next")]);
    wrong.says("到期日期要晚于生效日期 2022年9月2日");
    let clauses = desk.fill(&wrong, NEW, &[("expiresOn", "长期"), ("go", "next")]);
    let none = desk.fill(&clauses, NEW, &[("go", "next")]);
    assert_eq!(none.status, 422);
    none.says("至少写一条条款");

    let pasted = "条款内容\t五联类别\t责任单位\t责任人\t完成时限\n\
                  联建支部\t组织联建\t东门社区党委\t某\t2022年12月1日\n\
                  联办活动\t活动联办\t县直部门09单位\t某\t2022年2月30日\n\
                  会商问题\t问题联商\t东门社区党委\t\t2022-12-3\n\
                  共享会议室\t资源联享\t共建单位36\t\t2022.12.4\n";
    let bad = desk.fill(&clauses, NEW, &[("paste", pasted), ("go", "paste")]);
    assert_eq!(bad.status, 422);
    bad.says("第 2 条“完成时限”").says("读入 4 条").says("没有读取的列：责任人");
    let stranger = desk.fill(&bad, NEW, &[("dueOn-2", "2022-12-2"), ("go", "next")]);
    stranger.says("第 4 条“责任单位”").says("不是该协议的签约方");
    let check = desk.fill(&stranger, NEW, &[("responsible-4", "县直部门09单位"), ("go", "next")]);
    check.says("核对").says("长期").says("2022年12月4日").says("将一次记入 8 条记录");
    // A step back keeps everything.
    let back = desk.fill(&check, NEW, &[("go", "parties")]);
    assert!(back.form(NEW).1.contains(&("partyB".to_owned(), "县直部门09单位".to_owned())));
    assert!(back.form(NEW).1.contains(&("text-1".to_owned(), "联建支部".to_owned())));

    let before = desk.app.head().size;
    let sent = check.filled(NEW, &[("go", "submit")]);
    let done = desk.follow(&desk.post(NEW, &sent));
    done.says("协议已记入").says("已记入 记录号");
    let after = desk.app.head().size;
    assert!(after >= before + 8);
    let again = desk.follow(&desk.post(NEW, &sent));
    again.says("这份协议已经提交过，这是当时的结果");
    assert_eq!(desk.app.head().size, after, "it was recorded twice");
    // So does whoever goes back and changes what was sent.
    let mut changed = sent.clone();
    changed.retain(|(name, _)| name != "name");
    changed.push(("name".to_owned(), "另一个名称".to_owned()));
    desk.follow(&desk.post(NEW, &changed)).says("已经提交过");

    let id = sent.iter().find(|(name, _)| name == "id").unwrap().1.clone();
    let page = desk.get(&format!("/agreements/{id}"));
    page.says("有效").says("长期").says("2022年9月1日 已签").says("共享会议室").says("台账载明").says("附件");
    page.says("条记录在打开时逐条重算，全部相符");
    // The story calls units by their names.
    page.says("甲方：东门社区党委；乙方：县直部门09单位");
    assert!(desk.app.verify(None, |_, _| {}).unwrap().is_sound());
}

#[test]
fn an_agreement_that_nobody_has_signed_waits_for_its_parties() {
    let desk = Bench::of(Ledger::county());
    let page = desk.get(NEW);
    let begun = [
        ("name", "未签的协议"),
        ("kind", "党建协议"),
        ("alliance", "A01"),
        ("partyA", "东门社区党委"),
        ("partyB", "县直部门09单位"),
        ("go", "next"),
    ];
    let clauses = desk.fill(&page, NEW, &begun);
    clauses.says("第 1 条").never_says("生效日期");
    let row = [
        ("text-1", "联办活动"),
        ("joint-1", "活动联办"),
        ("responsible-1", "东门社区党委"),
        ("dueOn-1", "2026年12月1日"),
    ];
    let more = desk.fill(&clauses, NEW, &[row[0], row[1], row[2], row[3], ("go", "more")]);
    more.says("第 3 条");
    let check = desk.fill(&more, NEW, &[("go", "next")]);
    check.says("将一次记入 3 条记录").never_says("到期日期");
    let done = desk.follow(&desk.fill(&check, NEW, &[("go", "submit")]));
    done.says("协议已提交各方签订");
    let id = check.form(NEW).1.into_iter().find(|(name, _)| name == "id").unwrap().1;
    desk.get(&format!("/agreements/{id}")).says("还没有签").says("签订协议");
    // A number that is taken, and parties that are one, are told at the first step.
    let page = desk.get(NEW);
    let taken = desk.fill(
        &page,
        NEW,
        &[begun[0], begun[1], begun[2], begun[3], begun[4], ("id", &id), ("go", "next")],
    );
    assert_eq!(taken.status, 409, "{}", taken.words());
    let same = [begun[0], begun[1], begun[2], begun[3], ("partyB", "东门社区党委"), ("go", "next")];
    assert_eq!(desk.fill(&page, NEW, &same).status, 422);
    let future =
        [begun[0], begun[1], begun[2], begun[3], begun[4], ("signedOn", "2099年1月1日"), ("go", "next")];
    desk.fill(&page, NEW, &future).says("还没有到");
}

#[test]
fn the_second_claimant_sees_who_was_first() {
    let desk = Bench::of(Ledger::county());
    let board = desk.get("/projects");
    board.says("待认领").says("待确认").says("办理中").says("待验收").says("已验收").says("看全部");
    assert!(board.html.matches("class=\"card\"").count() <= 100);
    let project = first(&desk, "projects", "listed");
    let stream = text(&project, "stream");
    assert!(board.html.contains(&encoded(&stream).replace("%2D", "-")), "no button for {stream}");
    let form = format!("/do/project.claim?stream={stream}&back=%2Fprojects");
    let (one, other) = (desk.get(&form), desk.get(&form));
    let claim = |page: &Page, unit: &str| {
        let fields = [("unit", unit), ("dueOn", "2026年12月31日")];
        desk.fill(page, "/do/project.claim", &fields)
    };
    let enterprises = ["东门物业服务有限公司", "桂园物业服务有限公司"];
    let won = claim(&one, enterprises[0]);
    assert_eq!(won.status, 303, "{}", won.words());
    desk.follow(&won).says("认领看板").says("已记入");
    let size = desk.app.head().size;
    let lost = claim(&other, enterprises[1]);
    assert_eq!(lost.status, 409);
    lost.says("这个项目已由 东门物业服务有限公司 认领").says("可以申请配合，或等它释放");
    assert!(lost.form("/do/project.claim").1.contains(&("unit".to_owned(), enterprises[1].to_owned())));
    // Whoever tries all the same is told again.
    let again = claim(&lost, enterprises[1]);
    assert_eq!(again.status, 422);
    again.says("这个项目已由 东门物业服务有限公司 认领");
    assert_eq!(desk.app.head().size, size);
    let id = text(&project, "id");
    desk.get(&format!("/projects/{id}")).says("认领经过").says("东门物业服务有限公司");
    // Nobody claims in the past.
    desk.get("/projects?as-of=100").never_says("确认认领");
    desk.get("/projects?view=table").says("认领单位");
}

#[test]
fn a_released_claim_stays_in_the_story_and_numbers_stand_apart() {
    let desk = Bench::of(Ledger::county());
    let project = first(&desk, "projects", "claim-pending");
    let (stream, id) = (text(&project, "stream"), text(&project, "id"));
    let release = ProjectCommand::ReleaseClaim { reason: "人手不够".to_owned() };
    let envelope = Envelope::new(release, stream, desk.app.today(), "社区录入岗");
    let request = Request::new([7; 16], vec![envelope]);
    tokio::runtime::Runtime::new().unwrap().block_on(desk.app.submit(request)).unwrap();
    desk.get(&format!("/projects/{id}")).says("认领经过").says("人手不够").says("待认领");
    let query = Query { state: Some("accepted".to_owned()), limit: 500, ..Query::on(desk.app.today()) };
    let rows = desk.app.list("projects", &query, Asked::default()).unwrap().rows;
    let solved = rows.iter().find(|row| row["problemsSolved"].as_u64().is_some()).unwrap();
    let page = desk.get(&format!("/projects/{}", text(solved, "id")));
    page.says("解决问题数（认领单位报，初步）").says("解决问题数（已验收）");
}

#[test]
fn two_corrections_of_one_record_are_put_side_by_side() {
    let desk = Bench::of(Ledger::county());
    let stream = "agreement/XY-2022-0001";
    let action = "/do/agreement.correct";
    let open = || desk.get(&format!("{action}?stream={stream}"));
    let (one, other, third) = (open(), open(), open());
    let first = [("change-expiresOn", "2023年6月30日"), ("reason", "档案核对")];
    assert_eq!(desk.fill(&one, action, &first).status, 303);
    // Only the other side touched the end: it is taken over without a word.
    let silent = desk.fill(&third, action, &[("change-evidence", "FJ-9999"), ("reason", "补佐证")]);
    assert_eq!(silent.status, 303, "{}", silent.words());
    let size = desk.app.head().size;
    let mine = [("change-expiresOn", "2023年12月31日"), ("change-name", "改过的名称"), ("reason", "看错")];
    let both = desk.fill(&other, action, &mine);
    assert_eq!(both.status, 409);
    both.says("别人刚刚修改了这条记录").says("打开时 2023年6月9日").says("现在 2023年6月30日");
    both.says("你填的 2023年12月31日");
    assert_eq!(desk.app.head().size, size);
    let chosen = desk.fill(&both, action, &[("pick-expiresOn", "mine")]);
    assert_eq!(chosen.status, 303, "{}", chosen.words());
    let page = desk.get("/agreements/XY-2022-0001");
    page.says("2023年12月31日").says("改过的名称").says("FJ-9999").says("档案核对").says("看错");
    // What others have made the same needs no record.
    let (one, other) = (open(), open());
    let same = [("change-name", "又改一次"), ("reason", "统一名称")];
    assert_eq!(desk.fill(&one, action, &same).status, 303);
    let size = desk.app.head().size;
    desk.fill(&other, action, &same).says("别人已经改成与你填的一样");
    assert_eq!(desk.app.head().size, size);
    // Keeping what stands there records the rest alone.
    let (one, other) = (open(), open());
    assert_eq!(desk.fill(&one, action, &[("change-name", "甲"), ("reason", "一")]).status, 303);
    let both =
        desk.fill(&other, action, &[("change-name", "乙"), ("change-evidence", "FJ-1"), ("reason", "二")]);
    assert_eq!(desk.fill(&both, action, &[("pick-name", "now")]).status, 303);
    desk.get("/agreements/XY-2022-0001").says("FJ-1").says("甲");
}

/// Uploads workbooks and gives the page of the check.
fn checked(desk: &Bench, files: &[(&str, &[u8])]) -> (String, Page) {
    let files: Vec<(&str, &str, &[u8])> =
        files.iter().map(|(name, bytes)| ("files", *name, *bytes)).collect();
    let answer = desk.upload("/import", &[("correct".to_owned(), String::new())], &files);
    assert_eq!(answer.status, 303, "{}", answer.words());
    let place = answer.header("location");
    let page = desk.try_get(&place);
    (place, page)
}

#[test]
fn every_broken_workbook_gives_its_cell_and_records_nothing() {
    let desk = Bench::of(Ledger::county());
    let size = desk.app.head().size;
    let cases: Vec<Value> = serde_json::from_slice(&workbook("broken/broken.json")).unwrap();
    assert_eq!(cases.len(), 12);
    for case in &cases {
        let (file, sheet, cell) = (text(case, "file"), text(case, "sheet"), text(case, "cell"));
        let bytes = workbook(&format!("broken/{file}"));
        let (place, page) = checked(&desk, &[(&file, &bytes)]);
        assert_eq!(page.status, 422, "{file}");
        page.says("要改").says("文件里一条都没有记入账本").never_says("fault-").never_says("fix-");
        let row = format!("{sheet} {cell}");
        page.says(if sheet.is_empty() { "整个文件" } else { row.trim() });
        if !cell.is_empty() {
            let marked = desk.get(&format!("{place}/marked/0"));
            let mut book: Xlsx<_> =
                calamine::open_workbook_from_rs(std::io::Cursor::new(marked.bytes)).unwrap();
            let mut mine: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
            let (copy, own) = (book.worksheet_range(&sheet).unwrap(), mine.worksheet_range(&sheet).unwrap());
            assert_eq!(copy.used_cells().count(), own.used_cells().count(), "{file}");
        }
        let list = desk.get(&format!("{place}/faults"));
        assert!(list.html.contains("怎么改") && list.html.lines().count() > 1, "{file}");
        // A submission that somebody forces is refused in the same words.
        let forced = desk.post(&place, &[("go".to_owned(), "submit".to_owned())]);
        assert_eq!(forced.status, 422, "{file}");
    }
    assert_eq!(desk.app.head().size, size);
    desk.try_get("/import").says("下载表格");
    let blank = desk.get("/import/blank/agreements");
    assert!(blank.bytes.starts_with(b"PK"));
}

#[test]
fn drifted_workbooks_are_previewed_submitted_once_and_then_known() {
    let desk = Bench::of(Ledger::june());
    let cases: Vec<Value> = serde_json::from_slice(&workbook("drift/drift.json")).unwrap();
    for case in &cases {
        let file = text(case, "file");
        let bytes = workbook(&format!("drift/{file}"));
        let size = desk.app.head().size;
        let (place, page) = checked(&desk, &[(&file, &bytes)]);
        if case["exit"] == 1 {
            assert_eq!(page.status, 422, "{file}");
            page.says(&text(case, "cell"));
            assert_eq!(desk.app.head().size, size);
            continue;
        }
        assert_eq!(page.status, 200, "{file}: {}", page.words());
        page.says("预览").says("提交，一次全部记入");
        for name in case["names"].as_array().into_iter().flatten() {
            page.says("台账缺行").says(name.as_str().unwrap());
        }
        assert_eq!(desk.app.head().size, size, "a preview recorded something");
        let done = desk.follow(&desk.fill(&page, &place, &[("go", "submit")]));
        done.says("已记入记录号").says("并记下文件指纹");
        let after = desk.app.head().size;
        assert!(after > size);
        // The same form again, and the same file again, record nothing.
        desk.follow(&desk.fill(&page, &place, &[("go", "submit")])).says("没有重复记入");
        let (_, again) = checked(&desk, &[(&file, &bytes)]);
        again.says("以前导入过").says("没有新的内容要记");
        assert_eq!(desk.app.head().size, after);
    }
}

#[test]
fn what_contradicts_the_ledger_is_a_correction_only_with_a_reason() {
    let desk = Bench::of(Ledger::june());
    let name = "签订日期不同.xlsx";
    let bytes = workbook(&format!("drift/{name}"));
    let (place, page) = checked(&desk, &[(name, &bytes)]);
    page.says("H3").says("2022年6月8日").says("签订日期与账本不同").says("作为更正");
    let unreasoned = desk.fill(&page, &place, &[("go", "correct"), ("correct", " ")]);
    assert_eq!(unreasoned.status, 422);
    unreasoned.says("填写原因");
    let answer = desk.fill(&page, &place, &[("go", "correct"), ("correct", "档案核对")]);
    let preview = desk.follow(&answer);
    preview.says("按更正处理").says("档案核对").says("更正 1");
    let done = desk.follow(&desk.post(&place, &[("go".to_owned(), "submit".to_owned())]));
    done.says("已记入记录号");
    desk.get("/agreements/XY-2022-0001").says("2021年9月30日").says("档案核对");
}

#[test]
fn whatever_is_no_workbook_is_turned_away_and_nothing_is_named_by_it() {
    let desk = Bench::of(Ledger::registry());
    let none = desk.upload("/import", &[], &[]);
    assert_eq!(none.status, 422);
    none.says("选择要导入的台账文件");
    for name in ["页面.html", "宏.xlsm", "../../keys/seed", "图.svg"] {
        let answer = desk.upload("/import", &[], &[("files", name, b"<script>alert(1)</script>")]);
        assert_eq!(answer.status, 422, "{name}");
        answer.says("这里只收 .xlsx 和 .csv");
    }
    let (place, page) = checked(&desk, &[("../../../<b>x</b>.xlsx", b"not a workbook")]);
    assert_eq!(page.status, 422);
    page.says("这个文件不是表格");
    assert!(!page.html.contains("<b>x"), "a name became markup");
    assert_eq!(desk.try_get(&format!("{place}/marked/0")).status, 404);
    assert_eq!(desk.try_get(&format!("{place}/marked/x")).status, 404);
    for id in ["..", "../keys", "0", &"0".repeat(32), &"Z".repeat(32)] {
        assert_eq!(desk.try_get(&format!("/import/{}", encoded(id))).status, 404, "{id}");
        assert_eq!(desk.post(&format!("/import/{}", encoded(id)), &[]).status, 404, "{id}");
    }
    assert_eq!(desk.try_get("/import/blank/nothing").status, 404);
    assert_eq!(desk.try_get("/import/done/999").status, 404);
}

/// Keeps one document of an agreement and gives its id.
fn kept(desk: &Bench, name: &str, content: &[u8]) -> String {
    let matter = "agreement/XY-2022-0001";
    let page = desk.get(&format!("/documents/new?matter={matter}"));
    let sent = page.filled("/documents/new", &[("kind", "扫描件")]);
    let answer = desk.upload("/documents/new", &sent, &[("files", name, content)]);
    desk.follow(&answer).says("已存入 1 份资料");
    answer.header("location").rsplit("kept=").next().unwrap().to_owned()
}

#[test]
fn documents_are_kept_once_and_every_refusal_says_the_way_out() {
    let desk = Bench::of(Ledger::county());
    let page = desk.get("/documents/new?matter=agreement/XY-2022-0001");
    let sent = |fields: &[(&str, &str)]| page.filled("/documents/new", fields);
    let file: (&str, &str, &[u8]) = ("files", "协议.pdf", b"%PDF-1.4 x");
    let refused = |fields: &[(&str, &str)], files: &[(&str, &str, &[u8])], words: &str| {
        let answer = desk.upload("/documents/new", &sent(fields), files);
        assert!((400..500).contains(&answer.status), "{words}");
        answer.says(words);
    };
    refused(&[("kind", "扫描件")], &[], "选择要上传的文件");
    refused(&[], &[file], "填写类型");
    refused(&[("kind", "个人信息")], &[file], "没有“个人信息”这一项");
    refused(&[("kind", "照片")], &[file], "照片先看过");
    refused(&[("kind", "扫描件"), ("matter", "")], &[file], "填写所属事项");
    refused(&[("kind", "扫描件"), ("matter", "XY-1900-0001")], &[file], "XY-1900-0001");
    refused(&[("kind", "扫描件")], &[("files", "空.pdf", b"")], "“空.pdf”是空的");
    let large = vec![b' '; (20 << 20) + 1];
    refused(&[("kind", "扫描件")], &[("files", "大.pdf", &large)], "“大.pdf”超过 20 MB");

    let two = [file, ("files", "现场.jpg", b"\xff\xd8\xff".as_slice())];
    let fields = sent(&[("kind", "照片"), ("clean", "true")]);
    let answer = desk.upload("/documents/new", &fields, &two);
    desk.follow(&answer).says("已存入 2 份资料").says("application/pdf").says("image/jpeg");
    let size = desk.app.head().size;
    let again = desk.upload("/documents/new", &fields, &two);
    assert_eq!((again.header("location"), desk.app.head().size), (answer.header("location"), size));
    desk.get("/agreements/XY-2022-0001").says("附件（2）").says("照片");
}

#[test]
fn hostile_files_leave_as_files_to_save_and_run_nowhere() {
    let desk = Bench::of(Ledger::county());
    let hostile: &[(&str, &[u8])] = &[
        ("<img src=x onerror=alert(1)>.html", b"<script>alert(1)</script>"),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("../../../etc/cron.d/x", b"* * * * * root true"),
        ("两样.pdf", b"%PDF-1.4\n<html><script>alert(1)</script>"),
    ];
    for (name, content) in hostile {
        let id = kept(&desk, &name.replace('"', ""), content);
        let page = desk.get(&format!("/documents/{id}"));
        assert!(!page.html.contains("onerror") && !page.html.contains("cron.d"), "{name}");
        let action = format!("/documents/look/{id}");
        let unreasoned = desk.fill(&page, &action, &[]);
        assert_eq!(unreasoned.status, 422);
        unreasoned.says("填写查阅原因");
        let size = desk.app.head().size;
        let shown = desk.fill(&page, &action, &[("reason", "核对原件")]);
        assert_eq!((shown.status, shown.bytes.as_slice()), (200, *content), "{name}");
        assert_eq!(shown.header("content-type"), "application/octet-stream");
        assert!(shown.header("content-disposition").starts_with("attachment"), "{name}");
        assert!(!shown.header("content-disposition").contains("cron"), "{name}");
        assert_eq!(shown.header("x-content-type-options"), "nosniff");
        assert!(shown.header("content-security-policy").starts_with("sandbox;"), "{name}");
        assert!(desk.app.head().size > size, "the look is not recorded");
        // A look is asked for with a form: an address alone shows nothing.
        assert_ne!(desk.try_get(&action).status, 200);
    }
    let absent = desk.post("/documents/look/ZL-0000", &[("reason".to_owned(), "看".to_owned())]);
    assert_eq!(absent.status, 404);
}

#[test]
fn two_posts_erase_and_the_proof_stays() {
    let desk = Bench::of(Ledger::county());
    let id = kept(&desk, "名单.pdf", b"%PDF-1.4 secret");
    let empty = desk.fill(&desk.get("/erasure"), "/erasure", &[]);
    assert_eq!(empty.status, 422);
    empty.says("有 3 处需要修改");
    let why = [("why", "本人申请"), ("basis", "个人信息保护法第四十七条")];
    let unknown = desk.fill(&desk.get("/erasure"), "/erasure", &[("what", "ZL-0000"), why[0], why[1]]);
    unknown.says("账本里没有“ZL-0000”");
    let own = desk.follow(&desk.fill(&desk.get("/erasure"), "/erasure", &[("what", &id), why[0], why[1]]));
    own.says("等另一岗位审批");
    let erasure = text(&first(&desk, "erasures", "asked"), "id");
    let action = format!("/erasure/{erasure}");
    // Whoever asked cannot decide.
    let same = desk.fill(&own, &action, &[("go", "approve")]);
    assert_eq!(same.status, 422, "{}", same.words());
    let unreasoned = desk.fill(&own, &action, &[("go", "refuse")]);
    unreasoned.says("填写审批意见");
    assert_eq!(desk.post(&action, &[("go".to_owned(), "else".to_owned())]).status, 400);
    // Not executed before it is approved.
    let early = desk.post(&action, &[("go".to_owned(), "execute".to_owned())]);
    assert!((400..500).contains(&early.status), "{}", early.status);

    let asker =
        Asker { actor: "街道审核岗".to_owned(), command_id: None, occurred_on: None, account: [0; 16] };
    desk.app.decide_erasure(&asker, &erasure, false, Some("先由本人确认".to_owned())).unwrap();
    let new = NewErasure {
        id: Some("SC-2026-0002".to_owned()),
        subject: Some(format!("document/{id}")),
        position: None,
        reason: "本人申请".to_owned(),
        basis: "个人信息保护法第四十七条".to_owned(),
    };
    desk.app.ask_erasure(&asker, new).unwrap();
    let asked = desk.get("/erasures/SC-2026-0002");
    let action = "/erasure/SC-2026-0002";
    let approved = desk.follow(&desk.fill(&asked, action, &[("go", "approve"), ("reason", "同意")]));
    approved.says("已批准，还没有执行");
    let done = desk.follow(&desk.fill(&approved, action, &[("go", "execute")]));
    done.says("已删除").says("指纹和这些记录仍在").never_says("执行删除，不能恢复");

    let document = desk.get(&format!("/documents/{id}"));
    document.says("内容已删除").says("链条完整").never_says("查阅原件");
    let look = desk.post(&format!("/documents/look/{id}"), &[("reason".to_owned(), "看".to_owned())]);
    assert!((400..500).contains(&look.status) && !look.html.contains("secret"), "{}", look.status);
    desk.get("/agreements/XY-2022-0001").says("已删除").says("全部相符");
    desk.get("/erasure").says("SC-2026-0002").says("待审批 0");
    assert!(desk.app.verify(None, |_, _| {}).unwrap().is_sound());
}

#[test]
fn registers_leave_as_files_with_the_columns_of_the_screen() {
    let desk = Bench::of(Ledger::county());
    let total = desk.app.list("agreements", &Query::on(desk.app.today()), Asked::default()).unwrap().total;
    let rows = |page: &Page| {
        assert!(page.bytes.starts_with(b"PK"), "{}", page.words());
        let bytes = std::io::Cursor::new(page.bytes.clone());
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(bytes).unwrap();
        let range = book.worksheet_range("党建协议台账").unwrap();
        (range.height() - 3, range.width())
    };
    let all = desk.get("/agreements?format=xlsx");
    assert_eq!(rows(&all), (total, 7));
    let name = all.header("content-disposition");
    assert!(
        name.contains(&encoded("党建协议台账").to_uppercase()) && name.contains(&encoded("截至")),
        "{name}"
    );
    let screen = desk.get("/agreements?pick=XY-2022-0001&pick=XY-2022-0002");
    screen.says("已选 2 条").says("XY-2022-0002").never_says("XY-2022-0003");
    assert_eq!(rows(&desk.get("/agreements?pick=XY-2022-0001&pick=XY-2022-0002&format=xlsx")).0, 2);
    assert_eq!(rows(&desk.get("/agreements?pick=nothing&format=xlsx")).0, 0);
    assert_eq!(desk.try_get("/agreements?format=docx").status, 400);
    // Ticked rows are rows, also where the register begins with another view.
    desk.get("/topics?pick=nothing").says("已选 1 条");
    assert!(desk.get("/agreements").html.contains("name=\"pick\" value=\"XY-2022-0001\""));
}

#[test]
fn every_page_speaks_english_too_and_none_lets_anybody_write_the_past() {
    let desk = Bench::of(Ledger::county());
    for page in ["/agreements/new", "/projects", "/import", "/documents/new", "/erasure"] {
        let english = desk.get(&format!("{page}?lang=en"));
        assert!(english.html.contains("<html lang=\"en\">"), "{page}");
        let words = english.words();
        for key in ["agreement-", "clause-", "board-", "import-", "document-", "erasure-", "pick-"] {
            assert!(!words.contains(key), "{page}: {key} in {words}");
        }
    }
    for page in ["/agreements/new?as-of=100", "/documents/new?as-of=100"] {
        assert_eq!(desk.try_get(page).status, 409, "{page}");
    }
    assert_eq!(desk.try_get("/agreements/new?recorded=nothing").status, 404);
    // Whoever hands out a link to a form cannot name a way out of the ledger.
    for back in ["https://example.org", "//example.org", "javascript:alert(1)"] {
        let page = desk.get(&format!("/do/street.register?back={}", encoded(back)));
        assert!(!page.html.contains(&format!("href=\"{back}")), "{back}");
    }
    assert_eq!(desk.try_get("/agreements/XY-1900-0001").status, 404);
}
