//! How official documents look (GB/T 9704-2012 5.2, 6 to 7): page, sizes, faces, and the styles made of them.
//!
//! Lengths are twips (1/20 pt, 1/1440 inch), sizes of letters half-points.

/// A page of A4: 297 × 210 mm.
pub(super) const PAGE: (u32, u32) = (11_906, 16_838);
/// 天头 37 mm, 订口 28 mm, and what is left beside a text of 156 × 225 mm: top, right, bottom, left.
pub(super) const MARGINS: [u32; 4] = [2_098, 1_474, 1_984, 1_587];
/// 22 lines stand on a page: 225 mm / 22.
pub(super) const LINE: u32 = 579;
/// One character of the text: 28 stand in a line of 156 mm.
pub(super) const CHARACTER: u32 = 315;
/// From the paper's edge to the page number, which stands 7 mm below the text.
pub(super) const FOOTER: u32 = 1_304;

/// Faces by what they are for. None is embedded; `fixed::fonts` names what may stand in for each.
pub(super) const SONG_TITLE: &str = "方正小标宋简体";
pub(super) const FANG: &str = "仿宋_GB2312";
pub(super) const KAI: &str = "楷体_GB2312";
pub(super) const HEI: &str = "黑体";
pub(super) const SONG: &str = "宋体";
/// Letters and digits.
const LATIN: &str = "Times New Roman";

/// 二号, 三号, 四号, 小四, 五号.
const SIZE_2: u32 = 44;
const SIZE_3: u32 = 32;
const SIZE_4: u32 = 28;
pub(super) const SIZE_SMALL_4: u32 = 24;
pub(super) const SIZE_5: u32 = 21;

/// Paragraph properties in the order of the schema; what is empty is left out.
#[derive(Clone, Copy, Default)]
struct Shape {
    keep_next: bool,
    keep_lines: bool,
    tabs: &'static str,
    /// Line spacing in twips; 0 for as much as the letters need.
    line: u32,
    before: u32,
    after: u32,
    indent: &'static str,
    justify: &'static str,
    outline: Option<u8>,
}

/// A style: its id, its name, its face, size, and shape.
struct Style {
    id: &'static str,
    name: &'static str,
    face: &'static str,
    size: u32,
    shape: Shape,
}

const BODY: Shape = Shape {
    keep_next: false,
    keep_lines: false,
    tabs: "",
    line: LINE,
    before: 0,
    after: 0,
    indent: "w:firstLineChars=\"200\" w:firstLine=\"630\"",
    justify: "both",
    outline: None,
};
const NO_INDENT: &str = "w:firstLineChars=\"0\" w:firstLine=\"0\"";
const CENTRED: Shape = Shape { keep_next: true, indent: NO_INDENT, justify: "center", ..BODY };
const SMALL: Shape = Shape { line: 360, before: 120, ..BODY };

const fn heading(level: u8) -> Shape {
    Shape { keep_next: true, keep_lines: true, outline: Some(level - 1), ..BODY }
}

const STYLES: &[Style] = &[
    Style {
        id: "Title",
        name: "Title",
        face: SONG_TITLE,
        size: SIZE_2,
        shape: Shape { line: 700, ..CENTRED },
    },
    Style { id: "Stage", name: "公文稿次", face: KAI, size: SIZE_3, shape: CENTRED },
    Style { id: "Subtitle", name: "Subtitle", face: KAI, size: SIZE_3, shape: CENTRED },
    Style { id: "GW1", name: "公文一级", face: HEI, size: SIZE_3, shape: heading(1) },
    Style { id: "GW2", name: "公文二级", face: KAI, size: SIZE_3, shape: heading(2) },
    Style { id: "GW3", name: "公文三级", face: FANG, size: SIZE_3, shape: heading(3) },
    Style { id: "GW4", name: "公文四级", face: FANG, size: SIZE_3, shape: heading(4) },
    Style {
        id: "Entry", name: "公文条目", face: FANG, size: SIZE_3, shape: Shape { indent: "", ..BODY }
    },
    Style {
        id: "Caption",
        name: "caption",
        face: HEI,
        size: SIZE_SMALL_4,
        shape: Shape { line: 400, before: 160, after: 80, ..CENTRED },
    },
    Style {
        id: "Cell",
        name: "公文表文",
        face: FANG,
        size: SIZE_SMALL_4,
        shape: Shape { line: 0, before: 30, after: 30, indent: NO_INDENT, justify: "left", ..BODY },
    },
    Style {
        id: "Picture",
        name: "公文图",
        face: FANG,
        size: SIZE_SMALL_4,
        shape: Shape { line: 0, ..CENTRED },
    },
    Style { id: "Note", name: "公文附注", face: FANG, size: SIZE_SMALL_4, shape: SMALL },
    Style {
        id: "Sign",
        name: "公文签署",
        face: FANG,
        size: SIZE_3,
        shape: Shape {
            keep_lines: true,
            tabs: "<w:tab w:val=\"right\" w:leader=\"underscore\" w:pos=\"8200\"/>",
            line: 800,
            ..BODY
        },
    },
    Style {
        id: "Organ",
        name: "公文署名",
        face: FANG,
        size: SIZE_3,
        shape: Shape { keep_next: true, indent: NO_INDENT, justify: "right", ..BODY },
    },
    Style {
        id: "Day",
        name: "公文成文日期",
        face: FANG,
        size: SIZE_3,
        shape: Shape { indent: NO_INDENT, justify: "right", ..BODY },
    },
    Style {
        id: "Footing",
        name: "公文依据",
        face: FANG,
        size: SIZE_4,
        shape: Shape { keep_next: true, keep_lines: true, line: 480, before: 240, ..BODY },
    },
    Style {
        id: "Check",
        name: "公文核对",
        face: FANG,
        size: SIZE_5,
        shape: Shape { keep_lines: true, line: 320, indent: NO_INDENT, justify: "left", ..BODY },
    },
    Style {
        id: "FooterOdd",
        name: "公文页码单",
        face: SONG,
        size: SIZE_4,
        shape: Shape {
            line: 0,
            indent: "w:right=\"280\" w:firstLineChars=\"0\" w:firstLine=\"0\"",
            justify: "right",
            ..BODY
        },
    },
    Style {
        id: "FooterEven",
        name: "公文页码双",
        face: SONG,
        size: SIZE_4,
        shape: Shape {
            line: 0,
            indent: "w:left=\"280\" w:firstLineChars=\"0\" w:firstLine=\"0\"",
            justify: "left",
            ..BODY
        },
    },
];

/// The face of a piece of text. Digits and letters of page numbers stand in the face of the characters.
pub(super) fn faces(face: &str) -> String {
    let latin = if face == SONG { SONG } else { LATIN };
    format!("<w:rFonts w:ascii=\"{latin}\" w:hAnsi=\"{latin}\" w:eastAsia=\"{face}\" w:cs=\"{LATIN}\"/>")
}

fn letters(face: &str, size: u32) -> String {
    // A quarter of a point less between characters of 三号, so that 28 fit into a line.
    let narrow = if size == SIZE_3 { "<w:spacing w:val=\"-5\"/>" } else { "" };
    format!("{}{narrow}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>", faces(face))
}

fn shaped(shape: Shape) -> String {
    let mut out = String::new();
    for (wanted, tag) in [(shape.keep_next, "<w:keepNext/>"), (shape.keep_lines, "<w:keepLines/>")] {
        out.push_str(if wanted { tag } else { "" });
    }
    out.push_str("<w:widowControl w:val=\"0\"/>");
    if !shape.tabs.is_empty() {
        out.push_str(&format!("<w:tabs>{}</w:tabs>", shape.tabs));
    }
    out.push_str(&format!(
        "<w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"{}\" w:after=\"{}\"",
        shape.before, shape.after
    ));
    match shape.line {
        0 => out.push_str(" w:line=\"240\" w:lineRule=\"auto\"/>"),
        line => out.push_str(&format!(" w:line=\"{line}\" w:lineRule=\"exact\"/>")),
    }
    if !shape.indent.is_empty() {
        out.push_str(&format!("<w:ind {}/>", shape.indent));
    }
    out.push_str(&format!("<w:jc w:val=\"{}\"/>", shape.justify));
    if let Some(level) = shape.outline {
        out.push_str(&format!("<w:outlineLvl w:val=\"{level}\"/>"));
    }
    out
}

/// `word/styles.xml`.
pub(super) fn styles() -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <w:styles xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">\
         <w:docDefaults><w:rPrDefault><w:rPr>{}<w:sz w:val=\"{SIZE_3}\"/><w:szCs w:val=\"{SIZE_3}\"/>\
         <w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/>\
         <w:pPr>{}</w:pPr><w:rPr>{}</w:rPr></w:style>",
        faces(FANG),
        shaped(BODY),
        letters(FANG, SIZE_3)
    );
    for style in STYLES {
        out.push_str(&format!(
            "<w:style w:type=\"paragraph\"{} w:styleId=\"{}\"><w:name w:val=\"{}\"/><w:basedOn w:val=\"Normal\"/>\
             <w:qFormat/><w:pPr>{}</w:pPr><w:rPr>{}</w:rPr></w:style>",
            if style.name.is_ascii() { "" } else { " w:customStyle=\"1\"" },
            style.id,
            style.name,
            shaped(style.shape),
            letters(style.face, style.size)
        ));
    }
    out + "</w:styles>"
}
