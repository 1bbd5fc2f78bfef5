//! The economy: populations as columns, the quarter as a numbered list, one file a sub-model.

pub mod approval;
pub mod audit;
pub mod books;
pub mod buyers;
pub mod claims;
pub mod context;
pub mod contract_research;
pub mod demand;
pub mod entry;
pub mod finance;
pub mod firms;
pub mod funnel;
pub mod innovation;
pub mod observe;
pub mod openness;
pub mod parameters;
pub mod patents;
pub mod people;
pub mod platforms;
pub mod policy_knowledge;
pub mod population;
pub mod programmes;
pub mod quarter;
pub mod registers;
pub mod registration;
pub mod research;
pub mod settlement;
pub mod spin_offs;
pub mod state;
pub mod state_firms;
pub mod tax;
#[cfg(test)]
mod tests;
pub mod transfer;
pub mod universities;
pub mod world;
