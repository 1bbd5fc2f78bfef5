//! Draws stacked bars about zero, and the bars of the funnel.

use super::axis::{Scale, extent_with_zero};
use super::canvas::{Align, Ink, figure, ink, text_width};
use super::{NAMES, WIDTH, panel, rows};
use crate::base::math;

/// A panel of bars: title and, by row, one value a part.
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) rows: Vec<Vec<f64>>,
}

/// A part of the bars: its name and tone.
pub(crate) type Part = (String, Ink);

/// Tones for up to eight instruments.
pub(crate) const TONES: [Ink; 8] = [
    ink::BLUE,
    ink::ORANGE,
    ink::GREEN,
    ink::VERMILLION,
    ink::SKY,
    ink::PURPLE,
    ink::YELLOW,
    ink::MUTED,
];

/// Panels side by side on one scale, positive parts right of zero, negative left; with
/// `net` a diamond marks the sum.
pub(crate) fn stacked(
    title: &str,
    unit: &str,
    names: &[String],
    parts: &[Part],
    panels: &[Panel],
    net: Option<&str>,
) -> String {
    const ROW: f64 = 26.0;
    let (places, lines) = legend(parts, net);
    let top = 22.0 * lines as f64 + 32.0;
    let bottom = top + ROW * names.len() as f64;
    let sums = panels
        .iter()
        .flat_map(|panel| &panel.rows)
        .flat_map(|values| {
            let part = |sign: f64| values.iter().filter(|v| **v * sign > 0.0).sum::<f64>();
            [part(1.0), part(-1.0)]
        });
    let range = extent_with_zero(sums, 0.04).unwrap_or((-1.0, 1.0));
    figure(WIDTH, bottom + 42.0, title, |canvas| {
        for ((name, tone), (x, line)) in parts.iter().zip(&places) {
            let y = 10.0 + 22.0 * *line as f64;
            canvas.rect(*x, y - 6.0, 16.0, 11.0, *tone);
            canvas.text(x + 21.0, y, name, 10.5, ink::TEXT, Align::Left);
        }
        if let (Some(net), Some((x, line))) = (net, places.last()) {
            let y = 10.0 + 22.0 * *line as f64;
            canvas.diamond(x + 8.0, y, 4.2, ink::TEXT);
            canvas.text(x + 21.0, y, net, 10.5, ink::TEXT, Align::Left);
        }
        rows(canvas, names, top, ROW);
        for (index, shown) in panels.iter().enumerate() {
            let (left, width) = panel(index, panels.len(), 18.0);
            canvas.bold(left, top - 12.0, &shown.title, 11.5, ink::TEXT, Align::Left);
            let scale = Scale::new(range, (left, left + width));
            scale.draw_x(canvas, top, bottom, if width > 200.0 { 6 } else { 3 });
            for (row, values) in shown.rows.iter().enumerate() {
                let y = top + ROW * row as f64 + 5.0;
                let (mut plus, mut minus) = (0.0, 0.0);
                let pairs = values.iter().zip(parts);
                let right = pairs.clone().filter(|(value, _)| **value > 0.0);
                let left = pairs.rev().filter(|(value, _)| **value < 0.0);
                for (value, (_, tone)) in right.chain(left) {
                    let side = if *value < 0.0 { &mut minus } else { &mut plus };
                    let (from, to) = (scale.at(*side), scale.at(*side + value));
                    *side += value;
                    if value.is_finite() {
                        let left = math::min(from, to);
                        canvas.rect(left, y, (to - from).abs(), ROW - 10.0, *tone);
                    }
                }
                if net.is_some() {
                    let middle = y + 0.5 * (ROW - 10.0);
                    canvas.diamond(scale.at(plus + minus), middle, 4.2, ink::TEXT);
                }
            }
            let zero = scale.at(0.0);
            canvas.line((zero, top), (zero, bottom), ink::ZERO, 1.0);
        }
        let middle = 0.5 * (NAMES + WIDTH);
        canvas.text(middle, bottom + 30.0, unit, 10.5, ink::MUTED, Align::Middle);
    })
}

/// Left edge and line of each entry of the legend, one more for the net mark.
fn legend(parts: &[Part], net: Option<&str>) -> (Vec<(f64, usize)>, usize) {
    let mut places = Vec::new();
    let (mut x, mut line) = (6.0, 0);
    for name in parts.iter().map(|(name, _)| name.as_str()).chain(net) {
        let width = text_width(name, 10.5) + 42.0;
        if x + width > WIDTH {
            x = 6.0;
            line += 1;
        }
        places.push((x, line));
        x += width;
    }
    (places, line + 1)
}

/// A stage of the funnel: name, count, and words on what was passed and lost.
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) count: f64,
    pub(crate) shown: String,
    pub(crate) passed: String,
}

/// Bars of the funnel from the first stage down.
pub(crate) fn funnel(title: &str, stages: &[Stage]) -> String {
    const ROW: f64 = 44.0;
    let most = stages
        .iter()
        .fold(0.0, |most, stage| math::max(stage.count, most));
    let names: Vec<String> = stages.iter().map(|stage| stage.name.clone()).collect();
    figure(WIDTH, ROW * stages.len() as f64 + 8.0, title, |canvas| {
        rows(canvas, &names, 4.0, ROW);
        let scale = Scale::new((0.0, most), (NAMES, WIDTH - 330.0));
        for (index, stage) in stages.iter().enumerate() {
            let y = 4.0 + ROW * index as f64;
            let end = scale.at(if stage.count.is_finite() {
                stage.count
            } else {
                0.0
            });
            canvas.rect(
                NAMES,
                y + 10.0,
                math::max(end - NAMES, 1.5),
                ROW - 20.0,
                ink::BLUE,
            );
            let middle = y + 0.5 * ROW;
            canvas.bold(
                end + 8.0,
                middle,
                &stage.shown,
                12.0,
                ink::TEXT,
                Align::Left,
            );
            let x = end + 18.0 + text_width(&stage.shown, 12.0) * 1.1;
            canvas.text(x, middle, &stage.passed, 10.5, ink::MUTED, Align::Left);
        }
    })
}
