//! How the record itself came to be: rows gone, late entries, corrections.

use super::{Code, Out};

pub(super) fn find(out: &mut Out<'_>) {
    let views = out.views;
    for (id, import) in views.imports.import.iter() {
        for missing in &import.missing {
            let as_of = import.files.iter().find(|file| file.ledger == missing.ledger).map(|file| file.as_of);
            let day = as_of.or_else(|| import.files.iter().map(|file| file.as_of).max()).unwrap_or(out.on);
            let args = vec![("ledger", missing.ledger.clone()), ("import", id.to_owned())];
            let community = views.community_of(&missing.stream);
            let stream = missing.stream.clone();
            if let Some(finding) =
                out.day(Code::RowMissing, stream, community, day, Some(import.position), args)
            {
                finding.streams.push(format!("import/{id}"));
            }
        }
    }
    for late in views.imports.late() {
        let mut args = vec![("days", late.days.to_string()), ("kind", late.kind.to_string())];
        args.push(("heard", late.heard().to_string()));
        args.extend(late.previous_as_of.map(|day| ("previousAsOf", day.to_string())));
        args.extend(late.rule.map(|version| ("rule", format!("L01@{version}"))));
        let community = views.community_of(&late.stream);
        let stream = late.stream.to_string();
        out.day(Code::LateEntry, stream, community, late.occurred, Some(late.position), args);
    }
    for correction in views.imports.corrections() {
        let community = views.community_of(&correction.stream);
        let (stream, position) = (correction.stream.to_string(), Some(correction.position));
        let args = vec![("reason", correction.reason.to_string())];
        if let Some(finding) = out.day(Code::Corrected, stream, community, correction.day, position, args) {
            finding.changes.clone_from(&correction.changes);
        }
    }
}
