//! What do applications hang on beside the firm?

use super::{RegisterParameters, certificate_annuity};
use crate::base::math;
use crate::model::context::Context;
use crate::model::firms::REGIONS;
use crate::model::state::State;
use crate::model::world::HISTORY;

/// What applications hang on beside the firm.
pub(super) struct Rules<'a> {
    pub(super) p: &'a RegisterParameters,
    /// Doers with a certificate and on the technology-SME register, by region \[share\].
    pub(super) certified: [f64; REGIONS],
    pub(super) registered: [f64; REGIONS],
    /// Worth of a yuan a year over the life of a certificate.
    pub(super) annuity: f64,
    /// Doers that pass the tests on property and staff \[share\].
    pub(super) fit: f64,
    /// Last quarter of a certificate given now.
    pub(super) until: i32,
    /// Spread of log returns of projects.
    pub(super) spread: f64,
}

impl<'a> Rules<'a> {
    /// Those of this quarter, after the counts of [`count_doers`].
    pub(super) fn of(sums: [[f64; 3]; REGIONS], ctx: &Context<'a>) -> Self {
        let (p, q) = (&ctx.parameters.registers, ctx.q());
        let share = |k: usize| sums.map(|sums| sums[k] / math::max(sums[0], f64::MIN_POSITIVE));
        let since_2015 = f64::from(ctx.quarter.year() - HISTORY.year());
        Self {
            p,
            certified: share(1),
            registered: share(2),
            annuity: certificate_annuity(ctx.parameters.tax.discount_rate, p),
            fit: math::clamp(p.fit_2015 + p.fit_trend * since_2015, 0.0, 1.0),
            until: q + 4 * p.certificate_years as i32,
            spread: ctx.parameters.research.returns_spread,
        }
    }
}

/// Firms that do R&D, those with a certificate and those on the technology-SME register, by region,
/// weighted; lists the first by block.
pub(super) fn count_doers(state: &mut State, ctx: &Context) -> [[f64; 3]; REGIONS] {
    let n = state.firms.len();
    let rooms = ctx.crew.rooms(n, &mut state.plans.doers_by_block);
    (ctx.crew).walk((state.firms.lend(), rooms), |(firms, mut room)| {
        let doers = room.own();
        firms.list_doers(doers);
        let (q, mut sums) = (ctx.q(), [[0.0; 3]; REGIONS]);
        for &row in &*doers {
            let i = row as usize;
            let weight = firms.weight[i];
            let counted = |is: bool| if is { weight } else { 0.0 };
            let [doing, certified, registered] = &mut sums[usize::from(firms.region[i])];
            *doing += weight;
            *certified += counted(firms.is_hightech(i, q));
            *registered += counted(firms.is_tech_sme(i, q));
        }
        sums
    })
}
