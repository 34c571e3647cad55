//! The small texts that all formats share: base64, decimal numbers, hashes and names in their one spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::log::hash::MerkleHash;

/// Most bytes of a name of a key of our own; one more would not fit a length byte.
pub(super) const NAME_BYTES_MAX: usize = 255;

pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes base64 in its canonical spelling only: two texts must never mean one signature. The engine
/// refuses missing padding and bits that are set behind the last byte.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A number in its one spelling: digits, without sign and leading zeros.
pub(super) fn from_decimal(text: &str) -> Option<u64> {
    let is_canonical =
        text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_canonical { text.parse().ok() } else { None }
}

/// A hash as a line of its own has it: 44 characters of base64.
pub(super) fn from_hash_line(text: &str) -> Option<MerkleHash> {
    from_base64(text)?.try_into().ok().map(MerkleHash)
}

/// Whether a text has no control characters but line feeds.
pub(super) fn is_clean(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}

/// Whether a text may name a key: not empty, no white space, no plus, no control characters.
pub(super) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c < ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(from_decimal("0"), Some(0));
        assert_eq!(from_decimal("18446744073709551615"), Some(u64::MAX));
        for wrong in ["", "00", "01", "+1", "-34", " 1", "1 ", "bananas", "18446744073709551616", "１"] {
            assert_eq!(from_decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(from_base64("AQ=="), Some(vec![1]));
        for wrong in ["AR==", "AQ=", "AQ", "AQ==\n", "A Q==", "AQ--", "=", "AQ===="] {
            assert_eq!(from_base64(wrong), None, "{wrong}");
        }
    }
}
