//! Is every firm found in proportion to its visibility, after decades of entry and exit too?

use super::bench::firms;
use crate::base::blocks::Crew;
use crate::base::math::{max, min};
use crate::base::rng::{Key, Purpose};
use crate::model::firms::{Firm, Firms};
use crate::model::transfer::TransferParameters;
use crate::model::transfer::addresses::{Addresses, visibility};

const KEY: Key = Key { seed: 5, run: 2 };
/// Answers are words of 32 bits.
const TOLERANCE: f64 = 1e-6;

fn parameters() -> TransferParameters {
    super::bench::Bench::new().scene.parameters.transfer
}

fn seen(firms: &Firms, p: &TransferParameters) -> Vec<f64> {
    (0..firms.len())
        .map(|i| visibility(firms.weight[i], firms.sales[i], p.exposure))
        .collect()
}

/// Share of a search within its region and field that each firm is found with, over that of
/// the whole list: the least and the largest ratio to its share of visibility.
fn bias(table: &Addresses, firms: &Firms, seen: &[f64]) -> (f64, f64) {
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    let living: Vec<usize> = (0..firms.len()).filter(|&i| firms.alive[i]).collect();
    for cell in 0..256_u32 {
        let (region, field) = ((cell / 32) as u8, (cell % 32) as u8);
        let inside = |i: &&usize| firms.region[**i] == region && firms.field[**i] == field;
        let rows: Vec<usize> = living.iter().filter(inside).copied().collect();
        let (found, of): (Vec<f64>, Vec<f64>) = rows
            .iter()
            .map(|&i| (table.odds(i, seen[i]), seen[i]))
            .unzip();
        let (all, whole): (f64, f64) = (found.iter().sum(), of.iter().sum());
        for (odds, seen) in found.iter().zip(&of) {
            let ratio = odds / all / (seen / whole);
            (least, most) = (min(least, ratio), max(most, ratio));
        }
    }
    (least, most)
}

#[test]
fn founding_firms_are_found_in_proportion() {
    let (firms, p) = (firms(3000), parameters());
    let seen = seen(&firms, &p);
    let table = Addresses::found(&seen, &firms, &p, KEY, Crew::ALONE);
    let (least, most) = bias(&table, &firms, &seen);
    assert!(
        (least - 1.0).abs() < TOLERANCE && (most - 1.0).abs() < TOLERANCE,
        "{least} {most}"
    );
}

/// Twenty years in which a tenth leave and more come each year, sales grow and one firm comes
/// to outgrow all others of its field: nobody is lost.
#[test]
fn decades_of_entry_and_exit_leave_everybody_to_be_found() {
    let (mut firms, p) = (firms(3000), parameters());
    let mut known: Vec<u32> = firms.id.clone();
    let mut table = Addresses::found(&seen(&firms, &p), &firms, &p, KEY, Crew::ALONE);
    let mut next = 100_000;
    for quarter in 0..80 {
        for i in 0..firms.len() {
            firms.sales[i] *= 1.01;
            if KEY.uniform(firms.id[i], 0, quarter, 0, Purpose::FirmSize) < 0.03 {
                next += 1;
                firms.id[i] = next;
            }
        }
        for i in 0..30 {
            next += 1;
            firms.push(Firm {
                id: next,
                ..firms.row(i)
            });
        }
        firms.sales[7] *= 1.1;
        known.resize(firms.len(), 0);
        let changed: Vec<u32> = (0..firms.len() as u32)
            .filter(|&i| known[i as usize] != firms.id[i as usize])
            .collect();
        known.copy_from_slice(&firms.id);
        let seen = seen(&firms, &p);
        table.admit(&changed, &seen, &firms, KEY, Crew::ALONE);
        let (least, most) = bias(&table, &firms, &seen);
        assert!(
            (least - 1.0).abs() < TOLERANCE && (most - 1.0).abs() < TOLERANCE,
            "{least} {most}"
        );
    }
}

/// Slots of those who stay do not move when another firm goes.
#[test]
fn a_firm_that_goes_moves_nobody_else() {
    let (mut firms, p) = (firms(3000), parameters());
    let seen = seen(&firms, &p);
    let mut table = Addresses::found(&seen, &firms, &p, KEY, Crew::ALONE);
    let before = table.slots();
    firms.alive[12] = false;
    table.admit(&[12], &seen, &firms, KEY, Crew::ALONE);
    let after = table.slots();
    let moved = before.iter().zip(&after).filter(|(a, b)| a != b);
    assert!(moved.clone().count() > 0);
    assert!(moved.clone().all(|(&was, _)| was == 12));
}
