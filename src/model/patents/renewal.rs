//! Which patents lapse, and how many are in use?

use super::filing::{BINS, Mass, bin_z, lapse_chance, practise_chance};
use super::office::PatentOffice;
use super::queue::{FIRMS, OWNERS, UNITS};
use crate::base::math::min;
use crate::model::context::Context;
use crate::model::state::State;

/// Share of a stock that lapses in a quarter.
pub(super) fn lapse_rate(stock: &Mass, ctx: &Context) -> f64 {
    let p = &ctx.parameters.patents;
    let (mut lapsed, mut total) = (0.0, 0.0);
    for (bin, &patents) in stock.iter().enumerate() {
        // derived: a quarter of the yearly share
        lapsed +=
            patents * lapse_chance(p.quality_log_sd * bin_z(bin), p.keep_bar, p.keep_sd) / 4.0; // derived: 4 quarters
        total += patents;
    }
    if total > 0.0 { lapsed / total } else { 0.0 }
}

/// Lets patents lapse and counts those in use.
pub(super) fn renew_and_use(office: &mut PatentOffice, state: &State, ctx: &Context) {
    let p = &ctx.parameters.patents;
    let mut used = 0.0;
    for bin in 0..BINS {
        let z = p.quality_log_sd * bin_z(bin);
        for owner in 0..OWNERS {
            let stock = &mut office.in_force[owner][bin];
            // derived: a quarter of the yearly share
            let lost = *stock * lapse_chance(z, p.keep_bar, p.keep_sd) / 4.0;
            *stock -= lost;
            office.tally.lapsed += lost;
        }
        used += office.in_force[FIRMS][bin] * practise_chance(z, p.practise_bar, p.practise_sd);
    }
    for owner in 0..OWNERS {
        office.tally.in_force[owner] = office.in_force[owner].iter().sum();
    }
    let rate = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    office.tally.use_enterprise = rate(used, office.tally.in_force[FIRMS]);
    // derived: 4 quarters a year
    let fading = office.university_used / (4.0 * p.university_use_years);
    office.university_used += state.funnel.tally.industrialised - fading;
    let units = office.tally.in_force[UNITS];
    office.tally.use_university =
        rate(min(office.university_used, units), units) + p.university_own_use;
}
