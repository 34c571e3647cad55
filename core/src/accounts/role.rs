//! The words of roles, and which of them exclude each other. What a role may do is for whoever asks.

/// What sort of role it is. An account holds roles of one sort at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Does the work: enters, reviews, approves, reports. An account may hold several.
    Business,
    /// Looks at everything and changes nothing; granted by a document, until a day.
    Inspection,
    /// Looks after accounts, machine or traces, without business rights; one account holds one.
    Administrator,
}

/// Every role by its stable word.
pub const ROLES: &[(&str, Sort)] = &[
    ("recorder", Sort::Business),
    ("reviewer", Sort::Business),
    ("approver", Sort::Business),
    ("liaison", Sort::Business),
    ("auditor", Sort::Inspection),
    ("reporter", Sort::Business),
    ("system-administrator", Sort::Administrator),
    ("security-administrator", Sort::Administrator),
    ("audit-administrator", Sort::Administrator),
];

/// The role that must have a unit: it acts for it.
pub const LIAISON: &str = "liaison";

/// The sort of a role, if there is such a role.
pub fn sort(role: &str) -> Option<Sort> {
    ROLES.iter().find(|(word, _)| *word == role).map(|(_, sort)| *sort)
}

/// Whether one account may hold both roles.
pub fn together(one: &str, other: &str) -> bool {
    one == other || (sort(one) == Some(Sort::Business) && sort(other) == Some(Sort::Business))
}
