//! Every parameter of the model, by sub-model; declared beside its equations, valued in
//! `seeds/parameters/`.

use super::{
    approval, buyers, claims, contract_research, demand, entry, finance, funnel, innovation,
    observe, openness, patents, people, platforms, policy_knowledge, population, programmes,
    registers, registration, research, spin_offs, state_firms, tax, transfer, universities,
};

crate::families! {
    /// Parameter values of one draw.
    pub struct Parameters {
        /// Founding population.
        population: population::PopulationParameters,
        /// Knowledge of policy.
        policy_knowledge: policy_knowledge::PolicyKnowledgeParameters,
        /// Tax positions.
        tax: tax::TaxParameters,
        /// R&D projects.
        research: research::ResearchParameters,
        /// Appraisal of state firms.
        state_firms: state_firms::StateFirmParameters,
        /// Claims and relabelling.
        claims: claims::ClaimParameters,
        /// Registers.
        registers: registers::RegisterParameters,
        /// Researchers' market.
        people: people::PeopleParameters,
        /// Public money.
        programmes: programmes::ProgrammeParameters,
        /// Credit and equity.
        finance: finance::FinanceParameters,
        /// Demand.
        demand: demand::DemandParameters,
        /// Successes, imitation, spillovers.
        innovation: innovation::InnovationParameters,
        /// Entry, exit, splitting.
        entry: entry::EntryParameters,
        /// The world outside.
        openness: openness::OpennessParameters,
        /// Universities and institutes.
        universities: universities::UniversityParameters,
        /// Contract research.
        contract_research: contract_research::ContractResearchParameters,
        /// Offices, search, bargains.
        transfer: transfer::TransferParameters,
        /// Firms founded by inventors.
        spin_offs: spin_offs::SpinOffParameters,
        /// Registration of contracts.
        registration: registration::RegistrationParameters,
        /// Funnel from deal to industry.
        funnel: funnel::FunnelParameters,
        /// Platforms.
        platforms: platforms::PlatformParameters,
        /// Approval of new products.
        approval: approval::ApprovalParameters,
        /// First buyers.
        buyers: buyers::BuyerParameters,
        /// Filing and examination.
        patents: patents::PatentParameters,
        /// How statistics see the economy.
        observe: observe::ObserveParameters,
    }
}
