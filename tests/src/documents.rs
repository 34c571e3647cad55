//! A document with everything in it that a document can hold, for the writers' tests.

use gongjian_api::document::{
    Block, Cell, Chart, Column, Document, Drawing, Identity, Link, Row, Span, Table, Value,
};
use gongjian_core::day::Day;

/// Communities of the sample, as many as the county has.
pub const COMMUNITIES: usize = 26;

fn day(year: i32, month: u32, day: u32) -> Day {
    Day::from_ymd(year, month, day).unwrap()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap()
}

/// What the sample says that it is made of.
pub fn identity() -> Identity {
    Identity {
        subject: "co-building/2022-Q2/county".into(),
        origin: "ledger.example/治理".into(),
        position: Some(4_242),
        digest: "d1e8".repeat(16),
        on: Some(day(2022, 6, 30)),
        size: 4_243,
        root: "/XBlV/6Ai7zPQ+SVf3QsvAQ0Q4XwOBENMWn3c22BZOk=".into(),
        // 2022-07-08 09:30:00 in the county.
        recorded_at: 1_657_243_800_000_000,
        template: 1,
        rules: ["L01@1", "A02@2", "M03@1"].map(String::from).to_vec(),
        data_sha256: Some("ab".repeat(32)),
    }
}

/// The names of the communities along an axis.
pub fn communities() -> Vec<String> {
    let names = ["东门社区", "西关社区", "南湖社区", "北苑社区", "老城社区", "新河社区", "水利局社区"];
    (0..COMMUNITIES).map(|at| format!("{}{}", names[at % names.len()], at / names.len() + 1)).collect()
}

/// A table of decisions, eight columns wide.
pub fn register(rows: usize) -> Table {
    let columns = vec![
        Column::number("序号", 5),
        Column::text("议定事项编号", 20),
        Column::text("议定事项", 36),
        Column::text("责任单位", 22),
        Column::text("完成时限", 11),
        Column::text("核验日期", 11),
        Column::number("涉及户数", 9),
        Column::text("状态", 8),
    ];
    let row = |at: usize| Row {
        cells: vec![
            count(at + 1).into(),
            Cell::from(format!("HY-2022-{:04}-J1-{}", at / 3, at % 3 + 1))
                .linked(Link::Trail("HY-2022-0046".into())),
            "疏通清淤主次管道，联合相关单位实施，并在单元门口公示进度".into(),
            "东门物业服务有限公司".into(),
            day(2022, 7, 22).into(),
            if at.is_multiple_of(4) { Cell::default() } else { day(2022, 7, 20).into() },
            count(at * 37 % 1_900).into(),
            ["已核验", "办理中", "逾期"][at % 3].into(),
        ],
        strong: false,
        anchor: (at < 40).then(|| format!("commitments_due#{at}")),
    };
    Table {
        key: "decisions".into(),
        caption: "本季度议定事项登记表".into(),
        columns,
        rows: (0..rows).map(row).collect(),
        data_only: false,
    }
}

/// A narrow table with every sort of value, and a total.
pub fn figures() -> Table {
    let to = |at: usize| Link::Row(format!("commitments_due#{at}"));
    let row = |name: &str, value: Value, change: i64, share: (u64, u64), at: usize| {
        let (part, whole) = share;
        Row::from(vec![
            Cell::from(name),
            Cell::from(value).linked(to(at)),
            Value::Change(change).into(),
            Value::Share { part, whole }.into(),
        ])
    };
    let mut rows = vec![
        row("到期条款", Value::Count(44), 3, (22, 44), 0),
        row("按期完成条款", Value::Count(22), -2, (22, 44), 1),
        row("核验通过", Value::Count(1_280), 0, (1_280, 1_299), 2),
        row("尚无记录的指标", Value::Empty, 0, (0, 0), 9_999),
    ];
    rows.push(Row { strong: true, ..row("合计", Value::Count(1_346), 1, (1_324, 1_387), 3) });
    let columns = vec![
        Column::text("指标", 24),
        Column::number("本季度", 12),
        Column::number("环比", 10),
        Column::number("占比", 24),
    ];
    Table { key: "figures".into(), caption: "主要指标".into(), columns, rows, data_only: false }
}

/// A chart over all communities.
pub fn chart(drawing: Drawing, categories: Vec<String>, series: &[&str]) -> Chart {
    let numbers = |which: usize| {
        (0..categories.len()).map(|at| count((at * 7 + which * 5 + 3) % (19 + which * 4))).collect::<Vec<_>>()
    };
    let series: Vec<(String, Vec<u64>)> =
        series.iter().enumerate().map(|(at, name)| ((*name).to_owned(), numbers(at))).collect();
    let told: Vec<String> = series
        .iter()
        .map(|(name, numbers)| {
            let each: Vec<String> = categories
                .iter()
                .zip(numbers)
                .map(|(category, number)| format!("{category}{number}"))
                .collect();
            format!("{name}：{}", each.join("，"))
        })
        .collect();
    Chart {
        key: "chart".into(),
        caption: "各社区到期条款完成情况".into(),
        description: told.join("；"),
        drawing,
        categories,
        series,
    }
}

fn words() -> Vec<Block> {
    let link = |text: &str, link: Link| Span { text: text.into(), strong: false, link: Some(link) };
    vec![
        Block::Heading(1, "一、总体情况".into()),
        Block::Paragraph(vec![
            Span::plain("截至2022年6月30日，全县26个社区共签订党建共建协议，本季度"),
            Span::strong("到期条款44条"),
            Span::plain("，按期完成22条（"),
            link("见登记表", Link::Row("commitments_due#0".into())),
            Span::plain("），入账事件"),
            link("4242", Link::Event(4_242)),
            Span::plain("。编号为HY-2022-0046-J1-1的事项已由老水利局家属楼业主委员会核验。"),
        ]),
        Block::Heading(2, "（一）会议情况".into()),
        Block::paragraph(
            "召开联席会议三次，议定事项均已明确责任单位、配合单位和完成时限，逐项登记、逐项核验。",
        ),
        Block::Heading(3, "1.出席范围".into()),
        Block::Entries(vec![
            (
                "出席".into(),
                vec![Span::plain(
                    "东门社区党委、东门物业服务有限公司、县水利局、县住房和城乡建设局、城关街道办事处、老水利局家属楼业主委员会",
                )],
            ),
            ("列席".into(), vec![Span::plain("县直部门01单位")]),
        ]),
    ]
}

/// Everything at once: `rows` in the long table.
pub fn sample(rows: usize) -> Document {
    let mut blocks = words();
    let quarters =
        ["2021年三季度", "2021年四季度", "2022年一季度", "2022年二季度"].map(String::from).to_vec();
    blocks.extend([
        Block::Table(figures()),
        Block::Note("注：占比以到期条款为分母；分母为零时不计。".into()),
        Block::Heading(1, "二、各社区完成情况".into()),
        Block::Chart(chart(Drawing::Bars, communities(), &["到期条款"])),
        Block::Chart(chart(Drawing::Stack, communities(), &["按期完成", "逾期完成", "未完成"])),
        Block::Chart(chart(Drawing::Lines, quarters.clone(), &["签订协议", "召开会议", "核验事项", "更正"])),
        Block::Chart(chart(Drawing::Bars, quarters, &["城关街道", "新河街道"])),
        Block::Heading(1, "三、议定事项".into()),
        Block::paragraph("下表按会议编号排列，编号可查全过程。"),
        Block::Heading(2, "（一）登记表".into()),
        Block::Table(register(rows)),
        Block::Note("注：核验日期空白的，尚未核验。".into()),
        Block::Heading(1, "四、无内容的表".into()),
        Block::Table(Table {
            rows: Vec::new(),
            caption: "更正记录".into(),
            key: "corrections".into(),
            ..figures()
        }),
        Block::Table(Table {
            data_only: true,
            key: "events".into(),
            caption: "事件明细".into(),
            ..register(12)
        }),
        Block::PageBreak,
        Block::Heading(1, "五、签署".into()),
        Block::Signatures(vec!["甲方（盖章）".into(), "乙方（盖章）".into()]),
    ]);
    Document {
        title: vec!["全县2022年第二季度".into(), "党建引领社区共建情况报告".into()],
        stage: Some("送审稿".into()),
        subtitle: vec!["2022年4月1日至6月30日".into()],
        organ: Some("中共某县县委社会工作部".into()),
        day: Some(day(2022, 7, 8)),
        blocks,
        identity: identity(),
        data: Some(br#"{"figures":{"commitments_due":{"value":44}},"note":"</script><b>&"}"#.to_vec()),
        command: Some("gongjian report 2022-Q2 --as-of 4242 --on 2022-06-30".into()),
        site: Some("https://ledger.example".into()),
        ..Document::default()
    }
}
