//! What does each firm learn this quarter, and what comes of it?

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::desk::{Desk, Queue};
use super::pools::{CELLS, cell_of};
use super::{
    InnovationParameters, InnovationState, imitated_gain, imitates, knowledge_growth, lumpy_gain,
    next_new_products, noise_change, renewal, spillover, success_probability,
};
use crate::base::blocks::Join;
use crate::base::columns::Lent;
use crate::base::math;
use crate::base::rng::{Purpose, fill_normal_and_uniform};
use crate::base::select;
use crate::base::strip::{self, Sum};
use crate::model::approval::own::{Outcome, OwnRules};
use crate::model::approval::{ApprovalState, Passages};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms};
use std::ops::Range;

type Column = [f64; strip::ROWS];

/// What a strip of firms learns, in columns.
struct Strip {
    /// Standard normal shock to productivity.
    shock: Column,
    /// What decides on a success of its own, uniform.
    luck: Column,
    /// The frontier of the field \[log points\].
    frontier: Column,
    /// Cell of knowledge within reach, and the growth of its pool \[log points\].
    cell: [u8; strip::ROWS],
    pool: Column,
    /// What the growth of its knowledge promises \[log points\].
    promise: Column,
    /// What it gains by imitating \[log points\].
    copied: Column,
    /// What it gains or loses by its own knowledge \[log points\].
    own: Column,
    /// All it gains, noise left out \[log points\].
    gain: Column,
    /// Real firms that have a success of their own.
    successes: Column,
    values: Values,
}

/// What is learnt times the weight or the sales of the represented firms, by source.
struct Values {
    weight: Column,
    gain: Column,
    imitators: Column,
    own: Column,
    copied: Column,
    spilt: Column,
    transferred: Column,
}

/// Scratch of a block of firms.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seekers {
    /// Places in their strip of firms with a success of their own.
    successful: Vec<u32>,
    queue: Queue,
}

/// Moves each firm's productivity and new products by what it learns, and counts it; successes
/// that need approval by the `rules` go through it: what became of them.
pub(super) fn move_productivity(
    innovation: &mut InnovationState,
    firms: &mut Firms,
    approval: &mut ApprovalState,
    rules: Option<&OwnRules>,
    ctx: &Context,
) -> Outcome {
    let growth: &[f64; CELLS] = innovation.pools.growth[..]
        .try_into()
        .expect("a growth by cell");
    let scene = Scene {
        frontier: &innovation.frontier,
        growth,
        rules,
        passages: &approval.passages,
    };
    let n = firms.len();
    for seekers in &mut innovation.seekers {
        seekers.queue.exposure = [0.0; FIELDS];
    }
    let mut rooms = ctx.crew.rooms(n, &mut innovation.seekers);
    rooms.own().queue.exposure = approval.exposure;
    let last = (
        &mut innovation.last_id[..],
        &mut innovation.last_knowledge[..],
    );
    let parts = (firms.lend(), last, rooms);
    let learnt = ctx.crew.walk(parts, |(mut firms, last, mut room)| {
        learn_block(&mut firms, last, room.own(), &scene, ctx)
    });
    approval.exposure = [0.0; FIELDS];
    for seekers in &innovation.seekers[..ctx.crew.blocks(n)] {
        approval.exposure.join(seekers.queue.exposure);
    }
    let [weight, gain, imitators, own, copied, spilt, transferred] =
        learnt.sums.map(|sum| sum.total());
    let tally = &mut innovation.tally;
    tally.successes = learnt.successes.total();
    tally.mean_gain = if weight > 0.0 { gain / weight } else { 0.0 };
    tally.imitations = imitators;
    tally.own_value = own;
    tally.imitated_value = copied;
    tally.spillover_value = spilt;
    tally.transferred_value = transferred;
    learnt.approved
}

/// What all firms see of each other and of the rules when they learn.
struct Scene<'a> {
    frontier: &'a [f64; FIELDS],
    /// Growth of the pool by cell \[log points\].
    growth: &'a [f64; CELLS],
    rules: Option<&'a OwnRules>,
    passages: &'a Passages,
}

/// What a block of firms comes to, real firms.
struct Learnt {
    successes: Sum,
    sums: [Sum; 7],
    approved: Outcome,
}

impl Join for Learnt {
    fn join(&mut self, next: Self) {
        self.successes.join(next.successes);
        self.sums.join(next.sums);
        self.approved.add(1.0, &next.approved);
    }
}

/// Moves a block of firms; `last` is who stood in their rows a quarter ago, and what that knew.
fn learn_block(
    firms: &mut Firms<Lent>,
    (last_id, last_knowledge): (&mut [u32], &mut [f64]),
    seekers: &mut Seekers,
    scene: &Scene,
    ctx: &Context,
) -> Learnt {
    let p = &ctx.parameters.innovation;
    let chance = success_probability(p.success_hazard);
    let mut strip = Strip::new();
    let (mut sums, mut successes) = ([Sum::default(); 7], Sum::default());
    let Seekers { successful, queue } = seekers;
    let mut desk = scene.rules.map(|rules| Desk {
        rules,
        passages: scene.passages,
        queue,
        outcome: Outcome::default(),
    });
    for from in (0..firms.len()).step_by(strip::ROWS) {
        let rows = from..usize::min(from + strip::ROWS, firms.len());
        strip.set_up(scene, firms, rows.clone(), ctx);
        let last = (
            &mut last_id[rows.clone()],
            &mut last_knowledge[rows.clone()],
        );
        strip.seek_or_imitate(last, firms, rows.clone(), ctx);
        strip.seek(firms, rows.clone(), chance);
        successes.add(&strip.successes[..rows.len()]);
        if let Some(desk) = &mut desk {
            strip.list_successes(rows.len(), successful);
            desk.serve(firms, rows.clone(), successful, &mut strip.own, ctx);
        }
        strip.learn(firms, rows.clone(), p);
        add_values(&strip.values, &mut sums, rows.len());
    }
    Learnt {
        successes,
        sums,
        approved: desk.map_or_else(Outcome::default, |desk| desk.outcome),
    }
}

impl Strip {
    fn new() -> Self {
        let zero = [0.0; strip::ROWS];
        Self {
            shock: zero,
            luck: zero,
            frontier: zero,
            cell: [0; strip::ROWS],
            pool: zero,
            promise: zero,
            copied: zero,
            own: zero,
            gain: zero,
            successes: zero,
            values: Values {
                weight: zero,
                gain: zero,
                imitators: zero,
                own: zero,
                copied: zero,
                spilt: zero,
                transferred: zero,
            },
        }
    }

    /// Draws the shocks, looks up frontiers and pools.
    fn set_up(&mut self, scene: &Scene, firms: &Firms<Lent>, rows: Range<usize>, ctx: &Context) {
        let (n, q) = (rows.len(), ctx.q() as u32);
        let (shock, luck) = (&mut self.shock[..n], &mut self.luck[..n]);
        let (ids, purpose) = (&firms.id[rows.clone()], Purpose::Productivity);
        fill_normal_and_uniform(ctx.key, ids, q, 0, purpose, shock, luck);
        let (field, region) = (&firms.field[rows.clone()], &firms.region[rows]);
        fill_cells(field, region, &mut self.cell);
        strip::look_up(scene.frontier, field, &mut self.frontier);
        strip::look_up(scene.growth, &self.cell[..n], &mut self.pool);
    }

    /// What each firm gains by imitating and what its own knowledge promises or loses; what it
    /// knows now becomes its past.
    fn seek_or_imitate(
        &mut self,
        (last_id, last_knowledge): (&mut [u32], &mut [f64]),
        firms: &Firms<Lent>,
        rows: Range<usize>,
        ctx: &Context,
    ) {
        let p = &ctx.parameters.innovation;
        choose(
            p,
            p.tacit_knowledge / ctx.world.price,
            (
                &firms.id[rows.clone()],
                &firms.alive[rows.clone()],
                &firms.absorptive[rows.clone()],
            ),
            (
                &firms.knowledge[rows.clone()],
                &firms.sales_mean[rows.clone()],
            ),
            (&firms.ln_productivity[rows], &self.frontier),
            last_id,
            last_knowledge,
            &mut self.promise,
            &mut self.copied,
            &mut self.own,
        );
    }

    /// What firms gain that seek a success and have one.
    fn seek(&mut self, firms: &Firms<Lent>, rows: Range<usize>, chance: f64) {
        succeed(
            chance,
            (&firms.alive[rows.clone()], &firms.weight[rows]),
            (&self.promise, &self.copied, &self.luck),
            &mut self.own,
            &mut self.successes,
        );
    }

    /// Lists the places of those among the first `n` that have a success.
    fn list_successes(&self, n: usize, successful: &mut Vec<u32>) {
        select::list(n, successful, |_, flags| {
            for (flag, firms) in flags.iter_mut().zip(&self.successes) {
                *flag = *firms > 0.0;
            }
        });
    }

    /// Moves productivity and new products.
    fn learn(&mut self, firms: &mut Firms<Lent>, rows: Range<usize>, p: &InnovationParameters) {
        count(
            p.spillover_elasticity,
            (&firms.alive[rows.clone()], &firms.weight[rows.clone()]),
            (&firms.sales[rows.clone()], &firms.absorptive[rows.clone()]),
            &firms.pending_gain[rows.clone()],
            (&self.promise, &self.copied, &self.own, &self.pool),
            &mut self.values,
            &mut self.gain,
        );
        learn(
            p,
            (&firms.alive[rows.clone()], &firms.sales[rows.clone()]),
            (&self.copied, &self.own),
            (&self.gain, &self.shock),
            &mut firms.pending_gain[rows.clone()],
            &mut firms.noise[rows.clone()],
            &mut firms.ln_productivity[rows.clone()],
            &mut firms.new_product_sales[rows],
        );
    }
}

impl Values {
    /// Adds the first `n` rows to the sums.
    #[inline(always)]
    fn add(&self, sums: &mut [Sum; 7], n: usize) {
        let columns = [
            &self.weight,
            &self.gain,
            &self.imitators,
            &self.own,
            &self.copied,
            &self.spilt,
            &self.transferred,
        ];
        for (sum, column) in sums.iter_mut().zip(columns) {
            sum.add(&column[..n]);
        }
    }
}

crate::dispatched! {
    /// [`Values::add`].
    fn add_values(values: &Values, sums: &mut [Sum; 7], n: usize) {
        values.add(sums, n);
    }
}

crate::dispatched! {
    /// Cell of each firm: [`cell_of`].
    fn fill_cells(field: &[u8], region: &[u8], cell: &mut [u8; strip::ROWS]) {
        for ((&field, &region), cell) in field.iter().zip(region).zip(cell) {
            *cell = cell_of(field, region) as u8;
        }
    }
}

crate::dispatched! {
    /// Firms in business seek a success where what they know grows and imitating brings nothing
    /// more; how many real ones have one.
    fn succeed(
        chance: f64,
        who: (&[bool], &[f64]),
        hopes: (&Column, &Column, &Column),
        own: &mut Column,
        successes: &mut Column,
    ) {
        let n = who.0.len().min(strip::ROWS);
        let (alive, weight) = (&who.0[..n], &who.1[..n]);
        let (promise, copied, luck) = hopes;
        for k in 0..n {
            let seeks = alive[k] & (promise[k] > 0.0) & (copied[k] <= 0.0);
            let gain = lumpy_gain(promise[k], chance, luck[k]);
            own[k] = if seeks { gain } else { own[k] };
            successes[k] = if seeks & (gain > 0.0) { weight[k] } else { 0.0 };
        }
    }
}

crate::dispatched! {
    /// What each firm's knowledge promises, what it would copy and what it loses; `tacit` is k₀
    /// over mean sales. What a firm knows that is new in its row is its past as well.
    fn choose(
        p: &InnovationParameters,
        tacit: f64,
        who: (&[u32], &[bool], &[f64]),
        size: (&[f64], &[f64]),
        place: (&[f64], &Column),
        last_id: &mut [u32],
        last_knowledge: &mut [f64],
        promise: &mut Column,
        copied: &mut Column,
        own: &mut Column,
    ) {
        let n = last_id.len().min(strip::ROWS);
        let (last_id, last_knowledge) = (&mut last_id[..n], &mut last_knowledge[..n]);
        let (id, alive, absorptive) = (&who.0[..n], &who.1[..n], &who.2[..n]);
        let (knowledge, sales_mean) = (&size.0[..n], &size.1[..n]);
        let (ln_productivity, frontier) = (&place.0[..n], place.1);
        for k in 0..n {
            // both are read, whoever it was: a choice between two loads is no strip loop
            let (then, now) = (last_knowledge[k], knowledge[k]);
            let before = if last_id[k] == id[k] { then } else { now };
            let growth = knowledge_growth(before, now, tacit * sales_mean[k]);
            (last_id[k], last_knowledge[k]) = (id[k], now);
            let imitated =
                imitated_gain(p.imitation_rate, absorptive[k], frontier[k], ln_productivity[k]);
            let expected = p.productivity_elasticity * growth;
            let copies = alive[k] & imitates(imitated, expected);
            copied[k] = if copies { imitated } else { 0.0 };
            own[k] = math::min(expected, 0.0);
            promise[k] = expected;
        }
    }
}

crate::dispatched! {
    /// All that each firm gains, noise left out, and what the represented firms gain by source.
    fn count(
        elasticity: f64,
        stands_for: (&[bool], &[f64]),
        size: (&[f64], &[f64]),
        pending: &[f64],
        learnt: (&Column, &Column, &Column, &Column),
        values: &mut Values,
        gain: &mut Column,
    ) {
        let n = pending.len().min(strip::ROWS);
        let (alive, weight) = (&stands_for.0[..n], &stands_for.1[..n]);
        let (sales, absorptive) = (&size.0[..n], &size.1[..n]);
        let (promise, copied, own, pool) = learnt;
        for k in 0..n {
            let w = if alive[k] { weight[k] } else { 0.0 };
            let copies = copied[k] > 0.0;
            let spilt = spillover(elasticity, absorptive[k], pool[k]);
            let all = own[k] + copied[k] + spilt + pending[k];
            gain[k] = all;
            // an imitator expects nothing of its own knowledge, but loses what that loses
            let private = if copies { math::min(promise[k], 0.0) } else { promise[k] };
            let value = w * sales[k];
            values.weight[k] = w;
            values.gain[k] = w * all;
            values.imitators[k] = if copies { w } else { 0.0 };
            values.own[k] = value * private;
            values.copied[k] = value * copied[k];
            values.spilt[k] = value * spilt;
            values.transferred[k] = value * pending[k];
        }
    }
}

crate::dispatched! {
    /// Moves productivity and new products of each firm in business by what it learnt; revenue of
    /// transferred inventions enters the column where they are industrialised.
    fn learn(
        p: &InnovationParameters,
        firm: (&[bool], &[f64]),
        renewing: (&Column, &Column),
        gain_and_shock: (&Column, &Column),
        pending_gain: &mut [f64],
        noise: &mut [f64],
        ln_productivity: &mut [f64],
        new_product_sales: &mut [f64],
    ) {
        let n = new_product_sales.len().min(strip::ROWS);
        let (alive, sales) = (&firm.0[..n], &firm.1[..n]);
        let ((copied, own), (gain, shock)) = (renewing, gain_and_shock);
        let (pending_gain, noise) = (&mut pending_gain[..n], &mut noise[..n]);
        let ln_productivity = &mut ln_productivity[..n];
        for k in 0..n {
            let e = noise_change(noise[k], p.noise_persistence, p.noise_log_sd * shock[k]);
            let moved = ln_productivity[k] + gain[k] + e;
            ln_productivity[k] = if alive[k] { moved } else { ln_productivity[k] };
            noise[k] = if alive[k] { noise[k] + e } else { noise[k] };
            pending_gain[k] = if alive[k] { 0.0 } else { pending_gain[k] };
        }
        for k in 0..n {
            let learnt = own[k] + copied[k];
            let share = renewal(p.new_products_per_gain, learnt);
            let share = if learnt > 0.0 { share } else { 0.0 };
            let new =
                next_new_products(new_product_sales[k], sales[k], p.new_product_expiry, share);
            new_product_sales[k] = if alive[k] { new } else { new_product_sales[k] };
        }
    }
}
