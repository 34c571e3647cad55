//! Charts, drawn by whoever opens the document (DrawingML): every number stands in the file itself.

use super::xml::escaped;
use crate::document::{Cell, Chart, Column, Drawing, Row, Table};

/// Width and height on the page, in English Metric Units (360 000 a centimetre).
const EXTENT: (u32, u32) = (5_400_000, 2_880_000);
/// More along an axis cannot be read; then the numbers stand in a table.
const CATEGORIES_MAX: usize = 60;
/// Numbers are written beside so many bars; more would cover each other.
const LABELS_MAX: usize = 24;
/// Fills on which black numbers can be read, and which differ in print without colour.
const FILLS: [&str; 6] = ["6C8EBF", "D9D9D9", "F4B084", "9C9C9C", "B4C7E7", "7F7F7F"];

/// The chart as a part of its own; `None` for one that cannot be drawn.
pub(super) fn draw(chart: &Chart) -> Option<String> {
    let count = chart.categories.len();
    let fits = chart.series.iter().all(|(_, numbers)| numbers.len() == count);
    if count == 0 || count > CATEGORIES_MAX || chart.series.is_empty() || !fits {
        return None;
    }
    let lines = chart.drawing == Drawing::Lines;
    let series: String = chart.series.iter().enumerate().map(|(at, it)| series(chart, at, it)).collect();
    let plot = match chart.drawing {
        Drawing::Bars => bars("clustered", "", &series),
        Drawing::Stack => bars("stacked", "<c:overlap val=\"100\"/>", &series),
        Drawing::Lines => format!(
            "<c:lineChart><c:grouping val=\"standard\"/><c:varyColors val=\"0\"/>{series}\
             <c:marker val=\"1\"/><c:axId val=\"1\"/><c:axId val=\"2\"/></c:lineChart>"
        ),
    };
    let legend = match chart.series.len() {
        1 => "",
        _ => "<c:legend><c:legendPos val=\"b\"/><c:overlay val=\"0\"/></c:legend>",
    };
    let between = if lines { "midCat" } else { "between" };
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><c:roundedCorners val=\"0\"/>\
         <c:chart><c:autoTitleDeleted val=\"1\"/><c:plotArea><c:layout/>{plot}\
         <c:catAx><c:axId val=\"1\"/><c:scaling><c:orientation val=\"minMax\"/></c:scaling><c:delete val=\"0\"/>\
         <c:axPos val=\"b\"/><c:numFmt formatCode=\"General\" sourceLinked=\"0\"/><c:majorTickMark val=\"out\"/>\
         <c:minorTickMark val=\"none\"/><c:tickLblPos val=\"nextTo\"/><c:crossAx val=\"2\"/></c:catAx>\
         <c:valAx><c:axId val=\"2\"/><c:scaling><c:orientation val=\"minMax\"/><c:min val=\"0\"/></c:scaling>\
         <c:delete val=\"0\"/><c:axPos val=\"l\"/><c:majorGridlines><c:spPr><a:ln w=\"6350\"><a:solidFill>\
         <a:srgbClr val=\"D9D9D9\"/></a:solidFill></a:ln></c:spPr></c:majorGridlines>\
         <c:numFmt formatCode=\"0\" sourceLinked=\"0\"/><c:majorTickMark val=\"out\"/>\
         <c:minorTickMark val=\"none\"/><c:tickLblPos val=\"nextTo\"/><c:crossAx val=\"1\"/>\
         <c:crossBetween val=\"{between}\"/></c:valAx></c:plotArea>{legend}<c:plotVisOnly val=\"1\"/>\
         <c:dispBlanksAs val=\"gap\"/></c:chart><c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz=\"900\"/></a:pPr>\
         <a:endParaRPr lang=\"zh-CN\"/></a:p></c:txPr></c:chartSpace>"
    ))
}

fn bars(grouping: &str, overlap: &str, series: &str) -> String {
    format!(
        "<c:barChart><c:barDir val=\"col\"/><c:grouping val=\"{grouping}\"/><c:varyColors val=\"0\"/>{series}\
         <c:gapWidth val=\"60\"/>{overlap}<c:axId val=\"1\"/><c:axId val=\"2\"/></c:barChart>"
    )
}

fn series(chart: &Chart, at: usize, (name, numbers): &(String, Vec<u64>)) -> String {
    let fill = FILLS.get(at % FILLS.len()).copied().unwrap_or("6C8EBF");
    let fill = format!("<a:solidFill><a:srgbClr val=\"{fill}\"/></a:solidFill>");
    let (shape, after) = match chart.drawing {
        Drawing::Lines => {
            (format!("<a:ln w=\"22225\">{fill}</a:ln>"), "<c:marker><c:symbol val=\"circle\"/></c:marker>")
        }
        _ => (fill, "<c:invertIfNegative val=\"0\"/>"),
    };
    let shows = u8::from(chart.categories.len() * chart.series.len() <= LABELS_MAX);
    let points = |texts: &mut dyn Iterator<Item = String>| {
        let points =
            texts.enumerate().map(|(at, text)| format!("<c:pt idx=\"{at}\"><c:v>{text}</c:v></c:pt>"));
        points.collect::<String>()
    };
    format!(
        "<c:ser><c:idx val=\"{at}\"/><c:order val=\"{at}\"/><c:tx><c:v>{}</c:v></c:tx>\
         <c:spPr>{shape}</c:spPr>{after}<c:dLbls><c:showLegendKey val=\"0\"/><c:showVal val=\"{shows}\"/>\
         <c:showCatName val=\"0\"/><c:showSerName val=\"0\"/><c:showPercent val=\"0\"/>\
         <c:showBubbleSize val=\"0\"/></c:dLbls><c:cat><c:strLit><c:ptCount val=\"{count}\"/>{}</c:strLit></c:cat>\
         <c:val><c:numLit><c:formatCode>0</c:formatCode><c:ptCount val=\"{count}\"/>{}</c:numLit></c:val></c:ser>",
        escaped(name),
        points(&mut chart.categories.iter().map(|category| escaped(category))),
        points(&mut numbers.iter().map(u64::to_string)),
        count = chart.categories.len(),
    )
}

/// The run in which a chart stands; the description is for those who cannot see it.
pub(super) fn frame(number: usize, description: &str) -> String {
    let (width, height) = EXTENT;
    format!(
        "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">\
         <wp:extent cx=\"{width}\" cy=\"{height}\"/><wp:docPr id=\"{number}\" name=\"chart{number}\" \
         descr=\"{description}\"/><wp:cNvGraphicFramePr/>\
         <a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\">\
         <a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\">\
         <c:chart xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" r:id=\"chart{number}\"/>\
         </a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
}

/// The numbers of a chart as a table, whatever is missing in it.
pub(super) fn numbers(chart: &Chart) -> Table {
    let mut columns = vec![Column::text("", 16)];
    columns.extend(chart.series.iter().map(|(name, _)| Column::number(name.as_str(), 8)));
    let longest = chart.series.iter().map(|(_, numbers)| numbers.len()).max().unwrap_or(0);
    let rows =
        (0..longest.max(chart.categories.len())).map(|at| {
            let mut cells = vec![Cell::from(chart.categories.get(at).cloned().unwrap_or_default())];
            cells.extend(chart.series.iter().map(|(_, numbers)| {
                numbers.get(at).map_or_else(Cell::default, |number| Cell::from(*number))
            }));
            Row::from(cells)
        });
    Table {
        key: chart.key.clone(),
        caption: chart.caption.clone(),
        rows: rows.collect(),
        columns,
        data_only: false,
    }
}
