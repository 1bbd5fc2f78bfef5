//! Policy levers: one file per family declares its typed settings; schedules say when each
//! value is announced, in force and gone; a path gives the settings of every quarter and
//! what an agent may expect of them.

pub mod buyers;
pub mod finance;
pub mod founding;
pub mod licensing;
pub mod maturation;
pub mod openness;
pub mod patents;
pub mod path;
pub mod people;
pub mod programmes;
pub mod registration;
pub mod regulation;
pub mod rights;
pub mod rule;
pub mod schedule;
pub mod state_firms;
pub mod tax;
pub mod transfer;

pub use path::PolicyPath;
pub use rule::Rule;
pub use schedule::{Entry, Schedule};

crate::families! {
    /// Every lever's value in one quarter.
    pub struct Settings {
        /// Corporate income tax and R&D relief.
        tax: tax::Tax,
        /// Money for research by call.
        programmes: programmes::Programmes,
        /// Bank credit and equity.
        finance: finance::Finance,
        /// People, data and compute.
        people: people::People,
        /// The world outside.
        openness: openness::Openness,
        /// Transfer offices and their staff.
        transfer: transfer::Transfer,
        /// Inventors' rights, assets, appraisal.
        rights: rights::Rights,
        /// Inventors who found a firm.
        founding: founding::Founding,
        /// Terms of licences.
        licensing: licensing::Licensing,
        /// Proof of concept and pilot bases.
        maturation: maturation::Maturation,
        /// First buyers.
        buyers: buyers::Buyers,
        /// Registration of technology contracts.
        registration: registration::Registration,
        /// Filing and examination.
        patents: patents::Patents,
        /// Approval of new products.
        regulation: regulation::Regulation,
        /// Appraisal of state firms.
        state_firms: state_firms::StateFirms,
    }
}
