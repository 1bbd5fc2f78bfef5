//! Draws random numbers by key: every draw is a pure function of (seed, run, entity,
//! quarter, purpose), so runs are paired by default and do not depend on order.
//!
//! Philox4x32-10 (Salmon et al. 2011). Key = [seed, run]; counter = [entity a, entity b,
//! quarter << 16 | draw, purpose]; a call gives two uniforms of 53 bits.

/// What a draw is for. Append only: the numbers are part of the reproducibility contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
#[allow(missing_docs)]
pub enum Purpose {
    Parameter = 0,
    // population synthesis: 1..=19
    FirmSize = 1,
    FirmTraits = 2,
    FirmTechnology = 3,
    FirmTax = 4,
    FirmPlace = 5,
    FirmFinance = 6,
    UnitTraits = 7,
    BuyerTraits = 8,
    // firms and tax: 20..=59
    TaxState = 20,
    StartResearch = 21,
    LearnPolicy = 22,
    LearnClaim = 23,
    LearnRegister = 24,
    ClaimCost = 25,
    RegisterTest = 26,
    // people, money, finance, demand, entry, openness: 60..=119
    Productivity = 60,
    Imitate = 61,
    Success = 62,
    Preference = 63,
    LoanApply = 64,
    LoanDefault = 65,
    CallProposal = 66,
    CallScore = 67,
    Entry = 68,
    EntryTraits = 69,
    Equity = 70,
    Shock = 71,
    Need = 90,
    // universities, transfer, funnel, patents: 120..=199
    Invention = 120,
    InventionQuality = 121,
    Disclosure = 122,
    Search = 123,
    Price = 124,
    Choice = 125,
    OpenLicence = 126,
    Trial = 127,
    ContractResearch = 128,
    Funnel = 129,
    Adoption = 130,
    Filing = 131,
    Examination = 132,
    Registration = 133,
    SpinOff = 134,
}

/// The two words that name one chance stream: master seed and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Master seed.
    pub seed: u32,
    /// Run id (or draw id for parameters).
    pub run: u32,
}

const MULTIPLIER_0: u64 = 0xD251_1F53;
const MULTIPLIER_1: u64 = 0xCD9E_8D57;
const WEYL_0: u32 = 0x9E37_79B9;
const WEYL_1: u32 = 0xBB67_AE85;

/// Philox4x32-10: four random words for a counter under a key.
#[inline]
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let p0 = MULTIPLIER_0 * u64::from(counter[0]);
        let p1 = MULTIPLIER_1 * u64::from(counter[2]);
        counter = [
            (p1 >> 32) as u32 ^ counter[1] ^ key[0],
            p1 as u32,
            (p0 >> 32) as u32 ^ counter[3] ^ key[1],
            p0 as u32,
        ];
        key[0] = key[0].wrapping_add(WEYL_0);
        key[1] = key[1].wrapping_add(WEYL_1);
    }
    counter
}

/// A uniform in \[0, 1) with 53 bits from two words.
#[inline]
fn uniform53(high: u32, low: u32) -> f64 {
    const SCALE: f64 = 1.0 / 9_007_199_254_740_992.0;
    // derived: 2^-53 and 2^26
    (f64::from(high >> 5) * 67_108_864.0 + f64::from(low >> 6)) * SCALE
}

impl Key {
    /// Two independent uniforms in \[0, 1).
    ///
    /// `quarter` is the quarter's index (below 65,536), `draw` numbers draws of one purpose.
    #[inline]
    pub fn pair(self, a: u32, b: u32, quarter: u32, draw: u32, purpose: Purpose) -> (f64, f64) {
        let words = philox(
            [a, b, quarter << 16 | draw, purpose as u32],
            [self.seed, self.run],
        );
        (
            uniform53(words[0], words[1]),
            uniform53(words[2], words[3]),
        )
    }

    /// One uniform in \[0, 1), the first of [`Key::pair`].
    #[inline]
    pub fn uniform(self, a: u32, b: u32, quarter: u32, draw: u32, purpose: Purpose) -> f64 {
        self.pair(a, b, quarter, draw, purpose).0
    }
}
