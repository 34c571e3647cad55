//! Verification (校验): the ledger recomputed from its bytes, what that proves and what it does not; and files that
//! others hand over, checked as the program would without this ledger.

use std::time::Duration;

use askama::Template;
use axum::http::StatusCode;
use gongjian_core::evidence::{SignedCheckpoint, VerifierKey};
use gongjian_core::record::Position;
use serde_json::Value;

use super::super::cells::Cell;
use super::super::{Fields, Frame, Seen, Shown, Visit};
use super::{grouped, light, linked, moment, record_link};
use crate::access::Right;
use crate::app::{Claim, Verification, Verified};
use crate::document::Format as DocumentFormat;
use crate::error::Problem;
use crate::messages::Text;
use crate::offline::report::claimed;
use crate::offline::{self, Format, Outcome, Trust, Verdict};
use crate::output::claim;
use crate::package::sha256;

/// A verification that is done within this time is answered at once.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Faults that are listed.
const FAULTS: usize = 20;

/// One property of the ledger with what came of it.
struct Property {
    name: String,
    light: Cell,
    said: String,
    link: Option<Cell>,
}

/// What a file turned out to be.
struct Judged {
    light: Cell,
    name: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyPage {
    frame: Frame,
    light: Cell,
    said: String,
    wrong: bool,
    running: Option<(String, String)>,
    properties: Vec<Property>,
    faults: Vec<(Cell, String)>,
    key: String,
    key_line: String,
    checkpoint: String,
    witnesses: Vec<(String, Cell, String)>,
    judged: Option<Judged>,
    fault: String,
    may_start: bool,
    may_take: bool,
}

/// The page.
pub(crate) fn show(visit: &Visit) -> Seen {
    Shown::page(&page(visit)?)
}

/// Recomputes, or checks a file.
pub(crate) fn take(visit: &Visit, given: &Fields) -> Seen {
    if given.has("recompute") {
        if !visit.caller.may(Right::Verify) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "not-allowed"));
        }
        visit.app().begin_verification(PATIENCE)?;
        return Ok(Shown::Elsewhere("/verify".to_owned()));
    }
    let mut page = page(visit)?;
    let file = given.files.iter().find(|file| file.field == "evidence");
    let Some(file) = file else {
        page.fault = visit.text.plain("verify-file-missing");
        page.frame.faulty = true;
        return Shown::with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let trust = match trust(visit, given.get("key")) {
        Ok(trust) => trust,
        Err(fault) => {
            page.fault = fault;
            page.frame.faulty = true;
            return Shown::with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let entry = given.files.iter().find(|file| file.field == "entry").map(|file| file.bytes.clone());
    let outcome = check(visit, &file.bytes, entry, &trust)?;
    page.judged = Some(judged(&file.name, &outcome, visit.text));
    Shown::page(&page)
}

/// Whom the reader trusts: the key that was typed, else this ledger's own.
fn trust(visit: &Visit, typed: &str) -> Result<Trust, String> {
    let t = visit.text;
    let key = match typed {
        "" if visit.app().verification_under_way().is_some() => return Err(t.plain("verify-busy")),
        "" => match own_key(visit) {
            Some(key) => key,
            // A ledger without a key signs nothing, and nothing of it can be called sound.
            None => return Ok(Trust::nobody()),
        },
        line => line.parse::<VerifierKey>().map_err(|_| t.plain("verify-key-unreadable"))?,
    };
    Trust::in_logs(&[key]).map_err(|_| t.plain("verify-key-unreadable"))
}

/// The ledger's key. While the ledger is recomputed nothing is asked of its writer, which would make the page wait.
pub(super) fn own_key(visit: &Visit) -> Option<VerifierKey> {
    let busy = visit.app().verification_under_way().is_some();
    if busy { None } else { visit.app().verifier_key().ok() }
}

/// The name and id of the key that signed a checkpoint, as the checkpoint itself has it.
fn signer(signed: &SignedCheckpoint) -> Option<String> {
    let lines = signed.note().signatures().iter();
    let own = lines.filter(|line| line.name() == signed.checkpoint().origin());
    own.map(|line| format!("{}+{}", line.name(), hex::encode(line.key_id()))).next()
}

/// Checks a file without a network: evidence by its bytes, a report against the ledger.
fn check(visit: &Visit, bytes: &[u8], entry: Option<Vec<u8>>, trust: &Trust) -> Result<Outcome, Problem> {
    if offline::looks_like(bytes) == Format::Proof {
        let entry = entry.or_else(|| entry_of(visit, bytes).filter(|_| visit.caller.may(Right::Log)));
        return Ok(offline::handed(bytes, entry.as_deref(), trust));
    }
    if visit.caller.may(Right::Reports)
        && let Some(outcome) = report(visit, bytes)?
    {
        return Ok(outcome);
    }
    Ok(offline::handed(bytes, None, trust))
}

/// The record that a proof is about, from this ledger: whoever hands over a proof alone means one that is here.
fn entry_of(visit: &Visit, bytes: &[u8]) -> Option<Vec<u8>> {
    let proof = offline::read_proof(bytes).ok()?;
    Some(visit.app().reader().get(proof.index).ok()??.to_vec())
}

/// A file that says it is a report, or is one of the recorded editions.
fn report(visit: &Visit, bytes: &[u8]) -> Result<Option<Outcome>, Problem> {
    let (format, claimed) = claimed(bytes).unzip();
    let readable = claimed.is_some();
    let document = format.filter(|format| DocumentFormat::named(format).is_some()).map(str::to_owned);
    let claim = Claim { sha256: hex::encode(sha256(bytes)), claimed, document };
    let checked = match visit.app().check_claim(&claim) {
        Ok(checked) => checked,
        // What is no report is looked at as evidence.
        Err(problem) if !readable && problem.status.is_client_error() => return Ok(None),
        Err(problem) => return Err(problem),
    };
    if checked.recorded.is_none() && !readable {
        return Ok(None);
    }
    let mut outcome = Outcome::new(Format::Report);
    claim::tell(visit.text, &checked, &mut outcome);
    let wrong = checked.wrong.as_ref().map(|wrong| claim::fault(wrong, &checked));
    outcome.confirmed = wrong.is_none();
    Ok(Some(outcome.after(wrong.map_or(Ok(()), Err))))
}

fn judged(name: &str, outcome: &Outcome, t: Text) -> Judged {
    let light = match outcome.verdict() {
        Verdict::Sound => light("ok", "●", t.plain("verify-file-sound")),
        Verdict::Unchecked => light("warn", "▲", t.plain("verify-file-unchecked")),
        Verdict::Wrong => light("bad", "◆", t.plain("verify-file-wrong")),
    };
    let lines = outcome.told(name, t).lines().map(|line| line.trim().to_owned()).collect();
    Judged { light, name: name.to_owned(), lines }
}

fn page(visit: &Visit) -> Result<VerifyPage, Problem> {
    let t = visit.text;
    let app = visit.app();
    let last = app.last_verification();
    let (light, said, wrong) = verdict(last.as_deref(), t);
    let running = app.verification_under_way().map(|(done, all)| (grouped(done), grouped(all)));
    let key = app.checkpoint(false).ok().and_then(|signed| signer(&signed));
    let faults = last.as_deref().map(|verified| faults(&verified.found, t)).unwrap_or_default();
    Ok(VerifyPage {
        frame: visit.frame(t.plain("page-verify")),
        light,
        said,
        wrong,
        running,
        properties: properties(visit, last.as_deref(), key.as_deref())?,
        faults,
        key: key.unwrap_or_default(),
        key_line: own_key(visit).map(|key| key.to_string()).unwrap_or_default(),
        checkpoint: app.checkpoint(false).map(|signed| signed.to_string()).unwrap_or_default(),
        witnesses: witnesses(&app.witnesses(), t),
        judged: None,
        fault: String::new(),
        may_start: visit.caller.may(Right::Verify),
        may_take: visit.caller.may(Right::Log),
    })
}

fn verdict(last: Option<&Verified>, t: Text) -> (Cell, String, bool) {
    let Some(verified) = last else {
        return (light("mute", "–", t.plain("proof-unchecked")), t.plain("verify-not-yet"), false);
    };
    let (at, took) = (moment(verified.at, t), format!("{:.1}", verified.took.as_secs_f64()));
    let when = t.get("verify-when", &[("at", &at), ("seconds", &took)]);
    let count = grouped(verified.found.size);
    if verified.found.is_sound() {
        let words = t.get("verify-sound", &[("count", &count)]);
        return (light("ok", "●", words), when, false);
    }
    (light("bad", "◆", t.plain("verify-unsound")), when, true)
}

/// What is wrong, in the order of the log; then what was made of it.
fn faults(found: &Verification, t: Text) -> Vec<(Cell, String)> {
    let mut faults: Vec<(Cell, String)> = found
        .faults
        .iter()
        .take(FAULTS)
        .map(|fault| (linked(fault.position.to_string(), record_link(fault.position)), t.corruption(fault)))
        .collect();
    faults.extend(
        found.stale.iter().map(|(name, code)| (Cell::words(name.clone()), t.word("verify-stale", code))),
    );
    faults
}

fn properties(visit: &Visit, last: Option<&Verified>, key: Option<&str>) -> Result<Vec<Property>, Problem> {
    let t = visit.text;
    let app = visit.app();
    let unchecked = || light("mute", "–", t.plain("proof-unchecked"));
    let fits = |fine: bool| match fine {
        true => light("ok", "●", t.plain("verify-fits")),
        false => light("bad", "◆", t.plain("proof-wrong")),
    };
    let found = last.map(|verified| &verified.found);
    let whole = found.map(|found| found.faults.is_empty());
    let reach = found.map(|found| found.size.saturating_sub(1).to_string()).unwrap_or_default();
    let property =
        |name: &str, light: Cell, said: String| Property { name: t.plain(name), light, said, link: None };
    let mut properties = vec![
        property("verify-content", whole.map_or_else(unchecked, fits), t.plain("verify-content-said")),
        property(
            "verify-chain",
            whole.map_or_else(unchecked, fits),
            t.get("verify-chain-said", &[("last", &reach)]),
        ),
    ];
    properties.push(match (app.checkpoint(false), key) {
        (Ok(signed), Some(key)) => {
            let size = signed.checkpoint().size().to_string();
            let light = match whole {
                Some(true) => light("ok", "●", t.plain("verify-valid")),
                Some(false) => light("bad", "◆", t.plain("proof-wrong")),
                None => unchecked(),
            };
            property(
                "verify-signature",
                light,
                t.get("verify-signature-said", &[("size", &size), ("key", key)]),
            )
        }
        _ => property("verify-signature", unchecked(), t.plain("verify-signature-none")),
    });
    properties.push(cosigned(&app.witnesses(), t));
    if let Some(found) = found {
        properties.push(vault(found, t));
        let stale = found.stale.is_empty();
        properties.push(property("verify-models", fits(stale), t.plain("verify-models-said")));
    }
    Ok(properties)
}

fn cosigned(witnesses: &Value, t: Text) -> Property {
    let entries = witnesses["witnesses"].as_array().cloned().unwrap_or_default();
    let size = witnesses["size"].as_u64().unwrap_or(0);
    let tail = witnesses["unwitnessed"].as_u64().unwrap_or(0);
    let fresh = entries.iter().filter(|entry| entry["size"].as_u64() == Some(size)).count();
    let name = t.plain("verify-witnesses");
    if entries.is_empty() {
        return Property {
            name,
            light: light("mute", "–", t.plain("verify-witnesses-none")),
            said: t.plain("verify-witnesses-none-said"),
            link: None,
        };
    }
    let args = [("fresh", fresh.to_string()), ("all", entries.len().to_string()), ("tail", grouped(tail))];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (look, shape) = if tail == 0 { ("ok", "●") } else { ("warn", "▲") };
    let said = if tail == 0 { "verify-witnesses-all-said" } else { "verify-witnesses-tail-said" };
    Property {
        name,
        light: light(look, shape, t.get("verify-witnesses-count", &args)),
        said: t.get(said, &args),
        link: None,
    }
}

/// What lies in the vault, and what was erased.
fn vault(found: &Verification, t: Text) -> Property {
    let counts = found.vault.counts();
    let count = |word: &str| counts.iter().find(|(name, _)| *name == word).map_or(0, |(_, count)| *count);
    let (all, erased) = (grouped(found.vault.checked.len() as u64), grouped(count("erased") as u64));
    let args = [("all", all.as_str()), ("erased", &erased)];
    let name = t.plain("verify-vault");
    let link = Some(linked(t.plain("verify-vault-see"), "/erasures"));
    if found.vault_closed.is_some() || !found.vault.is_sound() {
        let said = found.vault_closed.clone().unwrap_or_else(|| t.plain("verify-vault-wrong"));
        return Property { name, light: light("bad", "◆", t.plain("proof-wrong")), said, link };
    }
    let (look, shape) = if count("erased") > 0 { ("mute", "🔒") } else { ("ok", "●") };
    let words = t.get("verify-vault-count", &args);
    let said = if count("erased") > 0 { "verify-vault-erased-said" } else { "verify-vault-said" };
    Property { name, light: light(look, shape, words), said: t.plain(said), link }
}

/// Each witness: its name, how far it signed, and when.
fn witnesses(witnesses: &Value, t: Text) -> Vec<(String, Cell, String)> {
    let size = witnesses["size"].as_u64().unwrap_or(0);
    let shown = |entry: &Value| {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let reach: Position = entry["size"].as_u64().unwrap_or(0);
        let (look, shape) = if reach == size { ("ok", "●") } else { ("warn", "▲") };
        let words = t.get("verify-witness-reach", &[("size", &grouped(reach))]);
        let at = text("cosignedAt").parse::<jiff::Timestamp>();
        let at = at.map(|at| moment(at.as_microsecond(), t)).unwrap_or_default();
        (text("witness"), light(look, shape, words), if at.is_empty() { text("error") } else { at })
    };
    witnesses["witnesses"].as_array().into_iter().flatten().map(shown).collect()
}
