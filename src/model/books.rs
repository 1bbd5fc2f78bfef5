//! Books every yuan twice: who paid, who got, under which instrument.

use crate::base::stats;

/// Who holds money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
#[allow(missing_docs)]
pub enum Account {
    Firms,
    Units,
    Households,
    Banks,
    Funds,
    Central,
    Local,
    /// Customers, suppliers, the world.
    Rest,
}

/// Number of accounts.
pub const ACCOUNTS: usize = 8;

/// What a payment is for. Append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
#[allow(missing_docs)]
pub enum Instrument {
    // private flows
    Sales,
    OperatingCost,
    ResearchCost,
    ContractResearch,
    Licence,
    PatentFee,
    LoanDrawn,
    LoanRepaid,
    Interest,
    Equity,
    LoanLoss,
    EntryExit,
    Dividend,
    InsurancePremium,
    FirstSale,
    InventorReward,
    // government: receipts and relief
    CorporateTax,
    SuperDeduction,
    HighTechRate,
    SmallProfitRate,
    DeductionRefund,
    TransferRelief,
    GiftDeduction,
    RegistrationRelief,
    // government: outlays
    Appropriation,
    Grants,
    FilingSubsidy,
    RegistrationAward,
    RegisterAward,
    RelendingSubsidy,
    RiskCompensation,
    GuideFund,
    FirstSetInsurance,
    FirstPurchase,
    Platforms,
    Offices,
    Training,
    LicenceCover,
    DataCompute,
    Openness,
    PatentOffice,
    /// Receipt: income tax of inventors on their rewards.
    RewardTax,
    /// Relief: the part of rewards not taxed.
    RewardRelief,
    /// Private: firms' gifts to universities for basic research.
    ResearchGift,
    /// Outlay: money by which the state as owner refinances a firm short of cash.
    OwnerSupport,
}

/// Number of instruments.
pub const INSTRUMENTS: usize = Instrument::OwnerSupport as usize + 1;

/// Names of the instruments, by index.
pub const INSTRUMENT_IDS: [&str; INSTRUMENTS] = [
    "sales",
    "operating_cost",
    "research_cost",
    "contract_research",
    "licence",
    "patent_fee",
    "loan_drawn",
    "loan_repaid",
    "interest",
    "equity",
    "loan_loss",
    "entry_exit",
    "dividend",
    "insurance_premium",
    "first_sale",
    "inventor_reward",
    "corporate_tax",
    "super_deduction",
    "hightech_rate",
    "small_profit_rate",
    "deduction_refund",
    "transfer_relief",
    "gift_deduction",
    "registration_relief",
    "appropriation",
    "grants",
    "filing_subsidy",
    "registration_award",
    "register_award",
    "relending_subsidy",
    "risk_compensation",
    "guide_fund",
    "first_set_insurance",
    "first_purchase",
    "platforms",
    "offices",
    "training",
    "licence_cover",
    "data_compute",
    "openness",
    "patent_office",
    "reward_tax",
    "reward_relief",
    "research_gift",
    "owner_support",
];

/// Money of one quarter by (from, to, instrument), million yuan, and relief forgone.
#[derive(Clone, Debug, PartialEq)]
pub struct Books {
    /// `flow[from][to]` \[mn\] this quarter.
    pub flow: [[f64; ACCOUNTS]; ACCOUNTS],
    /// Cash paid by central and local government by instrument \[mn\], receipts negative.
    pub cash: [[f64; 2]; INSTRUMENTS],
    /// The same when it accrues \[mn\].
    pub accrual: [[f64; 2]; INSTRUMENTS],
}

impl Default for Books {
    fn default() -> Self {
        Self {
            flow: [[0.0; ACCOUNTS]; ACCOUNTS],
            cash: [[0.0; 2]; INSTRUMENTS],
            accrual: [[0.0; 2]; INSTRUMENTS],
        }
    }
}

impl Books {
    /// Empties the quarter.
    pub fn open(&mut self) {
        *self = Self::default();
    }

    /// Books a payment of `amount` (mn, weighted to real units) from one account to another.
    /// Where a government pays or is paid, it is also booked under its instrument, as cash
    /// and accrual alike.
    pub fn pay(&mut self, from: Account, to: Account, instrument: Instrument, amount: f64) {
        self.flow[from as usize][to as usize] += amount;
        for (account, column) in [(Account::Central, 0), (Account::Local, 1)] {
            if from == account {
                self.cash[instrument as usize][column] += amount;
                self.accrual[instrument as usize][column] += amount;
            }
            if to == account {
                self.cash[instrument as usize][column] -= amount;
                self.accrual[instrument as usize][column] -= amount;
            }
        }
    }

    /// Books public money placed as an asset: it moves and is paid as cash at its face, and accrues
    /// as cost at its subsidy `element` (expected loss) only.
    pub fn place(&mut self, from: Account, to: Account, kind: Instrument, face: f64, element: f64) {
        self.pay(from, to, kind, face);
        for (account, column) in [(Account::Central, 0), (Account::Local, 1)] {
            if from == account {
                self.accrual[kind as usize][column] += element - face;
            }
        }
    }

    /// Books tax forgone under an instrument (static cost), split between payers; no money
    /// moves: the tax paid is booked as `CorporateTax`.
    pub fn forgo(&mut self, instrument: Instrument, central: f64, local: f64) {
        self.accrual[instrument as usize][0] += central;
        self.accrual[instrument as usize][1] += local;
    }

    /// Whether every booking is a number: one that is not would stay in a sum that no headline
    /// reads.
    pub fn are_numbers(&self) -> bool {
        let bookings = [
            self.flow.as_flattened(),
            self.cash.as_flattened(),
            self.accrual.as_flattened(),
        ];
        bookings
            .iter()
            .all(|amounts| stats::sum(amounts).is_finite())
    }

    /// Net inflow of an account over the quarter \[mn\].
    pub fn net(&self, account: Account) -> f64 {
        let a = account as usize;
        let received: f64 = (0..ACCOUNTS).map(|from| self.flow[from][a]).sum();
        let paid: f64 = self.flow[a].iter().sum();
        received - paid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_booking_that_is_not_a_number_shows_wherever_it_stands() {
        let mut books = Books::default();
        books.pay(Account::Central, Account::Firms, Instrument::Grants, 3.0);
        assert!(books.are_numbers());
        for amount in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut private = books.clone();
            private.pay(Account::Rest, Account::Banks, Instrument::Equity, amount);
            let mut forgone = books.clone();
            forgone.forgo(Instrument::SuperDeduction, 0.0, amount);
            assert!(!private.are_numbers() && !forgone.are_numbers(), "{amount}");
        }
    }
}
