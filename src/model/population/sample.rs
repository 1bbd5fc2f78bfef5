//! Which firms make up the weighted sample of a segment?

use super::{
    Founding, SalesLaw, TOGETHER, Traits, draw_field, fill_quantiles, firm_id, region_shares,
};
use crate::base::blocks::Part;
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::Purpose;
use crate::model::context::Context;
use crate::model::firms::{Firm, Firms, Segment};
use std::ops::Range;

/// Resolution of the quantile grid on which inclusion is cumulated.
const GRID: usize = 4096; // derived: fine enough that halving it moves totals by under 0.1 %

/// The firms at the start of the warm-up, before any R&D history.
pub fn found(ctx: &Context) -> Firms {
    let p = &ctx.parameters.population;
    let samples = [
        Sample::of(Segment::Industry, p.industry_firms, ctx),
        Sample::of(Segment::Services, p.services_firms, ctx),
        Sample::of(Segment::Small, p.small_firms, ctx),
    ];
    let agents = samples.iter().map(|sample| sample.agents).sum();
    // half as many again, for those that enter and for lines that split
    let mut firms = Firms::blank(agents, agents / 2);
    let mut rest = firms.lend();
    for sample in &samples {
        let (own, others) = rest.part(sample.agents);
        let parts = (own, 0..sample.agents);
        (ctx.crew).walk(parts, |(mut firms, ordinals)| {
            sample.found(&mut firms, ordinals, ctx);
        });
        rest = others;
    }
    firms
}

/// A run of quantiles of sales whose firms stand for as many real ones each.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// Its first quantile.
    from: f64,
    /// Its quantiles.
    width: f64,
    /// Chance that a firm is an agent.
    inclusion: f64,
    /// Agents of the cells before.
    before: f64,
    /// Agents in it.
    agents: f64,
}

impl Cell {
    /// Agents up to its last quantile.
    fn end(&self) -> f64 {
        self.before + self.agents
    }
}

/// Agents of one segment.
struct Sample {
    segment: Segment,
    law: SalesLaw,
    /// By rising quantile.
    cells: Vec<Cell>,
    /// Number of agents.
    agents: usize,
}

impl Sample {
    /// That of a segment of `count` real firms.
    fn of(segment: Segment, count: f64, ctx: &Context) -> Self {
        // quantile edges crowd towards the top: 1 − (1 − k/n)^4
        let edge = |k: usize| {
            let x = 1.0 - k as f64 / GRID as f64;
            1.0 - x * x * x * x
        };
        let law = SalesLaw::of(segment, &ctx.parameters.population);
        let mut middles: Vec<f64> = (0..GRID).map(|k| 0.5 * (edge(k) + edge(k + 1))).collect();
        fill_quantiles(&law, &mut middles);
        let mut mean = 0.0;
        for (k, sales) in middles.iter().enumerate() {
            mean += (edge(k + 1) - edge(k)) * sales;
        }
        let mut before = 0.0;
        let cell = |(k, sales): (usize, &f64)| {
            let (from, width) = (edge(k), edge(k + 1) - edge(k));
            let inclusion = math::min(1.0, ctx.scale * (0.5 + 0.5 * (sales / mean)));
            let cell = Cell {
                from,
                width,
                inclusion,
                before,
                agents: count * width * inclusion,
            };
            before = cell.end();
            cell
        };
        let cells = middles.iter().enumerate().map(cell).collect();
        // one agent a unit of cumulated inclusion
        let whole = before as u32;
        let last = u32::from(place(segment, whole, ctx) < before);
        Self {
            segment,
            law,
            cells,
            agents: (whole + last) as usize,
        }
    }

    /// Founds the agents of these ordinals, whose rows are `firms`.
    fn found(&self, firms: &mut Firms<Lent>, ordinals: Range<usize>, ctx: &Context) {
        let (claims, registers) = (&ctx.parameters.claims, &ctx.parameters.registers);
        let aware = [claims.aware_2013, registers.aware_2013];
        let regions = region_shares(&ctx.parameters.population);
        let mut traits = Traits::default();
        let (mut ids, mut sales) = ([0; TOGETHER], [0.0; TOGETHER]);
        let (mut weights, mut founded) = ([0.0; TOGETHER], vec![Firm::default(); TOGETHER]);
        let rows: Vec<u32> = (0..ordinals.len() as u32).collect();
        let mut cells = self.cells_from(ordinals.start as u32, ctx);
        for (rows, first) in rows.chunks(TOGETHER).zip(ordinals.step_by(TOGETHER)) {
            let n = rows.len();
            for (k, ordinal) in (first as u32..).take(n).enumerate() {
                let place = place(self.segment, ordinal, ctx);
                while cells.len() > 1 && place >= cells[0].end() {
                    cells = &cells[1..];
                }
                let cell = cells[0];
                ids[k] = firm_id(self.segment, ordinal);
                sales[k] = cell.from + cell.width * (place - cell.before) / cell.agents;
                weights[k] = 1.0 / cell.inclusion;
            }
            fill_quantiles(&self.law, &mut sales[..n]);
            traits.draw(&ids[..n], ctx);
            for (k, firm) in founded[..n].iter_mut().enumerate() {
                let (u_region, u_field) = ctx.pair(ids[k], 0, 0, Purpose::FirmPlace);
                let founding = Founding {
                    id: ids[k],
                    segment: self.segment,
                    region: pick(u_region, &regions) as u8,
                    field: draw_field(self.segment, u_field) as u8,
                    sales: sales[k],
                    weight: weights[k],
                    aware,
                };
                *firm = traits.firm(k, &founding, ctx);
            }
            firms.set_rows(rows, &founded[..n]);
        }
    }

    /// Cells from that of the agent `ordinal` on.
    fn cells_from(&self, ordinal: u32, ctx: &Context) -> &[Cell] {
        let place = place(self.segment, ordinal, ctx);
        let before = self.cells.partition_point(|cell| cell.end() <= place);
        &self.cells[before.min(self.cells.len() - 1)..]
    }
}

/// Where an agent stands on cumulated inclusion: at a keyed place in the unit that is its own.
fn place(segment: Segment, ordinal: u32, ctx: &Context) -> f64 {
    f64::from(ordinal) + ctx.uniform(segment as u32, ordinal, 0, Purpose::FirmSize)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyed_place_follows_the_shares() {
        let shares = [0.2, 0.3, 0.5];
        assert_eq!(pick(0.1, &shares), 0);
        assert_eq!(pick(0.35, &shares), 1);
        assert_eq!(pick(0.9, &shares), 2);
    }
}
