//! Salted commitments: what an event says of a content without giving it away.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Bytes of the salt, without which a short content could be guessed.
pub const SALT_BYTES: usize = 32;
/// What a commitment is, so that its hash stands for nothing else.
const LABEL: &str = "gongjian/commitment/1";

/// SHA-256 over label, path, media type, content and salt, each with its length before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commitment(pub [u8; 32]);

impl Commitment {
    /// The commitment to a content at a place of the ledger.
    pub fn to(path: &str, media_type: &str, content: &[u8], salt: &[u8; SALT_BYTES]) -> Commitment {
        let mut hash = Sha256::new();
        for part in [LABEL.as_bytes(), path.as_bytes(), media_type.as_bytes(), content, salt] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Commitment(hash.finalize().into())
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Commitment> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Commitment(bytes))
    }
}

impl fmt::Display for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value stands in `docs/FORMAT.md`.
    #[test]
    fn the_example_of_the_format_has_its_known_value() {
        let content = "甲某".as_bytes();
        let commitment =
            Commitment::to("document/ZL-1/签字人", "text/plain; charset=utf-8", content, &[7; SALT_BYTES]);
        assert_eq!(
            commitment.to_string(),
            "b8ae753a64580ec94e83427d0a8227109960b31397b64b08ab89e4feae8c902a"
        );
        assert_eq!(Commitment::parse(&commitment.to_string()), Some(commitment));
        let other = Commitment::to("document/ZL-1", "签字人text/plain", content, &[7; SALT_BYTES]);
        assert_ne!(commitment, other);
    }
}
