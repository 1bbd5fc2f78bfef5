//! Offices, search, bargains: which invention goes to which firm on what terms.

mod addresses;
pub mod bargain;
mod desks;
mod edges;
mod fits;
mod grants;
mod market;
mod offers;
pub mod office;
mod partners;
mod posting;
pub mod search;
mod shelf;
#[cfg(test)]
mod tests;

use super::context::Context;
use super::firms::Firms;
use super::state::State;

crate::family! {
    /// Offices, search, reserve prices, bargains.
    pub struct TransferParameters in "transfer" {
        /// Cases of an office of one full-time person, A \[cases/yr\].
        office_productivity,
        /// Returns to scale of an office, γ \[exponent\].
        office_returns,
        /// Share of technology managers who work for unit offices, the rest for exchanges \[share\].
        manager_share,
        /// Quit rate of managers at the going pay \[1/yr\].
        manager_quits,
        /// Share of vacant manager posts filled a year \[1/yr\].
        manager_hiring,
        /// Cases an inventor with control leads a year through own ties \[cases/yr\].
        inventor_cases,
        /// Noise of the quality an office sees without evaluation \[log points\].
        observation_noise,
        /// Part of that noise which pre-filing evaluation removes \[share\].
        evaluation_gain,
        /// Fall of a case's priority each time it was tried without a deal \[log points\].
        retry_discount,
        /// Partners tried per case and quarter \[firms\].
        draws,
        /// Addresses tried until a living firm answers \[draws\].
        tries,
        /// Largest lot of real cases that search together \[cases\].
        lot,
        /// Lot times the sampling fraction, where that is less \[cases\].
        lot_share,
        /// Slots kept free at the start over those held \[share\].
        reserve,
        /// Elasticity of a firm's visibility to sales \[elasticity\].
        exposure,
        /// Share of search in the invention's own field \[share\].
        field_focus,
        /// Deals one firm can take in a quarter \[deals\].
        slots,
        /// Sales per further slot \[mn/yr\].
        slot_sales,
        /// Sales of the firm to which the median value belongs \[mn/yr\].
        sales_reference,
        /// Elasticity of value to the user's sales \[elasticity\].
        sales_elasticity,
        /// Value kept by a firm that can absorb nothing \[share\].
        absorptive_floor,
        /// Loss of log value at full field distance \[log points\].
        distance_cost,
        /// Loss of log value per readiness level missing \[log points\].
        gap_cost,
        /// Value to a firm without an open need over one with \[share\].
        no_need,
        /// Spread of value between firms with the same traits \[log points\].
        match_log_sd,
        /// Worth of a patent to a firm short of the certificate's points \[mn\].
        qualification_value,
        /// Patents at which a firm has all points \[patents\].
        qualification_patents,
        /// Worth to a friendly firm of taking a patent that a unit must place \[mn\].
        order_value,
        /// Part of the reserve price that the push makes an owner give up \[share\].
        order_credit,
        /// Share of firms found that would oblige under a full push \[share\].
        order_friends,
        /// Owner's share of the surplus, β \[share\].
        bargaining,
        /// Cost of making a contract \[mn\].
        keep_cost,
        /// Loss of the signing official if the value later proves far above the price, over the value \[share\].
        blame_penalty,
        /// How often the price the later value must be to bring blame \[ratio\].
        blame_multiple,
        /// Spread of the later value around the seen one \[log points\].
        value_noise,
        /// Part of blame that separate asset management takes away \[share\].
        separate_relief,
        /// Part of blame that a fully believed liability shield takes away \[share\].
        shield_relief,
        /// Part of blame that a posted price takes away \[share\].
        posted_relief,
        /// Part of blame that a stake in the later value takes away \[share\].
        equity_relief,
        /// Value from which owner and firm prefer a stake, prices of 2020 \[mn\].
        equity_value,
        /// Share of firms that prefer a licence to a transfer \[share\].
        licence_share,
        /// Share of its cash a firm would spend on a fee \[share\].
        fee_cash,
        /// Posted price over the value the owner sees \[share\].
        open_price,
        /// Firms that come by a posted patent in a quarter \[firms\].
        open_draws,
        /// Chance that a trial shows a use, at the value of the fee \[share\].
        trial_good,
        /// Chance that a satisfied user pays \[share\].
        trial_honest,
        /// Quarters from first use to payment \[quarters\].
        trial_length,
        /// Patents per contract \[patents\].
        bundle,
    }
}

/// Motives, for tallies.
pub const MOTIVES: usize = 3;
/// Kinds of contract, for tallies.
pub const DEAL_KINDS: usize = 5;
/// Longest trial, and so the number of dues lists \[quarters\].
const RING: usize = 16;
/// Trials of a quarter for which each has memory from the start.
const DUES: usize = 64;

/// Counters of one quarter, real units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TransferTally {
    /// Contracts by motive: use, qualification, order \[contracts\].
    pub by_motive: [f64; MOTIVES],
    /// Contracts by kind: transfer, licence, equity, open licence, trial \[contracts\].
    pub by_kind: [f64; DEAL_KINDS],
    /// Contracts \[contracts\].
    pub contracts: f64,
    /// Contract value \[mn\].
    pub value: f64,
    /// Contract value by kind \[mn\].
    pub value_by_kind: [f64; DEAL_KINDS],
    /// Patents dealt \[patents\].
    pub patents: f64,
    /// Contracts within one region \[contracts\].
    pub within_region: f64,
    /// Cases worked by offices, centres and inventors \[cases\].
    pub cases: f64,
    /// Cases worked without a deal \[cases\].
    pub without_deal: f64,
    /// Mean value of a contract \[mn\].
    pub mean_price: f64,
    /// Cash that units received: fees, royalties, trials paid \[mn\].
    pub received: f64,
    /// Cash that inventors received of it \[mn\].
    pub inventors: f64,
    /// Cover paid for failed trials \[mn\].
    pub cover: f64,
    /// Technology managers \[thousand\].
    pub managers: f64,
}

/// State: Offices, search, bargains: which invention goes to which firm on what terms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransferState {
    /// Deals struck this quarter.
    pub deals_this_quarter: Vec<Deal>,
    /// Where searches find firms.
    addresses: addresses::Addresses,
    /// What searches see of firms this quarter.
    partners: partners::Partners,
    /// Technology managers \[thousand\].
    pub managers: f64,
    /// Counters.
    pub tally: TransferTally,
    /// Royalties still to run, by row of firm, of one represented firm.
    running: Vec<f64>,
    /// Ids of the firms that owe them.
    debtor: Vec<u32>,
    /// Trials whose payment falls due, by quarter modulo the ring.
    dues: [Vec<Due>; RING],
    /// Real cases that waited on each unit's shelf when last counted.
    waiting: Vec<f64>,
    /// Real cases each unit works this quarter.
    capacity: Vec<f64>,
    /// Places each firm has left.
    places: grants::Places,
    /// Which inventions are posted, and their real cases.
    posting: posting::Posting,
    posted: Vec<offers::Pick>,
    /// Inventions worked this quarter, by unit.
    worked: Vec<offers::Pick>,
    /// Scratch by block of units.
    desks: Vec<desks::Desks>,
    /// What of them looks for a partner, and what is posted.
    offers: offers::Offers,
    on_post: offers::Offers,
    /// Scratch by block of offers.
    stalls: Vec<market::Stall>,
    /// What offices and firms agreed on before places run out.
    proposals: Vec<Proposal>,
    /// Proposals in the order of grants.
    ranked: Vec<u64>,
    /// What is granted, in that order.
    grants: Vec<grants::Grant>,
}

/// A trial whose payment falls due.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Due {
    firm: usize,
    firm_id: u32,
    mass: f64,
    price: f64,
    reserve: f64,
}

/// A lot that a firm is ready to take.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Proposal {
    order: f64,
    invention_id: u32,
    invention: u32,
    lot: u32,
    unit: u32,
    firm: u32,
    region: u8,
    mass: f64,
    motive: Motive,
    kind: DealKind,
    price: f64,
    fee: f64,
    reserve: f64,
}

/// Why a firm takes an invention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Motive {
    Use,
    Qualification,
    Order,
}

/// Under which contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DealKind {
    Transfer,
    Licence,
    Equity,
    OpenLicence,
    Trial,
}

/// A lot of an invention that a firm takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deal {
    /// Row of the invention.
    pub invention: usize,
    /// Entity id of the invention.
    pub invention_id: u32,
    /// Row of the firm.
    pub firm: usize,
    /// Entity id of the firm.
    pub firm_id: u32,
    /// Real inventions in the lot.
    pub mass: f64,
    /// Why.
    pub motive: Motive,
    /// Under which contract.
    pub kind: DealKind,
    /// Fee of one real invention \[mn\].
    pub price: f64,
    /// Running royalty \[share of sales\].
    pub royalty: f64,
    /// Unit that sells.
    pub unit: usize,
}

impl TransferState {
    /// State at the start of the warm-up: every living firm in the table, managers at rest.
    pub fn found(state: &State, ctx: &Context) -> Self {
        let p = &ctx.parameters.transfer;
        let lever = &ctx.seen.transfer;
        let mut partners = partners::Partners::default();
        partners.look_round(&state.firms, p.exposure, ctx.key, ctx.crew);
        Self {
            addresses: addresses::Addresses::found(
                &partners.seen,
                &state.firms,
                p,
                ctx.key,
                ctx.crew,
            ),
            partners,
            dues: std::array::from_fn(|_| Vec::with_capacity(DUES)),
            managers: office::managers_at_rest(lever.managers, lever.manager_training, p),
            ..Self::default()
        }
    }

    /// The firm in row `child` splits off from that in row `parent`: each of its real firms owes
    /// what it owed and has the places it had.
    pub fn inherit(&mut self, firms: &Firms, parent: usize, child: usize) {
        grants::inherit(self, firms, parent, child);
        self.places.inherit(firms, parent, child);
    }

    /// Looks at all inventions anew for those posted, as others than those disclosed have come.
    pub fn look_again(&mut self) {
        self.posting.look_again();
        self.offers.forget();
        self.on_post.forget();
    }

    /// Royalties still to run, weighted \[mn\].
    pub fn royalties_running(&self, state: &State) -> f64 {
        let owed = |(i, balance): (usize, &f64)| state.firms.weight[i] * balance;
        self.running.iter().enumerate().map(owed).sum()
    }
}

/// One quarter: dues, capacity, search, grants, money.
pub fn deal(state: &mut State, ctx: &Context) {
    let p = &ctx.parameters.transfer;
    let lever = &ctx.seen.transfer;
    let mut transfer = std::mem::take(&mut state.transfer);
    transfer.tally = TransferTally::default();
    transfer.deals_this_quarter.clear();
    transfer.managers =
        office::managers_next(transfer.managers, lever.managers, lever.manager_training, p);
    transfer.tally.managers = transfer.managers;
    grants::settle_dues(&mut transfer, state, ctx);
    // derived: once a year
    if ctx.q() % 4 == 0 || transfer.waiting.len() != state.universities.units.len() {
        office::count_waiting(&state.universities, &mut transfer.waiting);
    }
    office::capacities(
        &state.universities,
        &transfer.waiting,
        lever,
        ctx.seen.rights.inventor_control,
        transfer.managers,
        p,
        &mut transfer.capacity,
    );
    market::pick(&mut transfer, state, ctx);
    // last, as searches look up what this writes
    let partners = &mut transfer.partners;
    partners.look_round(&state.firms, p.exposure, ctx.key, ctx.crew);
    partners.draw_up(&state.firms, ctx);
    let (changed, seen) = (&partners.changed, &partners.seen);
    // derived: once a year
    if ctx.q() % 4 == 0 {
        transfer.addresses.turn_to(seen, &state.firms, ctx.crew);
    }
    let addresses = &mut transfer.addresses;
    addresses.admit(changed, seen, &state.firms, ctx.key, ctx.crew);
    market::gather(&mut transfer, state, ctx);
    grants::grant(&mut transfer, state, ctx);
    shelf::reorder(&mut transfer, state, ctx);
    let t = &mut transfer.tally;
    t.mean_price = if t.contracts > 0.0 {
        t.value / t.contracts
    } else {
        0.0
    };
    state.transfer = transfer;
}
