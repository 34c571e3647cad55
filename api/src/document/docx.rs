//! Documents as Word and WPS open them (DOCX), laid out as official documents are (GB/T 9704-2012).
//!
//! The dozen parts are written here and in the files below; `docs/decisions/0021` tells why. Children stand in
//! the order of the schema (ISO/IEC 29500, `wml.xsd`), which a test holds. Nothing but the document goes in, so
//! equal documents give equal bytes.

use super::archive::{self, Parts};
use super::{Document, Identity, WriteError};

mod body;
mod chart;
mod fixed;
mod layout;
mod properties;
mod table;
#[cfg(test)]
mod tests;
mod title;
mod xml;

/// Media type of a document.
pub const MEDIA: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The most bytes of properties that are read.
const PROPERTIES_MAX: u64 = 1 << 20;

/// The document as DOCX.
///
/// # Errors
/// [`WriteError::Failed`] if the archive cannot be made.
pub fn write(document: &Document) -> Result<Vec<u8>, WriteError> {
    let body = body::write(document);
    let mut parts = Parts::new();
    let mut put = |name: &str, text: String| parts.insert(name.to_owned(), text.into_bytes());
    put("[Content_Types].xml", fixed::content_types(body.charts.len()));
    put("_rels/.rels", fixed::relations());
    put("docProps/app.xml", fixed::application());
    put("docProps/core.xml", properties::core(document));
    put("docProps/custom.xml", properties::custom(&document.identity));
    put("word/_rels/document.xml.rels", fixed::document_relations(body.charts.len()));
    put("word/document.xml", body.text);
    put("word/fontTable.xml", fixed::fonts());
    put("word/footer1.xml", fixed::footer("FooterOdd"));
    put("word/footer2.xml", fixed::footer("FooterEven"));
    put("word/settings.xml", fixed::settings());
    put("word/styles.xml", layout::styles());
    for (number, text) in (1..).zip(body.charts) {
        put(&format!("word/charts/chart{number}.xml"), text);
    }
    archive::pack(&parts).map_err(|error| WriteError::Failed { format: "docx", cause: error.to_string() })
}

/// What a document of ours is made of, read back from its properties; `None` for any other file.
pub fn identity(bytes: &[u8]) -> Option<Identity> {
    let text = archive::part(bytes, "docProps/custom.xml", PROPERTIES_MAX)?;
    properties::identity(&text)
}
