//! Who files how many inventions, and what that costs?

use super::PatentParameters;
use super::filing::{BINS, Mass, bin_share, filed_share, filing_threshold};
use super::office::{Holders, PatentOffice, foreign_shape};
use super::queue::{ABROAD, FIRMS, OWNERS, UNITS, Vintage};
use crate::base::columns::Lent;
use crate::base::math::ln;
use crate::base::room::have_room;
use crate::base::select;
use crate::model::books::{Account, Instrument};
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firms};
use crate::model::state::State;

/// Classes of firms by need of points.
pub(super) const NEEDS: usize = 4;

/// Rows compared at a time.
const STRIP: usize = 256;

/// Share of inventions in each class: [`bin_share`].
pub(super) fn bin_shares() -> Mass {
    std::array::from_fn(bin_share)
}

/// Share of each class, which holds `held` of all inventions, that files, by class of need.
pub(super) fn firm_shares(ctx: &Context, held: &Mass, need: f64) -> Mass {
    let p = &ctx.parameters.patents;
    let seen = &ctx.seen.patents;
    let threshold = filing_threshold(
        p.fee_log,
        p.subsidy_log * seen.filing_subsidy,
        p.points_log * seen.points_weight * need,
    );
    let mut shares = [0.0; BINS];
    for (bin, share) in shares.iter_mut().enumerate() {
        *share = held[bin]
            * filed_share(
                bin,
                p.quality_log_sd,
                threshold,
                p.use_motivated_share,
                p.use_motivated_threshold,
            );
    }
    shares
}

/// Classes of need by patents held: the need of a firm that is aware falls with its patents.
pub(super) struct NeedClasses {
    /// Patents above which the need falls below each class, the highest class last.
    most: [f64; NEEDS - 1],
}

impl NeedClasses {
    /// Edges midway between the needs of classes, where [`points_need`] passes them.
    pub(super) fn new(enough: f64) -> Self {
        let top = (NEEDS - 1) as f64;
        Self {
            most: std::array::from_fn(|class| -enough * ln((class as f64 + 0.5) / top)),
        }
    }

    /// Class of a firm, 0 without need.
    pub(super) fn of(&self, aware: bool, patents: f64) -> usize {
        let above = self.most.iter().filter(|most| patents <= **most).count();
        if aware { above } else { 0 }
    }
}

/// Filings of this quarter, and firms' cases that wait after them, weighted; firms pay the fee and
/// get the subsidy.
pub(super) fn file(office: &mut PatentOffice, state: &mut State, ctx: &Context) -> (Vintage, f64) {
    let p = &ctx.parameters.patents;
    let held = bin_shares();
    let mut shares = [[0.0; BINS]; NEEDS];
    for need in 0..NEEDS {
        // derived: middle of a quarter of [0, 1], the top class at 1 and the lowest at 0
        shares[need] = firm_shares(ctx, &held, need as f64 / (NEEDS - 1) as f64);
    }
    let filing = Filing::of(&shares, &state.people.rd_price, ctx);
    let firms = &mut state.firms;
    office.pending.resize(firms.len(), 0.0);
    office.pending_id.resize(firms.len(), 0);
    let rooms = ctx.crew.rooms(firms.len(), &mut office.holders);
    let waiting = (&mut office.pending[..], &mut office.pending_id[..]);
    let parts = ((firms.lend(), rooms), waiting);
    let (considered, waiting) = ctx
        .crew
        .walk(parts, |((mut firms, mut room), (pending, seen))| {
            follow_rows(&firms, pending, seen);
            let considered = filing.apply(&mut firms, pending, &mut room.own().doers);
            (considered, room.own().list(&firms, pending))
        });
    let mut vintage = Vintage {
        filed: ctx.q(),
        ..Vintage::default()
    };
    for need in 0..NEEDS {
        for bin in 0..BINS {
            vintage.cases[FIRMS][bin] += considered[need] * shares[need][bin];
        }
    }
    let reward = ctx.seen.patents.university_filing_reward;
    let threshold = filing_threshold(p.fee_log, p.subsidy_log * reward, p.points_log * reward);
    let disclosed = state.universities.tally.disclosed * p.considered_per_disclosure;
    // derived: thousands a year to cases a quarter
    let abroad = 1000.0 * ctx.world.foreign_filings / 4.0;
    let shape = foreign_shape(ctx);
    for bin in 0..BINS {
        vintage.cases[UNITS][bin] = disclosed
            * held[bin]
            * filed_share(
                bin,
                p.quality_log_sd,
                threshold,
                p.use_motivated_share,
                p.use_motivated_threshold,
            );
        vintage.cases[ABROAD][bin] = abroad * shape[bin];
    }
    office.tally.considered = [considered.iter().sum(), disclosed, abroad];
    for owner in 0..OWNERS {
        office.tally.filings[owner] = vintage.cases[owner].iter().sum();
    }
    book_filings(state, ctx, office.tally.filings);
    (vintage, waiting)
}

/// Gives rows of new firms of a block no case that waits; `seen` are the ids that rows had.
fn follow_rows(firms: &Firms<Lent>, pending: &mut [f64], seen: &mut [u32]) {
    let rows = seen.chunks_mut(STRIP).zip(pending.chunks_mut(STRIP));
    for ((seen, pending), ids) in rows.zip(firms.id.chunks(STRIP)) {
        if seen != ids {
            for ((seen, pending), &id) in seen.iter_mut().zip(pending).zip(ids) {
                *pending = if *seen == id { *pending } else { 0.0 };
                *seen = id;
            }
        }
    }
}

/// What filings of firms hang on beside the firm.
struct Filing<'a> {
    p: &'a PatentParameters,
    /// Part of what is considered that is filed, by class of need.
    filed: [f64; NEEDS],
    classes: NeedClasses,
    /// Price of R&D volume, by field.
    price: [f64; FIELDS],
    /// Fee less subsidy \[mn\].
    cost: f64,
}

impl<'a> Filing<'a> {
    fn of(shares: &[Mass; NEEDS], rd_price: &[f64; FIELDS], ctx: &Context<'a>) -> Self {
        let p = &ctx.parameters.patents;
        let cost = p.filing_cost * ctx.world.price;
        Self {
            p,
            filed: shares.map(|shares| shares.iter().sum::<f64>()),
            classes: NeedClasses::new(p.points_enough),
            price: rd_price.map(|price| price * ctx.world.price),
            cost: cost * (1.0 - ctx.law.patents.filing_subsidy * p.subsidy_over_fee),
        }
    }

    /// Lets firms of a block that do R&D file the shares of what they consider; gives what firms
    /// of each class consider, weighted. `doers` is scratch.
    fn apply(
        &self,
        firms: &mut Firms<Lent>,
        pending: &mut [f64],
        doers: &mut Vec<u32>,
    ) -> [f64; NEEDS] {
        let mut considered = [0.0; NEEDS];
        firms.list_doers(doers);
        for &row in &*doers {
            let i = row as usize;
            let price = self.price[usize::from(firms.field[i])];
            // derived: thousand per trillion = per billion = a thousandth per million; 4 quarters
            let mine = self.p.considered_per_volume * firms.rd[i] / price / 1000.0 / 4.0;
            let class = (self.classes).of(firms.aware_hightech[i], firms.patents[i]);
            considered[class] += firms.weight[i] * mine;
            let filings = mine * self.filed[class];
            pending[i] += filings;
            firms.cash[i] -= filings * self.cost;
        }
        considered
    }
}

impl Holders {
    /// Lists firms of a block in business with cases that wait or with patents; gives what waits,
    /// weighted.
    fn list(&mut self, firms: &Firms<Lent>, pending: &[f64]) -> f64 {
        select::list(firms.len(), &mut self.rows, |from, flags| {
            let (alive, patents) = (&firms.alive[from..], &firms.patents[from..]);
            hold(alive, &pending[from..], patents, flags);
        });
        self.ids.clear();
        have_room(&mut self.ids, firms.len());
        let rows = self.rows.iter().map(|&row| row as usize);
        self.ids.extend(rows.clone().map(|i| firms.id[i]));
        rows.fold(0.0, |sum, i| sum + firms.weight[i] * pending[i])
    }
}

crate::dispatched! {
    /// Flags firms in business with cases that wait or with patents.
    fn hold(alive: &[bool], pending: &[f64], patents: &[f64], flags: &mut [bool]) {
        let n = flags.len();
        let (alive, pending, patents) = (&alive[..n], &pending[..n], &patents[..n]);
        for k in 0..n {
            flags[k] = alive[k] & (pending[k] + patents[k] > 0.0);
        }
    }
}

/// Books fees and subsidies of filings.
fn book_filings(state: &mut State, ctx: &Context, filings: [f64; OWNERS]) {
    let p = &ctx.parameters.patents;
    let cost = p.filing_cost * ctx.world.price;
    let rates = [
        ctx.law.patents.filing_subsidy,
        ctx.law.patents.university_filing_reward,
    ];
    for (owner, account) in [(FIRMS, Account::Firms), (UNITS, Account::Units)] {
        let fees = filings[owner] * cost;
        let books = &mut state.books;
        books.pay(
            account,
            Account::Central,
            Instrument::PatentFee,
            fees * p.official_share,
        );
        books.pay(
            account,
            Account::Rest,
            Instrument::PatentFee,
            fees * (1.0 - p.official_share),
        );
        let subsidy = fees * rates[owner] * p.subsidy_over_fee;
        books.pay(Account::Local, account, Instrument::FilingSubsidy, subsidy);
    }
}
