use super::*;
use crate::base::time::Quarter;
use crate::model::firms::FIELDS;
use crate::model::patents::testbed::world_of;
use crate::model::universities::halve_units;
use crate::model::universities::testbed::scene;

fn p() -> ContractResearchParameters {
    scene(Quarter::new(2020, 1)).parameters.contract_research
}

#[test]
fn wish_by_hand() {
    let p = p();
    let tie = Occasion {
        tie: true,
        ..Occasion::default()
    };
    // tie and hurdle cancel: 0.09 · ½
    assert!((wanted_share(tie, &p) - 0.045).abs() < 1e-9);
    assert!(wanted_share(Occasion::default(), &p) < 0.045);
    let need = Occasion { need: true, ..tie };
    assert!(wanted_share(need, &p) > 0.045);
    let posed = Occasion { posed: 0.5, ..tie };
    assert!(wanted_share(posed, &p) > 0.045);
    assert!((mean_contract(10.0, 1.0, &p) - 0.25).abs() < 1e-9);
    assert!((unit_capacity(100.0, 1.1, 1.0, 0.3) - 33.0).abs() < 1e-9);
    assert!((served_share(3.0, 4.0) - 0.75).abs() < 1e-9 && served_share(3.0, 2.0) == 1.0);
    assert!((partner_utility(0.5, 1.0, &p) + 0.5).abs() < 1e-9);
}

#[test]
fn contracts_are_of_the_known_order_and_money_is_kept() {
    let now = Quarter::new(2020, 1);
    let scene = scene(now);
    let ctx = scene.context(now);
    let mut state = world_of(2000, 70.0, 13.0);
    state.people.rd_price = [1.0; FIELDS];
    state.universities = Universities::found(&state, &ctx);
    for _ in 0..4 {
        let cash = state.firms.total(&state.firms.cash);
        state.books.open();
        trade(&mut state, &ctx);
        let moved = state.firms.total(&state.firms.cash) - cash;
        assert!((moved - state.books.net(Account::Firms)).abs() < 1e-6 * moved.abs());
    }
    let t = state.contract_research.tally;
    let rd = state.firms.total(&state.firms.rd) / 4.0;
    println!(
        "share {:.4} contracts per bn {:.0} mean {:.3} unserved {:.3} repeated {:.3}",
        t.value / rd,
        1000.0 * t.contracts / rd,
        t.value / t.contracts,
        t.unserved / t.wanted,
        t.repeated / t.value
    );
    assert!((t.value + t.unserved - t.wanted).abs() < 1e-6 * t.wanted);
    let units = &state.universities.units;
    let income: f64 = (0..units.len())
        .map(|i| units.weight[i] * units.contract_income[i] / 4.0)
        .sum();
    assert!((income - t.value).abs() < 1e-6 * t.value);
    assert!((0.03..0.1).contains(&(t.value / rd)));
}

/// What 2,000 firms wanted in a year, what they bought and what researchers had time for
/// \[mn/yr\], where time is `plenty` times the usual; units whole or in halves.
fn year(plenty: f64, halves: bool) -> [f64; 3] {
    let now = Quarter::new(2020, 1);
    let mut scene = scene(now);
    scene.parameters.contract_research.capacity *= plenty;
    let ctx = scene.context(now);
    let mut state = world_of(2000, 70.0, 13.0);
    state.people.rd_price = [1.0; FIELDS];
    state.universities = Universities::found(&state, &ctx);
    state.firms.cash.fill(1000.0);
    let mut sums = [0.0; 3];
    for quarter in 0..4 {
        if halves && quarter == 1 {
            halve_units(&mut state, ctx.key);
        }
        state.books.open();
        trade(&mut state, &ctx);
        let tally = state.contract_research.tally;
        sums[0] += tally.wanted;
        sums[1] += tally.value;
        let units = &state.universities.units;
        let one = |i: usize| {
            let (effort, price) = (state.universities.effort[1], ctx.world.price);
            let per_head = ctx.parameters.contract_research.capacity;
            units.weight[i] * unit_capacity(units.researchers[i], effort, price, per_head) / 4.0
        };
        sums[2] += (0..units.len()).map(one).sum::<f64>();
    }
    sums
}

#[test]
fn nobody_goes_without_while_researchers_have_time() {
    let [wanted, _, time] = year(1.0, false);
    let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
    // time for twice what is wanted: all of it is bought, though not of those asked first
    let plenty = 2.0 * wanted / time;
    for halves in [false, true] {
        let [wanted, value, time] = year(plenty, halves);
        assert!(near(value, wanted) && time > 1.5 * wanted);
        let [wanted, value, time] = year(0.25 * plenty, halves);
        assert!(near(value, time) && time < 0.7 * wanted);
    }
}
