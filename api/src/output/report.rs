//! The quarterly report as a table, CSV and Markdown.

use gongjian_core::day::Quarter;
use gongjian_projections::figures::{
    Balance, Corrected, Counted, Figure, Figures, Kind, LateEntry, Records, Report, Value,
};

use super::{Rows, csv as csv_file, table};
use crate::messages::{Language, Text};

/// The figures of a report as rows: what is counted, how, and the number.
fn rows(figures: &Figures, text: Text) -> Rows {
    let headers = ["report-figure", "report-kind", "report-value"].map(|key| text.plain(key)).to_vec();
    let mut rows = Vec::new();
    for (figure, counted) in figures.iter() {
        rows.push(vec![label(figure, text), kind(figure.kind(), text), value(counted)]);
        if let Value::Breakdown(parts) = &counted.value {
            rows.extend(
                parts
                    .iter()
                    .map(|(name, number)| vec![format!("　{name}"), String::new(), number.to_string()]),
            );
        }
    }
    Rows { headers, rows }
}

fn label(figure: Figure, text: Text) -> String {
    match text.language() {
        Language::Chinese => figure.chinese().to_owned(),
        Language::English => figure.english().to_owned(),
    }
}

fn kind(kind: Kind, text: Text) -> String {
    text.word("report-kind", kind.word())
}

/// The balances of a report as rows.
fn balance_rows(report: &Report, text: Text) -> Rows {
    let headers = ["stock", "opening", "inflows", "outflows", "closing", "holds"]
        .map(|name| text.plain(&format!("report-balance-{name}")))
        .to_vec();
    let flows = |flows: &[(Figure, u64)]| {
        let flows: Vec<String> =
            flows.iter().map(|(figure, number)| format!("{} {number}", label(*figure, text))).collect();
        text.listed(&flows)
    };
    let row = |balance: &Balance| {
        vec![
            label(balance.stock, text),
            balance.opening.to_string(),
            flows(&balance.inflows),
            flows(&balance.outflows),
            balance.closing.to_string(),
            holds(balance, text),
        ]
    };
    Rows { headers, rows: report.balances.iter().map(row).collect() }
}

fn holds(balance: &Balance, text: Text) -> String {
    text.plain(if balance.holds { "report-balance-yes" } else { "report-balance-no" })
}

/// The balances as lines of the CSV file: the name of each part, what it is called, and its number.
fn balance_lines(balance: &Balance, text: Text) -> Vec<(String, String, String)> {
    let stock = label(balance.stock, text);
    let line = |part: &str, key: &str, flow: Option<Figure>, value: String| {
        let of = flow.map(|flow| format!(".{}", flow.name())).unwrap_or_default();
        let called = flow.map_or_else(|| text.plain(key), |flow| label(flow, text));
        (format!("balance.{}.{part}{of}", balance.stock.name()), format!("{stock}·{called}"), value)
    };
    let mut lines = vec![line("opening", "report-balance-opening", None, balance.opening.to_string())];
    for (part, flows) in [("inflow", &balance.inflows), ("outflow", &balance.outflows)] {
        let key = format!("report-balance-{part}s");
        lines.extend(flows.iter().map(|(flow, number)| line(part, &key, Some(*flow), number.to_string())));
    }
    lines.push(line("closing", "report-balance-closing", None, balance.closing.to_string()));
    lines.push(line("holds", "report-balance-holds", None, holds(balance, text)));
    lines
}

/// A rate shows numerator and denominator.
fn value(counted: &Counted) -> String {
    match counted.of {
        Some(of) => format!("{} / {of}", counted.value.number()),
        None => counted.value.number().to_string(),
    }
}

/// `2022年第三季度`, or `third quarter of 2022` as `2022-Q3`.
fn quarter(quarter: Quarter, text: Text) -> String {
    match text.language() {
        Language::Chinese => quarter.label(),
        Language::English => quarter.to_string(),
    }
}

fn heading(report: &Report, text: Text) -> String {
    let scope = report.scope.word();
    let (what, code) = scope.split_once('/').unwrap_or((&scope, ""));
    let part = match what {
        "street" => report.streets.get(code),
        _ => report.communities.get(code),
    };
    let name = part.map_or_else(|| code.to_owned(), |part| part.name.clone());
    let place = text.get(&format!("report-scope-{what}"), &[("name", &name)]);
    text.get("report-heading", &[("quarter", &quarter(report.quarter, text)), ("place", &place)])
}

fn footing(report: &Report, text: Text) -> String {
    let position = report.as_of.position.map_or_else(|| "-".to_owned(), |position| position.to_string());
    let digest = report.as_of.digest.as_deref().unwrap_or("-");
    text.get(
        "report-footing",
        &[("position", &position), ("digest", digest), ("on", &report.as_of.on.to_string())],
    )
}

/// The report for a terminal.
pub fn summary(report: &Report, text: Text) -> String {
    format!(
        "{}\n{}{}\n{}{}\n{}\n",
        heading(report, text),
        table::plain(&rows(&report.figures, text)),
        text.plain("report-balances"),
        table::plain(&balance_rows(report, text)),
        counts(&report.records, text),
        footing(report, text)
    )
}

/// The report as Markdown, with a table for each street and community.
pub fn markdown(report: &Report, text: Text) -> String {
    let mut out =
        format!("# {}\n\n{}\n", heading(report, text), markdown_table(&rows(&report.figures, text)));
    out.push_str(&format!(
        "## {}\n\n{}\n",
        text.plain("report-balances"),
        markdown_table(&balance_rows(report, text))
    ));
    let parts = [("report-streets", &report.streets), ("report-communities", &report.communities)];
    for (key, parts) in parts {
        if parts.is_empty() {
            continue;
        }
        out.push_str(&format!("## {}\n\n", text.plain(key)));
        for (code, part) in parts {
            out.push_str(&format!(
                "### {} {code}\n\n{}\n",
                part.name,
                markdown_table(&rows(&part.figures, text))
            ));
        }
    }
    out.push_str(&markdown_records(&report.records, text));
    out.push_str(&footing(report, text));
    out.push('\n');
    out
}

/// How many late entries and corrections there are.
pub(crate) fn counts(records: &Records, text: Text) -> String {
    let Records { late_entry_count, late_days_max, correction_count, .. } = records;
    if *late_entry_count == 0 && *correction_count == 0 {
        return text.plain("report-records-none");
    }
    let (late, days) = (late_entry_count.to_string(), late_days_max.to_string());
    let corrections = correction_count.to_string();
    text.get("report-records-counts", &[("late", &late), ("days", &days), ("corrections", &corrections)])
}

fn late_entries(records: &Records, text: Text) -> Rows {
    let fields = ["occurredOn", "heardOn", "days", "kind-of-event", "stream", "community", "position"];
    let row = |late: &LateEntry| {
        vec![
            late.occurred_on.to_string(),
            late.heard_on.to_string(),
            late.days.to_string(),
            text.word("kind", &late.kind),
            late.stream.clone(),
            late.community.clone().unwrap_or_default(),
            late.position.to_string(),
        ]
    };
    let headers = fields.map(|field| text.word("field", field)).to_vec();
    Rows { headers, rows: records.late_entries.iter().map(row).collect() }
}

fn corrections(records: &Records, text: Text) -> Rows {
    let fields = ["day", "stream", "community", "changes", "reason", "position"];
    let row = |corrected: &Corrected| {
        vec![
            corrected.on.to_string(),
            corrected.stream.clone(),
            corrected.community.clone().unwrap_or_default(),
            changes(corrected, text),
            corrected.reason.clone(),
            corrected.position.to_string(),
        ]
    };
    let headers = fields.map(|field| text.word("field", field)).to_vec();
    Rows { headers, rows: records.corrections.iter().map(row).collect() }
}

/// What a correction changed.
pub(crate) fn changes(corrected: &Corrected, text: Text) -> String {
    let each = corrected.changes.iter().map(|it| (&*it.field, &*it.was, &*it.now));
    super::lists::changes(each, text)
}

/// The late entries and corrections as Markdown.
fn markdown_records(records: &Records, text: Text) -> String {
    let mut out = format!("## {}\n\n{}\n\n", text.plain("report-records"), counts(records, text));
    for (key, rows) in [
        ("report-records-late-entries", late_entries(records, text)),
        ("report-records-corrections", corrections(records, text)),
    ] {
        if !rows.rows.is_empty() {
            out.push_str(&format!(
                "### {}\n\n{}\n",
                text.plain(key),
                markdown_aligned(&rows, rows.headers.len())
            ));
        }
    }
    out
}

/// Texts to the left, numbers and what belongs to them to the right.
fn markdown_table(rows: &Rows) -> String {
    markdown_aligned(rows, 2)
}

fn markdown_aligned(rows: &Rows, left: usize) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut out = line(&rows.headers);
    let marks: Vec<&str> = (0..rows.headers.len()).map(|at| if at < left { "---" } else { "---:" }).collect();
    out.push_str(&format!("| {} |\n", marks.join(" | ")));
    rows.rows.iter().for_each(|row| out.push_str(&line(row)));
    out
}

/// The report as CSV: one line a scope and figure, then one line a late entry and correction of the scope.
pub fn csv(report: &Report, text: Text) -> Vec<u8> {
    let headers = ["quarter", "scope", "code", "place", "name", "figure", "kind", "value", "of"]
        .map(|name| text.plain(&format!("report-column-{name}")))
        .to_vec();
    let quarter = report.quarter.to_string();
    let mut rows = Vec::new();
    let mut put = |scope: &str, code: &str, place: &str, figures: &Figures| {
        for (figure, counted) in figures.iter() {
            let line = |name: String, label: String, value: u64, of: Option<u64>| {
                let of = of.map(|of| of.to_string()).unwrap_or_default();
                let kind = kind(figure.kind(), text);
                let (scope, code, place) = (scope.to_owned(), code.to_owned(), place.to_owned());
                vec![quarter.clone(), scope, code, place, name, label, kind, value.to_string(), of]
            };
            let name = figure.name().to_owned();
            rows.push(line(name.clone(), label(figure, text), counted.value.number(), counted.of));
            if let Value::Breakdown(parts) = &counted.value {
                for (part, number) in parts {
                    rows.push(line(
                        format!("{name}.{part}"),
                        format!("{}·{part}", label(figure, text)),
                        *number,
                        None,
                    ));
                }
            }
        }
    };
    let scope = report.scope.word();
    let (what, code) = scope.split_once('/').unwrap_or((&scope, ""));
    let part = report.streets.get(code).or_else(|| report.communities.get(code));
    let place = part.map_or("", |part| part.name.as_str());
    put(what, code, place, &report.figures);
    for (code, part) in report.streets.iter().filter(|(street, _)| *street != code) {
        put("street", code, &part.name, &part.figures);
    }
    for (code, part) in report.communities.iter().filter(|(community, _)| *community != code) {
        put("community", code, &part.name, &part.figures);
    }
    for (name, label, value) in report.balances.iter().flat_map(|balance| balance_lines(balance, text)) {
        let kind = text.plain("report-kind-balance");
        let (what, code, place) = (what.to_owned(), code.to_owned(), place.to_owned());
        rows.push(vec![quarter.clone(), what, code, place, name, label, kind, value, String::new()]);
    }
    rows.extend(csv_records(report, text));
    csv_file::write(&Rows { headers, rows })
}

/// Late entries with how many days late they are, and corrections, in the columns of the figures.
fn csv_records(report: &Report, text: Text) -> Vec<Vec<String>> {
    let line = |community: &Option<String>, name: &str, said: String, kind: &str, value: String| {
        let code = community.clone().unwrap_or_default();
        let place = report.communities.get(&code).map(|part| part.name.clone()).unwrap_or_default();
        let scope = if code.is_empty() { "county" } else { "community" };
        let quarter = report.quarter.to_string();
        vec![
            quarter,
            scope.to_owned(),
            code,
            place,
            name.to_owned(),
            said,
            kind.to_owned(),
            value,
            String::new(),
        ]
    };
    let late = report.records.late_entries.iter().map(|late| {
        let kind = text.word("kind", &late.kind);
        let said = format!("{} {kind} {} #{}", late.stream, late.occurred_on, late.position);
        line(&late.community, "late_entry", said, "days-late", late.days.to_string())
    });
    let corrected = report.records.corrections.iter().map(|corrected| {
        let (what, reason) = (changes(corrected, text), &corrected.reason);
        let said = format!("{} {what} {reason} {} #{}", corrected.stream, corrected.on, corrected.position);
        line(&corrected.community, "correction", said, "correction", "1".to_owned())
    });
    late.chain(corrected).collect()
}
