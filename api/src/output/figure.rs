//! One figure with its definition and the events behind it, for a terminal and as CSV.

use gongjian_projections::figures::Counted;

use super::{Rows, compare, csv as csv_file, lists, report, table};
use crate::app::{Behind, Provenance};
use crate::messages::Text;

/// Hexadecimal digits of a digest in a terminal.
const SHORT: usize = 12;

/// The figure and its events for a terminal.
pub fn text(provenance: &Provenance, text: Text) -> String {
    let Provenance { figure, value, of, comparisons, period, as_of, .. } = provenance;
    let scope = provenance.scope.split('/').next().unwrap_or_default();
    let place = text.get(&format!("report-scope-{scope}"), &[("name", &provenance.place)]);
    let quarter = report::quarter(provenance.quarter, text);
    let counted = Counted { value: value.clone(), label: provenance.label, of: *of, events: None };
    let name = text.named(&report::label(*figure, text), provenance.name);
    let days = [("start", &*period.start.to_string()), ("end", &period.end.to_string())];
    let mut out = text.get("report-heading", &[("quarter", &quarter), ("place", &place)]) + "\n";
    for (key, value) in [
        ("report-figure", name),
        ("report-definition", provenance.definition.in_language(text.language()).to_owned()),
        ("report-kind", report::kind(figure.kind(), text)),
        ("report-period", text.get("report-days", &days)),
        ("report-value", report::value(&counted)),
    ] {
        out += &(text.labelled(&text.plain(key), &value) + "\n");
    }
    for (key, cell) in compare::HEADERS.into_iter().zip(compare::cells(*figure, &counted, comparisons, text))
    {
        out += &(text.labelled(&text.plain(key), &cell) + "\n");
    }
    out += &text.get("report-behind", &[("total", &provenance.total.to_string())]);
    out += "\n";
    if !provenance.items.is_empty() {
        // A terminal shows as much of a digest as tells events apart.
        let mut table = rows(provenance, text);
        let digests = table.rows.iter_mut().filter_map(|row| row.last_mut());
        digests.for_each(|digest| digest.truncate(SHORT));
        out += &table::plain(&table);
        out += &lists::cut(provenance.items.len(), provenance.total, text);
    }
    let position = as_of.position.map_or_else(|| "-".to_owned(), |position| position.to_string());
    let digest = as_of.digest.as_deref().unwrap_or("-");
    let args = [("position", position.as_str()), ("digest", digest), ("on", &as_of.on.to_string())];
    out + &text.get("report-footing", &args) + "\n"
}

/// The events behind the figure as CSV, each with the figure's name and value.
pub fn csv(provenance: &Provenance, text: Text) -> Vec<u8> {
    let mut table = rows(provenance, text);
    let columns = ["quarter", "scope", "name", "value", "of"];
    let columns = columns.map(|name| text.plain(&format!("report-column-{name}")));
    table.headers.splice(0..0, columns);
    let of = provenance.of.map(|of| of.to_string()).unwrap_or_default();
    let about = [
        provenance.quarter.to_string(),
        provenance.scope.clone(),
        provenance.name.to_owned(),
        provenance.value.number().to_string(),
        of,
    ];
    for row in &mut table.rows {
        row.splice(0..0, about.iter().cloned());
    }
    csv_file::write(&table)
}

fn rows(provenance: &Provenance, text: Text) -> Rows {
    let headers = ["position", "kind-of-event", "stream", "occurredOn", "recordedAt", "counts", "digest"];
    let row = |behind: &Behind| match behind {
        Behind::Event { position, digest, kind, stream, occurred_on, recorded_at, rows } => vec![
            position.to_string(),
            text.word("kind", kind),
            stream.clone(),
            occurred_on.clone(),
            recorded_at.clone(),
            text.listed(rows),
            digest.clone(),
        ],
        Behind::Withheld { position, erased_by, rows, .. } => vec![
            position.to_string(),
            text.get("report-withheld", &[("order", &erased_by.to_string())]),
            String::new(),
            String::new(),
            String::new(),
            text.listed(rows),
            String::new(),
        ],
    };
    Rows {
        headers: headers.map(|field| text.word("field", field)).to_vec(),
        rows: provenance.items.iter().map(row).collect(),
    }
}
