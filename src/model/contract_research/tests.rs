use super::*;
use crate::base::time::Quarter;
use crate::model::firms::FIELDS;
use crate::model::patents::testbed::world_of;
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
    // tie and hurdle cancel: 0.14 · 10 · ½
    assert!((wanted_share(tie, &p) - 0.07).abs() < 1e-9);
    assert!(wanted_share(Occasion::default(), &p) < 0.07);
    let need = Occasion { need: true, ..tie };
    assert!(wanted_share(need, &p) > 0.07);
    let posed = Occasion { posed: 0.5, ..tie };
    assert!(wanted_share(posed, &p) > 0.07);
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
