//! The state of one world: populations and stocks, by sub-model.

use super::books::Books;
use super::firms::Firms;
use super::{
    approval::ApprovalState, buyers::BuyersState, contract_research::ContractResearchState,
    demand::MarketState, entry::EntryState, finance::FinanceState, funnel::FunnelState,
    innovation::InnovationState, openness::OpennessState, patents::PatentOffice, people::People,
    platforms::PlatformsState, programmes::ProgrammesState, registration::RegistrationState,
    research::Plans, spin_offs::SpinOffState, transfer::TransferState, universities::Universities,
};

/// Everything that changes during a run.
#[derive(Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct State {
    pub firms: Firms,
    pub books: Books,
    pub people: People,
    pub programmes: ProgrammesState,
    pub finance: FinanceState,
    pub market: MarketState,
    pub plans: Plans,
    pub innovation: InnovationState,
    pub entry: EntryState,
    pub openness: OpennessState,
    pub universities: Universities,
    pub contract_research: ContractResearchState,
    pub transfer: TransferState,
    pub spin_offs: SpinOffState,
    pub registration: RegistrationState,
    pub funnel: FunnelState,
    pub platforms: PlatformsState,
    pub approval: ApprovalState,
    pub buyers: BuyersState,
    pub patents: PatentOffice,
}

impl Clone for State {
    fn clone(&self) -> Self {
        let mut copy = Self::default();
        copy.clone_from(self);
        copy
    }

    /// Copies field by field, so that columns which can reuse their memory do.
    fn clone_from(&mut self, from: &Self) {
        macro_rules! copy {
            ($($field:ident),* $(,)?) => {
                let Self { $($field),* } = from;
                $(self.$field.clone_from($field);)*
            };
        }
        copy!(
            firms,
            books,
            people,
            programmes,
            finance,
            market,
            plans,
            innovation,
            entry,
            openness,
            universities,
            contract_research,
            transfer,
            spin_offs,
            registration,
            funnel,
            platforms,
            approval,
            buyers,
            patents
        );
    }
}
