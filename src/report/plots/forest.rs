//! Draws paired differences by run: dots, box, spread and the mean with its error.

use super::axis::{Scale, extent_with_zero};
use super::canvas::{Align, Canvas, figure, ink};
use super::{WIDTH, panel, rows};
use crate::base::math;
use crate::report::view::{mean, quantile};

/// One metric: title, unit, and by row the values of all runs and the standard error.
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) unit: String,
    pub(crate) rows: Vec<(Vec<f64>, f64)>,
}

const ROW: f64 = 30.0;
const HEAD: f64 = 44.0;
const FOOT: f64 = 44.0;
/// Half width of the normal 95 % interval in standard errors.
const NORMAL_95: f64 = 1.96;

/// Panels in pairs, all with the same rows.
pub(crate) fn draw(title: &str, names: &[String], panels: &[Panel]) -> String {
    let block = HEAD + ROW * names.len() as f64 + FOOT;
    let pairs = panels.chunks(2).count() as f64;
    figure(WIDTH, block * pairs, title, |canvas| {
        for (index, pair) in panels.chunks(2).enumerate() {
            let top = block * index as f64 + HEAD;
            rows(canvas, names, top, ROW);
            for (side, shown) in pair.iter().enumerate() {
                draw_panel(canvas, shown, panel(side, 2, 34.0), top, names.len());
            }
        }
    })
}

fn draw_panel(canvas: &Canvas<'_>, shown: &Panel, (left, width): (f64, f64), top: f64, n: usize) {
    let bottom = top + ROW * n as f64;
    canvas.bold(left, top - 28.0, &shown.title, 12.5, ink::TEXT, Align::Left);
    canvas.text(left, top - 12.0, &shown.unit, 10.5, ink::MUTED, Align::Left);
    let ends = shown
        .rows
        .iter()
        .flat_map(|(values, _)| [quantile(values, 0.01), quantile(values, 0.99), mean(values)]);
    let Some(range) = extent_with_zero(ends, 0.04) else {
        return;
    };
    let scale = Scale::new(range, (left, left + width));
    scale.draw_x(canvas, top, bottom, 5);
    for (index, (values, error)) in shown.rows.iter().enumerate() {
        let y = top + ROW * (index as f64 + 0.5);
        let at = |p: f64| quantile(values, p);
        if !at(0.5).is_finite() {
            continue;
        }
        let every = values.len().div_ceil(100);
        for (run, value) in values.iter().enumerate().step_by(every.max(1)) {
            if value.is_finite() && *value >= range.0 && *value <= range.1 {
                let lift = (run * 7 % 11) as f64 / 11.0 * 7.0;
                canvas.circle(scale.at(*value), y + 4.0 + lift, 1.0, ink::LIGHT_BLUE);
            }
        }
        canvas.line(
            (scale.at(at(0.05)), y - 3.0),
            (scale.at(at(0.95)), y - 3.0),
            ink::BLUE,
            1.3,
        );
        let (low, high) = (scale.at(at(0.25)), scale.at(at(0.75)));
        canvas.rect(low, y - 7.0, math::max(high - low, 1.0), 8.0, ink::BLUE_50);
        let middle = mean(values);
        if error.is_finite() {
            let half = NORMAL_95 * error;
            let ends = (scale.at(middle - half), scale.at(middle + half));
            canvas.line((ends.0, y - 3.0), (ends.1, y - 3.0), ink::TEXT, 2.4);
        }
        canvas.diamond(scale.at(middle), y - 3.0, 4.2, ink::VERMILLION);
    }
}
