//! Draws fan charts: bands that hold 50, 80 and 95 % of runs, and the median.

use super::WIDTH;
use super::axis::{Scale, extent, extent_with_zero};
use super::canvas::{Align, Canvas, Ink, figure, ink};
use crate::report::results::Fan;

/// One chart.
pub(crate) struct Chart<'a> {
    pub(crate) title: String,
    pub(crate) unit: String,
    pub(crate) fans: &'a [Fan],
    /// Factor from the stored to the shown unit.
    pub(crate) factor: f64,
}

/// Words of the legend: bands from the widest to the narrowest, median.
pub(crate) struct Legend {
    pub(crate) bands: [String; 3],
    pub(crate) median: String,
}

/// Places of the lower and upper edge in `Fan::q`, with the tone.
const BANDS: [(usize, usize, Ink); 3] = [
    (0, 8, ink::BLUE_95),
    (2, 6, ink::BLUE_80),
    (3, 5, ink::BLUE_50),
];

/// Charts in a grid; with `shared` all have one upright axis that holds zero.
pub(crate) fn draw(
    title: &str,
    quarters: &[String],
    charts: &[Chart<'_>],
    columns: usize,
    shared: bool,
    legend: &Legend,
) -> String {
    let height = if columns > 2 { 150.0 } else { 210.0 };
    let lines = charts.len().div_ceil(columns) as f64;
    let edges = |chart: &Chart<'_>| -> Vec<f64> {
        let factor = chart.factor;
        chart
            .fans
            .iter()
            .flat_map(|fan| [fan.q[0] * factor, fan.q[8] * factor])
            .collect()
    };
    let common = extent_with_zero(charts.iter().flat_map(edges), 0.04);
    figure(WIDTH, lines * height + 26.0, title, |canvas| {
        draw_legend(canvas, legend);
        let cell = WIDTH / columns as f64;
        for (index, chart) in charts.iter().enumerate() {
            let left = cell * (index % columns) as f64;
            let top = 26.0 + height * (index / columns) as f64;
            let range = if shared {
                common
            } else {
                extent(edges(chart), 0.06)
            };
            if let Some(range) = range {
                draw_chart(canvas, chart, quarters, (left, top, cell, height), range);
            }
        }
    })
}

fn draw_legend(canvas: &Canvas<'_>, legend: &Legend) {
    let mut x = 46.0;
    for ((_, _, tone), words) in BANDS.iter().zip(&legend.bands) {
        canvas.rect(x, 4.0, 18.0, 11.0, *tone);
        canvas.text(x + 23.0, 10.0, words, 10.5, ink::MUTED, Align::Left);
        x += 110.0;
    }
    canvas.line((x, 10.0), (x + 18.0, 10.0), ink::BLUE, 1.8);
    canvas.text(
        x + 23.0,
        10.0,
        &legend.median,
        10.5,
        ink::MUTED,
        Align::Left,
    );
}

fn draw_chart(
    canvas: &Canvas<'_>,
    chart: &Chart<'_>,
    quarters: &[String],
    (x, y, width, height): (f64, f64, f64, f64),
    range: (f64, f64),
) {
    let (left, right) = (x + 46.0, x + width - 12.0);
    let (top, bottom) = (y + 38.0, y + height - 22.0);
    let room = width - 54.0;
    canvas.paragraph(
        left,
        y + 12.0,
        &chart.title,
        11.0,
        ink::TEXT,
        Align::Left,
        room,
        1,
    );
    canvas.paragraph(
        left,
        y + 26.0,
        &chart.unit,
        9.5,
        ink::MUTED,
        Align::Left,
        room,
        1,
    );
    let scale = Scale::new(range, (bottom, top));
    let last = chart.fans.len().saturating_sub(1).max(1) as f64;
    let time = Scale::new((0.0, last), (left, right));
    for (low, high, tone) in BANDS {
        let edge = |place: usize| {
            chart
                .fans
                .iter()
                .enumerate()
                .filter_map(move |(quarter, fan)| {
                    let value = fan.q[place] * chart.factor;
                    value
                        .is_finite()
                        .then(|| (time.at(quarter as f64), scale.at(value)))
                })
        };
        let mut outline: Vec<(f64, f64)> = edge(low).collect();
        let mut back: Vec<(f64, f64)> = edge(high).collect();
        back.reverse();
        outline.extend(back);
        if outline.len() > 2 {
            canvas.polygon(&outline, tone);
        }
    }
    scale.draw_y(canvas, left, right, 4);
    let median: Vec<(f64, f64)> = chart
        .fans
        .iter()
        .enumerate()
        .filter(|(_, fan)| fan.q[4].is_finite())
        .map(|(quarter, fan)| (time.at(quarter as f64), scale.at(fan.q[4] * chart.factor)))
        .collect();
    if median.len() > 1 {
        canvas.path(&median, ink::BLUE, 1.8);
    }
    let years: Vec<(usize, &str)> = quarters
        .iter()
        .enumerate()
        .filter_map(|(quarter, label)| label.strip_suffix("Q1").map(|year| (quarter, year)))
        .collect();
    let every = years.len().div_ceil(5).max(1);
    for (quarter, year) in years.iter().step_by(every) {
        let x = time.at(*quarter as f64);
        canvas.line((x, bottom), (x, bottom + 3.0), ink::MUTED, 0.8);
        canvas.text(x, bottom + 11.0, year, 9.5, ink::MUTED, Align::Middle);
    }
}
