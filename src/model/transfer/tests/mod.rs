//! Tests of technology transfer, one file a question.

mod addresses;
mod bargains;
mod bench;
mod conserve;
mod levers;
mod offices;
mod split;
mod touch;
mod twin;
