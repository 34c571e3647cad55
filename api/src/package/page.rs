//! `说明.html`: one page that explains a package to somebody who has never heard of it. It needs no script, no
//! network and no other file, and prints on A4.

use std::fmt::Write as _;

use gongjian_core::vault::Status;
use gongjian_projections::trail::{Matter, Step};

use super::archive::Files;
use super::build::Contents;
use super::vaulted::Vaulted;
use super::{DOCUMENT_LIST, DOCUMENTS, EVENTS_MAX};
use crate::messages::Text;
use crate::output;
use crate::output::paper::{begin, escaped, facts, grouped};

/// The page of a package.
pub(super) fn page(contents: &Contents, told: &Vaulted, files: &Files, text: Text) -> String {
    let say = |key: &str| escaped(&text.plain(&format!("package-{key}")));
    let mut out = begin(&text.plain("package-title"), text);
    let _ = writeln!(out, "<p class=\"subtitle\">{}</p>", escaped(&title(contents, text)));
    let _ = writeln!(out, "<h2>{}</h2>\n<p>{}</p>", say("what"), say("what-text"));
    out += &facts(&basics(contents, text));
    let _ = writeln!(out, "<h2>{}</h2>\n<h3>{}</h3>", say("meaning"), say("proves"));
    out += &list(text, "proves", 4);
    let _ = writeln!(out, "<h3>{}</h3>", say("proves-not"));
    out += &list(text, "proves-not", 5);
    let _ = writeln!(out, "<h2>{}</h2>", say("story"));
    for matter in &contents.trail.matters {
        tell(&mut out, matter, text);
    }
    out += &documents(contents, told, text);
    let _ = writeln!(out, "<h2>{}</h2>\n<p>{}</p>", say("checking"), say("checking-text"));
    for (way, lines) in [("gongjian", commands_gongjian()), ("others", commands_others(contents))] {
        let _ = writeln!(out, "<h3>{}</h3>\n<p>{}</p>", say(way), say(&format!("{way}-text")));
        let _ = writeln!(out, "<pre>{}</pre>", escaped(&lines));
    }
    let _ = writeln!(out, "<h3>{}</h3>\n<p>{}</p>", say("hand"), say("hand-text"));
    let _ = writeln!(out, "<pre>{}</pre>\n<p>{}</p>", escaped(&commands_hand(contents)), say("hand-tree"));
    let _ = writeln!(out, "<h2>{}</h2>", say("files"));
    out += &file_table(contents, files, text);
    let _ = writeln!(out, "<h2>{}</h2>\n<p>{}</p>", say("keys"), say("keys-text"));
    let mut keys = format!("{}\n", contents.key);
    contents.witnesses.iter().for_each(|key| {
        let _ = writeln!(keys, "{key}");
    });
    let _ = writeln!(out, "<pre>{}</pre>", escaped(&keys));
    let _ = writeln!(
        out,
        "<p>{}</p>\n<pre>{}</pre>",
        say("note-text"),
        escaped(&contents.checkpoint.to_string())
    );
    out + "</body>\n</html>\n"
}

fn title(contents: &Contents, text: Text) -> String {
    match contents.trail.matters.as_slice() {
        [only] => text.named(&only.title, &contents.id),
        matters => {
            text.get("package-several", &[("id", &contents.id), ("count", &matters.len().to_string())])
        }
    }
}

fn basics(contents: &Contents, text: Text) -> Vec<(String, String)> {
    let checkpoint = contents.checkpoint.checkpoint();
    let row = |key: &str, value: String| (text.plain(&format!("package-row-{key}")), value);
    vec![
        row("origin", checkpoint.origin().to_owned()),
        row("size", text.get("package-size", &[("size", &checkpoint.size().to_string())])),
        row("root", grouped(&checkpoint.root().to_string())),
        row("on", contents.trail.on.to_string()),
        row("events", text.get("package-events", &[("count", &contents.events.len().to_string())])),
        row("signed", signers(contents, text)),
    ]
}

fn signers(contents: &Contents, text: Text) -> String {
    let lines = contents.checkpoint.note().signatures().iter();
    let lines: Vec<String> = lines.map(|line| text.named(line.name(), &hex::encode(line.key_id()))).collect();
    text.listed(&lines)
}

fn list(text: Text, what: &str, count: usize) -> String {
    let item = |at: usize| format!("<li>{}</li>\n", escaped(&text.plain(&format!("package-{what}-{at}"))));
    format!("<ol>\n{}</ol>\n", (1..=count).map(item).collect::<String>())
}

/// One matter: what it is about and came to, then its steps.
fn tell(out: &mut String, matter: &Matter, text: Text) {
    let _ = writeln!(out, "<h3>{}</h3>", escaped(&text.named(&matter.title, &matter.root)));
    *out += &facts(&output::trail::summary(matter, text));
    *out += "<table class=\"steps\">\n<thead><tr>";
    for column in ["day", "step", "by", "word", "position", "digest"] {
        let _ = write!(out, "<th>{}</th>", escaped(&text.plain(&format!("package-column-{column}"))));
    }
    *out += "</tr></thead>\n<tbody>\n";
    for step in matter.steps.iter().take(EVENTS_MAX) {
        tell_step(out, step, text);
    }
    *out += "</tbody>\n</table>\n";
    if !matter.not_stated.is_empty() {
        let missing: Vec<String> = matter
            .not_stated
            .iter()
            .map(|missing| text.labelled(&missing.stream, &text.word("step", missing.step)))
            .collect();
        let _ = writeln!(
            out,
            "<p class=\"remark\">{}{}</p>",
            escaped(&text.plain("trail-not-stated")),
            escaped(&text.statements(&missing))
        );
    }
}

fn tell_step(out: &mut String, step: &Step, text: Text) {
    let by = step
        .doer
        .as_ref()
        .map_or_else(|| text.word("post", &step.recorded_by), |unit| text.named(&unit.name, &unit.code));
    let digest = step.digest.to_string();
    let cells = [
        step.occurred_on.to_string(),
        text.word("kind", &step.kind),
        by,
        text.word("assurance", step.assurance),
        step.position.to_string(),
        digest.get(..12).unwrap_or(&digest).to_owned(),
    ];
    let cells: String = cells.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
    let _ = writeln!(out, "<tr>{cells}</tr>");
    let said = output::trail::said(&step.data).map(str::to_owned);
    let more: Vec<String> = said
        .into_iter()
        .chain(Some(output::trail::particulars(step, text)).filter(|it| !it.is_empty()))
        .collect();
    if !more.is_empty() {
        let _ = writeln!(
            out,
            "<tr class=\"said\"><td></td><td colspan=\"5\">{}</td></tr>",
            escaped(&text.statements(&more))
        );
    }
}

/// What became of documents, and records whose bytes were destroyed; nothing where there are none.
fn documents(contents: &Contents, told: &Vaulted, text: Text) -> String {
    let mut rows = Vec::new();
    for document in &told.documents {
        let status = told.status(document, contents.documents.contains_key(&document.position));
        let executed =
            if let Status::Erased(proof) = &status { proof.executed.to_string() } else { String::new() };
        let said = text.get(&format!("package-document-{}", status.word()), &[("executed", &executed)]);
        rows.push((text.named(&document.kind, &document.id), said));
    }
    for (position, left) in &contents.destroyed {
        let args = [("position", position.to_string()), ("order", left.order.to_string())];
        let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
        rows.push((text.get("package-record", &args), text.get("package-record-destroyed", &args)));
    }
    if rows.is_empty() {
        return String::new();
    }
    format!("<h3>{}</h3>\n{}", escaped(&text.plain("package-documents")), facts(&rows))
}

fn commands_gongjian() -> String {
    "gongjian verify FILE.zip --key ledger.vkey\ngongjian verify FILE.zip --policy policy.txt\n".to_owned()
}

/// Commands for programs that nobody here wrote.
fn commands_others(contents: &Contents) -> String {
    let at = contents.events.keys().next_back().copied().unwrap_or_default();
    format!(
        "from tlog_scales.signing import Vkey\nfrom tlog_scales.tlog import Checkpoint\n\
         key = Vkey.from_string(open('ledger.vkey').read().strip())\n\
         Checkpoint.from_text(open('checkpoint').read()).verify(key)\n\n\
         // golang.org/x/mod/sumdb/note, golang.org/x/mod/sumdb/tlog\n\
         note.Open(text, note.VerifierList(verifier))\n\
         tlog.CheckRecord(proof, size, root, {at}, leaf)\n"
    )
}

fn commands_hand(contents: &Contents) -> String {
    let Some((at, event)) = contents.events.iter().next_back() else { return String::new() };
    let digest = gongjian_core::record::Digest::of(&event.bytes);
    let leaf = gongjian_core::log::MerkleHash::leaf(&event.bytes);
    format!(
        "b3sum events/{at:06}.bin\n  {digest}\n(printf '\\000'; cat events/{at:06}.bin) | sha256sum\n  {leaf}\n"
    )
}

/// The files by folder; each single one stands in the manifest.
fn file_table(contents: &Contents, files: &Files, text: Text) -> String {
    let row = |path: &str, what: &str| (path.to_owned(), text.plain(&format!("package-file-{what}")));
    let mut rows = vec![
        row("checkpoint", "checkpoint"),
        row("events/", "events"),
        row("proofs/", "proofs"),
        row("layouts.json", "layouts"),
        row("trail.txt, trail.json", "trail"),
        row("keys/", "keys"),
    ];
    if !contents.rotations.is_empty() {
        rows.push(row("rotations/", "rotations"));
    }
    if !contents.destroyed.is_empty() {
        rows.push(row("withheld/", "withheld"));
    }
    if files.contains_key(DOCUMENT_LIST) {
        rows.push(row(DOCUMENT_LIST, "document-list"));
    }
    if !contents.documents.is_empty() {
        rows.push(row(DOCUMENTS, "documents"));
    }
    rows.push(row("manifest.json", "manifest"));
    rows.push(row("manifest.note", "note"));
    facts(&rows)
}
