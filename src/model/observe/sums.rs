//! Adds up what all firms in business do, in one pass over their columns.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::ObserveParameters;
use crate::base::blocks::Join;
use crate::base::strip;
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firm, Firms, Sector};
use crate::model::population::LARGE_SALES;
use std::ops::Range;

/// Rows added at a time, each to a partial sum of its own: the same bits at every vector width.
const LANES: usize = 8;

macro_rules! sums {
    ($($(#[$meta:meta])* $name:ident,)*) => {
        /// Weighted sums over firms, of one partial sum a place in a block of eight rows.
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub(super) struct FirmSums { $($(#[$meta])* $name: [f64; LANES],)* }

        /// The same with the partial sums joined in order.
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub(super) struct Totals { $($(#[$meta])* pub(super) $name: f64,)* }

        impl FirmSums {
            /// Takes in the sums of the next block of firms.
            fn take(&mut self, next: Self) { $(self.$name.join(next.$name);)* }
            /// Partial sums joined.
            pub(super) fn joined(&self) -> Totals {
                Totals { $($name: self.$name.iter().sum(),)* }
            }
        }
    };
}

sums! {
    /// Firms in business \[firms\].
    living,
    /// Their sales.
    sales,
    /// Sales times log productivity.
    productivity,
    /// Sales of products under three years old.
    new_sales,
    /// R&D as statistics count it.
    reported,
    /// R&D.
    real,
    /// Cost relabelled as R&D.
    relabelled,
    /// Firms that do R&D \[firms\].
    doers,
    /// R&D of firms below [`LARGE_SALES`].
    small,
    /// R&D over its price.
    volume,
    /// Of the doers those with a certificate \[firms\].
    hightech,
    /// Their R&D with what is relabelled.
    certified,
    /// Doers on the technology-SME register \[firms\].
    tech_sme,
    /// Doers that claim the extra deduction \[firms\].
    claimants,
    /// Cost on which they do.
    claimed,
    /// Relief at the standard rate.
    relief,
    /// Doers held back by what they can pay \[firms\].
    constrained,
}

/// What the sums hang on beside the firms.
struct Rules<'a> {
    observe: &'a ObserveParameters,
    deductible: f64,
    standard_rate: f64,
    q: i32,
}

impl Join for FirmSums {
    fn join(&mut self, next: Self) {
        self.take(next);
    }
}

impl FirmSums {
    /// Sums of a quarter; `prices` are those of R&D by field.
    pub(super) fn of(firms: &Firms, prices: &[f64; FIELDS], ctx: &Context) -> Self {
        let rules = Rules {
            observe: &ctx.parameters.observe,
            deductible: ctx.parameters.tax.deductible_share,
            standard_rate: ctx.law.tax.standard_rate,
            q: ctx.q(),
        };
        ctx.crew.walk(0..firms.len(), |block| {
            let (end, mut sums) = (block.end, Self::default());
            let mut price = [0.0; strip::ROWS];
            for from in block.step_by(strip::ROWS) {
                let rows = from..usize::min(from + strip::ROWS, end);
                strip::look_up(prices, &firms.field[rows.clone()], &mut price);
                add_blocks(&mut sums, firms, rows.clone(), &price, &rules);
                let whole = rows.end - rows.len() % LANES;
                for i in whole..rows.end {
                    sums.add(i - whole, &firms.row(i), price[i - from], &rules);
                }
            }
            sums
        })
    }

    /// Adds a firm, whose R&D has this price: every sum takes its weight, or nothing where it is not
    /// counted.
    #[inline(always)]
    fn add(&mut self, lane: usize, firm: &Firm, price: f64, rules: &Rules) {
        let p = rules.observe;
        let counted = |is: bool, amount: f64| if is { amount } else { 0.0 };
        let (w, rd, m) = (firm.weight, firm.rd, firm.relabelled);
        let does = firm.alive & (rd > 0.0);
        let hightech = does & (firm.hightech_until > rules.q);
        let claims = does & firm.claims & (firm.sector != Sector::Negative);
        let believed = (rd + p.believed_share * m) * (1.0 + p.capital_share);
        let framed = firm.sales >= p.frame_sales;
        let in_frame = if framed { 1.0 } else { p.small_share };
        let relief = rules.standard_rate * firm.extra_deduction;
        self.living[lane] += counted(firm.alive, w);
        self.sales[lane] += counted(firm.alive, w * firm.sales);
        self.productivity[lane] += counted(firm.alive, w * firm.sales * firm.ln_productivity);
        self.new_sales[lane] += counted(firm.alive, w * firm.new_product_sales);
        self.reported[lane] += counted(does, w * in_frame * believed);
        self.real[lane] += counted(does, w * rd);
        self.relabelled[lane] += counted(does, w * m);
        self.doers[lane] += counted(does, w);
        self.small[lane] += counted(does & (firm.sales < LARGE_SALES), w * rd);
        self.volume[lane] += counted(does, w * rd / price);
        self.hightech[lane] += counted(hightech, w);
        self.certified[lane] += counted(hightech, w * (rd + m));
        self.tech_sme[lane] += counted(does & (firm.tech_sme_until > rules.q), w);
        self.claimants[lane] += counted(claims, w);
        self.claimed[lane] += counted(claims, w * (rd * rules.deductible + m));
        self.relief[lane] += counted(claims, w * relief);
        let held_back = does & (firm.rd_desired > firm.liquidity);
        self.constrained[lane] += counted(held_back, w);
    }
}

/// Rows of a column in blocks, without what is left over.
#[inline(always)]
fn blocks<'a, T>(column: &'a [T], rows: &Range<usize>) -> &'a [[T; LANES]] {
    column[rows.clone()].as_chunks().0
}

crate::dispatched! {
    /// Adds all whole blocks of a strip of firms whose R&D has the prices `price`.
    fn add_blocks(
        sums: &mut FirmSums,
        firms: &Firms,
        rows: Range<usize>,
        price: &[f64; strip::ROWS],
        rules: &Rules,
    ) {
        let (alive, weight) = (blocks(&firms.alive, &rows), blocks(&firms.weight, &rows));
        let (sector, price) = (blocks(&firms.sector, &rows), price.as_chunks::<LANES>().0);
        let (sales, new) = (blocks(&firms.sales, &rows), blocks(&firms.new_product_sales, &rows));
        let ln_productivity = blocks(&firms.ln_productivity, &rows);
        let (rd, wanted) = (blocks(&firms.rd, &rows), blocks(&firms.rd_desired, &rows));
        let liquidity = blocks(&firms.liquidity, &rows);
        let relabelled = blocks(&firms.relabelled, &rows);
        let (claims, extra) = (blocks(&firms.claims, &rows), blocks(&firms.extra_deduction, &rows));
        let hightech = blocks(&firms.hightech_until, &rows);
        let tech_sme = blocks(&firms.tech_sme_until, &rows);
        for b in 0..usize::min(rows.len() / LANES, price.len()) {
            for lane in 0..LANES {
                let firm = Firm {
                    alive: alive[b][lane],
                    weight: weight[b][lane],
                    sector: sector[b][lane],
                    sales: sales[b][lane],
                    new_product_sales: new[b][lane],
                    ln_productivity: ln_productivity[b][lane],
                    claims: claims[b][lane],
                    rd: rd[b][lane],
                    rd_desired: wanted[b][lane],
                    liquidity: liquidity[b][lane],
                    relabelled: relabelled[b][lane],
                    extra_deduction: extra[b][lane],
                    hightech_until: hightech[b][lane],
                    tech_sme_until: tech_sme[b][lane],
                    ..Firm::default()
                };
                sums.add(lane, &firm, price[b][lane], rules);
            }
        }
    }
}
