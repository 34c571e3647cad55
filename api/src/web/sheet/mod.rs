//! The sheet of one Wednesday meeting (周三例会单), made for a phone: what is still open first, one card each with
//! what came of it; then what is new; at the end it is confirmed.

mod take;

use askama::Template;
use gongjian_core::day::Day;
use gongjian_core::domain::issue::CATEGORIES;
use gongjian_projections::light::light;
use gongjian_projections::lists::SheetLine;
use gongjian_projections::registry::Kind;

use super::cells::{Cell, encoded, lit};
use super::inline::{self, Inline, Refusal, Sent};
use super::{Fields, Frame, Seen, Shown, Visit, fields};
use crate::access::Right;
use crate::app::Asked;
use crate::error::Problem;
use crate::messages::Text;

pub(super) use take::take;

/// Where an issue can be taken, as offices call it.
const ESCALATES: &[&str] = &["街道物业服务联席会议", "六号联席会议", "县直部门", "12345热线"];
/// How serious an issue is.
const SEVERITIES: &[&str] = &["一般", "较重", "严重"];
/// Who raises issues; a resident is never named.
const SOURCES: &[&str] = &["居民代表", "小区党支部", "业主委员会", "物业企业", "网格走访"];

/// What can come of an issue in each of its states, in the order of the sheet.
fn choices(state: &str) -> &'static [&'static str] {
    match state {
        "raised" | "triaged" | "escalated" => &["carry-over", "assign"],
        "assigned" | "in-progress" => &["carry-over", "fix", "escalate"],
        "awaiting-verification" => &["verify", "return"],
        _ => &[],
    }
}

/// A choice: value, words, chosen.
type Choice = (String, String, bool);

/// An issue on the sheet.
struct Line {
    id: String,
    link: String,
    head: String,
    text: String,
    responsible: String,
    light: Cell,
    raised: String,
    due: String,
    carried: String,
    choices: Vec<Choice>,
    unit: Option<(String, String)>,
    due_field: Option<String>,
    to: Vec<Choice>,
    note: String,
    refusal: String,
}

/// What is asked about a new issue.
struct New {
    compounds: Vec<Choice>,
    categories: Vec<Choice>,
    sources: Vec<Choice>,
    severities: Vec<Choice>,
    text: String,
    responsible: String,
    due: String,
    id: String,
    faults: Vec<(String, String)>,
    similar: bool,
}

impl New {
    fn fault(&self, name: &str) -> &str {
        self.faults
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, fault)| fault.as_str())
            .unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage {
    frame: Frame,
    here: String,
    community: String,
    date: String,
    light: Cell,
    wrong: Vec<String>,
    /// Drafts of the sheet: address and words.
    offers: Vec<(String, String)>,
    old: Vec<Line>,
    fresh: Vec<Line>,
    new: Option<New>,
    form: Option<Inline>,
    participants: String,
    held: bool,
    confirmable: bool,
    future: bool,
    elsewhere: Option<Inline>,
    elsewhere_day: String,
    elsewhere_reason: String,
    print: String,
    register: String,
    /// What would be recorded, shown once more.
    checks: Vec<String>,
    kept: Vec<(String, String)>,
}

/// A sheet as it stands.
struct Known {
    community: String,
    name: String,
    date: Day,
    today: Day,
    /// Id and state of the occurrence, with who was there.
    occurrence: Option<(String, &'static str, Vec<String>)>,
    old: Vec<(SheetLine, String)>,
    new: Vec<(SheetLine, String)>,
    compounds: Vec<(String, String)>,
    limit: Option<(u32, String)>,
}

impl Known {
    fn of(visit: &Visit, asked: Asked) -> Result<Known, Problem> {
        let given = visit.part("date");
        let date = fields::day(given).ok_or_else(|| Problem::not_found(given))?;
        let sheet =
            visit.app().wednesday_sheet(visit.part("community"), Asked { on: Some(date), ..asked })?;
        let views = visit.app().views_as_of(asked.last)?;
        let community = sheet.community.code.clone();
        let registry = &views.registry;
        let mut compounds: Vec<(String, String)> = registry
            .compound
            .iter()
            .filter(|(_, row)| row.community == community)
            .map(|(code, _)| {
                (code.to_owned(), registry.name(Kind::Compound, code, date).unwrap_or(code).to_owned())
            })
            .collect();
        compounds.sort_unstable();
        let occurrence = sheet.occurrence.and_then(|id| {
            let row = views.wednesday.occurrence.get(&id)?;
            Some((id, row.state(), row.participants.clone()))
        });
        let stand = |line: SheetLine| {
            let state = views.wednesday.issue.get(&line.id).map(|issue| issue.state().to_owned());
            (line, state.unwrap_or_default())
        };
        Ok(Known {
            name: registry.name(Kind::Community, &community, date).unwrap_or(&community).to_owned(),
            old: sheet.old.into_iter().map(stand).collect(),
            new: sheet.new.into_iter().map(stand).collect(),
            limit: views.rules.parameter("W01", "carryOversMax", date),
            today: visit.app().today(),
            community,
            date,
            occurrence,
            compounds,
        })
    }

    fn state(&self) -> &'static str {
        self.occurrence.as_ref().map_or("", |(_, state, _)| state)
    }

    /// Whether something can still be recorded on it.
    fn is_open(&self) -> bool {
        !matches!(self.state(), "cancelled" | "confirmed")
    }
}

/// Shows a sheet, or only what is known before of a place and a category.
pub(super) fn show(visit: &Visit) -> Seen {
    if visit.query.has("similar") {
        return take::known_before(visit);
    }
    let (drafted, refusal) = (inline::drafted(visit), Refusal::default());
    let sent = drafted.as_ref().map(|given| Sent { given, refusal: &refusal });
    Shown::page(&page(visit, &Known::of(visit, visit.asked()?)?, sent)?)
}

/// The sheet again, with what was sent and why it was not recorded.
fn again(visit: &Visit, given: &Fields, refusal: &Refusal) -> Seen {
    let known = Known::of(visit, Asked::default())?;
    let mut page = page(visit, &known, Some(Sent { given, refusal }))?;
    page.wrong = refusal.lines();
    page.wrong.extend(refusal.meanwhile.iter().cloned());
    page.frame.faulty = true;
    Shown::with(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn page(visit: &Visit, known: &Known, sent: Option<Sent<'_>>) -> Result<SheetPage, Problem> {
    let t = visit.text;
    let title = t.get("paper-wednesday-title", &[("community", &known.name)]);
    let frame = visit.frame(title).live();
    let records = visit.caller.may(Right::Record) && frame.as_of.is_none();
    let open = records && known.is_open();
    let on = known.date.min(known.today);
    let sheet = Sent::to(sent, "sheet");
    let lines = |lines: &[(SheetLine, String)]| -> Vec<Line> {
        lines.iter().map(|(it, state)| line(known, it, state, open, on, sheet, t)).collect()
    };
    let (old, fresh) = (lines(&known.old), lines(&known.new));
    let stream = known.occurrence.as_ref().map(|(id, ..)| format!("occurrence/{id}")).unwrap_or_default();
    let form = if open {
        let mut form = Inline::new(visit, "sheet", "save", "", sheet)?;
        form.verb = t.day(known.date);
        form.keep(visit, &frame.title);
        Some(form)
    } else {
        None
    };
    let moves = records && matches!(known.state(), "" | "scheduled");
    let elsewhere = Sent::to(sent, "elsewhere");
    let typed = |sent: Option<Sent<'_>>, name: &str| {
        sent.map(|sent| sent.given.get(name).to_owned()).unwrap_or_default()
    };
    let light = match known.state() {
        "" => Cell { look: "mute", shape: "○", ..Cell::words(t.plain("sheet-unrecorded")) },
        "scheduled" if known.date < known.today => {
            lit(light("occurrence", "missed", None, on), "occurrence", "missed", t)
        }
        "held" => Cell { look: "info", shape: "◐", ..Cell::words(t.plain("sheet-unconfirmed")) },
        state => lit(light("occurrence", state, None, on), "occurrence", state, t),
    };
    Ok(SheetPage {
        here: visit.path.clone(),
        community: known.name.clone(),
        date: super::month::with_weekday(known.date, t),
        light,
        wrong: Vec::new(),
        offers: inline::offers(visit, form.iter()),
        old,
        fresh,
        new: if open { Some(new(visit, known, sheet)?) } else { None },
        form,
        participants: match sheet {
            Some(sent) => sent.given.get("participants").to_owned(),
            None => known.occurrence.as_ref().map(|(.., there)| there.join("、")).unwrap_or_default(),
        },
        held: matches!(known.state(), "held" | "confirmed"),
        confirmable: known.date <= known.today,
        future: known.date > known.today,
        elsewhere: match moves {
            true => {
                let mut form = Inline::new(visit, "elsewhere", "", "", elsewhere)?;
                form.hidden.retain(|(name, _)| name != "act");
                Some(form)
            }
            false => None,
        },
        elsewhere_day: typed(elsewhere, "plannedOn"),
        elsewhere_reason: typed(elsewhere, "reason"),
        print: match &known.occurrence {
            Some((id, ..)) => format!("/api/v1/papers/wednesday-sheet/{}?format=html", encoded(id)),
            None => {
                let community = encoded(&known.community);
                format!("/api/v1/papers/wednesday-sheet/{community}?format=html&on={}", known.date)
            }
        },
        register: super::cells::place(&stream).unwrap_or_default(),
        checks: Vec::new(),
        kept: Vec::new(),
        frame,
    })
}

fn line(
    known: &Known,
    it: &SheetLine,
    state: &str,
    open: bool,
    on: Day,
    sent: Option<Sent<'_>>,
    t: Text,
) -> Line {
    let typed = |name: &str| {
        let key = format!("{name}-{}", it.id);
        sent.map(|sent| sent.given.get(&key).to_owned()).unwrap_or_default()
    };
    let chosen = typed("do");
    let choices = if open { choices(state) } else { &[] };
    let has = |names: &[&str]| choices.iter().any(|choice| names.contains(choice));
    let unit = match () {
        () if has(&["verify"]) => Some(t.plain("sheet-verifier")),
        () if has(&["assign"]) => Some(t.plain("field-responsible")),
        () => None,
    };
    let carried = match (&known.limit, it.carry_overs) {
        (_, 0) => String::new(),
        (Some((limit, rule)), count) => {
            let args = [("count", count.to_string()), ("limit", limit.to_string()), ("rule", rule.clone())];
            t.get("sheet-carried", &args.each_ref().map(|(name, value)| (*name, value.as_str())))
        }
        (None, count) => t.get("sheet-carried-plain", &[("count", &count.to_string())]),
    };
    // A sheet of long ago shows how it stood then.
    let done = matches!(state, "awaiting-verification" | "verified" | "closed");
    let word = match it.state {
        "open" if done => "in-progress",
        "open" => state,
        stood => stood,
    };
    let key = format!("{}-", it.id);
    let fault = sent.and_then(|sent| {
        sent.refusal.faults.iter().find(|(name, _)| name.starts_with(&key)).map(|(_, fault)| fault.clone())
    });
    Line {
        link: format!("/issues/{}", encoded(&it.id)),
        head: t.remarks(&[it.compound.name.clone(), t.word("word", &it.category)]),
        text: it.text.clone(),
        responsible: it.responsible.as_ref().map(|unit| unit.name.clone()).unwrap_or_default(),
        light: lit(light("issue", word, it.due_on, on), "issue", word, t),
        raised: t.get("sheet-raised", &[("day", &t.short_day(it.raised_on))]),
        due: it.due_on.map(|due| t.get("sheet-due", &[("day", &t.short_day(due))])).unwrap_or_default(),
        carried,
        choices: choices
            .iter()
            .map(|choice| ((*choice).to_owned(), t.word("sheet-do", choice), chosen == *choice))
            .collect(),
        unit: unit.map(|label| (label, typed("unit"))),
        due_field: has(&["assign"]).then(|| typed("due")),
        to: match has(&["escalate"]) {
            true => words(ESCALATES, &typed("to"), |word| word.to_owned()),
            false => Vec::new(),
        },
        note: typed("note"),
        refusal: fault.unwrap_or_default(),
        id: it.id.clone(),
    }
}

fn words(all: &[&str], chosen: &str, say: impl Fn(&str) -> String) -> Vec<Choice> {
    all.iter().map(|word| ((*word).to_owned(), say(word), *word == chosen)).collect()
}

fn new(visit: &Visit, known: &Known, sent: Option<Sent<'_>>) -> Result<New, Problem> {
    let t = visit.text;
    let typed =
        |name: &str| sent.map(|sent| sent.given.get(&format!("new-{name}")).to_owned()).unwrap_or_default();
    let compound = typed("compound");
    let compounds = known.compounds.iter();
    let faults = sent.map(|sent| sent.refusal.faults.as_slice()).unwrap_or_default();
    let faults = faults
        .iter()
        .filter_map(|(name, fault)| name.strip_prefix("new-").map(|name| (name.to_owned(), fault.clone())));
    let faults: Vec<(String, String)> = faults.collect();
    let id = match typed("id") {
        id if id.is_empty() => super::ids::next(visit, "issue", &Fields::default())?,
        id => id,
    };
    Ok(New {
        compounds: compounds.map(|(code, name)| (code.clone(), name.clone(), *code == compound)).collect(),
        categories: words(CATEGORIES, &typed("category"), |word| t.word("word", word)),
        sources: words(SOURCES, &typed("source"), |word| word.to_owned()),
        severities: words(SEVERITIES, &typed("severity"), |word| word.to_owned()),
        text: typed("text"),
        responsible: typed("responsible"),
        due: typed("due"),
        similar: faults.iter().any(|(name, _)| name == "similar"),
        faults,
        id,
    })
}
