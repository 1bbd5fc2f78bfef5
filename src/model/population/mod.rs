//! Synthesises the firms of 2013, with and without R&D, as a weighted sample.
//!
//! Three founding segments: industry above 20 mn of sales (Pareto), services above 20 mn
//! (Pareto), small capable firms (log-normal, cut at 20 mn). A firm with sales z times its
//! segment's mean is included with probability `π = min(1, scale·(½ + ½ z))` and stands for
//! `1/π` real ones (mechanisms M11). Agents are placed systematically along the cumulated
//! inclusion probability, one keyed uniform each, so that totals vary little between runs.

mod fields;
mod ids;
mod traits;

pub use fields::{block_of, draw_field, field_distance};
pub use ids::{SPLIT_BITS, entrant_id, firm_id, is_entrant, split_id};
pub use traits::{Founding, TOGETHER, Traits, draw_firm};

use super::context::Context;
use super::firms::{Firms, REGIONS, Sector, Segment};
use crate::base::math;
use crate::base::rng::Purpose;
use crate::base::time::Quarter;

crate::family! {
    /// Founding population of 2013.
    pub struct PopulationParameters in "population" {
        /// Firms in above-size industry \[firms\].
        industry_firms,
        /// Tail exponent of their sales \[1\].
        industry_tail,
        /// Largest sales of an industrial firm \[mn/yr\].
        industry_largest,
        /// Service firms above size that could do R&D \[firms\].
        services_firms,
        /// Tail exponent of their sales \[1\].
        services_tail,
        /// Largest sales of a service firm \[mn/yr\].
        services_largest,
        /// Small capable firms \[firms\].
        small_firms,
        /// Median sales of a small capable firm \[mn/yr\].
        small_median,
        /// Spread of their log sales \[log points\].
        small_spread,
        /// Least sales of above-size firms \[mn/yr\].
        size_limit,
        /// Median project mass over sales, industry \[share\].
        project_share_industry,
        /// The same, services \[share\].
        project_share_services,
        /// The same, small firms \[share\].
        project_share_small,
        /// Spread of log project mass \[log points\].
        project_share_spread,
        /// Mean log return of projects at sales of 100 mn \[log points\].
        project_mean,
        /// Its slope on log sales \[1\].
        project_mean_slope,
        /// Its spread across firms \[log points\].
        project_mean_spread,
        /// Minimal team above size, 2015 \[mn/yr\].
        team_cost_large,
        /// Minimal team of a small firm, 2015 \[mn/yr\].
        team_cost_small,
        /// Spread of its logarithm \[log points\].
        team_cost_spread,
        /// Mean profit over sales in a taxed year, after R&D \[share\].
        margin_mean,
        /// Spread of profit over sales across firms \[share\].
        margin_spread,
        /// Correlation of margin with project mass \[1\].
        margin_research_correlation,
        /// Sales a member of staff \[mn\].
        sales_per_staff,
        /// Spread of its logarithm \[log points\].
        sales_per_staff_spread,
        /// Assets over sales \[ratio\].
        assets_ratio,
        /// Spread of its logarithm \[log points\].
        assets_ratio_spread,
        /// Share of state-controlled firms below 400 mn of sales \[share\].
        state_share_small,
        /// The same above \[share\].
        state_share_large,
        /// Share of foreign firms \[share\].
        foreign_share,
        /// Share of chip makers among electronics firms \[share\].
        chips_share,
        /// Share of machine-tool makers among machinery firms \[share\].
        tools_share,
        /// Share of service firms in sectors without super-deduction \[share\].
        negative_share,
        /// Firms in Beijing \[share\].
        region_beijing,
        /// Firms in Shanghai \[share\].
        region_shanghai,
        /// Firms in the rest of the delta \[share\].
        region_delta,
        /// Firms in Guangdong \[share\].
        region_guangdong,
        /// Firms in Hubei \[share\].
        region_hubei,
        /// Firms in Shandong \[share\].
        region_shandong,
        /// Firms in the middle and west \[share\].
        region_midwest,
        /// Firms elsewhere \[share\].
        region_rest,
    }
}

/// Where a keyed uniform falls among cumulated shares.
fn pick(u: f64, shares: &[f64]) -> usize {
    let mut rest = u * shares.iter().sum::<f64>();
    for (index, share) in shares.iter().enumerate() {
        rest -= share;
        if rest < 0.0 {
            return index;
        }
    }
    shares.len() - 1
}

/// Shares of firms by region.
pub fn region_shares(p: &PopulationParameters) -> [f64; REGIONS] {
    [
        p.region_beijing,
        p.region_shanghai,
        p.region_delta,
        p.region_guangdong,
        p.region_hubei,
        p.region_shandong,
        p.region_midwest,
        p.region_rest,
    ]
}

/// Law of sales in a segment, its constants worked out once.
#[derive(Clone, Copy, Debug)]
pub enum SalesLaw {
    /// Pareto between two ends.
    Pareto {
        /// Least sales \[mn/yr\].
        low: f64,
        /// What the cut at the upper end leaves of the tail \[share\].
        kept: f64,
        /// Minus one over the tail exponent.
        power: f64,
    },
    /// Log-normal, cut at the limit of above-size firms.
    LogNormal {
        /// Median \[mn/yr\].
        median: f64,
        /// Spread \[log points\].
        spread: f64,
        /// Share below the cut.
        kept: f64,
    },
}

impl SalesLaw {
    /// That of a segment.
    pub fn of(segment: Segment, p: &PopulationParameters) -> Self {
        let pareto = |high: f64, tail: f64| Self::Pareto {
            low: p.size_limit,
            kept: 1.0 - math::pow(p.size_limit / high, tail),
            power: -1.0 / tail,
        };
        match segment {
            Segment::Industry => pareto(p.industry_largest, p.industry_tail),
            Segment::Services => pareto(p.services_largest, p.services_tail),
            Segment::Small => {
                let z = math::ln(p.size_limit / p.small_median) / p.small_spread;
                Self::LogNormal {
                    median: p.small_median,
                    spread: p.small_spread,
                    kept: math::normal_cdf(z),
                }
            }
        }
    }

    /// Sales at quantile `u` \[mn/yr\].
    ///
    /// Example: from 20 at a tail of 1.1, hardly cut: `u` = 1 − 10^(−1.1) gives 200.
    #[inline(always)]
    #[allow(clippy::inline_always)] // part of a strip loop
    pub fn quantile(&self, u: f64) -> f64 {
        match *self {
            Self::Pareto { low, kept, power } => low * math::pow(1.0 - u * kept, power),
            Self::LogNormal {
                median,
                spread,
                kept,
            } => median * math::exp(spread * math::normal_quantile(u * kept)),
        }
    }
}

/// Sales above which a firm counts as large \[mn/yr\].
pub const LARGE_SALES: f64 = 400.0; // derived: limit of large industrial firms
/// Resolution of the quantile grid on which inclusion is cumulated.
const GRID: usize = 4096; // derived: fine enough that halving it moves totals by under 0.1 %

/// Founds the firms of one segment.
fn found_segment(firms: &mut Firms, segment: Segment, count: f64, ctx: &Context) {
    let p = &ctx.parameters.population;
    // quantile edges crowd towards the top: 1 − (1 − k/n)^4
    let edge = |k: f64| {
        let x = 1.0 - k / GRID as f64;
        1.0 - x * x * x * x
    };
    let law = SalesLaw::of(segment, p);
    let mut mean = 0.0;
    for k in 0..GRID {
        let (a, b) = (edge(k as f64), edge(k as f64 + 1.0));
        mean += (b - a) * law.quantile(0.5 * (a + b));
    }
    let (claims, registers) = (&ctx.parameters.claims, &ctx.parameters.registers);
    let aware = [claims.aware_2013, registers.aware_2013];
    let (mut waiting, mut traits) = (Vec::with_capacity(TOGETHER), Traits::default());
    let kind = segment as u32;
    let mut cumulated = 0.0;
    let mut ordinal = 0_u32;
    let mut next = ctx.uniform(kind, ordinal, 0, Purpose::FirmSize);
    for k in 0..GRID {
        let (a, b) = (edge(k as f64), edge(k as f64 + 1.0));
        let z = law.quantile(0.5 * (a + b)) / mean;
        let inclusion = math::min(1.0, ctx.scale * (0.5 + 0.5 * z));
        let step = count * (b - a) * inclusion;
        while next < cumulated + step {
            let quantile = a + (b - a) * (next - cumulated) / step;
            let sales = law.quantile(quantile);
            let id = firm_id(segment, ordinal);
            let (u_region, u_field) = ctx.pair(id, 0, 0, Purpose::FirmPlace);
            let region = pick(u_region, &region_shares(p)) as u8;
            let field = draw_field(segment, u_field) as u8;
            waiting.push(Founding {
                id,
                segment,
                region,
                field,
                sales,
                weight: 1.0 / inclusion,
                aware,
            });
            if waiting.len() == TOGETHER {
                settle(firms, &mut waiting, &mut traits, ctx);
            }
            ordinal += 1;
            // one agent a unit of cumulated inclusion, at a keyed place in it
            next = f64::from(ordinal) + ctx.uniform(kind, ordinal, 0, Purpose::FirmSize);
        }
        cumulated += step;
    }
    settle(firms, &mut waiting, &mut traits, ctx);
}

/// Founds the firms that wait for it, at most [`TOGETHER`].
fn settle(firms: &mut Firms, waiting: &mut Vec<Founding>, traits: &mut Traits, ctx: &Context) {
    let mut ids = [0; TOGETHER];
    for (id, founding) in ids.iter_mut().zip(&*waiting) {
        *id = founding.id;
    }
    traits.draw(&ids[..waiting.len()], ctx);
    for (k, founding) in waiting.drain(..).enumerate() {
        firms.push(traits.firm(k, &founding, ctx));
    }
}

/// The firms at the start of the warm-up, before any R&D history.
pub fn found(ctx: &Context) -> Firms {
    let p = &ctx.parameters.population;
    let mut firms = Firms::default();
    found_segment(&mut firms, Segment::Industry, p.industry_firms, ctx);
    found_segment(&mut firms, Segment::Services, p.services_firms, ctx);
    found_segment(&mut firms, Segment::Small, p.small_firms, ctx);
    firms
}

/// Gives the founding firms a past: who does R&D, claims and is certified, with the stocks that
/// go with it, as if the rules of 2013 had held for years.
pub fn found_history(state: &mut super::state::State, ctx: &Context) {
    let research = &ctx.parameters.research;
    let tax = &ctx.parameters.tax;
    let carry = super::research::carry_table(ctx);
    let warm_up = Quarter::new(2013, 1).index();
    let firms = &mut state.firms;
    for i in 0..firms.len() {
        if firms.sector[i] == Sector::Negative {
            continue;
        }
        let mass = firms.project_share[i] * firms.sales_mean[i];
        let team = firms.team_cost[i] * ctx.world.price;
        let law = &ctx.expected.tax;
        let claims = super::claims::would_claim(firms, i, team, &carry, ctx);
        let cost = super::research::firm_user_cost(firms, i, team, claims, law, &carry, ctx);
        let mean = firms.project_mean[i]
            + research.returns_trend * f64::from(warm_up - super::world::HISTORY.index()) / 4.0; // derived: quarters a year
        let surplus = super::research::research_surplus(mass, mean, cost, research.returns_spread);
        let annuity = super::research::annuity(tax.discount_rate, research.start_horizon);
        if !super::research::starts(surplus, 0.0, team, annuity, research.start_multiple) {
            continue;
        }
        let rd = super::research::desired_rd(
            mass,
            mean,
            cost,
            0.0,
            cost,
            research.returns_spread,
            research.intensity_cap * firms.sales_mean[i],
        );
        firms.user_cost[i] = cost;
        firms.rd[i] = math::max(rd, team);
        firms.rd_desired[i] = firms.rd[i];
        firms.rd_last_year[i] = firms.rd[i];
        firms.rd_mean[i] = firms.rd[i];
        firms.claims[i] = super::claims::would_claim(firms, i, firms.rd[i], &carry, ctx);
        firms.liquidity[i] = firms.rd[i];
        // stock of a firm whose R&D volume has grown at the rate of the years before
        firms.knowledge[i] = firms.rd[i] / ctx.world.price / (tax.depreciation + FOUNDING_GROWTH);
        firms.absorptive[i] = super::research::absorptive_capacity(
            firms.knowledge[i],
            firms.sales[i] / ctx.world.price,
            research.absorptive_half,
        );
    }
}

/// Founds the whole economy of 2013: populations first, then the stocks that rest on them.
pub fn found_state(state: &mut super::state::State, ctx: &Context) {
    use super::{
        approval::ApprovalState, buyers::BuyersState, contract_research::ContractResearchState,
        demand::MarketState, entry::EntryState, finance::FinanceState, funnel::FunnelState,
        innovation::InnovationState, openness::OpennessState, patents::PatentOffice,
        people::People, platforms::PlatformsState, programmes::ProgrammesState,
        registration::RegistrationState, spin_offs::SpinOffState, transfer::TransferState,
        universities::Universities,
    };
    state.firms = found(ctx);
    state.people = People::found(state, ctx);
    found_history(state, ctx);
    state.people = People::found(state, ctx);
    state.programmes = ProgrammesState::found(state, ctx);
    state.finance = FinanceState::found(state, ctx);
    state.market = MarketState::found(state, ctx);
    state.openness = OpennessState::found(state, ctx);
    state.innovation = InnovationState::found(state, ctx);
    state.universities = Universities::found(state, ctx);
    state.contract_research = ContractResearchState::found(state, ctx);
    state.transfer = TransferState::found(state, ctx);
    state.registration = RegistrationState::found(state, ctx);
    state.spin_offs = SpinOffState::found(ctx);
    state.funnel = FunnelState::found(state, ctx);
    state.platforms = PlatformsState::found(state, ctx);
    state.approval = ApprovalState::found(ctx);
    state.buyers = BuyersState::found(state, ctx);
    state.patents = PatentOffice::found(state, ctx);
    state.entry = EntryState::found(state, ctx);
}

/// Growth of R&D volume before 2013 a year.
const FOUNDING_GROWTH: f64 = 0.12; // derived: 11-14 % nominal a year in 2010-2013, general knowledge

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::bound::Bound;

    #[test]
    fn bounded_pareto_keeps_its_ends_and_tail() {
        let at = |u: f64, industry_largest: f64| {
            let p = PopulationParameters {
                size_limit: 20.0,
                industry_largest,
                industry_tail: 1.1,
                ..PopulationParameters::build(&mut |_| 1.0)
            };
            SalesLaw::of(Segment::Industry, &p).quantile(u)
        };
        assert!((at(0.0, 1e6) - 20.0).abs() < 1e-9);
        assert!((at(1.0, 1e6) - 1e6).abs() < 1e-3);
        // P(S > 200) = 10^-1.1 in the unbounded law
        let u = 1.0 - math::pow(10.0, -1.1);
        assert!((at(u, 1e12) - 200.0).abs() < 0.01);
    }

    #[test]
    fn keyed_place_follows_the_shares() {
        let shares = [0.2, 0.3, 0.5];
        assert_eq!(pick(0.1, &shares), 0);
        assert_eq!(pick(0.35, &shares), 1);
        assert_eq!(pick(0.9, &shares), 2);
    }
}
