//! Pages to read and to print: complete in themselves, without script and network.

use std::fmt::Write as _;

use crate::messages::Text;

/// The style of every printed page of ours.
const STYLE: &str = include_str!("paper.css");

/// A text between tags or in an attribute.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The beginning of a page, with its title.
pub(crate) fn begin(title: &str, text: Text) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n<h1>{}</h1>\n",
        text.language().tag(),
        escaped(title),
        escaped(title)
    )
}

/// A table of labels and values.
pub(crate) fn facts(rows: &[(String, String)]) -> String {
    let mut out = String::from("<table class=\"facts\">\n");
    for (label, value) in rows {
        let _ = writeln!(out, "<tr><th>{}</th><td>{}</td></tr>", escaped(label), escaped(value));
    }
    out + "</table>\n"
}

/// A hash in groups that a person can compare.
pub(crate) fn grouped(hash: &str) -> String {
    hash.as_bytes().chunks(8).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ")
}
