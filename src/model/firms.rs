//! Holds the population of firms, with and without R&D, as columns.
//!
//! A firm agent is a legal entity that stands for `weight` real ones. All money columns are
//! million yuan at current prices *of one represented firm*; flows are yearly rates.

use super::approval::own::Held;
use crate::base::columns::Hold;
use crate::base::select;
use std::ops::Range;

/// Number of regions.
pub const REGIONS: usize = 8;
/// Number of technology fields.
pub const FIELDS: usize = 32;
/// Names of the regions, by index.
pub const REGION_NAMES: [&str; REGIONS] = [
    "beijing",
    "shanghai",
    "delta",
    "guangdong",
    "hubei",
    "shandong",
    "midwest",
    "rest",
];

/// What the tax law sees in a firm's business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Sector {
    /// Manufacturing.
    #[default]
    Maker,
    /// Services.
    Service,
    /// Listed sectors without super-deduction.
    Negative,
    /// Integrated circuits.
    Chips,
    /// Industrial mother machines.
    Tools,
}

/// Who owns the firm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Ownership {
    /// Private domestic.
    #[default]
    Private,
    /// State-controlled.
    State,
    /// Foreign, Hong Kong, Macao, Taiwan.
    Foreign,
}

/// Which founding group the firm comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Segment {
    /// Industry above 20 million sales.
    #[default]
    Industry,
    /// Services.
    Services,
    /// Small capable firms.
    Small,
}

crate::columns! {
    /// All firms.
    pub struct Firms of
    /// One firm.
    Firm {
        // who it is (population, entry)
        /// Entity id of its draws.
        id: u32,
        /// Real firms it stands for \[firms\].
        weight: f64,
        /// In business.
        alive: bool,
        /// Sector.
        sector: Sector,
        /// Owner.
        ownership: Ownership,
        /// Founding group.
        segment: Segment,
        /// Region, below [`REGIONS`].
        region: u8,
        /// Technology field, below [`FIELDS`].
        field: u8,
        /// Quarter of birth (index since 2000Q1).
        born: i32,
        /// Times its line was split.
        splits: u8,

        // market (demand, innovation)
        /// Sales \[mn/yr\].
        sales: f64,
        /// Three-year mean of sales \[mn/yr\].
        sales_mean: f64,
        /// Log of demand appeal φ.
        ln_appeal: f64,
        /// Log of productivity a.
        ln_productivity: f64,
        /// Mean-reverting noise in log productivity.
        noise: f64,
        /// Profit before R&D and tax over sales, in a taxed year \[share\].
        margin: f64,
        /// Staff \[persons\].
        staff: f64,
        /// Total assets \[mn\].
        assets: f64,

        // research (research, claims)
        /// Mass of projects κ over mean sales \[share\].
        project_share: f64,
        /// Mean log return μ of its projects.
        project_mean: f64,
        /// Cost of a minimal team f, 2015 prices \[mn/yr\].
        team_cost: f64,
        /// R&D relative user cost c (1 = no tax, cost of funds ρ₀).
        user_cost: f64,
        /// Desired R&D R* \[mn/yr\].
        rd_desired: f64,
        /// Real R&D \[mn/yr\].
        rd: f64,
        /// Real R&D of last tax year \[mn\].
        rd_last_year: f64,
        /// Real R&D of this tax year so far \[mn\].
        rd_this_year: f64,
        /// Three-year mean of real R&D \[mn/yr\].
        rd_mean: f64,
        /// Ordinary cost relabelled as R&D m \[mn/yr\].
        relabelled: f64,
        /// Quarters in a row with surplus below the team cost.
        quarters_under: u8,
        /// Knowledge stock K, R&D volume at 2020 R&D prices \[mn\].
        knowledge: f64,
        /// Absorptive capacity h \[0..1\].
        absorptive: f64,
        /// Grant received \[mn/yr\] (programmes).
        grant: f64,
        /// Given to universities for basic research this year \[mn/yr\] (tax).
        gift: f64,
        /// Part of the grant won together with a university \[mn/yr\] (programmes).
        joint: f64,
        /// Contract research bought from universities \[mn/yr\] (contract_research).
        outsourced: f64,
        /// Price of its R&D inputs over the national price (openness, people: data, compute, imports).
        input_price: f64,

        // tax (tax, settlement)
        /// In a taxed year (two-state Markov chain).
        taxed: bool,
        /// Tax loss by age, youngest first \[mn\].
        losses: [f64; 10],
        /// Their sum \[mn\].
        carried_losses: f64,
        /// Claims the super-deduction.
        claims: bool,
        /// Knows how to claim.
        aware_claim: bool,
        /// Its log claiming cost relative to the median.
        claim_cost: f64,
        /// Income of this tax year before R&D so far \[mn\].
        income_this_year: f64,
        /// Income tax prepaid in this tax year so far \[mn\].
        prepaid: f64,
        /// Still due (or, negative, to be paid back) at the settlement of last tax year \[mn\].
        tax_due: f64,
        /// Part of its losses that stems from extra deductions \[mn\].
        extra_losses: f64,
        /// Deducted beyond cost in the last assessment: super-deduction times its base \[mn\].
        extra_deduction: f64,
        /// Fees for platform places of this tax year so far \[mn\].
        platform_fees: f64,
        /// Present value of after-tax profit since the run's start \[mn, 2020 prices\].
        profit_value: f64,

        // registers (registers)
        /// High-tech certificate valid until this quarter index (0: none).
        hightech_until: i32,
        /// Technology-SME entry valid until this quarter index (0: none).
        tech_sme_until: i32,
        /// Little giant or leader.
        little_giant: bool,
        /// Knows of the high-tech certificate.
        aware_hightech: bool,
        /// Knows of the technology-SME register.
        aware_tech_sme: bool,
        /// Latent fitness for the certificate's IP and staff tests \[0..1\].
        fitness: f64,

        // policy knowledge (policy_knowledge)
        /// Quarter index of the policy it has learnt of.
        vintage: i32,

        // finance (finance)
        /// Cash \[mn\].
        cash: f64,
        /// Technology loan outstanding \[mn\].
        loan: f64,
        /// Spendable on R&D this quarter \[mn/yr\]: cash, new loan, margin income.
        liquidity: f64,
        /// Has borrowed before.
        banked: bool,
        /// Outside equity raised \[mn\].
        equity: f64,

        // innovation and transfer
        /// Invention patents in force.
        patents: f64,
        /// Has an open technology need (demand opens it, transfer and calls read it).
        need: bool,
        /// Last university partner, unit index + 1 (0: none).
        partner: u32,
        /// University it turned to where the partner lacked time, unit index + 1 (0: none).
        helper: u32,
        /// Jump in log productivity waiting from industrialised inventions (funnel writes,
        /// innovation consumes).
        pending_gain: f64,
        /// Whether some of its own successes wait for approval.
        waits: bool,
        /// What of them waits.
        held: Held,
        /// Revenue from products younger than three years \[mn/yr\].
        new_product_sales: f64,
    }
}

impl Firms {
    /// Weighted sum of a column over living firms, in eight fixed partial sums.
    pub fn total(&self, column: &[f64]) -> f64 {
        let mut partial = [0.0; 8];
        let rows = self.alive.chunks(8).zip(self.weight.chunks(8));
        for ((alive, weight), values) in rows.zip(column.chunks(8)) {
            for (((sum, &alive), &weight), &value) in
                partial.iter_mut().zip(alive).zip(weight).zip(values)
            {
                *sum += if alive { weight } else { 0.0 } * value;
            }
        }
        partial.iter().sum()
    }
}

impl<H: Hold> Firms<H> {
    /// Lists the rows of firms in business that do R&D, in rising order.
    pub fn list_doers(&self, rows: &mut Vec<u32>) {
        self.list_doers_of(0..self.len(), rows);
    }

    /// The same of a block of firms, counted from its first row.
    pub fn list_doers_of(&self, block: Range<usize>, rows: &mut Vec<u32>) {
        let (alive, rd) = (&self.alive[block.clone()], &self.rd[block.clone()]);
        select::list(block.len(), rows, |from, flags| {
            do_research(&alive[from..], &rd[from..], flags);
        });
    }

    /// Whether firm `i` holds a valid high-tech certificate at quarter index `q`.
    pub fn is_hightech(&self, i: usize, q: i32) -> bool {
        self.hightech_until[i] > q
    }

    /// Whether firm `i` is on the technology-SME register at quarter index `q`.
    pub fn is_tech_sme(&self, i: usize, q: i32) -> bool {
        self.tech_sme_until[i] > q
    }
}

crate::dispatched! {
    /// Flags firms in business that do R&D.
    fn do_research(alive: &[bool], rd: &[f64], flags: &mut [bool]) {
        let n = flags.len();
        let (alive, rd) = (&alive[..n], &rd[..n]);
        for k in 0..n {
            flags[k] = alive[k] & (rd[k] > 0.0);
        }
    }
}
