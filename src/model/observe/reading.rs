//! Reads the state at the end of a quarter.

use super::sums::FirmSums;
use crate::model::books::INSTRUMENTS;
use crate::model::context::Context;
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
    let prices = state.people.rd_price.map(|price| price * ctx.world.price);
    let total = FirmSums::of(&state.firms, &prices, ctx).joined();
    reading.firms = total.living;
    reading.sales = total.sales;
    reading.ln_productivity = total.productivity / total.sales;
    reading.new_product_sales = total.new_sales;
    reading.rd_reported = total.reported;
    reading.rd_real = total.real;
    reading.relabelled = total.relabelled;
    reading.doers = total.doers;
    reading.rd_small = total.small;
    reading.rd_volume = total.volume;
    reading.hightech = total.hightech;
    reading.rd_certified = total.certified;
    reading.tech_sme = total.tech_sme;
    reading.claimants = total.claimants;
    reading.rd_claimed = total.claimed;
    reading.relief_at_standard = total.relief;
    reading.constrained = total.constrained / total.doers;
}

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
