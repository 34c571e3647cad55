//! The proof line: what was recomputed when the page was opened, in the same few words everywhere.

use std::collections::BTreeSet;

use gongjian_core::record::Position;

use super::super::Visit;
use super::super::cells::Cell;
use super::{grouped, light, record_link};
use crate::app::{Proven, Recomputed};
use crate::error::Problem;

/// More records than this are not recomputed while a page is made.
const RECORDS_MAX: usize = 1_000;

/// A record with everything that a program compares.
pub(crate) struct Technical {
    /// Its number.
    pub(crate) record: Cell,
    /// Its digest.
    pub(crate) digest: String,
    /// The one before it.
    pub(crate) previous: String,
    /// Its leaf.
    pub(crate) leaf: String,
}

/// What a page says of its own records.
pub(crate) struct ProofShown {
    /// The few words with their light.
    pub(crate) light: Cell,
    /// What that means here.
    pub(crate) said: String,
    /// Something does not fit.
    pub(crate) wrong: bool,
    /// The records.
    pub(crate) records: Vec<Technical>,
    /// The checkpoint as it is signed, for programs.
    pub(crate) checkpoint: String,
}

/// Recomputes the records of a page; so many that it would take long are not.
pub(crate) fn of(visit: &Visit, positions: &BTreeSet<Position>) -> Result<ProofShown, Problem> {
    let t = visit.text;
    if positions.len() > RECORDS_MAX {
        return Ok(ProofShown {
            light: light("mute", "–", t.plain("proof-unchecked")),
            said: t.get("proof-said-unchecked", &[("count", &grouped(positions.len() as u64))]),
            wrong: false,
            records: Vec::new(),
            checkpoint: String::new(),
        });
    }
    let proven = visit.app().prove(positions)?;
    let (light, said) = words(visit, &proven);
    Ok(ProofShown {
        light,
        said,
        wrong: proven.unfit.is_some(),
        records: proven.records.iter().map(technical).collect(),
        checkpoint: visit.app().checkpoint(false).map(|signed| signed.to_string()).unwrap_or_default(),
    })
}

fn technical(record: &Recomputed) -> Technical {
    Technical {
        record: super::linked(record.position.to_string(), record_link(record.position)),
        digest: record.digest.clone(),
        previous: record.previous.clone().unwrap_or_default(),
        leaf: record.leaf.clone(),
    }
}

fn words(visit: &Visit, proven: &Proven) -> (Cell, String) {
    let t = visit.text;
    let count = proven.records.len().to_string();
    let erased = proven.records.iter().filter(|record| record.erased_by.is_some()).count();
    let size = proven.checkpoint.map(|size| size.to_string()).unwrap_or_default();
    let (cosigned, witnesses, beyond) =
        (proven.cosigned.to_string(), proven.witnesses.to_string(), proven.beyond.to_string());
    let args = [
        ("count", count.as_str()),
        ("size", &size),
        ("cosigned", &cosigned),
        ("witnesses", &witnesses),
        ("beyond", &beyond),
    ];
    if let Some(unfit) = &proven.unfit {
        let position = unfit.position.to_string();
        let args = [("position", position.as_str()), ("expected", &unfit.expected), ("found", &unfit.found)];
        return (light("bad", "◆", t.plain("proof-wrong")), t.get("proof-said-wrong", &args));
    }
    let (look, shape, words, said) = match proven {
        Proven { checkpoint: None, .. } => ("mute", "○", "proof-not-yet", "proof-said-no-checkpoint"),
        Proven { beyond: 1.., .. } => ("mute", "○", "proof-not-yet", "proof-said-unsigned"),
        Proven { witnessed: true, .. } => ("ok", "●", "proof-witnessed", "proof-said-witnessed"),
        Proven { witnesses: 0, .. } => ("warn", "▲", "proof-waiting", "proof-said-alone"),
        Proven { cosigned: 0, .. } => ("warn", "▲", "proof-waiting", "proof-said-waiting"),
        _ => ("warn", "▲", "proof-partly", "proof-said-partly"),
    };
    let mut said = t.get(said, &args);
    if erased > 0 {
        said.push_str(&t.get("proof-said-erased", &[("count", &erased.to_string())]));
    }
    (light(look, shape, t.plain(words)), said)
}
