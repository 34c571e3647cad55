//! 党建协议台账: agreements and their clauses.

use gongjian_core::domain::agreement::AgreementCommand;
use gongjian_core::domain::commitment::CommitmentCommand;

use super::row::RowWork;

/// Reconciles a row of 协议.
pub(super) fn agreement(row: &mut RowWork<'_, '_, '_>) {
    row.compare(|_, _| false);
    let fits = row.needs("effectiveOn", "expiresOn") & row.needs("effectiveOn", "terminatedOn");
    if !fits {
        return;
    }
    let as_of = row.as_of();
    if !row.known {
        let on = row.day("signedOn").or(row.day("effectiveOn")).unwrap_or(as_of);
        let draft = AgreementCommand::Draft {
            name: row.now("name").to_owned(),
            kind: row.now("kind").to_owned(),
            alliance: row.now("alliance").to_owned(),
            party_a: row.now("partyA").to_owned(),
            party_b: row.now("partyB").to_owned(),
            other_parties: row.list("otherParties"),
            evidence: row.text("evidence"),
        };
        row.tell("agreement", draft, on);
    }
    if row.fresh("signedOn") {
        // An old ledger states one day of signing for all parties.
        let mut units = vec![row.now("partyA").to_owned(), row.now("partyB").to_owned()];
        units.extend(row.list("otherParties"));
        let on = row.day("signedOn").unwrap_or(as_of);
        row.tell("signedOn", AgreementCommand::Sign { units, post: None }, on);
    }
    if row.fresh("effectiveOn") || row.fresh("expiresOn") {
        let until = row.day("expiresOn");
        let open_ended = row.now("expiresOn") == "长期";
        let on = row.day("effectiveOn").unwrap_or(as_of);
        row.tell("effectiveOn", AgreementCommand::Effect { until, open_ended }, on);
    }
    if row.fresh("terminatedOn") {
        let reason = row.text("terminationReason");
        let on = row.day("terminatedOn").unwrap_or(as_of);
        row.tell("terminatedOn", AgreementCommand::Terminate { reason, decision: None }, on);
    }
}

/// Reconciles a row of 条款.
pub(super) fn commitment(row: &mut RowWork<'_, '_, '_>) {
    row.compare(|row, field| field == "dueOn" && row.was("completedOn").is_empty());
    if !(row.needs("verifier", "verifiedOn") & row.needs("completedOn", "verifiedOn")) {
        return;
    }
    let as_of = row.as_of();
    if !row.known {
        let agreement = row.now("agreement").to_owned();
        let signed = row.world().agreement.get(&agreement).and_then(|agreement| agreement.signed);
        let add = CommitmentCommand::Add {
            number: row.number("number").unwrap_or_default(),
            text: row.now("text").to_owned(),
            joint: row.now("joint").to_owned(),
            responsible: row.now("responsible").to_owned(),
            due_on: row.day("dueOn"),
            agreement,
        };
        row.tell("text", add, signed.map_or(as_of, |fact| fact.on));
    } else if row.changed("dueOn") {
        let due_on = row.day("dueOn");
        row.tell("dueOn", CommitmentCommand::Reschedule { due_on }, as_of);
    }
    if row.fresh("completedOn") {
        let on = row.day("completedOn").unwrap_or(as_of);
        row.tell("completedOn", CommitmentCommand::Deliver {}, on);
    }
    if row.fresh("verifiedOn") {
        let unit = row.now("verifier").to_owned();
        let on = row.day("verifiedOn").unwrap_or(as_of);
        row.tell("verifier", CommitmentCommand::Verify { unit }, on);
    }
}
