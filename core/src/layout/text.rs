//! JSON text, appended to bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Appends a text as a JSON string, in the spelling of `serde_json`.
pub fn write_text(out: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\')) {
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(out, text);
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Appends bytes in base64 (RFC 4648, section 4).
pub fn write_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.resize(start + bytes.len().div_ceil(3) * 4, 0);
    let written = out.get_mut(start..).and_then(|room| STANDARD.encode_slice(bytes, room).ok());
    out.truncate(start + written.unwrap_or(0));
}

/// Appends what something shows itself as.
pub fn write_display(out: &mut Vec<u8>, value: &dyn std::fmt::Display) {
    use std::io::Write as _;
    // Writing to memory does not fail.
    let _ = write!(out, "{value}");
}
