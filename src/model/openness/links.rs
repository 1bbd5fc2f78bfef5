//! Who joins, stays or comes from abroad, and which exports are left?

use super::OpennessParameters;
use super::inputs::join;
use crate::base::math::{max, min};

/// Share of partners, centres or researchers who join, over the undisturbed share: probit in
/// their gain, `P(gain)/P(0)`; 1 at no gain.
pub fn link_join(share: f64, gain: f64, p: &OpennessParameters) -> f64 {
    join(share, gain, p.decision_spread) / join(share, 0.0, p.decision_spread)
}

/// Gain of a partner or a centre: the part of cost borne for it less the cost of forbidden
/// links, `borne − (1 − access)·tension` \[log points\]. Nothing borne, half access, tension
/// 1.5: −0.75.
pub fn partner_gain(borne: f64, access: f64, p: &OpennessParameters) -> f64 {
    borne - (1.0 - access) * p.tension_cost
}

/// Gain of coming for a researcher abroad: support over pay, less the cost of forbidden
/// links, plus the push out of a country that closes its doors,
/// `paid + (1 − access)·(push − tension)` \[log points\]. Its sign in access is left to priors.
pub fn talent_gain(paid: f64, access: f64, p: &OpennessParameters) -> f64 {
    paid + (1.0 - access) * (p.talent_push - p.tension_cost)
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

/// What provokes blocs: the widest closed door, or support that crowds their makers out,
/// `max(1 − access, v·support)`, support the part of makers' cost borne \[share\].
pub fn provocation(access: f64, support: f64, p: &OpennessParameters) -> f64 {
    max(1.0 - access, p.support_provocation * support)
}

/// Chance that a bloc answers in a quarter: `h/4·provocation`, 0 when nothing provokes.
pub fn retaliation_chance(provocation: f64, p: &OpennessParameters) -> f64 {
    p.retaliation_hazard / 4.0 * provocation // derived: quarters a year
}
