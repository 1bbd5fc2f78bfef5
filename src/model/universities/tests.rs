use super::fees::age_shelf;
use super::testbed::scene;
use super::*;
use crate::base::math;
use crate::base::time::Quarter;
use crate::model::world::WARM_UP;

/// Runs 88 quarters on public R&D that grows from 313 bn in 2015 to 726 bn in 2024; `halve`
/// replaces each unit by two of half its weight.
fn run(halve: bool) -> (Universities, Vec<UniversityTally>) {
    let mut state = State::default();
    state.people.rd_price = [1.0; FIELDS];
    let mut tallies = Vec::new();
    for step in 0..88 {
        let now = WARM_UP.plus(step);
        let mut scene = scene(now);
        let years = f64::from(step.min(44) - 10) / 4.0;
        let all = 313_000.0 * math::exp(years * math::ln(726.0 / 313.0) / 9.0);
        let own = 1.0 + scene.parameters.universities.own_funds;
        state.programmes.to_universities = [0.36 * all / own / FIELDS as f64; FIELDS];
        state.programmes.to_institutes = [0.64 * all / own / FIELDS as f64; FIELDS];
        scene.world.price = 1.0;
        let ctx = scene.context(now);
        if step == 0 {
            state.universities = Universities::found(&state, &ctx);
            assert!(state.universities.inventions.shelf.iter().sum::<f64>() > 0.0);
            if halve {
                split(&mut state.universities);
            }
        }
        let before: f64 = state.universities.inventions.shelf.iter().sum();
        work(&mut state, &ctx);
        let t = state.universities.tally;
        let balance = before + t.disclosed - t.lapsed + t.redrawn;
        let after: f64 = state.universities.inventions.shelf.iter().sum();
        assert!((after - balance).abs() < 1e-6 * balance);
        assert!((t.made - t.disclosed - t.off_book).abs() < 1e-6 * t.made);
        tallies.push(t);
    }
    (state.universities, tallies)
}

fn split(u: &mut Universities) {
    for i in 0..u.units.len() {
        u.units.weight[i] *= 0.5;
        let mut twin = u.units.row(i);
        twin.id = 0x8000_0000 | ((twin.id & 0x1FFF) + 4500) & 0x1FFF;
        u.units.push(twin);
        u.shelf.push(Shelf::default());
    }
}

fn of_year(tallies: &[UniversityTally], year: usize) -> f64 {
    let first = 4 * (year - 2013);
    tallies[first..first + 4].iter().map(|t| t.disclosed).sum()
}

#[test]
fn cohorts_sum_to_the_disclosures_and_the_shelf_stays_bounded() {
    let (u, tallies) = run(false);
    for year in [2013, 2015, 2020, 2024] {
        println!("{year}: {:.0} disclosed", of_year(&tallies, year));
    }
    println!("units {} slots {}", u.units.len(), u.inventions.len());
    assert_eq!(u.disclosed_by_cohort.len(), 88);
    let sum: f64 = tallies.iter().map(|t| t.disclosed).sum();
    assert!((u.disclosed_by_cohort.iter().sum::<f64>() / sum - 1.0).abs() < 1e-9);
    // the shelf at the end is less than eight years of disclosures at the lapse given
    assert!(u.inventions.shelf.iter().sum::<f64>() < 8.0 * of_year(&tallies, 2034));
}

#[test]
fn disclosures_of_2020_lie_in_the_prior() {
    // universities file 250 to 300 thousand inventions a year (general knowledge), institutes
    // 121 thousand (2023); a tenth either way
    let all = of_year(&run(false).1, 2020);
    assert!((330_000.0..460_000.0).contains(&all), "{all}");
}

#[test]
fn the_store_stops_growing_within_88_quarters() {
    let (u, _) = run(false);
    assert!(u.inventions.len() < 120_000, "{}", u.inventions.len());
}

#[test]
fn two_half_weights_disclose_as_much_as_one() {
    let (_, one) = run(false);
    let (_, two) = run(true);
    let (a, b) = (of_year(&one, 2020), of_year(&two, 2020));
    println!("whole {a:.0}, halves {b:.0}");
    assert!((a / b - 1.0).abs() < 0.05, "{a} {b}");
}

#[test]
fn dearer_inputs_make_fewer_inventions() {
    let made = |cost: f64| {
        let now = Quarter::new(2015, 1);
        let scene = scene(now);
        let ctx = scene.context(now);
        let mut state = State::default();
        state.people.rd_price = [1.0; FIELDS];
        state.programmes.to_universities = [10_000.0; FIELDS];
        state.programmes.to_institutes = [10_000.0; FIELDS];
        state.universities = Universities::found(&state, &ctx);
        state.openness.input_cost = [cost; FIELDS];
        for _ in 0..4 {
            work(&mut state, &ctx);
        }
        let clock = &state.universities.units.clock;
        clock.iter().sum::<f64>()
    };
    assert!(made(1.2) < made(1.0));
}

#[test]
#[should_panic(expected = "people must set rd_price")]
fn missing_prices_are_named() {
    let now = Quarter::new(2015, 1);
    let scene = scene(now);
    let ctx = scene.context(now);
    let mut state = State::default();
    state.universities = Universities::found(&state, &ctx);
    state.people.rd_price = [0.0; FIELDS];
    work(&mut state, &ctx);
}

#[test]
fn old_agents_are_few_and_large_and_what_is_expected_stays() {
    // no deals: of a cohort e^(−lapse·years) is left, in fewer agents from year to year
    let now = Quarter::new(2025, 1);
    let scene = scene(now);
    let keep = kept_a_year(scene.parameters.universities.lapse);
    let mut u = Universities::default();
    // ordinary ones that look poor, ordinary ones that look good, the top stratum
    let (begun, seen) = ([100.0, 100.0, 10.0], [-10.0, 10.0, 10.0]);
    let kind = |id: u32| (id & 0xFFFF) as usize % 3;
    for k in 1..=30_000_u32 {
        let top = u32::from(k % 3 == 2) << 18;
        u.admit(Invention {
            id: k | top,
            disclosed: now.index(),
            seen: seen[k as usize % 3],
            shelf: begun[k as usize % 3],
            ..Invention::default()
        });
    }
    let mut agents = [10_000; 3];
    for year in 1..=8 {
        let now = now.plus(4 * year);
        age_shelf(&mut u, &scene.context(now));
        let v = &u.inventions;
        for (of, heaviest) in [400.0, 100.0, 10.0].into_iter().enumerate() {
            let rows = (0..v.len()).filter(|&row| v.id[row] != 0 && kind(v.id[row]) == of);
            let shelf: Vec<f64> = rows.map(|row| v.shelf[row]).collect();
            let (left, most) = (
                shelf.iter().sum::<f64>(),
                shelf.iter().copied().fold(0.0, math::max),
            );
            let expected = 1e4 * begun[of] * math::pow(keep, f64::from(year));
            // a chance at each of the fee dates so far
            let error = (f64::from(year) * heaviest * expected).sqrt();
            assert!(
                (left - expected).abs() < 4.0 * error,
                "{year} {of}: {left} {expected}"
            );
            assert!(shelf.len() <= agents[of] && most <= heaviest);
            agents[of] = shelf.len();
        }
        println!("year {year}: agents {agents:?}");
    }
    assert!(
        agents[0] < 800 && agents[1] < 2_500 && agents[2] > 3_000,
        "{agents:?}"
    );
}
