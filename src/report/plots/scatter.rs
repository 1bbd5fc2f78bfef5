//! Draws cost against effect, and the ratio of both with its interval.

use super::axis::{Scale, extent_with_zero};
use super::canvas::{Align, Canvas, figure, ink};
use super::{NAMES, WIDTH};

/// A variant: its number, mean and spread of cost and effect, ratio with interval.
pub(crate) struct Point {
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) cost: [f64; 3],
    pub(crate) effect: [f64; 3],
    pub(crate) ratio: Option<(f64, [f64; 2])>,
}

const ROW: f64 = 26.0;

/// Left: cost and effect of each point; right: its ratio.
pub(crate) fn draw(title: &str, axes: [&str; 3], points: &[Point]) -> String {
    let height = if points.len() > 11 {
        ROW * points.len() as f64 + 70.0
    } else {
        360.0
    };
    figure(WIDTH, height, title, |canvas| {
        cloud(canvas, [axes[0], axes[1]], points, height);
        ratios(canvas, axes[2], points);
    })
}

fn cloud(canvas: &Canvas<'_>, axes: [&str; 2], points: &[Point], height: f64) {
    let (left, right, top, bottom) = (54.0, 390.0, 30.0, height - 46.0);
    let all = |pick: fn(&Point) -> [f64; 3]| points.iter().flat_map(pick);
    let Some(costs) = extent_with_zero(all(|point| point.cost), 0.05) else {
        return;
    };
    let Some(effects) = extent_with_zero(all(|point| point.effect), 0.05) else {
        return;
    };
    let x = Scale::new(costs, (left, right));
    let y = Scale::new(effects, (bottom, top));
    canvas.paragraph(6.0, 10.0, axes[1], 10.5, ink::MUTED, Align::Left, 385.0, 1);
    let middle = 0.5 * (left + right);
    canvas.paragraph(
        middle,
        bottom + 30.0,
        axes[0],
        10.5,
        ink::MUTED,
        Align::Middle,
        385.0,
        1,
    );
    x.draw_x(canvas, top, bottom, 5);
    y.draw_y(canvas, left, right, 6);
    for point in points {
        let at = (x.at(point.cost[1]), y.at(point.effect[1]));
        let across = ((x.at(point.cost[0]), at.1), (x.at(point.cost[2]), at.1));
        let up = ((at.0, y.at(point.effect[0])), (at.0, y.at(point.effect[2])));
        canvas.line(across.0, across.1, ink::LIGHT_BLUE, 1.2);
        canvas.line(up.0, up.1, ink::LIGHT_BLUE, 1.2);
    }
    let mut taken: Vec<(f64, f64)> = Vec::new();
    let marks: Vec<(f64, f64)> = points
        .iter()
        .map(|point| (x.at(point.cost[1]), y.at(point.effect[1])))
        .collect();
    for &(cx, cy) in &marks {
        canvas.circle(cx, cy, 3.6, ink::BLUE);
    }
    for (point, &(cx, cy)) in points.iter().zip(&marks) {
        let free = |&(tx, ty): &(f64, f64)| {
            let apart =
                |&(ox, oy): &(f64, f64), w: f64| (tx - ox).abs() > w || (ty - oy).abs() > 12.0;
            taken.iter().all(|other| apart(other, 16.0)) && marks.iter().all(|m| apart(m, 9.0))
        };
        let offsets = (1..5).flat_map(|ring| {
            let r = 12.0 * f64::from(ring);
            [
                (r, 0.0),
                (-r, 0.0),
                (r, -r),
                (-r, -r),
                (r, r),
                (-r, r),
                (0.0, -r - 2.0),
                (0.0, r + 2.0),
            ]
        });
        let place = offsets.map(|(dx, dy)| (cx + dx, cy + dy)).find(free);
        let (tx, ty) = place.unwrap_or((cx + 12.0, cy));
        taken.push((tx, ty));
        if (tx - cx).abs() + (ty - cy).abs() > 20.0 {
            canvas.line((cx, cy), (tx, ty), ink::MUTED, 0.6);
        }
        canvas.bold(
            tx,
            ty,
            &point.number.to_string(),
            11.0,
            ink::TEXT,
            Align::Middle,
        );
    }
}

fn ratios(canvas: &Canvas<'_>, axis: &str, points: &[Point]) {
    let (names, left, right, top) = (410.0, 410.0 + NAMES, WIDTH - 14.0, 30.0);
    let bottom = top + ROW * points.len() as f64;
    canvas.paragraph(
        names + 6.0,
        10.0,
        axis,
        10.5,
        ink::MUTED,
        Align::Left,
        430.0,
        1,
    );
    for (index, point) in points.iter().enumerate() {
        let y = top + ROW * index as f64;
        if index % 2 == 0 {
            canvas.rect(names, y, WIDTH - names, ROW, ink::STRIPE);
        }
        let label = format!("{}  {}", point.number, point.name);
        let width = NAMES - 16.0;
        canvas.paragraph(
            names + 6.0,
            y + 13.0,
            &label,
            10.5,
            ink::TEXT,
            Align::Left,
            width,
            2,
        );
    }
    let ends = points
        .iter()
        .filter_map(|point| point.ratio)
        .flat_map(|(_, ends)| ends);
    let Some(range) = extent_with_zero(ends, 0.05) else {
        return;
    };
    let scale = Scale::new(range, (left, right));
    scale.draw_x(canvas, top, bottom, 5);
    for (index, point) in points.iter().enumerate() {
        let y = top + ROW * (index as f64 + 0.5);
        if let Some((ratio, [low, high])) = point.ratio {
            canvas.line((scale.at(low), y), (scale.at(high), y), ink::BLUE, 1.6);
            canvas.diamond(scale.at(ratio), y, 4.2, ink::VERMILLION);
        } else {
            canvas.text(scale.at(0.0) + 8.0, y, "–", 11.0, ink::MUTED, Align::Left);
        }
    }
}
