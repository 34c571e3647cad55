//! Looks at the ZIP archive of a workbook before anything is unpacked: how large would it become?
//!
//! The ZIP reader stops at the size an entry declares, so the declared sizes bound what is unpacked.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::fault::Problem;

/// The largest file that is opened.
pub(super) const FILE_MAX: u64 = 16 << 20;
/// The most bytes that all parts of a workbook may unpack to.
const UNPACKED_MAX: u64 = 192 << 20;
/// The most bytes of a part that becomes objects in memory, not a stream: texts, styles.
const PART_MAX: u64 = 32 << 20;
/// The most parts of a workbook.
const PARTS_MAX: usize = 4_096;
/// The shortest entry of the shared texts, `<si><t/></si>`.
const SHARED_TEXT_MIN: u64 = 14;

const MIB: u64 = 1 << 20;

/// Refuses an archive that is none, or that would unpack to too much.
pub(super) fn check(bytes: &[u8]) -> Result<(), Problem> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Problem::NotAWorkbook)?;
    if archive.len() > PARTS_MAX {
        return Err(Problem::TooLarge { limit: UNPACKED_MAX / MIB });
    }
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|_| Problem::NotAWorkbook)?;
        let name = part.name().map_err(|_| Problem::NotAWorkbook)?.replace('\\', "/").to_ascii_lowercase();
        let streamed = name.contains("worksheets/") || !name.ends_with(".xml");
        total = total.saturating_add(part.size());
        if total > UNPACKED_MAX || (!streamed && part.size() > PART_MAX) {
            let limit = if streamed { UNPACKED_MAX } else { PART_MAX };
            return Err(Problem::TooLarge { limit: limit / MIB });
        }
        if name.ends_with("sharedstrings.xml") {
            let mut text = Vec::new();
            part.by_ref().take(PART_MAX).read_to_end(&mut text).map_err(|_| Problem::NotAWorkbook)?;
            check_shared_texts(&text)?;
        }
    }
    Ok(())
}

/// The reader reserves memory for as many texts as the part claims to hold: a false claim is refused.
fn check_shared_texts(text: &[u8]) -> Result<(), Problem> {
    const CLAIM: &[u8] = b"uniqueCount";
    if text.iter().take(64).any(|&byte| byte == 0) {
        // UTF-16, in which the claim would not be seen. No office program writes it.
        return Err(Problem::NotAWorkbook);
    }
    let most = text.len() as u64 / SHARED_TEXT_MIN + 1_024;
    for (at, window) in text.windows(CLAIM.len()).enumerate() {
        if window != CLAIM {
            continue;
        }
        let digits = text[at + CLAIM.len()..]
            .iter()
            .skip_while(|byte| matches!(byte, b'=' | b'"' | b'\'' | b' ' | b'\t' | b'\r' | b'\n'))
            .take_while(|byte| byte.is_ascii_digit());
        let claim =
            digits.fold(0_u64, |n, digit| n.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        if claim > most {
            return Err(Problem::NotAWorkbook);
        }
    }
    Ok(())
}
