//! The report as a page to print: what the JSON says, and nothing else.

use std::fmt::Write as _;

use serde_json::Value;

use super::Property;
use crate::messages::Text;
use crate::output::paper::{begin, escaped, facts, grouped};

/// The page of a report.
pub fn page(report: &Value, text: Text) -> String {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let label = |key: &str| text.plain(&format!("inspect-{key}"));
    let ledger = &report["ledger"];
    let mut out = begin(&label("title"), text);
    let _ = writeln!(out, "<p class=\"subtitle\">{}</p>", escaped(&word(&ledger["origin"])));
    let made = word(&report["made"]).parse::<jiff::Timestamp>();
    let made = made.map_or_else(|_| word(&report["made"]), |at| crate::app::county_time(at.as_microsecond()));
    let counts = &report["counts"];
    let totals = ["pass", "warn", "fail", "unchecked"].map(|mark| (mark, counts[mark].to_string()));
    let totals: Vec<(&str, &str)> = totals.iter().map(|(mark, count)| (*mark, count.as_str())).collect();
    out += &facts(&[
        (label("row-result"), text.word("inspect-result", &word(&report["result"]))),
        (label("row-totals"), text.get("inspect-totals", &totals)),
        (label("row-made"), made),
        (label("row-size"), word(&ledger["size"])),
        (label("row-digest"), grouped(&word(&ledger["digest"]))),
        (label("row-root"), grouped(&word(&ledger["root"]))),
        (label("row-program"), word(&report["program"])),
    ]);
    let _ = writeln!(out, "<p class=\"indent\">{}</p>", escaped(&label("about")));
    let items = report["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    for property in Property::ALL {
        let _ = writeln!(out, "<h2>{}</h2>", escaped(&text.word("inspect-property", property.code())));
        out += "<table class=\"checks\">\n<thead><tr>";
        for column in ["id", "what", "how", "result", "detail"] {
            let _ = write!(out, "<th>{}</th>", escaped(&label(&format!("column-{column}"))));
        }
        out += "</tr></thead>\n<tbody>\n";
        for item in items.iter().filter(|item| item["property"] == property.code()) {
            let result = word(&item["result"]);
            let cells = [
                word(&item["id"]),
                word(&item["what"]),
                word(&item["how"]),
                text.word("inspect-mark", &result),
                word(&item["detail"]),
            ];
            let cells: String = cells.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
            let _ = writeln!(out, "<tr class=\"{}\">{cells}</tr>", escaped(&result));
        }
        out += "</tbody>\n</table>\n";
    }
    let signed = if report["signed"] == true { "signed" } else { "unsigned" };
    let _ = writeln!(out, "<p class=\"indent\">{}</p>", escaped(&label(signed)));
    let _ = writeln!(out, "<p class=\"seal\">{}</p>", escaped(&label("seal")));
    out + "</body>\n</html>\n"
}
