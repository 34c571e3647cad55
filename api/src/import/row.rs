//! One row under reconciliation: its cells with names resolved to codes, compared with what the ledger keeps.

use gongjian_core::command::Envelope;
use gongjian_core::day::Day;
use gongjian_core::domain::category::{Path, Wanted};
use gongjian_core::domain::facts::Fields;
use gongjian_core::domain::{Command, World};
use gongjian_core::gate::{self, Doubt};
use gongjian_core::ledger::Refused;
use gongjian_core::rejection::Rejection;

use super::{IMPORT_ACTOR, Work};
use crate::workbook::{Class, Ledger, Problem, Row, Sheet, To, Value, ValueType};

/// Why blank cells that were filled in later are recorded without anybody's asking.
const SUPPLEMENT: &str = "补填：此前台账为空";

/// A row, ready for its sheet's own rules.
pub(super) struct RowWork<'a, 'b, 'w> {
    work: &'a mut Work<'b, 'w>,
    ledger: &'a Ledger,
    sheet: &'a Sheet,
    row: &'a Row,
    /// The stream that the row stands for.
    pub stream: String,
    /// Whether the ledger knows the row already.
    pub known: bool,
    /// What the cells say, names resolved to codes.
    now: Vec<String>,
    /// What the ledger says; empty texts for a new row.
    was: Vec<String>,
    good: bool,
}

impl<'a, 'b, 'w> RowWork<'a, 'b, 'w> {
    /// Resolves a row and compares it; `None` if it has faults, which are then noted.
    pub(super) fn resolve(
        work: &'a mut Work<'b, 'w>,
        ledger: &'a Ledger,
        sheet: &'a Sheet,
        row: &'a Row,
        broken: bool,
    ) -> Option<RowWork<'a, 'b, 'w>> {
        let mut now = Vec::with_capacity(sheet.spec.columns.len());
        let mut good = !broken;
        for (column, spec) in sheet.spec.columns.iter().enumerate() {
            let value = row.value(column);
            match resolve(work.session.world(), spec.value, value) {
                Ok(text) => now.push(text),
                Err(given) => {
                    // A name that an earlier row of these files should have brought is its fault alone.
                    if !broken && !work.failed.contains(&failed_key(spec.value, &given)) {
                        work.faults.push(ledger.fault(sheet, row, column, Problem::Unknown));
                    }
                    good = false;
                    now.push(given);
                }
            }
        }
        let stream = stream_of(sheet.spec.name, &|field| {
            sheet.spec.index(field).and_then(|index| now.get(index)).cloned().unwrap_or_default()
        })?;
        if !good {
            remember_failed(work, sheet, row, &stream);
            return None;
        }
        let known = work.session.world().revision(&stream).is_some();
        let was = sheet
            .spec
            .columns
            .iter()
            .map(
                |spec| {
                    if known { recorded(work.session.world(), &stream, spec.field) } else { String::new() }
                },
            )
            .collect();
        Some(RowWork { work, ledger, sheet, row, stream, known, now, was, good: true })
    }

    fn index(&self, field: &str) -> Option<usize> {
        self.sheet.spec.index(field)
    }

    /// What the cell says; empty if blank.
    pub(super) fn now(&self, field: &str) -> &str {
        self.index(field).and_then(|index| self.now.get(index)).map_or("", String::as_str)
    }

    /// What the cell says, or nothing.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        Some(self.now(field)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The names in the cell, as codes.
    pub(super) fn list(&self, field: &str) -> Vec<String> {
        self.now(field).split('、').filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    /// The number in the cell.
    pub(super) fn number<N: TryFrom<i64>>(&self, field: &str) -> Option<N> {
        self.row.value(self.index(field)?).int().and_then(|number| N::try_from(number).ok())
    }

    /// The day in the cell.
    pub(super) fn day(&self, field: &str) -> Option<Day> {
        self.row.value(self.index(field)?).day()
    }

    /// 截至日期 of the file.
    pub(super) fn as_of(&self) -> Day {
        self.ledger.as_of
    }

    /// The ledger with everything that was taken so far.
    pub(super) fn world(&self) -> &World {
        self.work.session.world()
    }

    /// What the ledger says.
    pub(super) fn was(&self, field: &str) -> &str {
        self.index(field).and_then(|index| self.was.get(index)).map_or("", String::as_str)
    }

    /// The ledger says nothing and the cell says something.
    pub(super) fn fresh(&self, field: &str) -> bool {
        self.was(field).is_empty() && !self.now(field).is_empty()
    }

    /// The cell says something else than the ledger; a column that is not there says nothing.
    pub(super) fn changed(&self, field: &str) -> bool {
        let Some(index) = self.index(field) else { return false };
        let says = self.sheet.has(index) || !self.now(field).is_empty();
        says && self.was(field) != self.now(field)
    }

    /// Notes a fault at the cell of `field`.
    pub(super) fn fault(&mut self, field: &str, problem: Problem) {
        let column = self.index(field).unwrap_or(0);
        let fault = self.ledger.fault(self.sheet, self.row, column, problem);
        self.work.faults.push(fault);
        self.good = false;
    }

    /// `field` must be filled in because `by` is.
    pub(super) fn needs(&mut self, field: &str, by: &str) -> bool {
        if self.now(by).is_empty() || !self.now(field).is_empty() {
            return true;
        }
        let header = self.index(by).and_then(|index| self.sheet.spec.columns.get(index));
        let by = header.map(|column| column.header.to_owned()).unwrap_or_default();
        self.fault(field, Problem::NeededBy { by });
        false
    }

    /// Records what the row says as a command, dated `on`; a rule's no becomes a fault at `field`'s cell, or at
    /// the cell that the rule names.
    pub(super) fn tell(&mut self, field: &str, command: impl Into<Command>, on: Day) {
        if !self.good {
            return;
        }
        let envelope = Envelope {
            path: Path::Ledger,
            authority: Some(self.work.authority.clone()),
            ..Envelope::new(command, self.stream.clone(), on, IMPORT_ACTOR)
        };
        match self.work.session.attempt(envelope) {
            Ok(()) => {}
            Err(Refused::Rejected { rejection, .. }) => self.refuse(field, &rejection),
            Err(other) => {
                let because = vec![("reason".to_owned(), other.to_string())];
                self.fault(field, Problem::Refused { rule: "ledger".to_owned(), because });
            }
        }
    }

    fn refuse(&mut self, field: &str, rejection: &Rejection) {
        if let (Some(what), Some(given)) = (rejection.arg("what"), rejection.arg("given"))
            && self.work.failed.contains(&format!("{what}/{given}"))
        {
            // What an earlier row of these files should have brought is that row's fault alone.
            self.good = false;
            return;
        }
        let named = rejection.arg("field").filter(|named| self.index(named).is_some()).map(str::to_owned);
        let because =
            rejection.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let problem = Problem::Refused { rule: rejection.code.to_owned(), because };
        self.fault(named.as_deref().unwrap_or(field), problem);
    }

    /// Compares a row that the ledger knows: what contradicts it is refused, or corrected if a reason was given.
    ///
    /// `open` tells of each field whether it is still a plan, that may change until it happens.
    pub(super) fn compare(&mut self, open: impl Fn(&Self, &str) -> bool) {
        if !self.known {
            return;
        }
        let mut corrections = Vec::new();
        for (index, spec) in self.sheet.spec.columns.iter().enumerate() {
            let field = spec.field;
            if matches!(spec.class, Class::Person | Class::Key) || !self.changed(field) || self.fresh(field) {
                continue;
            }
            let vanished = self.now(field).is_empty();
            if spec.class == Class::Versioned && !vanished || open(self, field) {
                continue;
            }
            // What may never be recorded is not offered as a correction either.
            if let Some(rule) = gate::certain(self.now(field)) {
                let because = vec![("field".to_owned(), field.to_owned())];
                self.fault(field, Problem::Refused { rule: rule.to_owned(), because });
                continue;
            }
            let recorded = display(self.world(), spec.value, self.was(field));
            match (vanished, self.work.reason.is_some() && correctable(field)) {
                (true, _) => self.fault(field, Problem::Vanished { recorded }),
                (false, false) => self.fault(field, Problem::Conflict { recorded }),
                (false, true) => {
                    corrections.push(Wanted { field: field.to_owned(), now: self.now[index].clone() });
                }
            }
        }
        if let Some(reason) = self.work.reason.clone().filter(|_| !corrections.is_empty()) {
            self.correct(corrections, reason);
        }
    }

    fn correct(&mut self, wanted: Vec<Wanted>, reason: String) {
        let category = self.stream.split('/').next().unwrap_or_default();
        let data = serde_json::json!({ "changes": wanted, "reason": reason });
        let field = wanted.first().map(|wanted| wanted.field.clone()).unwrap_or_default();
        match Command::from_json(&format!("{category}.correct"), data) {
            Ok(command) => {
                let on = self.as_of();
                self.tell(&field, command, on);
            }
            Err(error) => {
                let because = vec![("reason".to_owned(), error.to_string())];
                self.fault(&field, Problem::Refused { rule: "command-unknown".to_owned(), because });
            }
        }
    }

    /// Ends a row: what the sheet's own rules did not record, and the ledger still does not say, is filled in as a
    /// supplement, so that the same row again changes nothing.
    pub(super) fn settle(mut self) {
        self.doubt();
        let mut wanted = Vec::new();
        if self.good {
            for (index, spec) in self.sheet.spec.columns.iter().enumerate() {
                if matches!(spec.class, Class::Person | Class::Key) || self.now[index].is_empty() {
                    continue;
                }
                if correctable(spec.field) && says_nothing(self.world(), &self.stream, spec.field) {
                    wanted.push(Wanted { field: spec.field.to_owned(), now: self.now[index].clone() });
                }
            }
        }
        if !wanted.is_empty() {
            self.correct(wanted, SUPPLEMENT.to_owned());
        }
        if !self.good {
            let stream = std::mem::take(&mut self.stream);
            remember_failed(self.work, self.sheet, self.row, &stream);
        }
    }
}

impl RowWork<'_, '_, '_> {
    /// Notes what looks personal in the free texts that the row adds.
    fn doubt(&mut self) {
        for (column, spec) in self.sheet.spec.columns.iter().enumerate() {
            let is_text = matches!(spec.value, ValueType::Text | ValueType::Label);
            if !is_text || spec.class == Class::Person || !self.changed(spec.field) {
                continue;
            }
            if let Some(Doubt { code, words }) = gate::doubtful(self.now(spec.field)) {
                let warning = Problem::Doubtful { doubt: code, words };
                self.work.doubts.push(self.ledger.fault(self.sheet, self.row, column, warning));
            }
        }
    }
}

/// 状态 follows from what happened; it is never corrected by itself. 议题序号 is part of the topic's number.
fn correctable(field: &str) -> bool {
    !matches!(field, "status" | "number")
}

/// A row with faults must not make the rows that refer to it look faulty too.
fn remember_failed(work: &mut Work<'_, '_>, sheet: &Sheet, row: &Row, stream: &str) {
    work.failed.insert(stream.to_owned());
    let kind = match sheet.spec.name {
        "streets" => "street",
        "communities" => "community",
        "compounds" => "compound",
        "units" | "branches" => "unit",
        "alliances" => "alliance",
        _ => return,
    };
    let name = sheet.spec.index("name").map(|index| row.value(index).canonical()).unwrap_or_default();
    work.failed.insert(format!("{kind}/{name}"));
}

fn failed_key(value: ValueType, given: &str) -> String {
    let kind = match value {
        ValueType::Name(to) | ValueType::Names(to) | ValueType::CodeOf(to) => match to {
            To::Street => "street",
            To::Community => "community",
            To::Compound => "compound",
            To::Unit | To::Party => "unit",
            To::Alliance => "alliance",
            To::Agreement => "agreement",
            To::Meeting => "meeting",
            To::Wednesday => "occurrence",
            To::Issue => "issue",
        },
        _ => "",
    };
    format!("{kind}/{given}")
}

/// The cell's text with names turned into codes.
///
/// # Errors
/// The name that nobody knows.
pub(super) fn resolve(world: &World, kind: ValueType, value: &Value) -> Result<String, String> {
    let text = value.canonical();
    if text.is_empty() {
        return Ok(text);
    }
    let exists = |known: bool| if known { Ok(text.clone()) } else { Err(text.clone()) };
    match kind {
        ValueType::Name(to) => code(world, to, &text).ok_or(text),
        ValueType::Names(to) => {
            let mut codes: Vec<String> = Vec::new();
            for name in value.names() {
                let code = code(world, to, name).ok_or_else(|| name.clone())?;
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
            Ok(codes.join("、"))
        }
        ValueType::CodeOf(To::Agreement) => exists(world.agreement.get(&text).is_some()),
        ValueType::CodeOf(To::Meeting) => exists(world.meeting.get(&text).is_some()),
        ValueType::CodeOf(To::Wednesday) => exists(world.occurrence.get(&text).is_some()),
        ValueType::CodeOf(To::Issue) => world.source_stream(&text).map_err(|_| text),
        _ => Ok(text),
    }
}

fn code(world: &World, to: To, name: &str) -> Option<String> {
    match to {
        To::Street => world.street_code(name).ok(),
        To::Community => world.community_code(name).ok(),
        To::Compound => world.compound_code(name).ok(),
        To::Unit => world.unit_code(name).ok(),
        To::Alliance => world.alliance_code(name).ok(),
        _ => Some(name.to_owned()),
    }
}

/// A recorded value in the words of a workbook: names instead of codes.
pub fn display(world: &World, kind: ValueType, recorded: &str) -> String {
    let name = |to: To, code: &str| -> String {
        let name = match to {
            To::Street => world.street.get(code).and_then(|street| street.name.latest()),
            To::Community => world.community.get(code).and_then(|community| community.name.latest()),
            To::Compound => world.compound.get(code).and_then(|compound| compound.name.latest()),
            To::Alliance => world.alliance.get(code).and_then(|alliance| alliance.name.latest()),
            To::Unit => world
                .unit
                .get(code)
                .and_then(|unit| unit.name.latest())
                .or_else(|| world.branch.get(code).and_then(|branch| branch.name.latest())),
            _ => None,
        };
        name.map_or_else(|| code.to_owned(), Clone::clone)
    };
    match kind {
        ValueType::Name(to) => name(to, recorded),
        ValueType::Names(to) => {
            recorded.split('、').map(|code| name(to, code)).collect::<Vec<_>>().join("、")
        }
        ValueType::CodeOf(To::Issue) => recorded.split_once('/').map_or(recorded, |(_, id)| id).to_owned(),
        _ => recorded.to_owned(),
    }
}

/// The stream that a row stands for, from its (resolved) key cells; `None` if one is blank.
pub(super) fn stream_of(sheet: &str, cell: &dyn Fn(&str) -> String) -> Option<String> {
    let one = |category: &str, field: &str| Some(format!("{category}/{}", filled(cell(field))?));
    match sheet {
        "streets" => one("street", "street"),
        "communities" => one("community", "community"),
        "compounds" => one("compound", "compound"),
        "branches" => one("branch", "branch"),
        "grids" => one("grid", "grid"),
        "units" => one("unit", "unit"),
        "alliances" => one("alliance", "alliance"),
        "memberships" => {
            let (alliance, unit, joined) =
                (filled(cell("alliance"))?, filled(cell("unit"))?, filled(cell("joinedOn"))?);
            Some(format!("membership/{alliance}-{unit}-{joined}"))
        }
        "holidays" => Some(format!("holiday/{}-{}", filled(cell("name"))?, filled(cell("startsOn"))?)),
        "agreements" => one("agreement", "agreement"),
        "commitments" => {
            Some(format!("commitment/{}-T{}", filled(cell("agreement"))?, filled(cell("number"))?))
        }
        "wednesday_meetings" => one("occurrence", "occurrence"),
        "property_issues" => one("issue", "issue"),
        "meetings" => one("meeting", "meeting"),
        "topics" => Some(format!("topic/{}", topic_id(&filled(cell("meeting"))?, &filled(cell("number"))?))),
        "decisions" => one("decision", "decision"),
        "projects" => one("project", "project"),
        _ => None,
    }
}

fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The id of a topic: its meeting's number and its own.
pub(super) fn topic_id(meeting: &str, number: &str) -> String {
    format!("{meeting}-Y{number}")
}

/// Does something with the state that a row stands for.
macro_rules! with_state {
    ($world:expr, $category:expr, $id:expr, |$state:ident| $value:expr) => {
        with_state!(@ $world, $category, $id, |$state| $value,
            street community compound branch grid unit alliance membership holiday agreement commitment
            project meeting topic decision occurrence issue)
    };
    (@ $world:expr, $category:expr, $id:expr, |$state:ident| $value:expr, $($table:ident)+) => {
        match $category {
            $(stringify!($table) => $world.$table.get($id).and_then(|$state| $value),)+
            _ => None,
        }
    };
}

/// Whether the ledger says nothing of a stream's field.
fn says_nothing(world: &World, stream: &str, field: &str) -> bool {
    let Some((category, id)) = stream.split_once('/') else { return true };
    with_state!(world, category, id, |state| state.is_blank(field)).unwrap_or(true)
}

/// What the ledger says of a stream's field, as text; empty if nothing.
pub fn recorded(world: &World, stream: &str, field: &str) -> String {
    let Some((category, id)) = stream.split_once('/') else { return String::new() };
    let computed = match (category, field) {
        ("meeting", "status") => world.meeting.get(id).map(|meeting| meeting.status().to_owned()),
        // 计划中 and 未召开 are the same fact on different days; rows are compared without a day.
        ("occurrence", "status") => {
            world.occurrence.get(id).map(|occurrence| occurrence.status(Day::BEGINNING).to_owned())
        }
        ("decision", "number") => {
            world.decision.get(id).and_then(|decision| Some(decision.topic.rsplit_once("-Y")?.1.to_owned()))
        }
        _ => None,
    };
    computed.or_else(|| with_state!(world, category, id, |state| state.get(field))).unwrap_or_default()
}
