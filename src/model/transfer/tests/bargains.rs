//! Hand-worked bargains and the direction of each lever on its decision.

use crate::base::bound::Bound;
use crate::model::parameters::Parameters;
use crate::model::transfer::bargain::*;
use crate::model::transfer::{DealKind, Motive, TransferParameters, office, search};

fn central() -> TransferParameters {
    let text = include_str!("../../../../seeds/parameters/transfer.toml");
    let table: toml::Table = text.parse().unwrap();
    let rows = table["parameter"].as_array().unwrap().clone();
    Parameters::build(&mut |path| {
        rows.iter()
            .find(|row| row["path"].as_str() == Some(path))
            .map_or(1.0, |row| row["central"].as_float().unwrap())
    })
    .transfer
}

#[test]
fn a_bargain_by_hand() {
    let p = central();
    // 1.5 · Φ(−ln 3/1.2) = 1.5 · 0.17998; seen 1: plus keep cost 0.02
    let r = reserve_price(1.0, 1.0, &Shield::default(), &p);
    assert!((r - 0.28996).abs() < 1e-4, "{r}");
    assert_eq!(bargain(0.2, r, 0.3), None);
    assert!((bargain(1.4, 0.4, 0.3).unwrap() - 0.7).abs() < 1e-12);
}

#[test]
fn levers_move_their_decisions() {
    let p = central();
    let base = Shield::default();
    let r = |s: Shield| reserve_price(1.0, 1.0, &s, &p);
    assert!(
        r(Shield {
            separate: true,
            ..base
        }) < r(base)
    );
    assert!(
        r(Shield {
            belief: 0.5,
            ..base
        }) < r(base)
    );
    assert!(r(Shield { push: 0.5, ..base }) < r(base));
    assert!(posted(0.2, 0.3) && !posted(0.2, 0.1));
    assert!(trial_worth(1.0, 0.4, 0.5, &p) > trial_worth(1.0, 0.4, 0.0, &p));
    let t = Terms {
        price: 1.0,
        reserve: 0.4,
        motive: Motive::Use,
        stake: false,
        licence: true,
        budget: 0.7,
        shift: 0.15,
        trials: false,
        cover: 0.0,
    };
    assert_eq!(contract_or_trial(&t, &p), None);
    let shifted = Terms { shift: 0.4, ..t };
    assert_eq!(contract(&shifted).unwrap().0, DealKind::Licence);
    let trial = Terms { trials: true, ..t };
    assert_eq!(contract_or_trial(&trial, &p).unwrap().0, DealKind::Trial);
    assert!(office::inventor_led(100.0, true, 1.0, &p) > 0.0);
    assert!(
        office::managers_next(20.0, 60.0, 9.0, &p) > office::managers_next(20.0, 60.0, 4.0, &p)
    );
    assert_eq!(search::lots(25.0, 40.0, 10.0).0, 3);
    assert_eq!(search::lots(25.0, 0.2, 10.0).0, 25);
}
