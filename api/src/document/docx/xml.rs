//! Text between tags. Whatever it holds, the part stays well-formed and no character is lost unseen.

/// Stands for a character that XML cannot hold.
const REPLACEMENT: char = '\u{fffd}';

/// Whether XML 1.0 may hold a character at all.
fn is_allowed(symbol: char) -> bool {
    !matches!(symbol, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// A text between tags or in an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // An attribute would lose them otherwise.
            '\t' | '\n' | '\r' => out.push_str(&format!("&#{};", u32::from(symbol))),
            symbol if is_allowed(symbol) => out.push(symbol),
            _ => out.push(REPLACEMENT),
        }
    }
    out
}

/// A run of text with its properties; lines and tabs of the text stay lines and tabs.
pub(super) fn run(text: &str, properties: &str) -> String {
    let mut out = String::from("<w:r>");
    if !properties.is_empty() {
        out.push_str(&format!("<w:rPr>{properties}</w:rPr>"));
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push_str("<w:br/>");
        }
        for (at, piece) in line.split('\t').enumerate() {
            if at > 0 {
                out.push_str("<w:tab/>");
            }
            if !piece.is_empty() {
                out.push_str(&format!("<w:t xml:space=\"preserve\">{}</w:t>", escaped(piece)));
            }
        }
    }
    out + "</w:r>"
}

/// A paragraph of a style, with what its properties have besides and its runs.
pub(super) fn paragraph(style: &str, properties: &str, runs: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{properties}</w:pPr>{runs}</w:p>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_forbidden_characters_stay_text() {
        assert_eq!(
            escaped("a<b>&\"c\"\u{0}\u{7}\u{ffff}"),
            "a&lt;b&gt;&amp;&quot;c&quot;\u{fffd}\u{fffd}\u{fffd}"
        );
        assert_eq!(escaped("]]>"), "]]&gt;");
        assert_eq!(escaped("一\n二\t三"), "一&#10;二&#9;三");
    }

    #[test]
    fn lines_and_tabs_of_a_text_stay() {
        let text = "<w:t xml:space=\"preserve\">";
        assert_eq!(
            run("甲\r\n乙\t丙", "<w:b/>"),
            format!(
                "<w:r><w:rPr><w:b/></w:rPr>{text}甲</w:t><w:br/>{text}乙</w:t><w:tab/>{text}丙</w:t></w:r>"
            )
        );
    }
}
