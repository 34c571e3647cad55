//! The quarterly report as a table, CSV and Markdown.

use gongjian_core::day::Quarter;
use gongjian_projections::figures::{
    Balance, Compared, Comparisons, Corrected, Counted, Figure, Figures, Kind, LateEntry, Reconciled,
    Records, Report, Value,
};

use super::standing::{
    IDENTITY_PREFIX, frozen, identity, supplement_count, supplement_rows, supplement_said,
};
use super::{Rows, compare, csv as csv_file, table};
use crate::messages::{Language, Text};

/// Columns of the CSV file that come first, by the keys of their headers.
pub const COLUMNS: [&str; 9] = ["quarter", "scope", "code", "place", "name", "figure", "kind", "value", "of"];

/// The figures of a scope as rows: what is counted, how, the number, and the same over other days.
fn rows(figures: &Figures, comparisons: Option<&Comparisons>, text: Text) -> Rows {
    let mut headers = ["report-figure", "report-kind", "report-value"].map(|key| text.plain(key)).to_vec();
    if comparisons.is_some() {
        headers.extend(compare::HEADERS.map(|key| text.plain(key)));
    }
    let mut rows = Vec::new();
    for (figure, counted) in figures.iter() {
        let mut row = vec![label(figure, text), kind(figure.kind(), text), value(&counted)];
        let compared = comparisons.map(|comparisons| comparisons.get(figure));
        row.extend(compared.iter().flat_map(|compared| compare::cells(figure, &counted, compared, text)));
        rows.push(row);
        if let Value::Breakdown(parts) = &counted.value {
            for (index, (name, number)) in parts.iter().enumerate() {
                let mut row = vec![format!("　{name}"), String::new(), number.to_string()];
                let part = |compared| compare::part_cells(*number, index, compared, text);
                row.extend(compared.iter().flat_map(part));
                rows.push(row);
            }
        }
    }
    Rows { headers, rows }
}

pub(super) fn label(figure: Figure, text: Text) -> String {
    match text.language() {
        Language::Chinese => figure.chinese().to_owned(),
        Language::English => figure.english().to_owned(),
    }
}

pub(super) fn kind(kind: Kind, text: Text) -> String {
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
    let row =
        |name: String, opening: u64, came: &[(Figure, u64)], went: &[(Figure, u64)], closing: u64, holds| {
            vec![name, opening.to_string(), flows(came), flows(went), closing.to_string(), said(holds, text)]
        };
    let mut rows = Vec::new();
    for balance in &report.balances {
        let Balance { stock, opening, inflows, outflows, closing, holds, .. } = balance;
        rows.push(row(label(*stock, text), *opening, inflows, outflows, *closing, *holds));
        for (key, span) in spans(balance) {
            let name = text.named(&label(*stock, text), &text.plain(key));
            rows.push(row(name, span.opening, &span.inflows, &span.outflows, *closing, span.holds));
        }
    }
    Rows { headers, rows }
}

/// The longer spans of a balance, each with the key of its name.
fn spans(balance: &Balance) -> impl Iterator<Item = (&'static str, &Reconciled)> {
    let year = balance.year_to_date.iter().map(|span| ("report-year-to-date", span));
    year.chain(balance.since_start.iter().map(|span| ("report-since-start", span)))
}

fn said(holds: bool, text: Text) -> String {
    text.plain(if holds { "report-balance-yes" } else { "report-balance-no" })
}

/// The balances as lines of the CSV file: the name of each part, what it is called, and its number.
fn balance_lines(balance: &Balance, text: Text) -> Vec<(String, String, String)> {
    let stock = label(balance.stock, text);
    let line = |span: &str, part: &str, key: &str, flow: Option<Figure>, value: String| {
        let of = flow.map(|flow| format!(".{}", flow.name())).unwrap_or_default();
        let called = flow.map_or_else(|| text.plain(key), |flow| label(flow, text));
        (format!("balance.{}.{span}{part}{of}", balance.stock.name()), format!("{stock}·{called}"), value)
    };
    let flows = |span: &str, came: &[(Figure, u64)], went: &[(Figure, u64)]| {
        let lines = [("inflow", came), ("outflow", went)].map(|(part, flows)| {
            let key = format!("report-balance-{part}s");
            let of = |(flow, number): &(Figure, u64)| line(span, part, &key, Some(*flow), number.to_string());
            flows.iter().map(of).collect::<Vec<_>>()
        });
        lines.concat()
    };
    let opening =
        |span: &str, number: u64| line(span, "opening", "report-balance-opening", None, number.to_string());
    let holds = |span: &str, holds| line(span, "holds", "report-balance-holds", None, said(holds, text));
    let mut lines = vec![opening("", balance.opening)];
    lines.extend(flows("", &balance.inflows, &balance.outflows));
    lines.push(line("", "closing", "report-balance-closing", None, balance.closing.to_string()));
    lines.push(holds("", balance.holds));
    for (key, span) in spans(balance) {
        let prefix = format!("{}.", key.trim_start_matches("report-").replace('-', "_"));
        lines.push(opening(&prefix, span.opening));
        lines.extend(flows(&prefix, &span.inflows, &span.outflows));
        lines.push(holds(&prefix, span.holds));
    }
    lines
}

/// A rate shows numerator and denominator.
pub(super) fn value(counted: &Counted<'_>) -> String {
    match counted.of {
        Some(of) => format!("{} / {of}", counted.value.number()),
        None => counted.value.number().to_string(),
    }
}

/// `2022年第三季度`, or `third quarter of 2022` as `2022-Q3`.
pub(super) fn quarter(quarter: Quarter, text: Text) -> String {
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
    let mut lines = vec![text.get(
        "report-footing",
        &[("position", &position), ("digest", digest), ("on", &report.as_of.on.to_string())],
    )];
    lines.extend(report.standing.period.as_ref().map(|period| frozen(period, text)));
    lines.join("\n")
}

/// The report for a terminal.
pub fn summary(report: &Report, text: Text) -> String {
    format!(
        "{}\n{}{}\n{}{}\n{}{}\n",
        heading(report, text),
        table::plain(&rows(&report.figures, Some(&report.comparisons), text)),
        text.plain("report-balances"),
        table::plain(&balance_rows(report, text)),
        counts(&report.records, text),
        supplement_count(report, text),
        footing(report, text)
    )
}

/// The report as Markdown, with a table for each street and community.
pub fn markdown(report: &Report, text: Text) -> String {
    let mut out = format!(
        "# {}\n\n{}\n",
        heading(report, text),
        markdown_table(&rows(&report.figures, Some(&report.comparisons), text))
    );
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
                markdown_table(&rows(&part.figures, part.comparisons.as_ref(), text))
            ));
        }
    }
    out.push_str(&markdown_records(&report.records, text));
    let supplements = supplement_rows(report, text);
    if !supplements.rows.is_empty() {
        out.push_str(&format!(
            "## {}\n\n{}\n",
            text.plain("report-supplements"),
            markdown_aligned(&supplements, supplements.headers.len())
        ));
    }
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
    let headers: Vec<String> = COLUMNS
        .iter()
        .chain(&compare::COLUMNS)
        .map(|name| text.plain(&format!("report-column-{name}")))
        .collect();
    let quarter = report.quarter.to_string();
    let mut rows = Vec::new();
    let mut put =
        |scope: &str, code: &str, place: &str, figures: &Figures, compared: Option<&Comparisons>| {
            let line = |name: String, label: String, kind: String, value: u64, of: Option<u64>| {
                let of = of.map(|of| of.to_string()).unwrap_or_default();
                let (scope, code, place) = (scope.to_owned(), code.to_owned(), place.to_owned());
                vec![quarter.clone(), scope, code, place, name, label, kind, value.to_string(), of]
            };
            for (figure, counted) in figures.iter() {
                let (name, kind) = (figure.name().to_owned(), kind(figure.kind(), text));
                let compared: Option<Compared> = compared.map(|comparisons| comparisons.get(figure));
                let number = counted.value.number();
                let mut whole = line(name.clone(), label(figure, text), kind.clone(), number, counted.of);
                whole.extend(compared.iter().flat_map(compare::columns));
                rows.push(whole);
                let Value::Breakdown(parts) = &counted.value else { continue };
                for (index, (part, number)) in parts.iter().enumerate() {
                    let called = format!("{}·{part}", label(figure, text));
                    let mut row = line(format!("{name}.{part}"), called, kind.clone(), *number, None);
                    row.extend(compared.iter().flat_map(|compared| compare::part_columns(index, compared)));
                    rows.push(row);
                }
            }
        };
    let scope = report.scope.word();
    let (what, code) = scope.split_once('/').unwrap_or((&scope, ""));
    let part = report.streets.get(code).or_else(|| report.communities.get(code));
    let place = part.map_or("", |part| part.name.as_str());
    put(what, code, place, &report.figures, Some(&report.comparisons));
    for (code, part) in report.streets.iter().filter(|(street, _)| *street != code) {
        put("street", code, &part.name, &part.figures, part.comparisons.as_ref());
    }
    for (code, part) in report.communities.iter().filter(|(community, _)| *community != code) {
        put("community", code, &part.name, &part.figures, part.comparisons.as_ref());
    }
    for (name, label, value) in report.balances.iter().flat_map(|balance| balance_lines(balance, text)) {
        let kind = text.plain("report-kind-balance");
        let (what, code, place) = (what.to_owned(), code.to_owned(), place.to_owned());
        rows.push(vec![quarter.clone(), what, code, place, name, label, kind, value]);
    }
    rows.extend(csv_records(report, text));
    for (name, value) in identity(report) {
        let called = text.plain(&format!("report-identity-{name}"));
        let kind = text.plain("report-kind-identity");
        let (what, code, place) = (what.to_owned(), code.to_owned(), place.to_owned());
        let name = format!("{IDENTITY_PREFIX}{name}");
        rows.push(vec![quarter.clone(), what, code, place, name, called, kind, value]);
    }
    // Every line has every column.
    rows.iter_mut().for_each(|row| row.resize(headers.len(), String::new()));
    csv_file::write(&Rows { headers, rows })
}

/// Late entries with how many days late they are, and corrections, in the columns of the figures.
fn csv_records(report: &Report, text: Text) -> Vec<Vec<String>> {
    let line = |community: &Option<String>, name: &str, said: String, kind: &str, value: String| {
        let code = community.clone().unwrap_or_default();
        let place = report.communities.get(&code).map(|part| part.name.clone()).unwrap_or_default();
        let scope = if code.is_empty() { "county" } else { "community" };
        let quarter = report.quarter.to_string();
        vec![quarter, scope.to_owned(), code, place, name.to_owned(), said, kind.to_owned(), value]
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
    let supplements = report.standing.supplements.iter().map(|it| {
        let said = supplement_said(it, text);
        let (kind, value) = match it.days {
            Some(days) => ("days-late", days.to_string()),
            None => ("correction", "1".to_owned()),
        };
        line(&it.community, "supplement", said, kind, value)
    });
    late.chain(corrected).chain(supplements).collect()
}
