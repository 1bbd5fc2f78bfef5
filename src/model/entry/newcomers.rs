//! What are the firms of founders?

use super::arrive::{Founder, of_segment};
use super::census::Surroundings;
use super::rules::{ARRIVALS, surroundings};
use super::{CELLS, EntryState, SEGMENT_LIST, SEGMENTS};
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::{Purpose, fill_uniform};
use crate::model::context::Context;
use crate::model::demand::{
    MARKETS, MarketState, ln_attraction_per_demand, market_of, resting_appeal,
};
use crate::model::firms::{FIELDS, Firm, Firms};
use crate::model::population::{Founding, SalesLaw, Traits, draw_firm, entrant_id, fill_quantiles};
use crate::model::state::State;
use crate::model::world::WARM_UP;

/// What makes firms of founders, beside their draws.
pub(super) struct Welcome<'a> {
    sales: EntrantSales,
    /// What they find around them.
    scene: &'a Surroundings,
    /// See [`ln_attraction_per_demand`], by market.
    ln_attraction: [f64; MARKETS],
    /// Real firms an entrant stands for, by segment \[firms\].
    weights: [f64; SEGMENTS],
}

impl<'a> Welcome<'a> {
    /// That of this quarter, where entrants have these `weights`.
    pub(super) fn of(
        entry: &'a EntryState,
        market: &MarketState,
        weights: [f64; SEGMENTS],
        ctx: &Context,
    ) -> Self {
        Self {
            sales: EntrantSales::of(entry, ctx),
            scene: &entry.scene,
            ln_attraction: std::array::from_fn(|m| ln_attraction_per_demand(market, m)),
            weights,
        }
    }

    /// Puts the firms of `founders` in their rows; gives the cash paid in \[mn\].
    pub(super) fn let_in(
        &self,
        firms: &mut Firms<Lent>,
        founders: &[Founder],
        ctx: &Context,
    ) -> f64 {
        let (mut paid_in, mut strip) = (0.0, Strip::new());
        let (mut rows, mut newcomers) = ([0; PLACED], [Firm::default(); PLACED]);
        for (s, &weight) in self.weights.iter().enumerate() {
            for founders in of_segment(founders, s).chunks(ARRIVALS) {
                strip.draw(founders, &self.sales, s, ctx);
                for (from, founders) in (0..).step_by(PLACED).zip(founders.chunks(PLACED)) {
                    for (k, founder) in founders.iter().enumerate() {
                        let newcomer = strip.firm(from + k, founder, self, ctx);
                        paid_in += weight * newcomer.cash;
                        (rows[k], newcomers[k]) = (founder.row, newcomer);
                    }
                    firms.set_rows(&rows, &newcomers[..founders.len()]);
                }
            }
        }
        paid_in
    }
}

/// Newcomers put in their rows together: a row is long, and these stay in the nearest cache.
const PLACED: usize = 16;

/// Founders of a segment drawn together.
struct Strip {
    id: [u32; ARRIVALS],
    /// Sales \[mn/yr\].
    sales: [f64; ARRIVALS],
    traits: Traits,
}

impl Strip {
    fn new() -> Self {
        Self {
            id: [0; ARRIVALS],
            sales: [0.0; ARRIVALS],
            traits: Traits::default(),
        }
    }

    /// Draws of founders of segment `s`: keyed on the arrival, as if they had been founded in the
    /// warm-up.
    fn draw(&mut self, founders: &[Founder], law: &EntrantSales, s: usize, ctx: &Context) {
        for (id, founder) in self.id.iter_mut().zip(founders) {
            *id = entrant_id(founder.stream, founder.ordinal);
        }
        let then = WARM_UP.index() as u32;
        let ranks = &mut self.sales;
        fill_uniform(ctx.key, &self.id, then, 0, Purpose::EntryTraits, ranks);
        for rank in &mut self.sales {
            *rank *= ctx.parameters.entry.entrant_rank;
        }
        fill_quantiles(&law.laws[s], &mut self.sales);
        for sales in &mut self.sales {
            *sales = *sales * law.nominal * law.lag;
        }
        (self.traits).draw(&self.id[..founders.len()], &dateless(ctx));
    }

    /// Firm of founder `k` of those drawn for; what it knows, it knows from its region today.
    #[inline]
    fn firm(&self, k: usize, founder: &Founder, welcome: &Welcome, ctx: &Context) -> Firm {
        let (s, cell) = (founder.segment(), founder.stream as usize % CELLS);
        let (segment, weight) = (SEGMENT_LIST[s], welcome.weights[s]);
        let (region, field) = ((cell / FIELDS) as u8, (cell % FIELDS) as u8);
        let (sales, scene) = (self.sales[k], welcome.scene);
        let founding = Founding {
            id: self.id[k],
            segment,
            region,
            field,
            sales,
            weight,
            aware: scene.aware(region),
        };
        // a row is long: it is set in place
        let mut firm = self.traits.firm(k, &founding, &dateless(ctx));
        let ln_attraction = welcome.ln_attraction[market_of(field, segment)];
        start(&mut firm, scene, ln_attraction, ctx);
        firm.cash = ctx.parameters.entry.entrant_cash * sales;
        firm
    }
}

/// How sales of entrants are spread this quarter.
struct EntrantSales {
    laws: [SalesLaw; SEGMENTS],
    /// Nominal GDP over that at founding.
    nominal: f64,
    /// What entrants lag behind it.
    lag: f64,
}

impl EntrantSales {
    fn of(entry: &EntryState, ctx: &Context) -> Self {
        let years = f64::from(ctx.quarter.since(WARM_UP)) / 4.0; // derived: quarters a year
        Self {
            laws: SEGMENT_LIST.map(|s| SalesLaw::of(s, &ctx.parameters.population)),
            nominal: surroundings(ctx.world.gdp, entry.founding_gdp, 1.0),
            lag: math::exp(-ctx.parameters.entry.entrant_sales_lag * years),
        }
    }
}

/// The year of founding, when lasting traits are drawn.
fn dateless<'a>(ctx: &Context<'a>) -> Context<'a> {
    Context {
        quarter: WARM_UP,
        ..*ctx
    }
}

/// A firm that starts now; its lasting draws are those of the warm-up.
pub(in crate::model) fn newcomer(state: &State, founding: &Founding, ctx: &Context) -> Firm {
    // a row is long: it is set in place
    let mut firm = draw_firm(founding, &dateless(ctx));
    let market = market_of(founding.field, founding.segment);
    let ln_attraction = ln_attraction_per_demand(&state.market, market);
    start(&mut firm, &state.entry.scene, ln_attraction, ctx);
    firm
}

/// Lets a firm start today, as productive as others of its field, with the appeal that keeps the
/// sales it has.
fn start(firm: &mut Firm, scene: &Surroundings, ln_attraction: f64, ctx: &Context) {
    let ln_productivity = scene.ln_productivity[usize::from(firm.field)];
    (firm.born, firm.vintage) = (ctx.q(), ctx.q());
    firm.ln_productivity = ln_productivity;
    firm.ln_appeal = resting_appeal(
        math::ln(firm.sales),
        ln_attraction,
        ln_productivity,
        ctx.parameters.demand.substitution,
    );
}
