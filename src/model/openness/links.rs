//! Who joins, stays or comes from abroad, and which exports are left?

use super::OpennessParameters;
use super::inputs::join;
use crate::base::math::{max, min};

/// Share of partners, centres or researchers who join, over the undisturbed share: probit in
/// the part of cost that is borne for them less the cost of forbidden links,
/// `P(gain − (1 − access)·tension)/P(0)`; 1 undisturbed.
pub fn link_join(share: f64, borne: f64, access: f64, p: &OpennessParameters) -> f64 {
    let gain = borne - (1.0 - access) * p.tension_cost;
    join(share, gain, p.decision_spread) / join(share, 0.0, p.decision_spread)
}

/// A stock of links, a quarter on its way to the wanted level: `L + v/4·(L* − L)`.
pub fn move_link(stock: f64, wanted: f64, speed: f64) -> f64 {
    stock + min(speed / 4.0, 1.0) * (wanted - stock) // derived: quarters a year
}

/// Part of undisturbed inflow gained (or, below 0, lost) through links: `Σ w·(L − 1)`.
pub fn link_gain(links: &[f64; 3], p: &OpennessParameters) -> f64 {
    let [partners, centres, talent] = links;
    p.partner_weight * (partners - 1.0)
        + p.centre_weight * (centres - 1.0)
        + p.talent_weight * (talent - 1.0)
}

/// Demand over what it would be undisturbed: closed markets take their export share less
/// what exporters sell elsewhere, `1 − e·(1 − access)·(1 − diverted)`.
///
/// A fifth exported, half closed, none diverted: 0.9.
pub fn demand_factor(export_share: f64, access: f64, diverted: f64) -> f64 {
    1.0 - export_share * (1.0 - access) * (1.0 - diverted)
}

/// Chance that a bloc answers in a quarter: `h/4·(1 − access)`, 0 with full access.
pub fn retaliation_chance(access: f64, p: &OpennessParameters) -> f64 {
    p.retaliation_hazard / 4.0 * max(1.0 - access, 0.0) // derived: quarters a year
}
