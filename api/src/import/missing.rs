//! Rows gone from a workbook (台账缺行): a finding, for the communities that the file contains; nothing is deleted.

use gongjian_core::domain::World;
use gongjian_core::domain::import::Missing;
use rustc_hash::FxHashSet;

use super::row::{resolve, stream_of};
use crate::workbook::{Ledger, Row, Sheet};

/// Streams that the ledger has and a file, which speaks for their community, has not.
pub(super) fn find(world: &World, ledgers: &[(Ledger, FxHashSet<(String, u32)>)]) -> Vec<Missing> {
    let mut missing = Vec::new();
    for (ledger, _) in ledgers {
        if ledger.sheets.iter().all(|sheet| !any(world, sheet.spec.name, |_, _| true)) {
            continue;
        }
        let present: Vec<(&Sheet, FxHashSet<String>)> = ledger
            .sheets
            .iter()
            .map(|sheet| {
                let streams = sheet.rows.iter().filter_map(|row| stream(world, sheet, row)).collect();
                (sheet, streams)
            })
            .collect();
        let communities: FxHashSet<String> = present
            .iter()
            .flat_map(|(_, streams)| streams.iter().filter_map(|stream| stream.split_once('/')))
            .filter_map(|(category, id)| community_of(world, category, id).map(str::to_owned))
            .chain(named_communities(world, ledger))
            .collect();
        let all = world.community.iter().all(|(code, _)| communities.contains(code));
        for (sheet, streams) in &present {
            let mut gone = Vec::new();
            // The whole ledger is looked at for each file, so nothing is copied before it is known to count.
            any(world, sheet.spec.name, |category, id| {
                let concerned = match community_of(world, category, id) {
                    Some(community) => communities.contains(community),
                    // What belongs to no community is missed only in a file that speaks for all of them.
                    None => all,
                };
                if concerned {
                    gone.push(format!("{category}/{id}"));
                }
                false
            });
            gone.retain(|stream| !streams.contains(stream));
            gone.sort_unstable();
            missing.extend(
                gone.into_iter().map(|stream| Missing { stream, ledger: ledger.kind.name().to_owned() }),
            );
        }
    }
    missing
}

fn stream(world: &World, sheet: &Sheet, row: &Row) -> Option<String> {
    stream_of(sheet.spec.name, &|field| {
        let index = sheet.spec.index(field);
        let resolved = index.map(|index| resolve(world, sheet.spec.columns[index].value, row.value(index)));
        resolved.and_then(Result::ok).unwrap_or_default()
    })
}

/// Communities that rows name, also rows that are new.
fn named_communities(world: &World, ledger: &Ledger) -> Vec<String> {
    let mut named = Vec::new();
    for sheet in &ledger.sheets {
        let Some(index) = sheet.spec.index("community") else { continue };
        let of_rows =
            sheet.rows.iter().filter_map(|row| world.community_code(&row.value(index).canonical()).ok());
        named.extend(of_rows);
    }
    named
}

/// The streams that a sheet has rows for.
pub(super) fn streams_of(world: &World, sheet: &str) -> Vec<String> {
    let mut streams = Vec::new();
    any(world, sheet, |category, id| {
        streams.push(format!("{category}/{id}"));
        false
    });
    streams
}

/// Whether any of the things that a sheet has rows for is what `is_wanted` wants, by category and id.
fn any(world: &World, sheet: &str, mut is_wanted: impl FnMut(&'static str, &str) -> bool) -> bool {
    macro_rules! any {
        ($($sheet:literal => $table:ident),+ $(,)?) => {
            match sheet {
                $($sheet => world.$table.iter().any(|(id, _)| is_wanted(stringify!($table), id)),)+
                _ => false,
            }
        };
    }
    any! {
        "streets" => street, "communities" => community, "compounds" => compound, "branches" => branch,
        "grids" => grid, "units" => unit, "alliances" => alliance, "memberships" => membership,
        "holidays" => holiday, "agreements" => agreement, "commitments" => commitment,
        "projects" => project, "meetings" => meeting, "topics" => topic, "decisions" => decision,
        "wednesday_meetings" => occurrence, "property_issues" => issue,
    }
}

/// The community that something belongs to.
fn community_of<'w>(world: &'w World, category: &str, id: &'w str) -> Option<&'w str> {
    let of_alliance = |alliance: &str| world.alliance.get(alliance).map(|alliance| &*alliance.community);
    let of_meeting = |meeting: &str| world.meeting.get(meeting).map(|meeting| &*meeting.community);
    match category {
        "community" => Some(id),
        "compound" => world.compound.get(id).map(|compound| &*compound.community),
        "branch" => world.branch.get(id).map(|branch| &*branch.community),
        "grid" => world.grid.get(id).map(|grid| &*grid.community),
        "alliance" => of_alliance(id),
        "membership" => world.membership.get(id).and_then(|membership| of_alliance(&membership.alliance)),
        "agreement" => world.agreement.get(id).and_then(|agreement| of_alliance(&agreement.alliance)),
        "commitment" => {
            let agreement = world.commitment.get(id).and_then(|c| world.agreement.get(&c.agreement));
            agreement.and_then(|agreement| of_alliance(&agreement.alliance))
        }
        "project" => world.project.get(id).map(|project| &*project.community),
        "meeting" => of_meeting(id),
        "topic" => world.topic.get(id).and_then(|topic| of_meeting(topic.meeting.as_deref()?)),
        "decision" => world.decision.get(id).and_then(|decision| of_meeting(&decision.meeting)),
        "occurrence" => world.occurrence.get(id).map(|occurrence| &*occurrence.community),
        "issue" => {
            let occurrence = world.issue.get(id).and_then(|issue| world.occurrence.get(&issue.occurrence));
            occurrence.map(|occurrence| &*occurrence.community)
        }
        _ => None,
    }
}
