//! Answers which firms without R&D start it.

use super::plan::{Expected, STRIP, Strip, promise};
use super::{Law, annuity, starts, team_cost, years_since_2015};
use crate::base::math;
use crate::base::rng::{Purpose, fill_uniform};
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::tax::CarryTable;
use crate::model::{claims, registers};

/// Firms without R&D whose quarter of the year it is, and the uniform that says who looks at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Starters {
    pub(super) firm: Vec<u32>,
    id: Vec<u32>,
    luck: Vec<f64>,
}

impl Starters {
    /// Notes the ids of the listed firms.
    pub(super) fn identify(&mut self, firms: &Firms) {
        self.id.clear();
        self.id
            .extend(self.firm.iter().map(|&i| firms.id[i as usize]));
    }
}

/// Lets firms consider a start: of those that look at it, the ones whose projects could feed a team.
pub(super) fn consider(
    firms: &mut Firms,
    rd_price: &[f64],
    starters: &mut Starters,
    strip: &mut Strip,
    expected: &Expected,
    carry: &CarryTable,
    ctx: &Context,
) {
    starters.keep_lucky(ctx);
    starters.keep_promising(firms, rd_price, strip, ctx);
    let (law, mut claiming) = (Law::new(&ctx.seen.tax), claims::Strip::new());
    for rows in starters.firm.chunks(STRIP) {
        let mut teams = [0.0; STRIP];
        for (team, &firm) in teams.iter_mut().zip(rows) {
            *team = team_cost(firms, rd_price, firm as usize, ctx);
        }
        let claims = claiming.would_claim(firms, rows, &teams, &law, carry, ctx);
        weigh(firms, rows, (&teams, claims), strip, expected, carry, ctx);
    }
}

impl Starters {
    /// Keeps the firms that look at a start.
    fn keep_lucky(&mut self, ctx: &Context) {
        self.luck.resize(self.id.len(), 0.0);
        let now = ctx.quarter.index() as u32;
        let luck = &mut self.luck;
        fill_uniform(ctx.key, &self.id, now, 0, Purpose::StartResearch, luck);
        let mut kept = 0;
        for k in 0..self.firm.len() {
            self.firm[kept] = self.firm[k];
            kept += usize::from(self.luck[k] < ctx.parameters.research.start_hazard);
        }
        self.firm.truncate(kept);
    }

    /// Keeps the firms whose whole project mass could feed a team: others have nothing to weigh.
    fn keep_promising(
        &mut self,
        firms: &Firms,
        rd_price: &[f64],
        strip: &mut Strip,
        ctx: &Context,
    ) {
        let p = &ctx.parameters.research;
        let trend = p.returns_trend * years_since_2015(ctx);
        let half_square = 0.5 * p.returns_spread * p.returns_spread;
        let (mut kept, all) = (0, self.firm.len());
        for from in (0..all).step_by(STRIP) {
            let mut rows = [0; STRIP];
            let n = usize::min(STRIP, all - from);
            rows[..n].copy_from_slice(&self.firm[from..from + n]);
            for (r, &firm) in rows[..n].iter().enumerate() {
                let i = firm as usize;
                let team = team_cost(firms, rd_price, i, ctx);
                strip.set_projects(r, firms, i, team, trend);
            }
            promise(strip, n, half_square);
            for (r, &firm) in rows[..n].iter().enumerate() {
                self.firm[kept] = firm;
                kept += usize::from(strip.surplus[r] >= strip.team[r]);
            }
        }
        self.firm.truncate(kept);
    }
}

/// Which firms of `rows` start, and with how much; of each the cost of a team, and whether it would
/// claim that.
fn weigh(
    firms: &mut Firms,
    rows: &[u32],
    (teams, claims): (&[f64; STRIP], &[bool; STRIP]),
    strip: &mut Strip,
    expected: &Expected,
    carry: &CarryTable,
    ctx: &Context,
) {
    let p = &ctx.parameters.research;
    let trend = p.returns_trend * years_since_2015(ctx);
    let annuity = annuity(ctx.parameters.tax.discount_rate, p.start_horizon);
    for (r, &firm) in rows.iter().enumerate() {
        let i = firm as usize;
        strip.set_projects(r, firms, i, teams[r], trend);
        strip.set_research(r, teams[r], claims[r]);
    }
    strip.gather(firms, rows, expected, carry, ctx);
    // a start is weighed without a grant
    strip.grant.fill(0.0);
    strip.price_and_want(firms, rows, expected, carry, ctx);
    for (r, &firm) in rows.iter().enumerate() {
        let i = firm as usize;
        let (team, surplus) = (strip.team[r], strip.surplus[r]);
        let law = expected.of_vintage(firms.vintage[i], ctx);
        let value = registers::value_to_starter(firms, i, team, law, ctx);
        let certificate = p.certificate_weight * value;
        if starts(surplus, certificate, team, annuity, p.start_multiple) {
            firms.user_cost[i] = strip.cost[r];
            firms.claims[i] = strip.claims[r];
            firms.rd_desired[i] = strip.wanted[r];
            firms.rd[i] = math::max(team, p.start_share * strip.wanted[r]);
            firms.quarters_under[i] = 0;
        }
    }
}
