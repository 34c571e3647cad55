//! Obligations (应办事项): what a rule demands of somebody for a period, and what came of it.
//!
//! Derived as of a day from the rule book and the read models; nothing here is an event but an exemption. Each is
//! judged by the version of its rule that applies on its due day, so that an old quarter is judged by the old
//! rule. An obligation is there from the day on which it opens. It is *met* by events on or before the day asked,
//! *missed* where its due day has come and they are not there (the convention of overdue works: what is due today
//! and not done today is missed), *exempted* by a decision or a cancellation with a reason, otherwise *open*.
//!
//! [`list`] gives them one by one, [`matrix()`] counts them by subject and period. Before its first record of a
//! kind the ledger says nothing about that kind, not that nobody did anything: obligations begin with the period
//! of that first record.

mod cadence;
mod deadlines;
mod duties;
mod matrix;
mod standing;
#[cfg(test)]
mod tests;

use gongjian_core::day::{Day, Quarter};
use gongjian_core::domain::facts::Fact;
use gongjian_core::domain::obligation::{DEADLINE, id};
use gongjian_core::period::Period;
use gongjian_core::record::Position;
use serde::{Serialize, Serializer};

pub use matrix::{Cell, Line, Matrix, matrix};

use crate::registry::Kind;
use crate::views::Views;

/// Rules from which obligations follow, and `DUE` for what has a date of its own.
pub const RULES: &[&str] =
    &["R07", "R08", "R09", "R10", "R12", "R14", "R15", "R16", "R17", "R24", "R26", DEADLINE];

/// How an obligation stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// 未履行: its due day has come, and it is not met.
    Missed,
    /// 待办: there is time left, or no date.
    Open,
    /// 已履行.
    Met,
    /// 已豁免: a decision, or a cancellation with a reason, excuses it.
    Exempted,
}

impl State {
    /// Every state, the one that asks for attention first.
    pub const ALL: &'static [State] = &[State::Missed, State::Open, State::Met, State::Exempted];

    /// Its stable word.
    pub fn word(self) -> &'static str {
        match self {
            State::Missed => "missed",
            State::Open => "open",
            State::Met => "met",
            State::Exempted => "exempted",
        }
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

/// What excuses an obligation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Excuse {
    /// The event.
    pub position: Position,
    /// Id of the decision, where there is one.
    pub decision: Option<String>,
    /// The reason, where one is stated.
    pub reason: Option<String>,
}

/// One obligation, as of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Obligation {
    /// Its id, the same on whatever day one asks: `R12-LM01-2022-Q2`.
    pub id: String,
    /// Id of the rule, one of [`RULES`].
    pub rule: String,
    /// The version of the rule that judged it, `R12@1`; none where a work's own date did.
    pub rule_version: Option<String>,
    /// Stream of who or what owes it.
    pub subject: String,
    /// Codes of the communities that it concerns, in order.
    pub communities: Vec<String>,
    /// Code of the unit that owes it, where a unit does.
    pub unit: Option<String>,
    /// The period; none where it is owed once.
    pub period: Option<Period>,
    /// First day on which it is there; none where the ledger does not know.
    pub opens_on: Option<Day>,
    /// Last day on which it can be met in time; none where no day is set.
    pub due_on: Option<Day>,
    /// More time, where it was granted; the due day stays the original one.
    pub extended_to: Option<Day>,
    /// How it stands.
    pub state: State,
    /// Met, but after the due day.
    pub late: bool,
    /// How often it must be done.
    pub wanted: u32,
    /// How often it was done.
    pub done: u32,
    /// The events that met it, or did so in part.
    pub met_by: Vec<Position>,
    /// What excuses it, where it is exempted.
    pub exempted_by: Option<Excuse>,
}

/// Which obligations are asked for. The default asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only of this rule, one of [`RULES`].
    pub rule: Option<String>,
    /// Only in this state.
    pub state: Option<State>,
    /// Only due on or after this day.
    pub from: Option<Day>,
    /// Only due on or before this day.
    pub until: Option<Day>,
    /// Only of this street, by its code.
    pub street: Option<String>,
    /// Only of this community, by its code.
    pub community: Option<String>,
    /// Only owed by this unit, by its code.
    pub unit: Option<String>,
}

impl Filter {
    /// Those due in a quarter.
    pub fn of_quarter(quarter: Quarter) -> Filter {
        Filter { from: Some(quarter.first_day()), until: Some(quarter.last_day()), ..Filter::default() }
    }

    /// The same, of one rule.
    #[must_use]
    pub fn of_rule(self, rule: &str) -> Filter {
        Filter { rule: Some(rule.to_owned()), ..self }
    }

    /// Whether an obligation due on this day may pass; without a day only where no window is asked for.
    fn window(&self, due_on: Option<Day>) -> bool {
        match due_on {
            None => self.from.is_none() && self.until.is_none(),
            Some(due) => {
                self.from.is_none_or(|from| from <= due) && self.until.is_none_or(|until| due <= until)
            }
        }
    }

    fn passes(&self, views: &Views, obligation: &Obligation) -> bool {
        let in_street = |street: &str| {
            obligation.subject.strip_prefix("street/") == Some(street)
                || obligation.communities.iter().any(|code| views.registry.street_of(code) == Some(street))
        };
        self.window(obligation.due_on)
            && self.state.is_none_or(|state| state == obligation.state)
            && self.street.as_deref().is_none_or(in_street)
            && self.community.as_ref().is_none_or(|code| obligation.communities.contains(code))
            && self.unit.as_ref().is_none_or(|unit| obligation.unit.as_ref() == Some(unit))
    }
}

/// The obligations that a filter lets pass, as of the day `on`: by due day, then by id; those without a day last.
/// Of a rule, or a stretch of days, that is not asked for, nothing is counted.
pub fn list(views: &Views, filter: &Filter, on: Day) -> Vec<Obligation> {
    let mut out = Out { views, filter, on, obligations: Vec::new() };
    let asked = |rule: &str| filter.rule.as_deref().is_none_or(|wanted| wanted == rule);
    if asked("R12") {
        cadence::joint_meetings(&mut out);
    }
    if asked("R14") {
        standing::agreements(&mut out);
    }
    if asked("R15") {
        cadence::claims(&mut out);
    }
    if asked("R16") {
        cadence::wednesdays(&mut out);
    }
    for rule in duties::RULES.iter().filter(|rule| asked(rule.id)) {
        duties::rule(&mut out, rule);
    }
    if asked("R17") {
        deadlines::disputes(&mut out);
    }
    if asked(DEADLINE) {
        deadlines::works(&mut out);
    }
    let mut obligations = out.obligations;
    obligations.sort_unstable_by(|a, b| {
        let key = |it: &Obligation| it.due_on.map_or(i32::MAX, |due| due.0);
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    obligations
}

/// What a subject is called on a day: its name in the registry, or the text of a work.
pub fn subject_name(views: &Views, subject: &str, on: Day) -> String {
    let (category, code) = subject.split_once('/').unwrap_or(("", subject));
    let named = |kind| views.registry.name(kind, code, on).map(str::to_owned);
    match category {
        "street" => named(Kind::Street),
        "community" => named(Kind::Community),
        "compound" => named(Kind::Compound),
        "alliance" => named(Kind::Alliance),
        "grid" => named(Kind::Grid),
        "unit" | "branch" => named(Kind::Unit),
        "post" => views.registry.post.get(code).map(|post| post.name.clone()),
        "commitment" => views.agreements.commitment.get(code).map(|it| it.text.clone()),
        "project" => views.projects.project.get(code).map(|it| it.name.clone()),
        "decision" => views.meetings.decision.get(code).map(|it| it.text.clone()),
        "task" => views.meetings.task.get(code).map(|it| it.text.clone()),
        "issue" => views.wednesday.issue.get(code).map(|it| it.text.clone()),
        _ => None,
    }
    .unwrap_or_else(|| code.to_owned())
}

/// Where obligations are gathered.
struct Out<'v> {
    views: &'v Views,
    filter: &'v Filter,
    on: Day,
    obligations: Vec<Obligation>,
}

/// What is owed, before it is judged.
struct Owed<'o> {
    rule: &'o str,
    rule_version: Option<String>,
    subject: String,
    /// Part of the id: the community to which it is owed, where it is owed to each.
    toward: Option<&'o str>,
    communities: Vec<String>,
    unit: Option<&'o str>,
    period: Option<Period>,
    opens_on: Option<Day>,
    due_on: Option<Day>,
    extended_to: Option<Day>,
    wanted: u32,
    /// What was done for it by the day asked, in the order of days.
    done: Vec<Fact>,
    /// What excuses it without a decision of its own.
    excuse: Option<Excuse>,
}

impl Out<'_> {
    /// The periods of a length from the one around `first` that have opened, and whose last day the filter wants.
    fn periods(
        &self,
        length: gongjian_core::period::Length,
        first: Day,
    ) -> impl Iterator<Item = Period> + use<> {
        let start = length.around(self.filter.from.map_or(first, |from| from.max(first)));
        let (on, until) = (self.on, self.filter.until.unwrap_or(Day(i32::MAX)));
        std::iter::successors(Some(start), |period| Some(period.next()))
            .take_while(move |period| period.first_day() <= on && period.first_day() <= until)
            .filter(move |period| period.last_day() <= until)
    }

    /// Judges what is owed, and keeps it if the filter lets it pass.
    fn judge(&mut self, owed: Owed<'_>) {
        let on = self.on;
        if !self.filter.window(owed.due_on) || owed.opens_on.is_some_and(|opens| opens > on) {
            return;
        }
        let id = id(owed.rule, &owed.subject, owed.toward, owed.period);
        let wanted = owed.wanted as usize;
        let decided = self.views.duties.exemption.get(&id).and_then(|it| it.exempted_on(on));
        let excuse = decided.map(|exemption| Excuse {
            position: exemption.exempted.at,
            decision: Some(exemption.decision.clone()),
            reason: Some(exemption.reason.clone()),
        });
        let excuse = excuse.or(owed.excuse);
        // The one that completed the number is late or in time.
        let last = wanted.checked_sub(1).and_then(|place| owed.done.get(place));
        let state = match (last, &excuse) {
            (Some(_), _) => State::Met,
            (None, Some(_)) => State::Exempted,
            (None, None) if owed.due_on.is_some_and(|due| due <= on) => State::Missed,
            (None, None) => State::Open,
        };
        let late = owed.due_on.zip(last).is_some_and(|(due, last)| last.on > due);
        let obligation = Obligation {
            id,
            rule: owed.rule.to_owned(),
            rule_version: owed.rule_version,
            subject: owed.subject,
            communities: owed.communities,
            unit: owed.unit.map(str::to_owned),
            period: owed.period,
            opens_on: owed.opens_on,
            due_on: owed.due_on,
            extended_to: owed.extended_to,
            state,
            late,
            wanted: owed.wanted,
            done: u32::try_from(owed.done.len()).unwrap_or(u32::MAX),
            met_by: owed.done.iter().map(|fact| fact.at).collect(),
            exempted_by: excuse.filter(|_| state == State::Exempted),
        };
        if self.filter.passes(self.views, &obligation) {
            self.obligations.push(obligation);
        }
    }
}
