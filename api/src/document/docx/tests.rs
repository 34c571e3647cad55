//! Documents of every kind of block, whatever text they hold.

use gongjian_core::day::Day;

use super::{identity, write};
use crate::document::{
    Block, Cell, Chart, Column, Document, Drawing, Identity, Link, Row, Span, Table, Value, archive,
};

const HOSTILE: &str = "</w:t><w:p>&\"']]>\u{0}\u{b}\u{ffff}\n\t甲\u{202e}";

fn table(widths: &[u16], text: &str) -> Table {
    let cells = vec![
        Cell::from(text),
        Cell::from(Value::Share { part: 1, whole: 3 }).linked(Link::Row("a".to_owned())),
        Cell::from(Value::Change(-2)),
        Cell::from(Some(Day(19_000))),
    ];
    Table {
        key: "t".to_owned(),
        caption: text.to_owned(),
        columns: widths.iter().map(|width| Column::number(text, *width)).collect(),
        rows: vec![Row { anchor: Some("a".to_owned()), strong: true, ..Row::from(cells) }, Row::default()],
        data_only: false,
    }
}

fn chart(drawing: Drawing, numbers: &[u64]) -> Chart {
    Chart {
        key: "c".to_owned(),
        caption: "图".to_owned(),
        description: format!("说明{HOSTILE}"),
        drawing,
        categories: vec!["甲&".to_owned(), "乙".to_owned()],
        series: vec![("签订<".to_owned(), numbers.to_vec())],
    }
}

fn document(text: &str) -> Document {
    let link = Span { link: Some(Link::Row("a".to_owned())), ..Span::strong(text) };
    Document {
        title: vec![text.to_owned()],
        stage: Some(text.to_owned()),
        subtitle: vec![text.to_owned()],
        organ: Some(text.to_owned()),
        day: Some(Day(19_000)),
        blocks: vec![
            Block::Heading(0, text.to_owned()),
            Block::Heading(9, text.to_owned()),
            Block::Paragraph(vec![link, Span::plain(text)]),
            Block::Entries(vec![(text.to_owned(), vec![Span::plain(text)])]),
            Block::Table(table(&[10, 10, 10, 10, 10], text)),
            Block::Table(Table { data_only: true, ..table(&[200], text) }),
            Block::Table(Table::default()),
            Block::Table(table(&[], text)),
            Block::Chart(chart(Drawing::Bars, &[1, 2])),
            Block::Chart(chart(Drawing::Stack, &[0, u64::MAX])),
            Block::Chart(chart(Drawing::Lines, &[1, 2])),
            Block::Note(text.to_owned()),
            Block::Signatures(vec![text.to_owned(), text.to_owned()]),
            Block::PageBreak,
            Block::Table(table(&[90, 90, 90], text)),
        ],
        identity: Identity {
            subject: "minutes/1".to_owned(),
            origin: text.to_owned(),
            position: Some(1),
            size: 2,
            root: "r".to_owned(),
            ..Identity::default()
        },
        ..Document::default()
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    archive::part(bytes, name, 1 << 20).unwrap()
}

const PARTS: [&str; 12] = [
    "[Content_Types].xml",
    "_rels/.rels",
    "docProps/app.xml",
    "docProps/core.xml",
    "docProps/custom.xml",
    "word/_rels/document.xml.rels",
    "word/document.xml",
    "word/fontTable.xml",
    "word/footer1.xml",
    "word/footer2.xml",
    "word/settings.xml",
    "word/styles.xml",
];

#[test]
fn whatever_a_text_holds_every_part_is_well_formed_and_nothing_is_lost() {
    for text in [HOSTILE, "", "　", "文", &"长".repeat(5_000)] {
        let bytes = write(&document(text)).unwrap();
        let charts = (1..=3).map(|number| format!("word/charts/chart{number}.xml"));
        for name in PARTS.iter().map(|name| (*name).to_owned()).chain(charts) {
            let part = part(&bytes, &name);
            let mut reader = quick_xml::Reader::from_str(&part);
            let mut depth = 0_i32;
            loop {
                match reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")) {
                    quick_xml::events::Event::Eof => break,
                    quick_xml::events::Event::Start(_) => depth += 1,
                    quick_xml::events::Event::End(_) => depth -= 1,
                    _ => {}
                }
            }
            assert_eq!(depth, 0, "{name}");
            let is_allowed = |symbol: char| symbol >= ' ' || symbol == '\n';
            assert!(part.chars().all(|it| is_allowed(it) && it != '\u{ffff}'), "{name}");
        }
    }
    let text = part(&write(&document(HOSTILE)).unwrap(), "word/document.xml");
    assert!(
        text.contains(
            "&lt;/w:t&gt;&lt;w:p&gt;&amp;&quot;']]&gt;\u{fffd}\u{fffd}\u{fffd}</w:t><w:br/><w:tab/>"
        )
    );
}

#[test]
fn equal_documents_give_equal_bytes_and_tell_what_they_are_made_of() {
    let bytes = write(&document("文")).unwrap();
    assert_eq!(write(&document("文")).unwrap(), bytes);
    assert_eq!(identity(&bytes), Some(document("文").identity));
    // No other file has an identity, and none makes it panic.
    for cut in (0..bytes.len()).step_by(97) {
        let _ = identity(&bytes[..cut]);
    }
    assert_eq!(identity(b"PK"), None);
}

#[test]
fn a_chart_that_cannot_be_drawn_is_told() {
    let odd = chart(Drawing::Bars, &[7]);
    let empty = Chart { categories: Vec::new(), series: Vec::new(), ..chart(Drawing::Lines, &[]) };
    for chart in [odd, empty] {
        let made = Document { blocks: vec![Block::Chart(chart.clone())], ..Document::default() };
        let bytes = write(&made).unwrap();
        assert_eq!(archive::part(&bytes, "word/charts/chart1.xml", 1 << 20), None);
        let text = part(&bytes, "word/document.xml");
        assert!(text.contains("说明") && text.contains("图"), "{text}");
        let has_number = chart.series.iter().any(|(_, numbers)| numbers.contains(&7));
        assert_eq!(text.contains(">7<"), has_number);
    }
}

#[test]
fn a_wide_table_turns_its_paper_and_the_lines_around_it() {
    let text = |blocks: Vec<Block>| {
        let made = Document { title: vec!["题".to_owned()], blocks, ..Document::default() };
        part(&write(&made).unwrap(), "word/document.xml")
    };
    let (wide, narrow) = (|| Block::Table(table(&[90, 90], "宽")), || Block::Table(table(&[9, 9], "窄")));
    let heading = || Block::Heading(1, "一、".to_owned());
    let ways = |blocks| {
        let text = text(blocks);
        let sections = text.split("<w:sectPr>").skip(1).map(|section| section.contains("landscape"));
        sections.collect::<Vec<_>>()
    };
    assert_eq!(ways(vec![narrow()]), [false]);
    assert_eq!(ways(vec![Block::paragraph("几句"), heading(), wide()]), [true], "the title goes along");
    assert_eq!(ways(vec![heading(), narrow(), heading(), wide(), heading(), narrow()]), [false, true, false]);
    assert_eq!(ways(vec![heading(), wide(), heading(), Block::paragraph("无")]), [true]);
    assert_eq!(ways(vec![narrow(), Block::PageBreak, heading(), wide()]), [false, true]);
}

#[test]
fn only_rows_of_this_document_are_led_to() {
    let linked = |key: &str| {
        let span = Span { link: Some(Link::Row(key.to_owned())), ..Span::plain("见表") };
        let blocks = vec![Block::Paragraph(vec![span]), Block::Table(table(&[10], "表"))];
        part(&write(&Document { blocks, ..Document::default() }).unwrap(), "word/document.xml")
    };
    assert!(linked("a").contains("w:anchor=\"row1\"") && linked("a").contains("w:name=\"row1\""));
    assert!(!linked("b").contains("w:anchor"));
}
