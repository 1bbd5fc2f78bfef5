//! Draws the figures of the report.

pub(crate) mod axis;
pub(crate) mod bars;
pub(crate) mod canvas;
pub(crate) mod fan;
pub(crate) mod forest;
pub(crate) mod scatter;

/// Width of every figure \[logical pixels\].
pub(crate) const WIDTH: f64 = 860.0;
/// Width of the column of names \[logical pixels\].
pub(crate) const NAMES: f64 = 216.0;

use canvas::{Align, Canvas, ink};

/// Stripes and names of rows, `height` each, from `top` down.
pub(crate) fn rows(canvas: &Canvas<'_>, names: &[String], top: f64, height: f64) {
    for (index, name) in names.iter().enumerate() {
        let y = top + height * index as f64;
        if index % 2 == 0 {
            canvas.rect(0.0, y, WIDTH, height, ink::STRIPE);
        }
        let lines = if height >= 26.0 { 2 } else { 1 };
        let middle = y + 0.5 * height;
        canvas.paragraph(
            6.0,
            middle,
            name,
            11.0,
            ink::TEXT,
            Align::Left,
            NAMES - 20.0,
            lines,
        );
    }
}

/// Left edge and width of panel `index` of `count` to the right of the names.
pub(crate) fn panel(index: usize, count: usize, gap: f64) -> (f64, f64) {
    let room = WIDTH - NAMES - 12.0;
    let width = (room - gap * (count as f64 - 1.0)) / count as f64;
    (NAMES + (width + gap) * index as f64, width)
}
