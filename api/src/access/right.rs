//! What can be asked for, and which role may.

/// A kind of thing that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Anybody: signing in, health, checkpoint, hash tiles, keys, documentation.
    Open,
    /// Whoever is signed in: their own account.
    Own,
    /// Business pages: registers, trails, meetings, obligations, findings.
    Read,
    /// Reports, their figures and editions.
    Reports,
    /// The whole log: events, entry bundles, evidence, exports.
    Log,
    /// To record: commands, imports, documents. Which command, is asked with the command.
    Record,
    /// To look into the vault.
    Vault,
    /// To ask for and decide erasures.
    Erase,
    /// Accounts and grants.
    Accounts,
    /// Who looked.
    Looks,
    /// To recompute everything.
    Verify,
    /// Running the machine: rebuilding, clock, keys, measures.
    System,
}

/// A role as such offices know it (`domain.md` 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 社区录入岗.
    Recorder,
    /// 街道审核岗.
    Reviewer,
    /// 县级审批岗.
    Approver,
    /// 成员单位联络岗.
    Liaison,
    /// 督查岗: reads all, verifies, changes nothing.
    Auditor,
    /// 统计岗: reports only.
    Reporter,
    /// 系统管理员.
    SystemAdministrator,
    /// 安全管理员: accounts and grants.
    SecurityAdministrator,
    /// 审计管理员: who looked.
    AuditAdministrator,
}

impl Role {
    /// Every role with its stable word; `role-WORD` names it in the messages.
    pub const ALL: &'static [(&'static str, Role)] = &[
        ("recorder", Role::Recorder),
        ("reviewer", Role::Reviewer),
        ("approver", Role::Approver),
        ("liaison", Role::Liaison),
        ("auditor", Role::Auditor),
        ("reporter", Role::Reporter),
        ("system-administrator", Role::SystemAdministrator),
        ("security-administrator", Role::SecurityAdministrator),
        ("audit-administrator", Role::AuditAdministrator),
    ];

    /// Its stable word.
    pub fn word(self) -> &'static str {
        Role::ALL.iter().find(|(_, role)| *role == self).map_or("", |(word, _)| word)
    }

    /// The role of a word.
    pub fn of_word(word: &str) -> Option<Role> {
        Role::ALL.iter().find(|(known, _)| *known == word).map(|(_, role)| *role)
    }

    /// What the role may ask for.
    pub fn rights(self) -> &'static [Right] {
        use Right::{Accounts, Erase, Log, Looks, Own, Read, Record, Reports, System, Vault, Verify};
        match self {
            Role::Recorder | Role::Liaison => &[Own, Read, Reports, Record, Vault],
            Role::Reviewer => &[Own, Read, Reports, Record, Vault, Erase],
            Role::Approver => &[Own, Read, Reports, Record, Vault, Erase, Log],
            Role::Auditor => &[Own, Read, Reports, Log, Vault, Looks, Verify],
            Role::Reporter => &[Own, Reports],
            Role::SystemAdministrator => &[Own, System, Verify],
            Role::SecurityAdministrator => &[Own, Accounts],
            Role::AuditAdministrator => &[Own, Looks],
        }
    }

    /// Whether the role may ask for it.
    pub fn has(self, right: Right) -> bool {
        right == Right::Open || self.rights().contains(&right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongjian_core::accounts::Sort;
    use gongjian_core::accounts::role::{ROLES, sort};

    #[test]
    fn the_log_of_accounts_knows_the_same_roles() {
        let here: Vec<&str> = Role::ALL.iter().map(|(word, _)| *word).collect();
        let there: Vec<&str> = ROLES.iter().map(|(word, _)| *word).collect();
        assert_eq!(here, there);
    }

    #[test]
    fn administrators_have_no_business_rights_and_inspectors_change_nothing() {
        use Right::{Accounts, Erase, Log, Looks, Read, Record, Reports, System, Vault};
        for (word, role) in Role::ALL {
            assert!(role.has(Right::Open) && role.has(Right::Own), "{word}");
            match sort(word) {
                Some(Sort::Administrator) => {
                    let business = [Read, Reports, Log, Record, Vault, Erase];
                    assert!(business.iter().all(|right| !role.has(*right)), "{word}");
                    let own = [Accounts, Looks, System].iter().filter(|right| role.has(**right)).count();
                    assert_eq!(own, 1, "{word}");
                }
                Some(Sort::Inspection) => {
                    assert!(
                        [Record, Erase, Accounts, System].iter().all(|right| !role.has(*right)),
                        "{word}"
                    );
                }
                _ => assert!([Accounts, Looks, System].iter().all(|right| !role.has(*right)), "{word}"),
            }
        }
    }
}
