//! The parts that are the same in every document: types, relations, settings, fonts, page numbers.

use super::layout::{FANG, HEI, KAI, SONG, SONG_TITLE};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
/// Of elements in `word/`.
pub(super) const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// Of relations between parts.
pub(super) const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const WORD_TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// `[Content_Types].xml`.
pub(super) fn content_types(charts: usize) -> String {
    let mut out = format!(
        "{HEAD}<Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    );
    let mut put = |part: &str, kind: &str| {
        out.push_str(&format!("<Override PartName=\"/{part}\" ContentType=\"{kind}\"/>"));
    };
    put("word/document.xml", &format!("{WORD_TYPE}.document.main+xml"));
    put("word/styles.xml", &format!("{WORD_TYPE}.styles+xml"));
    put("word/settings.xml", &format!("{WORD_TYPE}.settings+xml"));
    put("word/fontTable.xml", &format!("{WORD_TYPE}.fontTable+xml"));
    put("word/footer1.xml", &format!("{WORD_TYPE}.footer+xml"));
    put("word/footer2.xml", &format!("{WORD_TYPE}.footer+xml"));
    for number in 1..=charts {
        put(
            &format!("word/charts/chart{number}.xml"),
            "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
        );
    }
    put("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml");
    put("docProps/app.xml", "application/vnd.openxmlformats-officedocument.extended-properties+xml");
    put("docProps/custom.xml", "application/vnd.openxmlformats-officedocument.custom-properties+xml");
    out + "</Types>"
}

/// Id, type and target of a relation.
fn relation(id: &str, kind: &str, target: &str) -> (String, String, String) {
    (id.to_owned(), format!("{RELATIONS}/{kind}"), target.to_owned())
}

fn related(relations: &[(String, String, String)]) -> String {
    let mut out = format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">");
    for (id, kind, target) in relations {
        out.push_str(&format!("<Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{target}\"/>"));
    }
    out + "</Relationships>"
}

/// `_rels/.rels`.
pub(super) fn relations() -> String {
    let core = format!("{PACKAGE}/relationships/metadata/core-properties");
    related(&[
        relation("rId1", "officeDocument", "word/document.xml"),
        ("rId2".to_owned(), core, "docProps/core.xml".to_owned()),
        relation("rId3", "extended-properties", "docProps/app.xml"),
        relation("rId4", "custom-properties", "docProps/custom.xml"),
    ])
}

/// `word/_rels/document.xml.rels`; a chart's id is `chart` and its number.
pub(super) fn document_relations(charts: usize) -> String {
    let mut relations = vec![
        relation("rId1", "styles", "styles.xml"),
        relation("rId2", "settings", "settings.xml"),
        relation("rId3", "footer", "footer1.xml"),
        relation("rId4", "footer", "footer2.xml"),
        relation("rId5", "fontTable", "fontTable.xml"),
    ];
    relations
        .extend((1..=charts).map(|number| {
            relation(&format!("chart{number}"), "chart", &format!("charts/chart{number}.xml"))
        }));
    related(&relations)
}

/// `docProps/app.xml`.
pub(super) fn application() -> String {
    format!(
        "{HEAD}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\
         <Application>gongjian</Application></Properties>"
    )
}

/// `word/settings.xml`: odd and even pages differ by their page numbers.
pub(super) fn settings() -> String {
    format!(
        "{HEAD}<w:settings xmlns:w=\"{MAIN}\"><w:evenAndOddHeaders/>\
         <w:characterSpacingControl w:val=\"compressPunctuation\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" \
         w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         <w:themeFontLang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:settings>"
    )
}

/// `word/fontTable.xml`: what may stand in where an office has no such face.
pub(super) fn fonts() -> String {
    let mut out = format!("{HEAD}<w:fonts xmlns:w=\"{MAIN}\">");
    for (face, others, family) in [
        (SONG_TITLE, "FZXiaoBiaoSong-B05S,宋体,SimSun,Noto Serif CJK SC", "roman"),
        (FANG, "FangSong_GB2312,仿宋,FangSong,STFangsong,Noto Serif CJK SC", "modern"),
        (KAI, "KaiTi_GB2312,楷体,KaiTi,STKaiti,Noto Serif CJK SC", "modern"),
        (HEI, "SimHei,STHeiti,Noto Sans CJK SC", "swiss"),
        (SONG, "SimSun,STSong,Noto Serif CJK SC", "roman"),
    ] {
        out.push_str(&format!(
            "<w:font w:name=\"{face}\"><w:altName w:val=\"{others}\"/><w:charset w:val=\"86\"/>\
             <w:family w:val=\"{family}\"/><w:pitch w:val=\"variable\"/></w:font>"
        ));
    }
    out + "</w:fonts>"
}

/// A footer: the page number between dashes, — 1 —, on the outer side.
pub(super) fn footer(style: &str) -> String {
    let field = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let text = |words: &str| format!("<w:r><w:t xml:space=\"preserve\">{words}</w:t></w:r>");
    format!(
        "{HEAD}<w:ftr xmlns:w=\"{MAIN}\"><w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{}{}\
         <w:r><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>{}{}{}{}</w:p></w:ftr>",
        text("— "),
        field("begin"),
        field("separate"),
        text("1"),
        field("end"),
        text(" —"),
    )
}
