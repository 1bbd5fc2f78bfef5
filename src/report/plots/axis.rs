//! Maps numbers to pixels and picks round ticks.

use super::canvas::{Align, Canvas, ink};
use crate::base::math;
use crate::report::format;

/// A linear map from numbers to pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// Maps \[low, high\] to \[start, end\]; an empty range is widened by one on both sides.
    pub(crate) fn new(range: (f64, f64), pixels: (f64, f64)) -> Self {
        let (low, high) = if range.1 > range.0 {
            range
        } else {
            (range.0 - 1.0, range.0 + 1.0)
        };
        Self {
            low,
            high,
            start: pixels.0,
            end: pixels.1,
        }
    }

    /// Pixel of a number, held within the axis.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = math::clamp((value - self.low) / (self.high - self.low), 0.0, 1.0);
        self.start + share * (self.end - self.start)
    }

    /// Round ticks, about `count` of them and at least three, and the decimals they need.
    pub(crate) fn ticks(&self, count: usize) -> (Vec<f64>, usize) {
        let mut wanted = math::max(count as f64, 1.0);
        loop {
            let (step, places) = round_step((self.high - self.low) / wanted);
            let first = (self.low / step - 1e-9).ceil() as i64;
            let last = (self.high / step + 1e-9).floor() as i64;
            if last - first >= 2 || wanted > 20.0 {
                let ticks = (first..=last).take(40).map(|k| k as f64 * step).collect();
                return (ticks, places);
            }
            wanted += 1.0;
        }
    }

    /// Grid lines, tick labels and the zero line of a horizontal axis below `bottom`.
    pub(crate) fn draw_x(&self, canvas: &Canvas<'_>, top: f64, bottom: f64, count: usize) {
        let (ticks, places) = self.ticks(count);
        for tick in ticks {
            let x = self.at(tick);
            let zero = tick == 0.0;
            let (tone, width) = if zero {
                (ink::ZERO, 1.0)
            } else {
                (ink::GRID, 0.8)
            };
            canvas.line((x, top), (x, bottom), tone, width);
            let label = format::number(tick, places);
            canvas.text(x, bottom + 10.0, &label, 10.0, ink::MUTED, Align::Middle);
        }
    }

    /// Grid lines, tick labels and the zero line of an upright axis left of `left`.
    pub(crate) fn draw_y(&self, canvas: &Canvas<'_>, left: f64, right: f64, count: usize) {
        let (ticks, places) = self.ticks(count);
        for tick in ticks {
            let y = self.at(tick);
            let (tone, width) = if tick == 0.0 {
                (ink::ZERO, 1.0)
            } else {
                (ink::GRID, 0.8)
            };
            canvas.line((left, y), (right, y), tone, width);
            let label = format::number(tick, places);
            canvas.text(left - 5.0, y, &label, 10.0, ink::MUTED, Align::Right);
        }
    }
}

/// The smallest of 1, 2, 5 times a power of ten not below `raw`, and its decimals.
fn round_step(raw: f64) -> (f64, usize) {
    let mut power = 1.0;
    let mut places = 0;
    let raw = if raw.is_finite() && raw > 0.0 {
        raw
    } else {
        1.0
    };
    while power * 10.0 <= raw {
        power *= 10.0;
    }
    while power > raw && places < 9 {
        power /= 10.0;
        places += 1;
    }
    for factor in [1.0, 2.0, 5.0] {
        if power * factor >= raw * (1.0 - 1e-9) {
            return (power * factor, places);
        }
    }
    (power * 10.0, places.saturating_sub(1))
}

/// Smallest range that holds all finite values, widened by `margin` of its width on both sides.
pub(crate) fn extent(values: impl IntoIterator<Item = f64>, margin: f64) -> Option<(f64, f64)> {
    let mut range: Option<(f64, f64)> = None;
    for value in values.into_iter().filter(|value| value.is_finite()) {
        range = Some(range.map_or((value, value), |(low, high)| {
            (math::min(low, value), math::max(high, value))
        }));
    }
    range.map(|(low, high)| {
        let pad = margin * (high - low);
        (low - pad, high + pad)
    })
}

/// As [`extent`], holding zero.
pub(crate) fn extent_with_zero(
    values: impl IntoIterator<Item = f64>,
    margin: f64,
) -> Option<(f64, f64)> {
    extent(values, margin).map(|(low, high)| (math::min(low, 0.0), math::max(high, 0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_range() {
        let scale = Scale::new((-0.3, 2.4), (0.0, 100.0));
        assert_eq!(scale.ticks(5).0, vec![0.0, 1.0, 2.0]);
        assert_eq!(round_step(0.12), (0.2, 1));
        assert_eq!(round_step(23.0), (50.0, 0));
        assert_eq!(round_step(0.7), (1.0, 0));
    }

    #[test]
    fn an_empty_range_still_maps() {
        let scale = Scale::new((3.0, 3.0), (0.0, 10.0));
        assert_eq!(scale.at(3.0), 5.0);
        assert_eq!(extent([f64::NAN], 0.1), None);
        assert_eq!(extent_with_zero([2.0, 4.0], 0.0), Some((0.0, 4.0)));
    }
}
