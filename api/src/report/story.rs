//! What a report says in sentences, and how it counts.

use gongjian_projections::figures::{Figure, Report, Value};

use super::Material;
use super::counted::{chart, short};
use crate::document::{Block, Chart, Drawing, Span};
use crate::messages::Text;

/// Sentences of the overview, each with the figures that it names by their names with `-` for `_`.
const SENTENCES: &[&str] = &["alliances", "agreements", "projects", "property", "meetings", "wednesday"];
/// Figures whose course over the last quarters is drawn.
const COURSE: &[Figure] = &[
    Figure::DecisionsRecorded,
    Figure::DecisionsVerified,
    Figure::PropertyIssuesRaised,
    Figure::PropertyIssuesClosed,
    Figure::ProjectsClaimed,
    Figure::ProjectsAccepted,
];
/// How many statements on counting there are.
const BASES: usize = 9;

/// The quarter in a few sentences, and how it came about.
pub(super) fn overview(material: &Material<'_>, text: Text) -> Vec<Block> {
    let numbers: Vec<(String, String)> = material
        .report
        .figures
        .iter()
        .map(|(figure, counted)| (figure.name().replace('_', "-"), counted.value.number().to_string()))
        .collect();
    let mut args: Vec<(&str, &str)> =
        numbers.iter().map(|(name, number)| (name.as_str(), number.as_str())).collect();
    let end = text.day(material.frame.end);
    args.push(("end", &end));
    let sentence = |name: &&str| {
        Block::Paragraph(vec![
            Span::strong(text.plain(&format!("summary-lead-{name}"))),
            Span::plain(text.get(&format!("summary-text-{name}"), &args)),
        ])
    };
    let mut blocks: Vec<Block> = SENTENCES.iter().map(sentence).collect();
    blocks.push(Block::Chart(course(material, text)));
    blocks.extend(closed(material.report, text).map(Block::Chart));
    blocks
}

/// What was closed, by category.
pub(crate) fn closed(report: &Report, text: Text) -> Option<Chart> {
    let counted = report.figures.get(Figure::PropertyIssuesClosedByCategory);
    let Value::Breakdown(parts) = &counted.value else { return None };
    let numbers = parts.iter().map(|(_, number)| *number).collect();
    let series = vec![(short(Figure::PropertyIssuesClosed, text), numbers)];
    let names = parts.iter().map(|(name, _)| (*name).to_owned()).collect();
    let caption = text.plain("summary-chart-categories");
    Some(chart("closed-by-category", caption, Drawing::Bars, names, series, text))
}

fn course(material: &Material<'_>, text: Text) -> Chart {
    let reports: Vec<&Report> = material
        .earlier
        .iter()
        .filter(|report| material.begins <= report.quarter)
        .chain(std::iter::once(material.report))
        .collect();
    course_of(&reports, text)
}

/// The course of some figures over the reports of quarters that follow each other.
pub(crate) fn course_of(reports: &[&Report], text: Text) -> Chart {
    let quarters = reports.iter().map(|report| report.quarter.to_string()).collect();
    let series = COURSE.iter().map(|figure| {
        (short(*figure, text), reports.iter().map(|report| report.figures.number(*figure)).collect())
    });
    chart("course", text.plain("summary-chart-course"), Drawing::Lines, quarters, series.collect(), text)
}

/// How the report counts.
pub(super) fn bases(text: Text) -> Vec<Block> {
    (1..=BASES).map(|at| Block::paragraph(text.plain(&format!("summary-basis-{at}")))).collect()
}
