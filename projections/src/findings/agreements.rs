//! Agreements and commitments: dates that do not fit, and verifiers who were parties.

use gongjian_core::domain::agreement::Expiry;

use super::{Code, Out};

pub(super) fn find(out: &mut Out<'_>) {
    let views = out.views;
    for (id, agreement) in views.agreements.agreement.iter() {
        let stream = format!("agreement/{id}");
        let community = views.registry.community_of_alliance(&agreement.alliance);
        if let (Some(signed), Some(effective)) = (agreement.signed, agreement.effective)
            && effective.on < signed.on
        {
            let args = vec![("signed", signed.on.to_string()), ("effective", effective.on.to_string())];
            out.fact(Code::EffectiveBeforeSigning, stream.clone(), community, effective, args);
        }
        if let (Some(terminated), Some(last)) =
            (agreement.terminated, agreement.expires.and_then(Expiry::day))
            && terminated.on > last
        {
            let args = vec![("expires", last.to_string()), ("terminated", terminated.on.to_string())];
            out.fact(Code::TerminatedAfterExpiry, stream, community, terminated, args);
        }
    }
    for (id, commitment) in views.agreements.commitment.iter() {
        let stream = format!("commitment/{id}");
        let Some(agreement) = views.agreements.agreement.get(&commitment.agreement) else { continue };
        let community = views.registry.community_of_alliance(&agreement.alliance);
        let work = &commitment.work;
        if let Some(last) = agreement.expires.and_then(Expiry::day) {
            if let (Some(due), Some(added)) = (work.due_on, commitment.added)
                && due > last
            {
                let args = vec![("due", due.to_string()), ("expires", last.to_string())];
                out.fact(Code::DueAfterExpiry, stream.clone(), community, added, args);
            }
            if let Some(completed) = work.completed.filter(|completed| completed.on > last) {
                let args = vec![("completed", completed.on.to_string()), ("expires", last.to_string())];
                out.fact(Code::DoneAfterExpiry, stream.clone(), community, completed, args);
            }
        }
        out.work(&stream, community, work, &agreement.parties());
    }
}
