//! Documents on paper and as pages: the same bytes everywhere, read back by other programs, and nothing that is
//! cut, blank or dead.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use gongjian_api::document::{
    Block, Column, Document, Drawing, Format, Identity, Row, Table, Value, WriteError, html, pdf, write,
};
use gongjian_api::messages::Language;
use gongjian_core::log::hash::MerkleHash;
use gongjian_tests::documents;

use super::expect_file;

/// What a program prints about a file.
#[track_caller]
fn says(program: &str, args: &[&str], bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("document");
    std::fs::write(&file, bytes).unwrap();
    let output = Command::new(program).args(args).arg(&file).args(after(program)).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// `pdftotext` writes into a file where it is not told otherwise.
fn after(program: &str) -> &'static [&'static str] {
    if program == "pdftotext" { &["-"] } else { &[] }
}

#[track_caller]
fn page(document: &Document) -> String {
    String::from_utf8(html::write(document).unwrap()).unwrap()
}

fn with(blocks: Vec<Block>) -> Document {
    Document { title: vec!["测试".into()], blocks, identity: documents::identity(), ..Document::default() }
}

/// The digest of the bytes, and their number.
fn digest(bytes: &[u8]) -> String {
    format!("{} {}", hex::encode(MerkleHash::leaf(bytes).0), bytes.len())
}

#[test]
fn equal_documents_give_equal_bytes_in_every_process() {
    // The digests stand in a file, so that another process, another machine and another day are compared too.
    let document = documents::sample(60);
    let mut found = String::new();
    for format in [Format::Pdf, Format::Html] {
        let bytes = write(&document, format).unwrap();
        assert!(bytes == write(&document, format).unwrap(), "{}", format.word());
        found.push_str(&format!("{} {}\n", format.word(), digest(&bytes)));
    }
    expect_file("documents.txt", &found);
}

#[test]
fn a_pdf_is_sound_tagged_and_holds_its_fonts() {
    let printed = pdf::write(&documents::sample(40)).unwrap();
    assert!(says("qpdf", &["--check"], &printed).contains("No syntax or stream encoding errors"));
    let fonts = says("pdffonts", &[], &printed);
    let fonts: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(fonts.len(), 2, "{fonts:?}");
    assert!(fonts.iter().all(|font| font.contains(" yes yes yes ")), "{fonts:?}");
    let facts = says("pdfinfo", &[], &printed);
    for fact in [
        "Tagged:          yes",
        "Creator:         gongjian",
        "共建账本",
        "全县2022年第二季度党建引领社区共建情况报告",
        "(A4)",
    ] {
        assert!(facts.contains(fact), "{fact}: {facts}");
    }
    let metadata = says("pdfinfo", &["-meta"], &printed);
    assert!(metadata.contains("<pdfaid:part>2</pdfaid:part>"), "{metadata}");
    assert!(metadata.contains("<pdfaid:conformance>A</pdfaid:conformance>"), "{metadata}");
    assert!(metadata.contains("<xmp:CreateDate>2022-07-08T09:30:00+08:00</xmp:CreateDate>"), "{metadata}");
    let structure = says("pdfinfo", &["-struct-text"], &printed);
    for part in ["H1", "H2", "Table", "TH", "TD", "Figure", "Link"] {
        assert!(structure.contains(part), "{part}");
    }
}

#[test]
fn the_words_come_out_as_they_went_in() {
    let text = says("pdftotext", &["-layout"], &pdf::write(&documents::sample(40)).unwrap());
    for words in [
        "（送审稿）",
        "一、总体情况",
        "HY-2022-0000-J1-1",
        "验证信息",
        "1,346",
        "逾期完成",
        "2021年三季度",
        "（无）",
        "不随纸质件印出",
        "中共某县县委社会工作部",
        "—1—",
        "gongjian report 2022-Q2 --as-of 4242 --on 2022-06-30",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // Tables that are for files only are not printed, and every digest can be copied whole.
    assert!(!text.contains("事件明细表"));
    assert!(text.contains(&"d1e8".repeat(16)), "{text}");
}

#[test]
fn a_long_table_repeats_its_head_and_leaves_no_page_blank() {
    let document = documents::sample(1_000);
    let printed = pdf::write(&document).unwrap();
    let text = says("pdftotext", &["-layout"], &printed);
    // Each page ends with a form feed.
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.is_empty()).collect();
    assert!(pages.iter().all(|page| page.lines().filter(|line| !line.trim().is_empty()).count() > 3));
    let rows = pages.iter().filter(|page| page.contains("HY-2022-0") && !page.contains("总体情况")).count();
    let heads = pages.iter().filter(|page| page.contains("议定事项编号")).count();
    assert!(rows > 60 && heads == rows, "{heads} heads on {rows} pages");
    for row in 1..=1_000 {
        let id = format!("HY-2022-{:04}-J1-{}", (row - 1) / 3, (row - 1) % 3 + 1);
        assert!(text.contains(&id), "{id}");
    }
    assert_eq!(page(&document).matches("HY-2022-0333-J1-1").count(), 1);
}

#[test]
fn a_character_that_no_font_has_is_named() {
    for (at, blocks) in [
        vec![Block::paragraph("东门社区😀")],
        vec![Block::Heading(1, "😀".into())],
        vec![Block::Chart(documents::chart(Drawing::Bars, vec!["😀".into()], &["甲"]))],
    ]
    .into_iter()
    .enumerate()
    {
        let refused = pdf::write(&with(blocks.clone()));
        assert!(matches!(refused, Err(WriteError::Glyph('😀'))), "{at}: {refused:?}");
        assert!(page(&with(blocks)).contains('😀'), "a browser brings its own fonts");
    }
}

#[test]
fn a_rare_character_is_printed_with_a_named_font_or_refused() {
    let document = with(vec![Block::paragraph("䶮社区")]);
    match pdf::write(&document) {
        Err(WriteError::Glyph(character)) => assert_eq!(character, '䶮'),
        Err(other) => panic!("{other}"),
        Ok(printed) => {
            let text = says("pdftotext", &["-layout"], &printed);
            assert!(text.contains("䶮社区") && text.contains("补字字体"), "{text}");
            assert!(printed == pdf::write(&document).unwrap());
        }
    }
}

#[test]
fn words_are_words_and_never_markup() {
    let hostile = "#eval(\"1+1\") $x^2$ ]] *粗* _斜_ @ref <label> `raw` // 注 \\ </script><script>alert(1)</script> &amp; ' \"";
    let link = |text: &str| gongjian_api::document::Link::Row(text.to_owned());
    let table = Table {
        key: hostile.into(),
        caption: hostile.into(),
        columns: vec![Column::text(hostile, 40), Column::text("二", 10)],
        rows: vec![Row {
            cells: vec![gongjian_api::document::Cell::from(hostile).linked(link(hostile)), "x".into()],
            strong: true,
            anchor: Some(hostile.into()),
        }],
        data_only: false,
    };
    let mut chart = documents::chart(Drawing::Lines, vec![hostile.into(), "乙".into()], &[hostile, "乙"]);
    chart.caption = hostile.into();
    let mut document = with(vec![
        Block::Heading(1, hostile.into()),
        Block::paragraph(hostile),
        Block::Table(table),
        Block::Chart(chart),
        Block::Note(hostile.into()),
        Block::Signatures(vec![hostile.into()]),
        Block::Entries(vec![(hostile.into(), Vec::new())]),
    ]);
    document.title = vec![hostile.into()];
    document.identity.subject = hostile.into();
    document.data =
        Some(serde_json::to_vec(&serde_json::json!({ "note": hostile, "\\u003c": "\\\\u003c<" })).unwrap());
    let printed = pdf::write(&document).unwrap();
    let text: String = says("pdftotext", &["-raw"], &printed).split_whitespace().collect();
    let squeezed: String = hostile.split_whitespace().collect();
    assert!(text.matches(&squeezed).count() >= 4, "{text}");
    assert_eq!(pdf::identity(&printed).as_ref(), Some(&document.identity));
    let page = page(&document);
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;"));
    assert_eq!(page.matches("<script").count(), 2, "only the two that hold data");
    let embedded = html::embedded(page.as_bytes()).unwrap();
    assert_eq!((embedded.identity, embedded.data), (document.identity, document.data));
}

#[test]
fn what_is_empty_is_still_a_document() {
    let nothing = Document::default();
    assert!(pdf::write(&nothing).unwrap().starts_with(b"%PDF-1.7"));
    assert!(page(&nothing).ends_with("</html>\n"));
    for drawing in [Drawing::Bars, Drawing::Stack, Drawing::Lines] {
        let noughts = documents::chart(drawing, Vec::new(), &[]);
        let table = Table { rows: vec![Row::from(vec!["多出的格".into()])], ..Table::default() };
        let short =
            Table {
                columns: vec![Column::text("甲", 0); 3], rows: vec![Row::default()], ..Table::default()
            };
        let blocks = vec![
            Block::Chart(noughts),
            Block::Table(table),
            Block::Table(short),
            Block::Paragraph(Vec::new()),
            Block::Entries(Vec::new()),
            Block::Signatures(Vec::new()),
            Block::PageBreak,
            Block::PageBreak,
        ];
        let printed = pdf::write(&with(blocks.clone())).unwrap();
        assert!(
            says("pdfinfo", &[], &printed).contains("Pages:           2"),
            "no blank page between two breaks"
        );
        page(&with(blocks));
    }
    let english = Document { language: Language::English, ..documents::sample(3) };
    assert!(says("pdftotext", &["-layout"], &pdf::write(&english).unwrap()).contains("Verification"));
}

#[test]
fn numbers_of_any_size_are_drawn() {
    for numbers in [vec![u64::MAX, 0, 1], vec![0, 0, 0], vec![999, 1_000, 1_001]] {
        for drawing in [Drawing::Bars, Drawing::Stack, Drawing::Lines] {
            let mut chart = documents::chart(drawing, documents::communities(), &["甲", "乙"]);
            chart.series[0].1 = numbers.clone();
            chart.series[1].1 = vec![u64::MAX; 2];
            let drawn = page(&with(vec![Block::Chart(chart)]));
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }
}

#[test]
fn a_document_says_what_it_is_made_of() {
    let document = documents::sample(3);
    let printed = pdf::write(&document).unwrap();
    assert_eq!(pdf::identity(&printed), Some(documents::identity()));
    let embedded = html::embedded(&html::write(&document).unwrap()).unwrap();
    assert_eq!((embedded.identity, embedded.data), (documents::identity(), document.data.clone()));
    // What is not ours, cut off, or says it twice, says nothing.
    assert_eq!(pdf::identity(b"%PDF-1.7"), None);
    assert_eq!(pdf::identity(&printed[..printed.len() / 4]), None);
    assert_eq!(pdf::identity(&[printed.clone(), printed].concat()), None);
    assert_eq!(html::embedded(b"<html></html>"), None);
    let page = html::write(&document).unwrap();
    assert_eq!(html::embedded(&[page.clone(), page].concat()), None);
    // An identity with nothing but names is one too.
    let bare = Identity { subject: "minutes/1".into(), origin: "a b=c%".into(), ..Identity::default() };
    let document = Document { identity: bare.clone(), ..with(Vec::new()) };
    assert_eq!(pdf::identity(&pdf::write(&document).unwrap()), Some(bare));
}

#[test]
fn data_that_could_not_be_had_back_are_refused() {
    for data in [&b"not json"[..], b"\xff", b"{\"a\":\"\\u003c\"}", b"{} {}"] {
        let document = Document { data: Some(data.to_vec()), ..with(Vec::new()) };
        assert!(matches!(html::write(&document), Err(WriteError::Failed { format: "html", .. })), "{data:?}");
    }
}

#[test]
fn a_page_stands_alone_and_no_link_in_it_is_dead() {
    let page = page(&documents::sample(60));
    let values = |name: &str| -> Vec<String> {
        let open = format!(" {name}=\"");
        page.split(open.as_str()).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = values("id");
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "every id once");
    let (inside, outside): (Vec<String>, Vec<String>) =
        values("href").into_iter().partition(|link| link.starts_with('#'));
    assert!(inside.len() > 8);
    for link in inside {
        assert!(unique.contains(&link[1..].to_owned()), "{link}");
    }
    assert!(outside.iter().all(|link| link.starts_with("https://ledger.example/api/v1/")), "{outside:?}");
    assert!(values("src").is_empty() && !page.contains("@import") && !page.contains("url(http"));
    assert!(!page.contains(" style=\""), "the policy of the page would refuse it");
    assert!(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"));
    assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("class=\"skip\""));
    let tables = page.matches("<table>").count();
    assert_eq!(page.matches("<caption>").count(), tables);
    assert!(page.matches("scope=\"col\"").count() > tables);
    assert_eq!(page.matches("role=\"img\"").count(), 4);
    assert!(page.contains("<details>") && page.contains("《事件明细》全表，12 行"));
}

#[test]
fn without_an_address_words_stay_words() {
    let document = Document { site: None, ..documents::sample(3) };
    assert!(!page(&document).contains("api/v1"));
    assert!(!says("pdfinfo", &["-url"], &pdf::write(&document).unwrap()).contains("http"));
    assert!(
        says("pdfinfo", &["-url"], &pdf::write(&documents::sample(3)).unwrap())
            .contains("/api/v1/events/4242")
    );
}

#[test]
fn a_cell_of_many_words_breaks_over_pages() {
    let long = "疏通清淤主次管道，联合相关单位实施。".repeat(120);
    let table = Table {
        caption: "长文".into(),
        columns: vec![Column::text("事项", 20), Column::text("数", 6)],
        rows: vec![Row::from(vec![long.as_str().into(), Value::Count(7).into()])],
        ..Table::default()
    };
    let printed = pdf::write(&with(vec![Block::Table(table)])).unwrap();
    let text: String =
        says("pdftotext", &["-raw"], &printed).chars().filter(|it| !it.is_whitespace()).collect();
    assert_eq!(text.matches("联合相关单位").count(), 120, "no line is lost at a page's end");
}

#[test]
fn the_fonts_say_whose_they_are() {
    let licence = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/assets/fonts/OFL.txt");
    assert!(std::fs::read_to_string(licence).unwrap().contains("SIL OPEN FONT LICENSE"));
}
