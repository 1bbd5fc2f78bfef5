//! How many cases do offices, centres and inventors work in a quarter?

use super::TransferParameters;
use crate::base::math;
use crate::model::universities::Universities;
use crate::policy::transfer::Transfer;

/// Technology managers after a quarter: trained people fill vacant posts, some quit,
/// `S' = S + (min(training, hiring·(posts − S)⁺) − quits·S)/4` \[thousand\].
///
/// Example: 20 in post of 50, training 4, hiring 0.5, quits 0.1: 20 + (4 − 2)/4 = 20.5.
pub fn managers_next(stock: f64, posts: f64, training: f64, p: &TransferParameters) -> f64 {
    let vacant = math::max(0.0, posts - stock);
    let filled = math::min(training, p.manager_hiring * vacant);
    stock + (filled - p.manager_quits * stock) / 4.0 // derived: quarters a year
}

/// Stock of managers that [`managers_next`] leaves as it is \[thousand\].
pub fn managers_at_rest(posts: f64, training: f64, p: &TransferParameters) -> f64 {
    let by_posts = p.manager_hiring * posts / (p.manager_hiring + p.manager_quits);
    math::min(training / p.manager_quits, by_posts)
}

/// Full-time people on cases in all offices \[FTE\].
///
/// Example: 10 thousand staff at 0.6 and a tenth of 40 thousand managers: 10,000.
pub fn full_time(lever: &Transfer, managers: f64, p: &TransferParameters) -> f64 {
    // derived: thousand
    1000.0 * (lever.office_staff * lever.fulltime_share + p.manager_share * managers)
}

/// Cases an office of `people` works a year, `A·FTE^γ` \[cases/yr\] (mechanisms M33).
///
/// Example: A = 10, γ = 0.5, 4 people: 20.
pub fn office_cases(people: f64, p: &TransferParameters) -> f64 {
    if people > 0.0 {
        p.office_productivity * math::pow(people, p.office_returns)
    } else {
        0.0
    }
}

/// Cases that inventors with control lead a year in a unit \[cases/yr\]; `effort` is time
/// for transfer over that of 2015.
pub fn inventor_led(researchers: f64, control: bool, effort: f64, p: &TransferParameters) -> f64 {
    if control {
        researchers * p.inventor_cases * effort
    } else {
        0.0
    }
}

/// Counts the real cases that wait on each unit's shelf.
pub fn count_waiting(u: &Universities, waiting: &mut Vec<f64>) {
    waiting.clear();
    waiting.resize(u.units.len(), 0.0);
    let v = &u.inventions;
    for (&unit, &shelf) in v.unit.iter().zip(&v.shelf) {
        waiting[unit as usize] += shelf;
    }
}

/// Writes the real cases each unit can work in this quarter into `capacity`. What centres can do
/// is shared among units without an office by what `waits` on their shelves, as of the start of
/// the year.
pub fn capacities(
    u: &Universities,
    waits: &[f64],
    lever: &Transfer,
    inventor_control: f64,
    managers: f64,
    p: &TransferParameters,
    capacity: &mut Vec<f64>,
) {
    let n = u.units.len();
    let (mut served, mut waiting) = (0.0, 0.0);
    for i in 0..n {
        if u.units.office[i] {
            served += u.units.weight[i] * u.units.researchers[i];
        } else {
            waiting += waits[i];
        }
    }
    let people = full_time(lever, managers, p);
    let centre = 1000.0 * lever.centre_service; // derived: thousand
    capacity.clear();
    capacity.resize(n, 0.0);
    for i in 0..n {
        let researchers = u.units.researchers[i];
        let yearly = if u.units.office[i] {
            u.units.weight[i] * office_cases(people * researchers / served, p)
        } else if waiting > 0.0 {
            centre * waits[i] / waiting
        } else {
            0.0
        };
        let control = u.units.control_rank[i] < inventor_control;
        let own = u.units.weight[i] * inventor_led(researchers, control, u.effort[2], p);
        capacity[i] = (yearly + own) / 4.0; // derived: quarters a year
    }
}
