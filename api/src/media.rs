//! Media types by the endings of file names: one table for what comes in and for what is taken away.

use std::path::Path;

/// What anything is of which nothing is known.
const UNKNOWN: (&str, &str) = ("bin", "application/octet-stream");
/// Endings with their media types; of two endings of one type the first names a file.
const TYPES: [(&str, &str); 10] = [
    ("pdf", "application/pdf"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("txt", "text/plain; charset=utf-8"),
    ("md", "text/plain; charset=utf-8"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
];

/// The media type of a file by its name.
pub fn type_of(path: &Path) -> &'static str {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    TYPES.iter().find(|(known, _)| *known == ending).unwrap_or(&UNKNOWN).1
}

/// The ending for a file of a media type.
pub fn ending_of(media_type: &str) -> &'static str {
    TYPES.iter().find(|(_, known)| *known == media_type).unwrap_or(&UNKNOWN).0
}
