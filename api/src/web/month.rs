//! The month of meetings: a day a cell, and in red what should have been and was not (R12, R16).

use std::collections::BTreeMap;

use askama::Template;
use gongjian_core::day::Day;
use gongjian_projections::light::light;
use gongjian_projections::obligations::{self, Filter, State};
use gongjian_projections::registry::Kind;
use gongjian_projections::views::Views;

use super::cells::{Cell, encoded, lit};
use super::{Frame, Seen, Shown, Visit};
use crate::error::Problem;
use crate::messages::Text;

/// Meetings named on one day; of the rest it says how many.
const NAMED: usize = 4;

/// A line of a day.
struct Line {
    link: String,
    words: String,
    light: Cell,
}

/// A day of the month; one of another month has nothing in it.
#[derive(Default)]
struct Square {
    number: String,
    label: String,
    today: bool,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "month.html")]
struct MonthPage {
    frame: Frame,
    month: String,
    before: String,
    after: String,
    list: String,
    new: Option<(String, String)>,
    weekdays: Vec<String>,
    weeks: Vec<Vec<Square>>,
    calendar: String,
}

/// A day with its weekday, as one writes it for meetings.
pub(super) fn with_weekday(day: Day, t: Text) -> String {
    t.get("day-weekday", &[("day", &t.day(day)), ("weekday", &t.word("weekday", &day.weekday().to_string()))])
}

/// Shows a month: `month` says which.
pub(super) fn show(visit: &Visit) -> Seen {
    let t = visit.text;
    let asked = visit.asked()?;
    let on = visit.on(asked)?;
    let (year, month) = match visit.query.get("month") {
        "" => (on.ymd().0, on.ymd().1),
        given => read(given).ok_or_else(|| Problem::unreadable("month", given, "2022-06"))?,
    };
    let first = Day::from_ymd(year, month, 1).ok_or_else(|| Problem::malformed("month", "2022-06"))?;
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let after =
        Day::from_ymd(next_year, next_month, 1).ok_or_else(|| Problem::malformed("month", "2022-06"))?;
    let last = after.plus(-1);
    let community = visit.query.get("community");
    let mut lines = BTreeMap::new();
    {
        let views = visit.app().views_as_of(asked.last)?;
        meetings(&views, (first, last), community, on, t, &mut lines);
        missing(&views, (first, last), community, on, t, &mut lines);
    }
    let lead = i32::try_from(first.weekday()).unwrap_or(1) - 1;
    let mut weeks = Vec::new();
    let mut day = first.plus(-lead);
    while day <= last {
        let mut week = Vec::new();
        for _ in 0..7 {
            let mut square = Square::default();
            if first <= day && day <= last {
                square.number = day.ymd().2.to_string();
                square.label = with_weekday(day, t);
                square.today = day == on;
                square.lines = lines.remove(&day).unwrap_or_default();
            }
            week.push(square);
            day = day.plus(1);
        }
        weeks.push(week);
    }
    let link = |day: Day| {
        let (year, month, _) = day.ymd();
        visit.query.link("/meetings", &[("view", "month"), ("month", &format!("{year}-{month:02}"))])
    };
    let frame = visit.frame(t.plain("page-meetings")).wide().live();
    let records = visit.caller.may(crate::access::Right::Record) && frame.as_of.is_none();
    let words = [("year", year.to_string()), ("month", month.to_string())];
    let month = t.get("month", &words.each_ref().map(|(name, value)| (*name, value.as_str())));
    Shown::page(&MonthPage {
        month,
        before: link(first.plus(-1)),
        after: link(after),
        list: visit.query.link("/meetings", &[("view", ""), ("month", "")]),
        new: records.then(|| ("/do/meeting.schedule".to_owned(), t.command("meeting.schedule"))),
        weekdays: (1..=7).map(|day: u32| t.word("weekday", &day.to_string())).collect(),
        weeks,
        calendar: match community {
            "" => "/api/v1/calendar.ics".to_owned(),
            community => format!("/api/v1/calendar.ics?community={}", encoded(community)),
        },
        frame,
    })
}

/// `2022-06`.
fn read(given: &str) -> Option<(i32, u32)> {
    let (year, month) = given.split_once('-')?;
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    ((1..=12).contains(&month) && (1900..=2999).contains(&year)).then_some((year, month))
}

type Lines = BTreeMap<Day, Vec<Line>>;

/// The meetings of the month; Wednesday meetings as one line a day.
fn meetings(views: &Views, (first, last): (Day, Day), community: &str, on: Day, t: Text, lines: &mut Lines) {
    let here = |code: &str| community.is_empty() || code == community;
    let mut of_day: BTreeMap<Day, Vec<Line>> = BTreeMap::new();
    for (id, meeting) in views.meetings.meeting.iter() {
        if meeting.date < first || last < meeting.date || !here(&meeting.community) {
            continue;
        }
        let name = views.registry.name(Kind::Community, &meeting.community, meeting.date);
        let args =
            [("community", name.unwrap_or(&meeting.community)), ("type", meeting.meeting_type.as_str())];
        let word = meeting.phase.word();
        of_day.entry(meeting.date).or_default().push(Line {
            link: format!("/meetings/{}", encoded(id)),
            words: t.get("paper-meeting", &args),
            light: lit(light("meeting", word, None, on), "meeting", word, t),
        });
    }
    for (day, mut found) in of_day {
        found.sort_by(|a, b| a.words.cmp(&b.words));
        let more = found.len().saturating_sub(NAMED);
        // One more line would say no less than the meeting itself.
        if more > 1 {
            found.truncate(NAMED);
            found.push(Line {
                link: format!("/meetings?contains={day}"),
                words: t.get("month-more", &[("count", &more.to_string())]),
                light: Cell::default(),
            });
        }
        lines.entry(day).or_default().append(&mut found);
    }
    let mut held: BTreeMap<Day, (usize, usize)> = BTreeMap::new();
    for (_, row) in views.wednesday.occurrence.iter() {
        let day = row.held.map_or(row.planned_on, |held| held.on);
        if first <= day && day <= last && row.cancelled.is_none() && here(&row.community) {
            let counts = held.entry(day).or_default();
            counts.0 += usize::from(row.held.is_some_and(|held| held.by(on)));
            counts.1 += 1;
        }
    }
    for (day, (done, all)) in held {
        let link = match community {
            "" => format!("/wednesday?quarter={}", day.quarter()),
            code => super::wednesday::sheet(code, &day),
        };
        let args = [("held", done.to_string()), ("all", all.to_string())];
        let words = t.get("month-wednesday", &args.each_ref().map(|(name, count)| (*name, count.as_str())));
        lines.entry(day).or_default().push(Line { link, words, light: Cell::default() });
    }
}

/// What was missed: Wednesdays on their day, joint meetings on the last day of their quarter.
fn missing(views: &Views, (first, last): (Day, Day), community: &str, on: Day, t: Text, lines: &mut Lines) {
    for (rule, key) in [("R16", "month-missed-wednesday"), ("R12", "month-missed-joint")] {
        let filter = Filter {
            state: Some(State::Missed),
            from: Some(first),
            until: Some(last),
            community: (!community.is_empty()).then(|| community.to_owned()),
            ..Filter::default().of_rule(rule)
        };
        let mut missed: BTreeMap<Day, usize> = BTreeMap::new();
        for due in obligations::list(views, &filter, on).iter().filter_map(|it| it.due_on) {
            *missed.entry(due).or_default() += 1;
        }
        for (day, count) in missed {
            let link = match (rule, community) {
                ("R16", "") => format!("/wednesday?quarter={}", day.quarter()),
                ("R16", code) => super::wednesday::sheet(code, &day),
                _ => format!("/obligations?rule={rule}"),
            };
            let words = t.get(key, &[("count", &count.to_string())]);
            let light = Cell { look: "bad", shape: "◆", ..Cell::words(words) };
            lines.entry(day).or_default().push(Line { link, words: String::new(), light });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_month_is_read_or_refused() {
        assert_eq!(read("2022-06"), Some((2022, 6)));
        for bad in ["2022-13", "2022", "99999-01", "2022-00", "六月"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
