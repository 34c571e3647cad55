//! One row of a register: what it stands for, and where it belongs.

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::{
    agreement, alliance, branch, commitment, community, compound, decision, document, duty, erasure, grid,
    holder, holiday, import, issue, meeting, membership, obligation, occurrence, period, post, project,
    report, rule, series, street, task, topic, unit,
};
use gongjian_core::record::{Position, Revision};

use super::calendar::CalendarEntry;
use crate::findings::Finding;
use crate::obligations::Obligation;
use crate::views::Views;

/// What a row stands for.
pub(super) enum What<'v> {
    Street(&'v street::Street),
    Community(&'v community::Community),
    Compound(&'v compound::Compound),
    Branch(&'v branch::Branch),
    Grid(&'v grid::Grid),
    Unit(&'v unit::Unit),
    Post(&'v post::Post),
    Alliance(&'v alliance::Alliance),
    Membership(&'v membership::Membership),
    Holiday(&'v holiday::Holiday),
    Agreement(&'v agreement::Agreement),
    Commitment(&'v commitment::Commitment),
    Project(&'v project::Project),
    Series(&'v series::Series),
    Meeting(&'v meeting::Meeting),
    Topic(&'v topic::Topic),
    Decision(&'v decision::Decision),
    Task(&'v task::Task),
    Occurrence(&'v occurrence::Occurrence),
    Issue(&'v issue::Issue),
    Rule(&'v rule::Rule, Day),
    Import(&'v import::Import),
    Document(&'v document::Document, Content),
    Holder(&'v holder::Holder, Content),
    Erasure(&'v erasure::Erasure),
    Duty(&'v duty::Duty),
    Exemption(&'v obligation::Obligation, Day),
    Obligation(Box<Obligation>),
    /// With the quarter that its stream names.
    Period(&'v period::Period, Option<Quarter>),
    Report(&'v report::Report),
    Finding(Box<Finding>),
    Entry(Box<CalendarEntry>),
}

/// What became of a content in the vault.
#[derive(Clone, Copy)]
pub(super) struct Content {
    /// Where it is told that it is erased.
    pub erased: Option<Position>,
    /// How often somebody looked.
    pub looked: u64,
}

/// A row of a register.
pub(super) struct Row<'v> {
    pub id: String,
    pub stream: String,
    pub revision: Revision,
    pub what: What<'v>,
}

impl Row<'_> {
    /// Code of its community.
    pub(super) fn community<'s>(&'s self, views: &'s Views) -> Option<&'s str> {
        match &self.what {
            What::Finding(finding) => finding.community.as_deref(),
            What::Entry(entry) => entry.community.as_deref(),
            What::Obligation(obligation) => match obligation.communities.as_slice() {
                [community] => Some(community),
                _ => None,
            },
            What::Community(_) => Some(&self.id),
            What::Compound(compound) => Some(&compound.community),
            What::Meeting(meeting) => Some(&meeting.community),
            What::Occurrence(occurrence) => Some(&occurrence.community),
            What::Project(project) => Some(&project.community),
            _ => views.community_of(&self.stream),
        }
    }

    /// Whether it belongs to a community; a finding belongs to all that it concerns.
    pub(super) fn within(&self, views: &Views, community: impl Fn(&str) -> bool) -> bool {
        match &self.what {
            What::Finding(finding) => finding.communities(views).any(community),
            What::Obligation(obligation) => obligation.communities.iter().any(|code| community(code)),
            _ => self.community(views).is_some_and(community),
        }
    }

    /// What it is sorted by where nobody says: nothing, so that the id decides, but of findings the gravest
    /// come first, those of one kind together, and obligations go by their due days, those without one last.
    pub(super) fn usual_order(&self) -> String {
        match &self.what {
            What::Finding(finding) => {
                format!("{}{:02}{}", finding.severity as u8, finding.code as u8, finding.day)
            }
            What::Obligation(obligation) => {
                obligation.due_on.map_or_else(|| "~".to_owned(), |due| due.to_string())
            }
            _ => String::new(),
        }
    }

    /// Whether a unit stands in any of its references, by its code.
    pub(super) fn involves(&self, unit: &str) -> bool {
        if let What::Finding(finding) = &self.what {
            return finding.arg("unit") == Some(unit) || finding.stream.strip_prefix("unit/") == Some(unit);
        }
        if matches!(self.what, What::Unit(_) | What::Branch(_)) && self.id == unit {
            return true;
        }
        let units = self.what.references().iter().filter(|(_, word)| matches!(*word, "unit" | "units"));
        units
            .filter_map(|(field, _)| self.what.get(field))
            .any(|codes| codes.split('、').any(|code| code == unit))
    }
}
