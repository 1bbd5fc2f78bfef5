//! How productive are the best of a field?

use crate::base::blocks::Crew;
use crate::base::{math, strip};
use crate::model::firms::{FIELDS, Firms};
use std::ops::Range;

/// Frontier of each field: weighted mean plus one standard deviation of ln a over its firms.
pub fn frontiers(firms: &Firms, crew: Crew) -> [f64; FIELDS] {
    let sums = crew.walk(0..firms.len(), |rows| add_moments(firms, rows));
    sums.map(|[weight, first, second]| {
        if weight > 0.0 {
            let mean = first / weight;
            mean + math::sqrt(math::max(second / weight - mean * mean, 0.0))
        } else {
            0.0
        }
    })
}

/// Weight of a block of firms, that times ln a and times its square, by field.
fn add_moments(firms: &Firms, block: Range<usize>) -> [[f64; 3]; FIELDS] {
    let mut sums = [[0.0; 3]; FIELDS];
    let zero = [0.0; strip::ROWS];
    let (mut weight, mut first, mut second) = (zero, zero, zero);
    let end = block.end;
    for from in block.step_by(strip::ROWS) {
        let rows = from..usize::min(from + strip::ROWS, end);
        moments(
            (&firms.alive[rows.clone()], &firms.weight[rows.clone()]),
            &firms.ln_productivity[rows.clone()],
            &mut weight,
            &mut first,
            &mut second,
        );
        for (k, &field) in firms.field[rows].iter().enumerate() {
            let [w, once, twice] = &mut sums[usize::from(field) % FIELDS];
            *w += weight[k];
            *once += first[k];
            *twice += second[k];
        }
    }
    sums
}

crate::dispatched! {
    /// Weight of each firm in business, that times ln a and times its square.
    fn moments(
        stands_for: (&[bool], &[f64]),
        ln_productivity: &[f64],
        weight: &mut [f64; strip::ROWS],
        first: &mut [f64; strip::ROWS],
        second: &mut [f64; strip::ROWS],
    ) {
        let n = ln_productivity.len().min(strip::ROWS);
        let (alive, weights) = (&stands_for.0[..n], &stands_for.1[..n]);
        for k in 0..n {
            let (w, a) = (if alive[k] { weights[k] } else { 0.0 }, ln_productivity[k]);
            weight[k] = w;
            first[k] = w * a;
            second[k] = w * a * a;
        }
    }
}
