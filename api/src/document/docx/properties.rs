//! Who made a document, when, and of what: the core and custom properties, written and read back.
//!
//! The only file that names the XML parser. Whoever saves a document again in Word keeps these properties but not
//! their bytes, so they are read as any program may write them.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use super::xml::escaped;
use crate::app::instant;
use crate::document::{Document, Identity};

/// Before each key of the identity.
const PREFIX: &str = "gongjian-";
/// The most properties that are looked at.
const PROPERTIES_MAX: usize = 200;

/// Title, author and times. The only time that a document has is that of the last event it knows.
pub(super) fn core(document: &Document) -> String {
    let at = instant(document.identity.recorded_at);
    let at = at.split('.').next().unwrap_or(&at).trim_end_matches('Z');
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <dc:title>{}</dc:title><dc:subject>{}</dc:subject><dc:creator>共建账本</dc:creator>\
         <dc:language>{}</dc:language>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{at}Z</dcterms:created>\
         <dcterms:modified xsi:type=\"dcterms:W3CDTF\">{at}Z</dcterms:modified></cp:coreProperties>",
        escaped(&document.title.concat()),
        escaped(&document.identity.subject),
        document.language.tag(),
    )
}

/// The identity, each part a property of its own, in the order of [`Identity::lines`].
pub(super) fn custom(identity: &Identity) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" \
         xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">",
    );
    // Numbers below 2 are not for custom properties.
    for (number, (key, value)) in (2..).zip(identity.lines()) {
        out.push_str(&format!(
            "<property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{number}\" \
             name=\"{PREFIX}{key}\"><vt:lpwstr>{}</vt:lpwstr></property>",
            escaped(&value)
        ));
    }
    out + "</Properties>"
}

/// The identity in custom properties, whoever wrote them last.
pub(super) fn identity(text: &str) -> Option<Identity> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Eof => break,
            Event::Start(start) if start.local_name().as_ref() == "property" => {
                let name = start.try_get_attribute("name").ok()??;
                let name = name.normalized_value(XmlVersion::Explicit1_0).ok()?.into_owned();
                found.push((name, String::new()));
            }
            Event::Text(words) => {
                if let Some((_, value)) = found.last_mut() {
                    value.push_str(&words);
                }
            }
            Event::GeneralRef(entity) => {
                if let Some((_, value)) = found.last_mut() {
                    match entity.resolve_char_ref().ok()? {
                        Some(symbol) => value.push(symbol),
                        None => value.push_str(resolve_predefined_entity(&entity)?),
                    }
                }
            }
            _ => {}
        }
        if found.len() > PROPERTIES_MAX {
            return None;
        }
    }
    let ours = found.iter().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value.trim())));
    Identity::of_lines(ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Identity {
        Identity {
            subject: "minutes/HY-<1>&\"2\"".to_owned(),
            origin: "gongjian/甲".to_owned(),
            position: Some(106),
            digest: "00".repeat(32),
            on: "2022-06-07".parse().ok(),
            size: 300,
            root: "AbC+/=".to_owned(),
            recorded_at: 1_665_190_800_000_106,
            template: 1,
            rules: vec!["M01@1".to_owned(), "M02@3".to_owned()],
            data_sha256: None,
        }
    }

    #[test]
    fn an_identity_is_read_back_whoever_saved_it_last() {
        let written = custom(&known());
        assert_eq!(identity(&written), Some(known()));
        // Another program names prefixes and sets spaces as it likes.
        let again = written
            .replace("vt:lpwstr", "v:lpwstr")
            .replace("<property ", "<op:property\n  ")
            .replace("</property>", "</op:property>\n")
            .replace("<v:lpwstr>", "\n <v:lpwstr>");
        assert_eq!(identity(&again), Some(known()));
    }

    #[test]
    fn what_is_not_ours_has_no_identity() {
        for strange in ["", "<", "<a>", "<Properties/>", "<property/>", "<property>", "文字"] {
            assert_eq!(identity(strange), None, "{strange}");
        }
        let written = custom(&known());
        for cut in (0..written.len()).filter(|at| written.is_char_boundary(*at)) {
            // Whatever is cut off, nothing panics.
            let _ = identity(&written[..cut]);
        }
        assert_eq!(identity(&written.replace("300", "many")), None);
    }

    #[test]
    fn the_only_time_is_that_of_the_last_event() {
        let document = Document { title: vec!["甲&".to_owned()], identity: known(), ..Document::default() };
        let core = core(&document);
        assert!(core.contains("<dc:title>甲&amp;</dc:title>"));
        assert_eq!(core.matches(">2022-10-08T01:00:00Z<").count(), 2);
    }
}
