//! Which field names which object, and as what.
//!
//! The fields of payloads are facts of one event, those of states links that outlast it.

/// Where the id in a field is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Among the streams of these categories, the first that has it.
    In(&'static [&'static str]),
    /// Among those of the event's own category.
    Own,
    /// It is the whole name of a stream.
    Stream,
}

use Target::{In, Own, Stream};

/// Registered units, and compound Party branches, which act as units.
const UNITS: Target = In(&["unit", "branch"]);
/// What hosts a post.
const HOSTS: Target = In(&["unit", "branch", "community"]);
const COMMUNITY: Target = In(&["community"]);
const COMPOUND: Target = In(&["compound"]);

/// Qualifiers, the most specific first: readers keep one of each pair of event and object.
const QUALIFIERS: &[&str] = &[
    "responsible",
    "claimant",
    "verifier",
    "acceptor",
    "support",
    "party",
    "member",
    "attendee",
    "proposer",
    "service",
    "decides",
    "led-to",
    "became",
    "source",
    "taken-at",
    "raised-at",
    "carried-to",
    "step-of",
    "superseded-by",
    "revoked-by",
    "merged-into",
    "successor",
    "linked",
    "by-decision",
    "under",
    "about",
    "discussed-at",
    "series",
    "of",
    "host",
    "covers",
    "place",
    "in",
];

/// How specific a qualifier is; less is more specific.
pub(super) fn rank(qualifier: &str) -> usize {
    QUALIFIERS.iter().position(|known| *known == qualifier).unwrap_or(QUALIFIERS.len())
}

/// What a field of a payload names, and as what.
pub(super) fn of_payload(kind: &str, field: &str) -> Option<(Target, &'static str)> {
    Some(match (field, kind) {
        ("responsible", _) | ("unit", "issue.assigned") => (UNITS, "responsible"),
        ("unit", "project.claimed" | "project.claim-accepted") => (UNITS, "claimant"),
        ("unit", "project.accepted") => (UNITS, "acceptor"),
        ("unit", "membership.admitted") => (UNITS, "member"),
        ("unit", "agreement.declined") | ("units", "agreement.signed") => (UNITS, "party"),
        ("unit", "post.created") => (HOSTS, "host"),
        ("unit", kind) if kind.ends_with(".verified") => (UNITS, "verifier"),
        ("units", "meeting.attended") => (UNITS, "attendee"),
        ("supporting", _) => (UNITS, "support"),
        ("partyA" | "partyB" | "otherParties", _) => (UNITS, "party"),
        ("proposer", "topic.proposed") => (UNITS, "proposer"),
        ("enterprise", _) => (UNITS, "service"),
        ("topic", "decision.recorded") => (In(&["topic"]), "decides"),
        ("meeting", "decision.recorded") => (In(&["meeting"]), "taken-at"),
        ("meeting", _) => (In(&["meeting"]), "discussed-at"),
        ("occurrence", _) => (In(&["occurrence"]), "raised-at"),
        ("to", "issue.carried-over") => (In(&["occurrence"]), "carried-to"),
        ("decision", "task.assigned") => (In(&["decision"]), "step-of"),
        ("decision", "decision.revoked") => (In(&["decision"]), "revoked-by"),
        ("decision", _) => (In(&["decision"]), "by-decision"),
        ("by", "decision.superseded") => (In(&["decision"]), "superseded-by"),
        ("project", "issue.converted") => (In(&["project"]), "became"),
        ("into", _) => (Own, "merged-into"),
        ("successor", _) => (In(&["agreement"]), "successor"),
        ("successors", _) => (COMMUNITY, "successor"),
        ("agreement", _) => (In(&["agreement"]), "of"),
        ("alliance", _) => (In(&["alliance"]), "of"),
        ("series", _) => (In(&["series"]), "series"),
        ("source", "topic.proposed" | "project.proposed") => (Stream, "source"),
        ("stream", "project.linked") => (Stream, "linked"),
        ("rule", "duty.performed" | "obligation.exempted") => (In(&["rule"]), "under"),
        ("subject", "duty.performed" | "obligation.exempted") => (Stream, "about"),
        ("handedOver", _) => (Stream, "linked"),
        ("matter", "document.added") | ("subject", "erasure.asked" | "access.recorded") => (Stream, "about"),
        ("compound" | "compounds", _) => (COMPOUND, "place"),
        ("community", _) => (COMMUNITY, "place"),
        ("street", _) => (In(&["street"]), "place"),
        _ => return None,
    })
}

/// Fields of states that name something and that no correction resolves.
pub(super) const MORE_REFERENCES: &[(&str, &str, &str)] = &[
    ("task", "decision", "decision"),
    ("task", "responsible", "unit"),
    ("task", "verifier", "unit"),
    ("series", "community", "community"),
    ("post", "unit", "host"),
];

/// What a field of a state names, and as what, where its references call it `kind`. `None` where the link is told
/// from the other side, see [`reversed`].
pub(super) fn of_state(category: &str, field: &str, kind: &str) -> Option<(Target, &'static str)> {
    if reversed(category, field).is_some() {
        return None;
    }
    let target = match kind {
        "unit" | "units" => UNITS,
        "host" => HOSTS,
        "community" => COMMUNITY,
        "compound" | "compounds" => COMPOUND,
        "street" => In(&["street"]),
        "alliance" => In(&["alliance"]),
        "agreement" => In(&["agreement"]),
        "meeting" => In(&["meeting"]),
        "topic" => In(&["topic"]),
        "occurrence" => In(&["occurrence"]),
        "decision" => In(&["decision"]),
        "rule" => In(&["rule"]),
        "source" | "subject" => Stream,
        _ => return None,
    };
    let qualifier = match (field, category) {
        ("responsible", _) => "responsible",
        ("claimant", _) => "claimant",
        ("verifier", _) => "verifier",
        ("acceptor", _) => "acceptor",
        ("supporting", _) => "support",
        ("units", _) => "attendee",
        ("partyA" | "partyB" | "otherParties", _) => "party",
        ("unit", "post") => "host",
        ("unit", _) => "member",
        ("enterprise", _) => "service",
        ("meeting", "decision") => "taken-at",
        ("meeting", _) => "discussed-at",
        ("occurrence", _) => "raised-at",
        ("decision", _) => "step-of",
        ("alliance" | "agreement", _) => "of",
        ("compounds", _) => "covers",
        ("rule", _) => "under",
        ("subject", _) => "about",
        ("handedOver", _) => "linked",
        _ => "in",
    };
    Some((target, qualifier))
}

/// The qualifier of a link that leads from what a field names to the stream that has the field.
pub(super) fn reversed(category: &str, field: &str) -> Option<&'static str> {
    match (category, field) {
        ("decision", "topic") => Some("led-to"),
        ("topic" | "project", "source") => Some("became"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gongjian_core::domain::{CATEGORIES, Thing, kinds};

    use super::*;

    /// Fields of texts that name no object: words, and what is no stream.
    const TEXTS: &[&str] = &[
        "account",
        "basis",
        "cadence",
        "category",
        "chairPost",
        "commitment",
        "continues",
        "destroyed",
        "digest",
        "evidence",
        "field",
        "formation",
        "joint",
        "kind",
        "leaderPost",
        "ledgerId",
        "mediaType",
        "meetingType",
        "name",
        "note",
        "number",
        "object",
        "origin",
        "outcome",
        "participants",
        "place",
        "post",
        "posts",
        "publicKey",
        "reason",
        "recorderPost",
        "referredTo",
        "result",
        "rule",
        "scope",
        "sentTo",
        "serviceMode",
        "severity",
        "source",
        "subject",
        "summary",
        "text",
        "title",
        "to",
        "units",
        "urgentReason",
        "what",
        "access",
        "audience",
        "figuresSha256",
        "passage",
        "period",
        "quarter",
        "root",
        "round",
        "rules",
        "topics",
    ];

    #[test]
    fn every_text_of_a_payload_is_a_reference_or_known_to_be_none() {
        for kind in kinds() {
            for field in (kind.fields)() {
                if matches!(&*field.kind, "string" | "option<string>" | "list<string>")
                    && of_payload(kind.name, field.name).is_none()
                {
                    assert!(
                        TEXTS.contains(&field.name),
                        "{} {}: name it here or in the table",
                        kind.name,
                        field.name
                    );
                }
            }
        }
    }

    #[test]
    fn every_reference_of_a_state_is_a_link_with_a_ranked_qualifier() {
        let mut qualifiers = BTreeSet::new();
        for category in CATEGORIES {
            let thing = Thing::of(category).unwrap();
            let more = MORE_REFERENCES.iter().filter(|(of, ..)| of == category);
            let more = more.map(|(_, field, kind)| (*field, *kind));
            for (field, kind) in thing.references().iter().copied().chain(more) {
                let link = of_state(category, field, kind).map(|(_, qualifier)| qualifier);
                let link = link.or_else(|| reversed(category, field));
                qualifiers.insert(link.unwrap_or_else(|| panic!("{category} {field} {kind}")));
            }
        }
        for kind in kinds() {
            for field in (kind.fields)() {
                qualifiers.extend(of_payload(kind.name, field.name).map(|(_, qualifier)| qualifier));
            }
        }
        for qualifier in qualifiers {
            assert!(rank(qualifier) < QUALIFIERS.len(), "{qualifier} has no rank");
        }
    }
}
