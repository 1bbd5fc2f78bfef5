//! Reads the state at the end of a quarter.

use crate::model::books::INSTRUMENTS;
use crate::model::context::Context;
use crate::model::firms::Sector;
use crate::model::population::LARGE_SALES;
use crate::model::state::State;

/// Accrued cost to central and local government by instrument \[mn\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accrual(pub [[f64; 2]; INSTRUMENTS]);

impl Default for Accrual {
    fn default() -> Self {
        Self([[0.0; 2]; INSTRUMENTS])
    }
}

crate::columns! {
    /// Readings, one a quarter.
    pub struct Record of
    /// One quarter's reading; yearly rates in million yuan at current prices unless said.
    Reading {
        /// Price level, 2020 = 1.
        price: f64,
        /// GDP \[mn/yr\].
        gdp: f64,
        /// R&D of firms as statistics count it.
        rd_reported: f64,
        /// R&D of firms, true.
        rd_real: f64,
        /// Base of the extra deduction over one: cost on which it is claimed.
        rd_claimed: f64,
        /// R&D of certified firms, R + m.
        rd_certified: f64,
        /// R&D of firms below 400 mn of sales.
        rd_small: f64,
        /// Volume of firms' R&D at R&D prices of 2020.
        rd_volume: f64,
        /// Relabelled cost.
        relabelled: f64,
        /// R&D of universities.
        rd_universities: f64,
        /// R&D of public institutes.
        rd_institutes: f64,
        /// R&D of other public performers.
        rd_others: f64,
        /// Firms doing R&D \[firms\].
        doers: f64,
        /// Firms claiming \[firms\].
        claimants: f64,
        /// Certified high-tech firms \[firms\].
        hightech: f64,
        /// Registered technology SMEs \[firms\].
        tech_sme: f64,
        /// Living firms \[firms\].
        firms: f64,
        /// Relief at the statutory 25 % as the tax office counts it.
        relief_at_standard: f64,
        /// Researchers \[full-time equivalents\].
        researchers: f64,
        /// R&D cost a researcher \[mn/yr\].
        cost_per_researcher: f64,
        /// Sales of all firms.
        sales: f64,
        /// Sales of products under three years old.
        new_product_sales: f64,
        /// Sales-weighted mean log productivity \[log points\].
        ln_productivity: f64,
        /// Technology loans outstanding \[mn\].
        tech_loans: f64,
        /// Technology loans just after lending over the quotas of small and larger firms \[share\].
        quota_used: [f64; 2],
        /// Small firms with R&D that have a loan \[share\].
        borrowers: f64,
        /// Invested by venture and equity funds, yearly rate.
        equity_invested: f64,
        /// Doers whose desired R&D exceeds what they can pay \[share\].
        constrained: f64,
        /// Non-performing share of technology loans \[share\].
        non_performing: f64,
        /// Inventions disclosed this quarter \[inventions\].
        disclosures: f64,
        /// Contracts of universities and institutes, transfer, licence, equity \[contracts\] this quarter.
        contracts: f64,
        /// Their value this quarter \[mn\].
        contract_value: f64,
        /// Of them for use \[contracts\].
        use_contracts: f64,
        /// Of them inside one region \[contracts\].
        local_contracts: f64,
        /// Contract research, number this quarter \[contracts\].
        research_contracts: f64,
        /// Its value this quarter \[mn\].
        research_contract_value: f64,
        /// Registered technology contracts, yearly rate \[contracts/yr\].
        market_contracts: f64,
        /// Registered value \[mn/yr\].
        market_value: f64,
        /// Invention patents granted this quarter \[patents\].
        grants: f64,
        /// Inventions filed this quarter \[filings\].
        filings: f64,
        /// Months from filing to disposal \[months\].
        pendency: f64,
        /// Entered the funnel this quarter \[inventions\].
        funnel_entered: f64,
        /// Passed each stage this quarter \[inventions\].
        funnel_passed: [f64; 3],
        /// Industrialised this quarter \[inventions\].
        industrialised: f64,
        /// Firms founded by inventors this quarter \[firms\].
        spin_offs: f64,
        /// Incidents expected of products in use this quarter \[incidents\].
        incidents: f64,
        /// Accrued cost to government by instrument and payer this quarter \[mn\].
        accrual: Accrual,
    }
}

/// Reads the quarter.
pub fn read(state: &State, ctx: &Context) -> Reading {
    let mut reading = Reading {
        price: ctx.world.price,
        gdp: ctx.world.gdp * 1e3,                    // derived: bn to mn
        rd_others: ctx.world.other_performers * 1e3, // derived: bn to mn
        accrual: Accrual(state.books.accrual),
        ..Reading::default()
    };
    read_firms(state, ctx, &mut reading);
    read_finance_and_people(state, &mut reading);
    read_transfer(state, &mut reading);
    reading
}

fn read_firms(state: &State, ctx: &Context, reading: &mut Reading) {
    let p = &ctx.parameters.observe;
    let firms = &state.firms;
    let q = ctx.q();
    let law = &ctx.law.tax;
    // Eight partial sums a column, joined in order: the same bits at every vector width.
    let mut sums = [[0.0; SUMS]; 8];
    for i in 0..firms.len() {
        if !firms.alive[i] {
            continue;
        }
        let w = firms.weight[i];
        let rd = firms.rd[i];
        let m = firms.relabelled[i];
        let sum = &mut sums[i % 8];
        sum[LIVING] += w;
        sum[SALES] += w * firms.sales[i];
        sum[PRODUCTIVITY] += w * firms.sales[i] * firms.ln_productivity[i];
        sum[NEW_SALES] += w * firms.new_product_sales[i];
        if rd <= 0.0 {
            continue;
        }
        let believed = (rd + p.believed_share * m) * (1.0 + p.capital_share);
        let in_frame = if firms.sales[i] >= p.frame_sales {
            1.0
        } else {
            p.small_share
        };
        sum[REPORTED] += w * in_frame * believed;
        sum[REAL] += w * rd;
        sum[RELABELLED] += w * m;
        sum[DOERS] += w;
        sum[SMALL] += if firms.sales[i] < LARGE_SALES {
            w * rd
        } else {
            0.0
        };
        let rd_price = state.people.rd_price[firms.field[i] as usize];
        sum[VOLUME] += w * rd / (rd_price * ctx.world.price);
        if firms.is_hightech(i, q) {
            sum[HIGHTECH] += w;
            sum[CERTIFIED] += w * (rd + m);
        }
        sum[TECH_SME] += if firms.is_tech_sme(i, q) { w } else { 0.0 };
        if firms.claims[i] && firms.sector[i] != Sector::Negative {
            sum[CLAIMANTS] += w;
            sum[CLAIMED] += w * (rd * ctx.parameters.tax.deductible_share + m);
            sum[RELIEF] += w * law.standard_rate * firms.extra_deduction[i];
        }
        sum[CONSTRAINED] += if firms.rd_desired[i] > firms.liquidity[i] {
            w
        } else {
            0.0
        };
    }
    let total = |column: usize| sums.iter().map(|sum| sum[column]).sum::<f64>();
    reading.firms = total(LIVING);
    reading.sales = total(SALES);
    reading.ln_productivity = total(PRODUCTIVITY) / total(SALES);
    reading.new_product_sales = total(NEW_SALES);
    reading.rd_reported = total(REPORTED);
    reading.rd_real = total(REAL);
    reading.relabelled = total(RELABELLED);
    reading.doers = total(DOERS);
    reading.rd_small = total(SMALL);
    reading.rd_volume = total(VOLUME);
    reading.hightech = total(HIGHTECH);
    reading.rd_certified = total(CERTIFIED);
    reading.tech_sme = total(TECH_SME);
    reading.claimants = total(CLAIMANTS);
    reading.rd_claimed = total(CLAIMED);
    reading.relief_at_standard = total(RELIEF);
    reading.constrained = total(CONSTRAINED) / total(DOERS);
}

const LIVING: usize = 0;
const SALES: usize = 1;
const PRODUCTIVITY: usize = 2;
const NEW_SALES: usize = 3; // derived: place of a sum
const REPORTED: usize = 4; // derived: place of a sum
const REAL: usize = 5; // derived: place of a sum
const RELABELLED: usize = 6; // derived: place of a sum
const DOERS: usize = 7; // derived: place of a sum
const SMALL: usize = 8; // derived: place of a sum
const VOLUME: usize = 9; // derived: place of a sum
const HIGHTECH: usize = 10; // derived: place of a sum
const CERTIFIED: usize = 11; // derived: place of a sum
const TECH_SME: usize = 12; // derived: place of a sum
const CLAIMANTS: usize = 13; // derived: place of a sum
const CLAIMED: usize = 14; // derived: place of a sum
const RELIEF: usize = 15; // derived: place of a sum
const CONSTRAINED: usize = 16; // derived: place of a sum
const SUMS: usize = 17; // derived: number of sums

fn read_finance_and_people(state: &State, reading: &mut Reading) {
    reading.rd_universities = state.universities.spending_universities;
    reading.rd_institutes = state.universities.spending_institutes;
    reading.researchers = state.people.stock.iter().sum();
    let spending =
        reading.rd_reported + reading.rd_universities + reading.rd_institutes + reading.rd_others;
    reading.cost_per_researcher = spending / reading.researchers;
    let finance = &state.finance;
    reading.tech_loans = finance.tally.stock.iter().sum();
    reading.quota_used = finance.tally.quota_used;
    reading.borrowers = finance.tally.borrowing_share();
    reading.equity_invested = finance.tally.equity.invested.iter().sum::<f64>() * 4.0; // derived: a quarter to a yearly rate
    reading.non_performing = state.finance.nonperforming_share();
}

fn read_transfer(state: &State, reading: &mut Reading) {
    reading.disclosures = state.universities.tally.disclosed;
    let deals = &state.transfer.tally;
    reading.contracts = deals.contracts;
    reading.contract_value = deals.value;
    reading.use_contracts = deals.by_motive[0];
    reading.local_contracts = deals.within_region;
    let research = &state.contract_research.tally;
    reading.research_contracts = research.contracts;
    reading.research_contract_value = research.value;
    let market = &state.registration.tally;
    reading.market_contracts = market.contracts * 4.0; // derived: a quarter to a yearly rate
    reading.market_value = market.value * 4.0; // derived: a quarter to a yearly rate
    let patents = &state.patents.tally;
    reading.grants = patents.grants.iter().sum();
    reading.filings = patents.filings.iter().sum();
    reading.pendency = patents.pendency;
    let funnel = &state.funnel.tally;
    reading.funnel_entered = funnel.entered;
    for (slot, passed) in reading.funnel_passed.iter_mut().zip(funnel.passed) {
        *slot = passed;
    }
    reading.industrialised = funnel.industrialised;
    reading.spin_offs = state.spin_offs.tally.founded;
    reading.incidents = state.approval.tally.expected;
}
