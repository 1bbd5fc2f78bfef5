//! The firms of a state as one record each, and what else the processes of firms read and write.

use leverlab::base::math;
use leverlab::model::approval::ApprovalState;
use leverlab::model::books::Books;
use leverlab::model::demand::MarketState;
use leverlab::model::firms::{FIELDS, Firm};
use leverlab::model::innovation::InnovationTally;
use leverlab::model::innovation::pools::KnowledgePools;
use leverlab::model::state::State;

/// A firm.
#[derive(Clone, Copy)]
pub struct Agent {
    pub firm: Firm,
    /// Knowledge stock after the last quarter \[mn\].
    pub last_knowledge: f64,
    /// Attraction A on its market.
    pub pull: f64,
}

/// All that the plain processes walk.
#[derive(Clone)]
pub struct World {
    pub firms: Vec<Agent>,
    pub books: Books,
    pub market: MarketState,
    pub approval: ApprovalState,
    pub pools: KnowledgePools,
    pub frontier: [f64; FIELDS],
    pub tally: InnovationTally,
    /// Price of R&D volume by field.
    pub rd_price: [f64; FIELDS],
    pub demand_factor: [f64; FIELDS],
    pub inflow: [f64; FIELDS],
}

impl World {
    /// The firms of a state, out of their columns.
    pub fn of(state: &State) -> Self {
        let innovation = &state.innovation;
        let firms = (0..state.firms.len()).map(|i| {
            let firm = state.firms.row(i);
            // a row that another firm held a quarter ago starts anew
            let known = innovation.last_id.get(i) == Some(&firm.id);
            Agent {
                firm,
                last_knowledge: if known {
                    innovation.last_knowledge[i]
                } else {
                    firm.knowledge
                },
                pull: 0.0,
            }
        });
        Self {
            firms: firms.collect(),
            books: state.books.clone(),
            market: state.market.clone(),
            approval: state.approval.clone(),
            pools: innovation.pools.clone(),
            frontier: innovation.frontier,
            tally: innovation.tally,
            rd_price: state.people.rd_price,
            demand_factor: state.openness.demand_factor,
            inflow: state.openness.inflow,
        }
    }

    /// Becomes `start` again, in the same memory.
    pub fn restore(&mut self, start: &Self) {
        let mut firms = std::mem::take(&mut self.firms);
        firms.clone_from(&start.firms);
        *self = Self {
            firms,
            ..Self {
                firms: Vec::new(),
                ..start.clone_but_firms()
            }
        };
    }

    fn clone_but_firms(&self) -> Self {
        Self {
            firms: Vec::new(),
            books: self.books.clone(),
            market: self.market.clone(),
            approval: self.approval.clone(),
            pools: self.pools.clone(),
            ..*self
        }
    }
}

/// Standard normal quantile of a uniform: the short formula where it holds.
pub fn normal(uniform: f64) -> f64 {
    let centred = uniform - 0.5;
    if math::abs(centred) <= math::MIDDLE {
        math::middle_quantile(centred)
    } else {
        math::normal_quantile(uniform)
    }
}

/// Standard normal distribution function: the short formula where it holds.
pub fn share_below(x: f64) -> f64 {
    if math::abs(x) <= math::CENTRE {
        math::central_cdf(x)
    } else {
        math::normal_cdf(x)
    }
}
