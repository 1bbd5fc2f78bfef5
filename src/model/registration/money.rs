//! Who gets the awards, and whose tax is spared?

use super::REGIONS;
use crate::base::columns::Lent;
use crate::base::strip;
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::state::State;

/// Adds a region's awards and spared tax to the cash of its firms in proportion to their R&D,
/// of which there is `research` \[mn/yr\].
pub(super) fn hand_out(
    state: &mut State,
    awards: &[f64; REGIONS],
    spared: &[f64; REGIONS],
    research: &[f64; REGIONS],
    ctx: &Context,
) {
    let rate: [f64; REGIONS] = std::array::from_fn(|region| {
        if research[region] > 0.0 {
            (awards[region] + spared[region]) / research[region]
        } else {
            0.0
        }
    });
    let receive = |mut firms| receive(&mut firms, &rate);
    ctx.crew.walk(state.firms.lend(), receive);
}

/// Adds what each yuan of R&D brings, by region, to the cash of firms in business.
fn receive(firms: &mut Firms<Lent>, rate: &[f64; REGIONS]) {
    let n = firms.len();
    let mut rates = [0.0; strip::ROWS];
    for from in (0..n).step_by(strip::ROWS) {
        let rows = from..usize::min(from + strip::ROWS, n);
        strip::look_up(rate, &firms.region[rows.clone()], &mut rates);
        let (alive, rd) = (&firms.alive[rows.clone()], &firms.rd[rows.clone()]);
        add(alive, &rates, rd, &mut firms.cash[rows]);
    }
}

crate::dispatched! {
    /// Adds what R&D brings to the cash of firms in business.
    fn add(alive: &[bool], rate: &[f64; strip::ROWS], rd: &[f64], cash: &mut [f64]) {
        let n = cash.len().min(strip::ROWS);
        let (alive, rd) = (&alive[..n], &rd[..n]);
        for k in 0..n {
            let rate = if alive[k] { rate[k] } else { 0.0 };
            cash[k] += rate * rd[k];
        }
    }
}

/// Spares sellers the income tax on transfers: they keep it as the quarter ends, not with the
/// settlement. Where no firm of the population stands, nothing was paid that could be spared.
pub(super) fn spare_tax(
    state: &mut State,
    spared: &[f64; REGIONS],
    got: &[bool; REGIONS],
    ctx: &Context,
) {
    let local = ctx.parameters.tax.local_share;
    let all: f64 = (0..REGIONS).filter(|&r| got[r]).map(|r| spared[r]).sum();
    for (from, share) in [(Account::Central, 1.0 - local), (Account::Local, local)] {
        let tax = Instrument::CorporateTax;
        state.books.pay(from, Account::Firms, tax, share * all);
    }
    state
        .books
        .forgo(Instrument::TransferRelief, (1.0 - local) * all, local * all);
}

/// Pays a region's awards to its firms; what no firm of the population stands for goes to
/// sellers outside it.
pub(super) fn pay_awards(state: &mut State, awards: &[f64; REGIONS], got: &[bool; REGIONS]) {
    for region in 0..REGIONS {
        let to = if got[region] {
            Account::Firms
        } else {
            Account::Rest
        };
        state.books.pay(
            Account::Local,
            to,
            Instrument::RegistrationAward,
            awards[region],
        );
    }
}
