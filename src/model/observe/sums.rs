//! Adds up what all firms in business do, in one pass over their columns.

#![allow(clippy::inline_always)] // a strip loop vectorises only where the call disappears

use super::ObserveParameters;
use crate::model::context::Context;
use crate::model::firms::{FIELDS, Firm, Firms, Sector};
use crate::model::population::LARGE_SALES;

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
    /// Price of R&D by field.
    prices: &'a [f64; FIELDS],
    q: i32,
}

impl FirmSums {
    /// Sums of a quarter; `prices` are those of R&D by field.
    pub(super) fn of(firms: &Firms, prices: &[f64; FIELDS], ctx: &Context) -> Self {
        let rules = Rules {
            observe: &ctx.parameters.observe,
            deductible: ctx.parameters.tax.deductible_share,
            standard_rate: ctx.law.tax.standard_rate,
            prices,
            q: ctx.q(),
        };
        let mut sums = Self::default();
        add_blocks(&mut sums, firms, &rules);
        let whole = firms.len() - firms.len() % LANES;
        for i in whole..firms.len() {
            sums.add(i - whole, &firms.row(i), &rules);
        }
        sums
    }

    /// Adds a firm: every sum takes its weight, or nothing where it is not counted.
    #[inline(always)]
    fn add(&mut self, lane: usize, firm: &Firm, rules: &Rules) {
        let p = rules.observe;
        let counted = |is: bool, amount: f64| if is { amount } else { 0.0 };
        let (w, rd, m) = (firm.weight, firm.rd, firm.relabelled);
        let does = firm.alive & (rd > 0.0);
        let hightech = does & (firm.hightech_until > rules.q);
        let claims = does & firm.claims & (firm.sector != Sector::Negative);
        let believed = (rd + p.believed_share * m) * (1.0 + p.capital_share);
        let framed = firm.sales >= p.frame_sales;
        let in_frame = if framed { 1.0 } else { p.small_share };
        let price = rules.prices[usize::from(firm.field) % FIELDS];
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

/// A column in blocks, without what is left over.
#[inline(always)]
fn blocks<T>(column: &[T], rows: usize) -> &[[T; LANES]] {
    column[..rows].as_chunks().0
}

crate::dispatched! {
    /// Adds all whole blocks of firms.
    fn add_blocks(sums: &mut FirmSums, firms: &Firms, rules: &Rules) {
        let n = firms.len();
        let (alive, weight) = (blocks(&firms.alive, n), blocks(&firms.weight, n));
        let (sector, field) = (blocks(&firms.sector, n), blocks(&firms.field, n));
        let (sales, new) = (blocks(&firms.sales, n), blocks(&firms.new_product_sales, n));
        let (ln_productivity, claims) = (blocks(&firms.ln_productivity, n), blocks(&firms.claims, n));
        let (rd, wanted) = (blocks(&firms.rd, n), blocks(&firms.rd_desired, n));
        let (liquidity, relabelled) = (blocks(&firms.liquidity, n), blocks(&firms.relabelled, n));
        let extra = blocks(&firms.extra_deduction, n);
        let (hightech, tech_sme) = (blocks(&firms.hightech_until, n), blocks(&firms.tech_sme_until, n));
        for b in 0..n / LANES {
            for lane in 0..LANES {
                let firm = Firm {
                    alive: alive[b][lane],
                    weight: weight[b][lane],
                    sector: sector[b][lane],
                    field: field[b][lane],
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
                sums.add(lane, &firm, rules);
            }
        }
    }
}
