//! The words in which [`ledgers`](super::ledgers) describes a workbook.

use serde::{Serialize, Serializer};

/// One of the five workbooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 机构台账.
    Registry,
    /// 党建协议台账.
    Agreements,
    /// 项目认领台账.
    Projects,
    /// 联席会议台账.
    Meetings,
    /// 周三例会台账.
    Wednesday,
}

impl Kind {
    /// All of them, in the order in which they refer to each other.
    pub const ALL: [Kind; 5] =
        [Kind::Registry, Kind::Agreements, Kind::Projects, Kind::Meetings, Kind::Wednesday];

    /// The stable ASCII name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Registry => "registry",
            Kind::Agreements => "agreements",
            Kind::Projects => "projects",
            Kind::Meetings => "meetings",
            Kind::Wednesday => "wednesday",
        }
    }

    /// The kind of a stable ASCII name.
    pub fn of_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What the workbook of this kind contains.
    pub fn spec(self) -> &'static LedgerSpec {
        match self {
            Kind::Registry => &super::ledgers::REGISTRY,
            Kind::Agreements => &super::ledgers::AGREEMENTS,
            Kind::Projects => &super::ledgers::PROJECTS,
            Kind::Meetings => &super::ledgers::MEETINGS,
            Kind::Wednesday => &super::ledgers::WEDNESDAY,
        }
    }
}

/// A workbook: its title and its sheets.
#[derive(Debug)]
pub struct LedgerSpec {
    /// Which of the five.
    pub kind: Kind,
    /// The title people know it by, 机构台账.
    pub title: &'static str,
    /// The sheets in order; what a sheet refers to stands before it where possible.
    pub sheets: &'static [SheetSpec],
}

/// A sheet: its title and its columns.
#[derive(Debug)]
pub struct SheetSpec {
    /// The stable ASCII name, the one `expected.json` and the figures use.
    pub name: &'static str,
    /// The title on the tab.
    pub title: &'static str,
    /// The columns in the order of rows' cells.
    pub columns: &'static [ColumnSpec],
}

impl SheetSpec {
    /// The index of the column with this stable field name.
    pub fn index(&self, field: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.field == field)
    }

    /// The columns that together identify a row.
    pub fn keys(&self) -> impl Iterator<Item = (usize, &'static ColumnSpec)> {
        self.columns.iter().enumerate().filter(|(_, column)| column.class == Class::Key)
    }

    /// The columns that are kept at all.
    pub fn kept(&self) -> impl Iterator<Item = (usize, &'static ColumnSpec)> {
        self.columns.iter().enumerate().filter(|(_, column)| column.class != Class::Person)
    }
}

/// A column: where it is found, what it is called inside, what may stand in it.
#[derive(Debug)]
pub struct ColumnSpec {
    /// The text of the header.
    pub header: &'static str,
    /// The stable ASCII field name.
    pub field: &'static str,
    /// How a change of the cell is taken by an import.
    pub class: Class,
    /// What may stand in the cell.
    pub value: ValueType,
    /// Whether the column must exist and no cell of it may be blank.
    pub required: bool,
    /// Whether the cell may be merged with the ones below it.
    pub merged: bool,
    /// What would be right, for whoever fills it in.
    pub hint: Hint,
}

/// What would be right in a cell, in both languages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// As workbooks show it.
    pub chinese: &'static str,
    /// For who reads English.
    pub english: &'static str,
}

/// As data it is Chinese, like the workbooks.
impl Serialize for Hint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.chinese)
    }
}

impl ColumnSpec {
    /// Another hint than the type's own.
    pub const fn hint(mut self, chinese: &'static str, english: &'static str) -> ColumnSpec {
        self.hint = Hint { chinese, english };
        self
    }

    /// The column must exist and be filled in.
    pub const fn must(mut self) -> ColumnSpec {
        self.required = true;
        self
    }

    /// The cell may be merged with the ones below it.
    pub const fn may_be_merged(mut self) -> ColumnSpec {
        self.merged = true;
        self
    }
}

/// How an import takes a change of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Identifies the row.
    Key,
    /// A fact set once.
    Once,
    /// May change until it happens.
    Plan,
    /// Holds from a day on.
    Versioned,
    /// A description.
    Text,
    /// A person's name or telephone number: never kept.
    Person,
}

/// What a name or a number in a cell refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum To {
    /// A street, by name.
    Street,
    /// A community, by name.
    Community,
    /// A residential compound, by name.
    Compound,
    /// A row of 单位 or of 小区党支部, by name.
    Unit,
    /// An alliance, by name.
    Alliance,
    /// A class of participants (社区党组织), not a registered unit.
    Party,
    /// An agreement, by number.
    Agreement,
    /// A joint meeting, by number.
    Meeting,
    /// A Wednesday meeting, by number.
    Wednesday,
    /// An issue of a Wednesday meeting, by number.
    Issue,
}

/// What may stand in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Free text.
    Text,
    /// A short name: of the row itself, a post, a place.
    Label,
    /// A number such as XM-2022-0001.
    Code,
    /// The number of another row.
    CodeOf(To),
    /// One of a list; if the list is not closed it only suggests.
    Choice {
        /// The list.
        of: &'static [&'static str],
        /// Other spellings and what they stand for.
        also: &'static [(&'static str, &'static str)],
        /// Whether anything else is refused.
        closed: bool,
    },
    /// A whole number.
    Int {
        /// The smallest allowed.
        min: i64,
        /// The largest allowed.
        max: i64,
    },
    /// A calendar day.
    Day,
    /// A calendar day, or 长期.
    DayOrOpen,
    /// The name of something registered.
    Name(To),
    /// Several names.
    Names(To),
}

impl ValueType {
    /// The stable ASCII name of the type, for interfaces and messages.
    pub fn name(self) -> &'static str {
        match self {
            ValueType::Text => "text",
            ValueType::Label => "label",
            ValueType::Code | ValueType::CodeOf(_) => "code",
            ValueType::Choice { .. } => "choice",
            ValueType::Int { .. } => "int",
            ValueType::Day => "day",
            ValueType::DayOrOpen => "day-or-open",
            ValueType::Name(_) => "name",
            ValueType::Names(_) => "names",
        }
    }
}
