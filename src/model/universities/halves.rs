//! Two agents of half the weight for each invention or each unit: a finer sample of the same
//! world, whose totals are to stay as they are (M10).

use super::arrivals::{INVENTION_HALF, LINEAGE};
use super::{Case, Invention, Shelf, Unit, Units};
use crate::base::rng::{Key, Purpose};
use crate::model::state::State;

/// Replaces each invention by two of half its real mass: one keeps the id and its draws, the other
/// draws for itself from now on. Both stand alike on the shelf of their unit, in the order of
/// posting and among the fees that fall due. Inventions that arrive later are as heavy as ever:
/// parameters `ordinary_weight` and `top_weight` set that.
///
/// # Panics
/// Where inventions were halved before, or a unit has had more than ids have bits for.
pub fn halve_inventions(state: &mut State) {
    let u = &mut state.universities;
    assert_room(&u.units);
    let v = &mut u.inventions;
    // the other half of what stands in each row
    let mut others = vec![None; v.len()];
    for fee in u.drawers.take_fees() {
        let row = fee.row;
        let invention = v.row(row as usize);
        assert!(
            invention.id & INVENTION_HALF == 0,
            "inventions are halved once"
        );
        let kept = Invention {
            shelf: 0.5 * invention.shelf,
            ..invention
        };
        let other = Invention {
            id: invention.id | INVENTION_HALF,
            ..kept
        };
        v.set_row(row as usize, kept);
        let place = u.drawers.put(other, v);
        others[row as usize] = Some((invention.id, place));
        for half in fee.halves(place, other.id) {
            u.drawers.file(half);
        }
    }
    for shelf in &mut u.shelf {
        let twin = |case: Case| {
            let (id, place) = others[case.invention as usize]?;
            (id == case.id).then_some(Case {
                id: id | INVENTION_HALF,
                invention: place,
                ..case
            })
        };
        let twins: Vec<Case> = shelf.cases().filter_map(twin).collect();
        shelf.put(&twins);
    }
    state.transfer.look_again();
}

/// Replaces each unit by two of half its weight, side by side, and each invention by one of half
/// its real mass at either: one of the two keeps the id and its draws, the other draws for itself
/// from now on. Chance decides of each firm with which of them it has its tie. Each has half of the
/// interval that the whole held in the order of units that report; clocks, standing and income of
/// one represented unit are those of the whole.
///
/// # Panics
/// Where units or inventions were halved before, or a unit has had more than ids have bits for.
pub fn halve_units(state: &mut State, key: Key) {
    halve_inventions(state);
    let u = &mut state.universities;
    let all: f64 = u.units.weight.iter().sum();
    let ids = u.units.id.clone();
    let (mut units, mut shelves) = (Units::default(), Vec::new());
    for (i, &id) in ids.iter().enumerate() {
        assert!(id & LINEAGE == 0, "units are halved once");
        let whole = u.units.row(i);
        let weight = 0.5 * whole.weight;
        let apart = 0.5 * weight / all;
        units.push(Unit {
            weight,
            office_rank: whole.office_rank - apart,
            ..whole
        });
        units.push(Unit {
            id: id | LINEAGE,
            weight,
            office_rank: whole.office_rank + apart,
            ..whole
        });
        let (other, kept): (Vec<Case>, _) = (u.shelf[i].cases())
            .filter(|case| u.inventions.id[case.invention as usize] == case.id)
            .partition(|case| case.id & INVENTION_HALF != 0);
        for cases in [kept, other] {
            let mut shelf = Shelf::default();
            shelf.put(&cases);
            shelves.push(shelf);
        }
    }
    let v = &mut u.inventions;
    for (unit, &id) in v.unit.iter_mut().zip(&v.id) {
        *unit = 2 * *unit + u32::from(id & INVENTION_HALF != 0);
    }
    (u.units, u.shelf) = (units, shelves);
    let firms = &mut state.firms;
    for (draw, ties) in (1..).zip([&mut firms.partner, &mut firms.helper]) {
        for (&id, tie) in firms.id.iter().zip(ties) {
            if let Some(unit) = tie.checked_sub(1) {
                let chance = key.uniform(id, ids[unit as usize], 0, draw, Purpose::UnitTraits);
                *tie = 2 * unit + u32::from(chance < 0.5) + 1;
            }
        }
    }
    state.contract_research.look_again();
    state.transfer.look_again();
}

/// Bits of ordinals must leave room for those of lineage, also for a run's later inventions.
fn assert_room(units: &Units) {
    const ROOM: u32 = INVENTION_HALF / 2; // derived: as many may come again
    let most = units.arrivals.iter().chain(&units.top_arrivals).max();
    assert!(most.is_none_or(|&most| most < ROOM), "ids have room");
}

#[cfg(test)]
mod tests {
    use super::super::testbed::scene;
    use super::super::{Fee, Universities, work};
    use super::*;
    use crate::base::time::Quarter;
    use crate::model::firms::FIELDS;
    use crate::model::patents::testbed::world_of;

    const NOW: Quarter = Quarter::new(2020, 1);
    const KEY: Key = Key { seed: 5, run: 2 };

    /// Firms, of which every fifth has no tie, and units with a shelf of two years.
    fn world() -> State {
        let scene = scene(NOW);
        let mut state = world_of(500, 70.0, 13.0);
        state.people.rd_price = [1.0; FIELDS];
        state.programmes.to_universities = [3_000.0; FIELDS];
        state.programmes.to_institutes = [5_000.0; FIELDS];
        state.universities = Universities::found(&state, &scene.context(NOW));
        let units = state.universities.units.len() as u32;
        for i in 0..500_u32 {
            state.firms.partner[i as usize] = i % 5 * (i % units) / 4;
            state.firms.helper[i as usize] = (i + 1) % units;
        }
        state
    }

    /// What half a shelf's fee dates and quarters take off and bring \[inventions\].
    fn year(state: &mut State) -> [f64; 2] {
        let mut sums = [0.0; 2];
        for step in 0..4 {
            let now = NOW.plus(step);
            let mut scene = scene(now);
            // half the weight, as for what stands there
            scene.parameters.universities.ordinary_weight *= 0.5;
            scene.parameters.universities.top_weight *= 0.5;
            work(state, &scene.context(now));
            sums[0] += state.universities.tally.lapsed;
            sums[1] += state.universities.tally.disclosed;
        }
        sums
    }

    /// Rows in use.
    fn used(u: &Universities) -> impl Iterator<Item = usize> {
        let ids = &u.inventions.id;
        (0..ids.len()).filter(|&row| ids[row] != 0)
    }

    /// Every invention in use is once among the cases of its own unit and among the fees; void
    /// cases are passed over.
    fn assert_listed(u: &Universities) {
        let v = &u.inventions;
        let mut listed = vec![[0; 2]; v.len()];
        for (unit, shelf) in (0..).zip(&u.shelf) {
            for case in shelf.cases() {
                let row = case.invention as usize;
                if v.id[row] == case.id {
                    assert_eq!(v.unit[row], unit);
                    listed[row][0] += 1;
                }
            }
        }
        for due in u.fees() {
            assert!(due.is_sorted_by_key(|fee| v.disclosed[fee.row as usize]));
            for &Fee { row, id, .. } in due {
                assert_eq!(v.id[row as usize], id);
                listed[row as usize][1] += 1;
            }
        }
        for (row, listed) in listed.iter().enumerate() {
            assert_eq!(*listed, [i32::from(v.id[row] != 0); 2], "{row}");
        }
    }

    fn unique(mut ids: Vec<u32>) -> bool {
        let n = ids.len();
        ids.sort_unstable();
        ids.dedup();
        ids.len() == n
    }

    #[test]
    fn inventions_in_halves_hold_and_lose_what_the_wholes_did() {
        let mut whole = world();
        let mut halves = whole.clone();
        halve_inventions(&mut halves);
        let (u, parts) = (&whole.universities, &halves.universities);
        assert_eq!(used(parts).count(), 2 * used(u).count());
        assert_listed(u);
        assert_listed(parts);
        let ids = used(parts).map(|row| parts.inventions.id[row]);
        assert!(unique(ids.collect()));
        let by_unit = |u: &Universities| {
            let mut sums = vec![0.0; u.units.len()];
            for row in used(u) {
                sums[u.inventions.unit[row] as usize] += u.inventions.shelf[row];
            }
            sums
        };
        for (a, b) in by_unit(u).iter().zip(by_unit(parts)) {
            assert!((a - b).abs() <= 1e-9 * a);
        }
        let [lapsed, disclosed] = year(&mut whole);
        let [parts_lapsed, parts_disclosed] = year(&mut halves);
        // of what comes in the year nothing lapses in it
        assert!((parts_lapsed / lapsed - 1.0).abs() < 1e-9);
        assert!((parts_disclosed / disclosed - 1.0).abs() < 1e-9);
        let u = &halves.universities;
        assert!(unique(used(u).map(|row| u.inventions.id[row]).collect()));
        assert_listed(u);
    }

    #[test]
    fn the_halves_of_an_invention_stand_side_by_side() {
        let mut state = world();
        halve_inventions(&mut state);
        let u = &mut state.universities;
        let unit = (0..u.units.len())
            .max_by_key(|&unit| u.shelf[unit].cases().count())
            .expect("a unit");
        let v = &u.inventions;
        while let Some(first) = u.shelf[unit].take() {
            let second = u.shelf[unit].take().expect("the other half");
            assert_eq!(first.priority.to_bits(), second.priority.to_bits());
            assert_eq!(first.id | INVENTION_HALF, second.id);
            let [a, b] = [first, second].map(|case| v.row(case.invention as usize));
            assert_eq!(Invention { id: b.id, ..a }, b);
        }
    }

    #[test]
    fn units_in_halves_share_out_what_the_wholes_had() {
        let whole = world();
        let mut halves = whole.clone();
        halve_units(&mut halves, KEY);
        let (u, parts) = (&whole.universities, &halves.universities);
        let n = u.units.len();
        assert_eq!((parts.units.len(), parts.shelf.len()), (2 * n, 2 * n));
        assert!(unique(parts.units.id.clone()));
        assert_listed(parts);
        for i in 0..n {
            let [a, b] = [2 * i, 2 * i + 1].map(|i| parts.units.row(i));
            let rank = 0.5 * (a.office_rank + b.office_rank);
            assert!((rank - u.units.office_rank[i]).abs() < 1e-12);
            assert_eq!(a.weight + b.weight, u.units.weight[i]);
            let kept = Unit {
                weight: u.units.weight[i],
                office_rank: u.units.office_rank[i],
                ..a
            };
            assert_eq!(kept, u.units.row(i));
        }
        // half of each invention is where it was, half next door
        let held = |u: &Universities| {
            let mut held = vec![0.0; u.units.len()];
            for row in used(u) {
                held[u.inventions.unit[row] as usize] += u.inventions.shelf[row];
            }
            held
        };
        for (whole, halves) in held(u).iter().zip(held(parts).chunks(2)) {
            assert!((halves[0] - halves[1]).abs() < 1e-9 * (1.0 + whole));
            assert!((halves[0] + halves[1] - whole).abs() < 1e-9 * (1.0 + whole));
        }
        let ties = |state: &State| [state.firms.partner.clone(), state.firms.helper.clone()];
        for (before, after) in ties(&whole).iter().zip(ties(&halves)) {
            let mut doors = [0; 2];
            for (before, after) in before.iter().zip(after) {
                assert_eq!(*before, after.div_ceil(2));
                if after > 0 {
                    doors[after as usize % 2] += 1;
                }
            }
            assert!(doors.iter().all(|&door| door > 150), "{doors:?}");
        }
    }

    #[test]
    fn halves_of_units_invent_for_themselves() {
        let mut state = world();
        halve_units(&mut state, KEY);
        let [_, disclosed] = year(&mut state);
        let [_, whole] = year(&mut world());
        assert!(
            (disclosed / whole - 1.0).abs() < 0.02,
            "{disclosed} {whole}"
        );
        let u = &state.universities;
        assert!(unique(used(u).map(|row| u.inventions.id[row]).collect()));
        assert_listed(u);
    }

    #[test]
    #[should_panic(expected = "halved once")]
    fn nothing_is_halved_twice() {
        let mut state = world();
        halve_inventions(&mut state);
        halve_inventions(&mut state);
    }
}
