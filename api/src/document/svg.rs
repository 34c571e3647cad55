//! Charts as drawings: bars, bars upon each other, and lines, in SVG that stands in a page and on paper.
//!
//! Everything is drawn with outlines, hatches, dashes and marks, so that a grey print tells the series apart.
//! Labels that do not fit beside each other are turned, and thinned out where that is not enough.

use std::fmt::Write as _;

use super::shown::{grouped, printable};
use super::{Chart, Drawing};
use crate::output::paper::escaped;

/// Width of every drawing, in its own units.
const WIDTH: f64 = 640.0;
/// Height of the field inside the axes.
const FIELD: f64 = 210.0;
/// Size of the letters.
const LETTER: f64 = 12.0;
/// The longest label, in half-width characters; what is longer is cut.
const LABEL_MAX: usize = 20;
/// The turn of labels that do not fit beside each other: 45 degrees.
const TURN: f64 = 0.707;
/// Numbers are written upon bars where there are no more than this.
const NUMBERS_MAX: usize = 30;

/// Colour and hatch of each series; neighbours differ in lightness, so that grey tells them apart.
const FILLS: [(&str, bool); 6] = [
    ("#1f4e79", false),
    ("#a9c7e6", false),
    ("#c0782f", false),
    ("#f3dfb0", false),
    ("#1f4e79", true),
    ("#8a4b12", true),
];
/// Dashes of each line.
const DASHES: [&str; 4] = ["none", "7 3", "2 3", "9 3 2 3"];

/// The drawing, whole in itself. Ids in it begin with its number in the document.
pub fn draw(chart: &Chart, number: usize) -> String {
    let sketch = Sketch::of(chart, number);
    let mut out = sketch.begin();
    sketch.legend(&mut out);
    sketch.axes(&mut out);
    match chart.drawing {
        Drawing::Bars => sketch.bars(&mut out),
        Drawing::Stack => sketch.stack(&mut out),
        Drawing::Lines => sketch.lines(&mut out),
    }
    sketch.labels(&mut out);
    out.push_str("</svg>\n");
    out
}

/// How labels stand under the axis.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    Upright,
    Turned,
}

/// A chart with everything measured.
struct Sketch<'a> {
    chart: &'a Chart,
    /// What ids in the drawing begin with; no other in the document has it.
    id: String,
    labels: Vec<String>,
    stand: Stand,
    /// One label in so many is written.
    every: usize,
    /// Left and top edge of the field.
    left: f64,
    top: f64,
    /// Width of one category.
    slot: f64,
    height: f64,
    /// The number at the field's upper edge, and that between two lines.
    most: u64,
    step: u64,
}

impl<'a> Sketch<'a> {
    fn of(chart: &'a Chart, number: usize) -> Sketch<'a> {
        let (most, step) = scale(highest(chart));
        let left = wide(&grouped(most)) + 12.0;
        let count = chart.categories.len().max(1);
        let slot = (WIDTH - left - 8.0) / count as f64;
        let labels: Vec<String> = chart.categories.iter().map(|label| cut(&printable(label))).collect();
        let widest = labels.iter().map(|label| wide(label)).fold(0.0, f64::max);
        let stand = if widest + 6.0 <= slot { Stand::Upright } else { Stand::Turned };
        let (every, below) = match stand {
            Stand::Upright => (1, LETTER + 8.0),
            // Turned lines of letters need the letter's height along the diagonal.
            Stand::Turned => {
                ((LETTER * 1.15 / TURN / slot).ceil().max(1.0) as usize, widest * TURN + LETTER + 8.0)
            }
        };
        let legend = Sketch::places(chart).last().map_or(0.0, |(_, _, y)| y + 12.0);
        let top = legend + 16.0;
        let id = format!("chart-{number}");
        Sketch { chart, id, labels, stand, every, left, top, slot, height: top + FIELD + below, most, step }
    }

    fn begin(&self) -> String {
        let Sketch { id, height, chart, .. } = self;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.1}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" font-size=\"{LETTER}\" \
             font-family=\"'Noto Serif CJK SC', 'Songti SC', SimSun, serif\" fill=\"#000\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
            escaped(&printable(&chart.caption)),
            escaped(&printable(&chart.description))
        );
        for (at, (colour, hatched)) in FILLS.iter().enumerate() {
            if *hatched && at < chart.series.len() {
                let _ = writeln!(
                    out,
                    "<pattern id=\"{id}-hatch-{at}\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\">\
                     <rect width=\"5\" height=\"5\" fill=\"#fff\"/>\
                     <path d=\"M0 5L5 0M-1 1L1 -1M4 6L6 4\" stroke=\"{colour}\" stroke-width=\"1.4\"/></pattern>"
                );
            }
        }
        out
    }

    fn fill(&self, series: usize) -> String {
        let at = series % FILLS.len();
        match FILLS.get(at) {
            Some((_, true)) => format!("url(#{}-hatch-{at})", self.id),
            Some((colour, false)) => (*colour).to_owned(),
            None => "#888".to_owned(),
        }
    }

    /// Where the name of each series stands above the field; one series needs no name.
    fn places(chart: &Chart) -> Vec<(String, f64, f64)> {
        let mut places = Vec::new();
        if chart.series.len() < 2 {
            return places;
        }
        let (mut x, mut y) = (4.0, 12.0);
        for (name, _) in &chart.series {
            let name = printable(name);
            let width = wide(&name) + 40.0;
            if x + width > WIDTH && x > 4.0 {
                (x, y) = (4.0, y + LETTER + 8.0);
            }
            places.push((name, x, y));
            x += width;
        }
        places
    }

    fn legend(&self, out: &mut String) {
        for (series, (name, x, y)) in Sketch::places(self.chart).iter().enumerate() {
            if self.chart.drawing == Drawing::Lines {
                self.stroke(out, series, &format!("M{x:.1} {:.1}h22", y - 4.0));
                self.mark(out, series, x + 11.0, y - 4.0);
            } else {
                self.bar(out, series, (*x, y - 10.0), (22.0, 11.0));
            }
            text(out, x + 27.0, *y, "start", name);
        }
    }

    /// Height of a number in the field, from its lower edge.
    fn rise(&self, number: u64) -> f64 {
        FIELD * number as f64 / self.most as f64
    }

    fn floor(&self) -> f64 {
        self.top + FIELD
    }

    fn middle(&self, category: usize) -> f64 {
        self.left + self.slot * (category as f64 + 0.5)
    }

    fn axes(&self, out: &mut String) {
        let right = WIDTH - 4.0;
        for line in 0..=self.most / self.step {
            let number = line * self.step;
            let y = self.floor() - self.rise(number);
            let colour = if number == 0 { "#000" } else { "#bbb" };
            let _ = writeln!(
                out,
                "<path d=\"M{:.1} {y:.1}H{right:.1}\" stroke=\"{colour}\" stroke-width=\"0.7\"/>",
                self.left
            );
            text(out, self.left - 6.0, y + 4.0, "end", &grouped(number));
        }
    }

    fn labels(&self, out: &mut String) {
        for (at, label) in self.labels.iter().enumerate().step_by(self.every) {
            let x = self.middle(at);
            let y = self.floor() + LETTER + 4.0;
            match self.stand {
                Stand::Upright => text(out, x, y, "middle", label),
                Stand::Turned => {
                    let (x, y) = (x + 4.0, y - 2.0);
                    let _ = writeln!(
                        out,
                        "<text transform=\"translate({x:.1} {y:.1}) rotate(-45)\" text-anchor=\"end\">{}</text>",
                        escaped(label)
                    );
                }
            }
        }
    }

    /// Whether numbers of this many columns can be written upon them.
    fn numbered(&self, columns: usize, room: f64) -> bool {
        let all = self.chart.series.iter().flat_map(|(_, numbers)| numbers);
        let widest = all.map(|number| wide(&grouped(*number))).fold(0.0, f64::max);
        columns <= NUMBERS_MAX && widest + 2.0 <= room
    }

    fn bars(&self, out: &mut String) {
        let count = self.chart.series.len().max(1);
        let each = (self.slot * 0.76 / count as f64).min(44.0);
        let room = if count == 1 { self.slot } else { each };
        let numbered = self.numbered(count * self.labels.len(), room);
        for (series, (_, numbers)) in self.chart.series.iter().enumerate() {
            for (at, number) in numbers.iter().enumerate().take(self.labels.len()) {
                let x = self.middle(at) + each * (series as f64 - count as f64 / 2.0);
                let y = self.floor() - self.rise(*number);
                self.bar(out, series, (x, y), (each, self.rise(*number)));
                if numbered {
                    text(out, x + each / 2.0, y - 3.0, "middle", &grouped(*number));
                }
            }
        }
    }

    fn stack(&self, out: &mut String) {
        let each = (self.slot * 0.7).min(48.0);
        let numbered = self.numbered(self.labels.len(), self.slot);
        for at in 0..self.labels.len() {
            let x = self.middle(at) - each / 2.0;
            let mut below: u64 = 0;
            for (series, (_, numbers)) in self.chart.series.iter().enumerate() {
                let number = numbers.get(at).copied().unwrap_or(0);
                let y = self.floor() - self.rise(below.saturating_add(number));
                self.bar(out, series, (x, y), (each, self.rise(number)));
                below = below.saturating_add(number);
            }
            if numbered {
                text(out, self.middle(at), self.floor() - self.rise(below) - 3.0, "middle", &grouped(below));
            }
        }
    }

    fn lines(&self, out: &mut String) {
        // Numbers of several lines would stand upon each other.
        let numbered = self.chart.series.len() == 1 && self.numbered(self.labels.len(), self.slot);
        for (series, (_, numbers)) in self.chart.series.iter().enumerate() {
            let place = |(at, number): (usize, &u64)| (self.middle(at), self.floor() - self.rise(*number));
            let points: Vec<(f64, f64)> =
                numbers.iter().enumerate().take(self.labels.len()).map(place).collect();
            let mut path = String::new();
            for (at, (x, y)) in points.iter().enumerate() {
                let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
            }
            if points.len() > 1 {
                self.stroke(out, series, &path);
            }
            for ((x, y), number) in points.iter().zip(numbers) {
                self.mark(out, series, *x, *y);
                if numbered {
                    text(out, *x, y - 8.0, "middle", &grouped(*number));
                }
            }
        }
    }

    fn bar(&self, out: &mut String, series: usize, (x, y): (f64, f64), (width, height): (f64, f64)) {
        if height <= 0.0 {
            return;
        }
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{}\" \
             stroke=\"#222\" stroke-width=\"0.6\"/>",
            self.fill(series)
        );
    }

    fn stroke(&self, out: &mut String, series: usize, path: &str) {
        let _ = writeln!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"{}\"/>",
            line_colour(series),
            DASHES[(series + series / DASHES.len()) % DASHES.len()]
        );
    }

    fn mark(&self, out: &mut String, series: usize, x: f64, y: f64) {
        // A fifth line has the colour and shape of the first, but filled and dashed otherwise.
        let fill = if (series / 4).is_multiple_of(2) { "#fff" } else { line_colour(series) };
        let shape = match series % 4 {
            0 => "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
            1 => "m-3.2 -3.2h6.4v6.4h-6.4z",
            2 => "m0 -4.2l4 7h-8z",
            _ => "m0 -4.4l4.4 4.4l-4.4 4.4l-4.4 -4.4z",
        };
        let _ = writeln!(
            out,
            "<path d=\"M{x:.1} {y:.1}{shape}\" fill=\"{fill}\" stroke=\"{}\" stroke-width=\"1.6\"/>",
            line_colour(series)
        );
    }
}

/// Lines are thin, so that only dark colours will do.
fn line_colour(series: usize) -> &'static str {
    ["#1f4e79", "#b05a10", "#3f7d3a", "#444"][series % 4]
}

fn text(out: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    let _ =
        writeln!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>", escaped(words));
}

/// The highest number to be drawn.
fn highest(chart: &Chart) -> u64 {
    let categories = 0..chart.categories.len();
    let column =
        |at: usize| chart.series.iter().map(move |(_, numbers)| numbers.get(at).copied().unwrap_or(0));
    match chart.drawing {
        Drawing::Stack => categories.map(|at| column(at).fold(0, u64::saturating_add)).max(),
        Drawing::Bars | Drawing::Lines => categories.flat_map(column).max(),
    }
    .unwrap_or(0)
}

/// The number at the upper edge, and the step between lines: 1, 2 or 5 with noughts, at most six lines.
fn scale(highest: u64) -> (u64, u64) {
    let mut step: u64 = 1;
    while highest.div_ceil(step) > 5 {
        // 1, 2, 5, 10: a leading 2 grows by two and a half, the others double.
        let leading_two = step.to_string().starts_with('2');
        let next = if leading_two { step.checked_mul(5).map(|it| it / 2) } else { step.checked_mul(2) };
        match next {
            Some(next) => step = next,
            None => return (highest, highest),
        }
    }
    // A little air above the highest bar, for its number.
    let most = highest.div_ceil(step).max(1).saturating_mul(step);
    (most, step)
}

/// Width of words in the drawing's units, a little more than they have.
fn wide(words: &str) -> f64 {
    words.chars().map(|it| if it.is_ascii() { 0.58 } else { 1.0 }).sum::<f64>() * LETTER
}

/// A label that is not too long.
fn cut(label: &str) -> String {
    let mut width = 0;
    let mut out = String::new();
    for it in label.chars() {
        width += if it.is_ascii() { 1 } else { 2 };
        if width > LABEL_MAX {
            out.push('…');
            break;
        }
        out.push(it);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_steps_and_holds_the_highest_number() {
        for (highest, expected) in
            [(0, (1, 1)), (1, (1, 1)), (5, (5, 1)), (6, (6, 2)), (11, (15, 5)), (26, (30, 10))]
        {
            assert_eq!(scale(highest), expected, "{highest}");
        }
        let (most, step) = scale(u64::MAX);
        assert!(most >= u64::MAX / 2 && most / step <= 6);
    }

    #[test]
    fn labels_are_turned_and_thinned_out_before_they_collide() {
        let of = |count: usize, label: &str| {
            let categories = vec![label.to_owned(); count];
            let chart =
                Chart { series: vec![("甲".into(), vec![1; count])], categories, ..Chart::default() };
            draw(&chart, 1).matches(&format!(">{label}</text>")).count()
        };
        assert_eq!((of(4, "东门社区"), of(26, "东门社区"), of(90, "东门社区")), (4, 26, 30));
    }
}
