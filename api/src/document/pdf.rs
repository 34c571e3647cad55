//! Documents on paper: PDF/A-2a, tagged, with our own fonts inside, set after GB/T 9704.
//!
//! Equal documents give equal bytes on every machine, as long as the fonts of the program have all characters;
//! a document that needed another font names it in its last lines. What a document is made of stands there for
//! people and in the keywords of the file for programs ([`identity`]).

#[cfg(feature = "pdf")]
mod plan;
#[cfg(feature = "pdf")]
mod press;

use super::{Document, Identity, WriteError};

/// The media type of a PDF.
pub const MEDIA: &str = "application/pdf";

/// What the keywords begin with; a number, should they ever read otherwise.
const MARK: &str = "gongjian-identity/1";
/// The elements that hold the keywords; the metadata of a PDF/A file lie in it uncompressed.
const OPEN: &str = "<pdf:Keywords>";
const CLOSE: &str = "</pdf:Keywords>";

/// The bytes of a PDF.
///
/// # Errors
/// [`WriteError::Glyph`] for a character that neither our fonts nor one of the machine have,
/// [`WriteError::NotBuilt`] in a program without the typesetter, and [`WriteError::Failed`] for what the
/// typesetter refuses.
pub fn write(document: &Document) -> Result<Vec<u8>, WriteError> {
    #[cfg(feature = "pdf")]
    return press::print(document, &keywords(&document.identity));
    #[cfg(not(feature = "pdf"))]
    {
        let _ = document;
        Err(WriteError::NotBuilt { format: "pdf" })
    }
}

/// The identity in one line of ASCII: the mark, and `key=value` for each part, with what is no letter, digit or
/// one of `-._~/:@+=` as `%` and its bytes.
#[cfg_attr(not(feature = "pdf"), allow(dead_code, reason = "only the typesetter writes it"))]
fn keywords(identity: &Identity) -> String {
    let mut line = MARK.to_owned();
    for (key, value) in identity.lines() {
        line.push(' ');
        line.push_str(key);
        line.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~/:@+=".contains(&byte) {
                line.push(char::from(byte));
            } else {
                line.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    line
}

/// Reads back what a PDF says that it is made of; `None` if it is not one of ours, or says it twice.
///
/// It is what the file says, and no more: whoever wants to know whether it is true makes the document again and
/// compares the bytes.
pub fn identity(pdf: &[u8]) -> Option<Identity> {
    let mut marks = positions(pdf, OPEN.as_bytes());
    let start = marks.next()? + OPEN.len();
    if marks.next().is_some() {
        return None;
    }
    let rest = pdf.get(start..)?;
    let end = positions(rest, CLOSE.as_bytes()).next()?;
    let line = std::str::from_utf8(rest.get(..end)?).ok()?;
    let mut words = line.split(' ');
    if words.next()? != MARK {
        return None;
    }
    let parts: Vec<(&str, String)> = words
        .map(|word| {
            let (key, value) = word.split_once('=')?;
            Some((key, decoded(value)?))
        })
        .collect::<Option<_>>()?;
    Identity::of_lines(parts.iter().map(|(key, value)| (*key, value.as_str())))
}

fn positions<'a>(haystack: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    haystack.windows(needle.len()).enumerate().filter(move |(_, part)| *part == needle).map(|(at, _)| at)
}

fn decoded(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
