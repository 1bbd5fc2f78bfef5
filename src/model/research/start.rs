//! Answers which firms without R&D start it.

use super::position::Law;
use super::strip::{Ground, STRIP, Strip, promise};
use super::{ResearchParameters, annuity, starts};
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::{Purpose, fill_uniform};
use crate::base::strip::gather;
use crate::model::context::Context;
use crate::model::firms::Firms;
use crate::model::{claims, registers};
use crate::policy::tax::Tax;

/// Firms without R&D whose quarter of the year it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Starters {
    pub(super) firm: Vec<u32>,
}

impl Starters {
    /// Keeps the firms that look at a start and whose whole project mass could feed a team: others
    /// have nothing to weigh.
    pub(super) fn keep_those_who_look(
        &mut self,
        firms: &Firms<Lent>,
        strip: &mut Strip,
        ground: &Ground,
        ctx: &Context,
    ) {
        self.keep_lucky(firms, ctx);
        self.keep_promising(firms, strip, ground, ctx);
    }

    /// Keeps the firms that look at a start.
    fn keep_lucky(&mut self, firms: &Firms<Lent>, ctx: &Context) {
        let hazard = ctx.parameters.research.start_hazard;
        let now = ctx.quarter.index() as u32;
        let (mut ids, mut luck) = ([0; STRIP], [0.0; STRIP]);
        let (mut kept, all) = (0, self.firm.len());
        for from in (0..all).step_by(STRIP) {
            let n = usize::min(STRIP, all - from);
            gather(firms.id, &self.firm[from..from + n], &mut ids);
            fill_uniform(ctx.key, &ids, now, 0, Purpose::StartResearch, &mut luck);
            for (k, luck) in luck[..n].iter().enumerate() {
                self.firm[kept] = self.firm[from + k];
                kept += usize::from(*luck < hazard);
            }
        }
        self.firm.truncate(kept);
    }

    /// Keeps the firms whose whole project mass could feed a team.
    fn keep_promising(
        &mut self,
        firms: &Firms<Lent>,
        strip: &mut Strip,
        ground: &Ground,
        ctx: &Context,
    ) {
        let spread = ctx.parameters.research.returns_spread;
        let (mut kept, all) = (0, self.firm.len());
        for from in (0..all).step_by(STRIP) {
            let n = usize::min(STRIP, all - from);
            strip.set_projects(firms, &self.firm[from..from + n], ground);
            promise(strip, 0.5 * spread * spread);
            for r in 0..n {
                self.firm[kept] = self.firm[from + r];
                kept += usize::from(strip.surplus[r] >= strip.team[r]);
            }
        }
        self.firm.truncate(kept);
    }
}

/// The start test.
struct Test<'a> {
    annuity: f64,
    law: &'a Tax,
    p: &'a ResearchParameters,
    ctx: &'a Context<'a>,
}

impl Test<'_> {
    /// Whether firm `i` would start at this yearly surplus \[mn/yr\].
    fn passes(&self, firms: &Firms<Lent>, i: usize, surplus: f64, team: f64) -> bool {
        let starts = |certificate| {
            let multiple = self.p.start_multiple;
            starts(surplus, certificate, team, self.annuity, multiple)
        };
        // what the certificate is worth counts only where it is needed
        starts(0.0) || {
            let value = registers::value_to_starter(firms, i, team, self.law, self.ctx);
            starts(self.p.certificate_weight * value)
        }
    }
}

/// Lets the firms of `rows`, which expect one law, consider a start.
pub(super) fn consider(
    firms: &mut Firms<Lent>,
    rows: &[u32],
    strip: &mut Strip,
    law: &Law,
    ground: &Ground,
    ctx: &Context,
) {
    let p = &ctx.parameters.research;
    let test = Test {
        annuity: annuity(ctx.parameters.tax.discount_rate, p.start_horizon),
        law: law.tax,
        p,
        ctx,
    };
    let in_force = Law::new(&ctx.seen.tax);
    let mut claiming = claims::Strip::new();
    for rows in rows.chunks(STRIP) {
        // who would not start with the deduction need not ask whether it would claim it
        let mut able = [0; STRIP];
        strip.set_projects(firms, rows, ground);
        gather(firms.aware_claim, rows, &mut strip.claims);
        weigh(firms, rows, strip, law, ground, ctx);
        let mut count = 0;
        for (r, &firm) in rows.iter().enumerate() {
            able[count] = firm;
            let best = strip.surplus[r];
            count += usize::from(test.passes(firms, firm as usize, best, strip.team[r]));
        }
        if count == 0 {
            continue;
        }
        let rows = &able[..count];
        strip.set_projects(firms, rows, ground);
        let teams = &strip.team;
        strip.claims = *claiming.would_claim(firms, rows, teams, &in_force, &ground.carry, ctx);
        weigh(firms, rows, strip, law, ground, ctx);
        for (r, &firm) in rows.iter().enumerate() {
            let (i, team) = (firm as usize, strip.team[r]);
            if test.passes(firms, i, strip.surplus[r], team) {
                firms.user_cost[i] = strip.cost[r];
                firms.claims[i] = strip.claims[r];
                firms.rd_desired[i] = strip.wanted[r];
                firms.rd[i] = math::max(team, p.start_share * strip.wanted[r]);
                firms.quarters_under[i] = 0;
            }
        }
    }
}

/// What the firms of `rows` want and gain with teams of the least size, without a grant.
fn weigh(
    firms: &Firms<Lent>,
    rows: &[u32],
    strip: &mut Strip,
    law: &Law,
    ground: &Ground,
    ctx: &Context,
) {
    strip.positions.research = strip.team;
    strip.grant.fill(0.0);
    strip.plan(firms, rows, law, ground, ctx);
}
