//! What the four steps gather: read field by field, and the one list of commands that is made of it.

use gongjian_core::command::{Envelope, Expected, Request, parse_id};
use gongjian_core::day::Day;
use gongjian_core::domain::agreement::{self, AgreementCommand};
use gongjian_core::domain::commitment::CommitmentCommand;
use serde_json::{Map, Value};

use super::super::form::{self, Field, Kind, Said};
use super::super::{Fields, Visit, fields};
use super::clauses::{self, Clause};
use crate::app::random_id;
use crate::error::Problem;
use crate::workbook::cell::half;
use crate::workbook::ledgers::OPEN;

/// A fault: the field and what would be right.
pub(super) type Fault = (String, String);

/// The fields of the first step.
pub(super) fn parties() -> Vec<Field> {
    let field = |name: &str, kind, optional| Field { name: name.to_owned(), kind, optional };
    vec![
        field("id", Kind::Line, false),
        field("name", Kind::Line, false),
        field("kind", Kind::Words(agreement::KINDS), false),
        field("alliance", Kind::Choose("alliances"), false),
        field("partyA", Kind::Name("units"), false),
        field("partyB", Kind::Name("units"), false),
        field("otherParties", Kind::Names("units"), true),
        field("signedOn", Kind::Day, true),
        field("evidence", Kind::Line, true),
    ]
}

/// The fields of the second step.
pub(super) fn term() -> Vec<Field> {
    vec![
        Field { name: "effectiveOn".to_owned(), kind: Kind::Day, optional: false },
        Field { name: "expiresOn".to_owned(), kind: Kind::Line, optional: false },
    ]
}

/// When an agreement ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// 长期.
    Open,
    /// The last day in force.
    On(Day),
}

/// Everything that the steps say, understood.
pub(super) struct Draft {
    /// 协议编号.
    pub(super) id: String,
    data: Map<String, Value>,
    signed: Option<Day>,
    term: Option<(Day, End)>,
    clauses: Vec<Clause>,
}

/// Reads the first step.
pub(super) fn read_parties(visit: &Visit, given: &Fields) -> Said {
    let mut said = form::read(visit, &parties(), given);
    let today = visit.app().today();
    if let Some(signed) = day_of(&said.data, "signedOn").filter(|signed| *signed > today) {
        let args = [("day", visit.text.day(signed)), ("today", visit.text.day(today))];
        let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
        said.faults.push(("signedOn".to_owned(), visit.text.get("dates-future", &args)));
    }
    said
}

/// Reads the second step.
pub(super) fn read_term(visit: &Visit, given: &Fields) -> Result<(Day, End), Vec<Fault>> {
    let t = visit.text;
    let mut said = form::read(visit, &term(), given);
    let end = match said.data.get("expiresOn").and_then(Value::as_str) {
        None => None,
        Some(text) if half(text) == OPEN || text.eq_ignore_ascii_case("open-ended") => Some(End::Open),
        Some(text) => match fields::near_day(text, visit.app().today()) {
            Some(day) => Some(End::On(day)),
            None => {
                let fault = t.get("agreement-expiry", &[("given", text)]);
                said.faults.push(("expiresOn".to_owned(), fault));
                None
            }
        },
    };
    let from = day_of(&said.data, "effectiveOn");
    if let (Some(from), Some(End::On(last))) = (from, end)
        && last <= from
    {
        let fault = t.get("agreement-order", &[("day", &t.day(from))]);
        said.faults.push(("expiresOn".to_owned(), fault));
    }
    match (from, end) {
        (Some(from), Some(end)) if said.faults.is_empty() => Ok((from, end)),
        _ => Err(said.faults),
    }
}

fn day_of(data: &Map<String, Value>, name: &str) -> Option<Day> {
    data.get(name)?.as_str()?.parse().ok()
}

/// Whether the paper is signed already, so that there is a term to record.
pub(super) fn is_signed(given: &Fields) -> bool {
    !given.get("signedOn").is_empty()
}

impl Draft {
    /// What the first step says alone, to ask the rules about it.
    pub(super) fn begun(visit: &Visit, given: &Fields) -> Result<Draft, Vec<Fault>> {
        let said = read_parties(visit, given);
        if !said.faults.is_empty() {
            return Err(said.faults);
        }
        Ok(Draft {
            id: half(given.get("id")).into_owned(),
            signed: day_of(&said.data, "signedOn"),
            data: said.data,
            term: None,
            clauses: Vec::new(),
        })
    }

    /// Everything that the steps say.
    pub(super) fn whole(visit: &Visit, given: &Fields) -> Result<Draft, Vec<Fault>> {
        let mut draft = Draft::begun(visit, given)?;
        if draft.signed.is_some() {
            draft.term = Some(read_term(visit, given)?);
        }
        draft.clauses = clauses::read(visit, given)?;
        Ok(draft)
    }

    fn text(&self, name: &str) -> String {
        self.data.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn others(&self) -> Vec<String> {
        let units = self.data.get("otherParties").and_then(Value::as_array);
        units.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// The day on which it was drawn up: when it was signed, else today.
    fn drawn_up(&self, visit: &Visit) -> Day {
        self.signed.unwrap_or_else(|| visit.app().today())
    }

    fn first(&self, visit: &Visit) -> Envelope {
        let evidence = Some(self.text("evidence")).filter(|text| !text.is_empty());
        let command = AgreementCommand::Draft {
            name: self.text("name"),
            kind: self.text("kind"),
            alliance: self.text("alliance"),
            party_a: self.text("partyA"),
            party_b: self.text("partyB"),
            other_parties: self.others(),
            evidence,
        };
        let envelope = Envelope::new(command, self.stream(), self.drawn_up(visit), "");
        Envelope { expected: Expected::Absent, ..envelope }
    }

    fn stream(&self) -> String {
        format!("agreement/{}", self.id)
    }

    fn clause(&self, visit: &Visit, number: u16, clause: &Clause) -> Envelope {
        let command = CommitmentCommand::Add {
            agreement: self.id.clone(),
            number,
            text: clause.text.clone(),
            joint: clause.joint.clone(),
            responsible: clause.responsible.clone(),
            due_on: Some(clause.due),
        };
        let stream = format!("commitment/{}-T{number}", self.id);
        Envelope { expected: Expected::Absent, ..Envelope::new(command, stream, self.drawn_up(visit), "") }
    }

    /// The whole list: drafted, its clauses, put before the parties, and where the paper is signed, signed by all
    /// and in effect.
    pub(super) fn commands(&self, visit: &Visit) -> Vec<Envelope> {
        let (stream, on) = (self.stream(), self.drawn_up(visit));
        let mut list = vec![self.first(visit)];
        for (number, clause) in (1..).zip(&self.clauses) {
            list.push(self.clause(visit, number, clause));
        }
        list.push(Envelope::new(AgreementCommand::Submit {}, &stream, on, ""));
        if let Some(signed) = self.signed {
            let mut units = vec![self.text("partyA"), self.text("partyB")];
            units.extend(self.others());
            list.push(Envelope::new(AgreementCommand::Sign { units, post: None }, &stream, signed, ""));
        }
        if let Some((from, end)) = self.term {
            let until = match end {
                End::Open => None,
                End::On(day) => Some(day),
            };
            let effect = AgreementCommand::Effect { until, open_ended: end == End::Open };
            list.push(Envelope::new(effect, &stream, from, ""));
        }
        list
    }

    /// Asks the rules about the agreement alone, and about each clause with it, and records nothing.
    pub(super) fn try_clauses(&self, visit: &Visit) -> Result<Vec<Fault>, Problem> {
        let mut faults = Vec::new();
        for clause in &self.clauses {
            let list = vec![self.first(visit), self.clause(visit, 1, clause)];
            match self.ask(visit, list, [0; 16], true) {
                Ok(_) => {}
                Err(problem) if problem.rejection.is_some() && problem.index == Some(1) => {
                    faults.push(clauses::fault(visit, clause.row, &problem));
                }
                Err(problem) => return Err(problem),
            }
        }
        Ok(faults)
    }

    /// Asks the rules about the first step.
    ///
    /// # Errors
    /// What they refuse.
    pub(super) fn try_first(&self, visit: &Visit) -> Result<(), Problem> {
        self.ask(visit, vec![self.first(visit)], [0; 16], true).map(|_| ())
    }

    /// Sends the whole list, or tries it.
    ///
    /// # Errors
    /// What the rules refuse, or the store.
    pub(super) fn send(&self, visit: &Visit, given: &Fields, dry: bool) -> Result<bool, Problem> {
        let id = parse_id(given.get("commandId")).map_or_else(random_id, Ok)?;
        self.ask(visit, self.commands(visit), id, dry)
    }

    fn ask(&self, visit: &Visit, mut list: Vec<Envelope>, id: [u8; 16], dry: bool) -> Result<bool, Problem> {
        // A trial must not be taken for the recording of the same id.
        let id = if dry { random_id()? } else { id };
        for envelope in &mut list {
            visit.sign(envelope)?;
        }
        let request = Request::new(id, list);
        let request = if dry { request.dry_run() } else { request };
        visit.submit(request).map(|answer| answer.replayed)
    }

    /// The step and the field that a refusal of the whole list concerns.
    pub(super) fn blamed(&self, problem: &Problem) -> (super::new::Step, Option<String>) {
        use super::new::Step;
        let field = problem.rejection.as_ref().and_then(|rejection| rejection.arg("field"));
        let index = problem.index.unwrap_or_default();
        let clauses = self.clauses.len();
        match index {
            0 => (Step::Parties, field.map(str::to_owned)),
            at if at <= clauses => {
                let row = self.clauses.get(at - 1).map(|clause| clause.row).unwrap_or_default();
                (Step::Clauses, field.map(|field| format!("{field}-{row}")))
            }
            at if at == clauses + 1 => (Step::Clauses, None),
            at if at == clauses + 2 => (Step::Parties, Some("signedOn".to_owned())),
            _ => (Step::Term, field.map(str::to_owned)),
        }
    }
}
