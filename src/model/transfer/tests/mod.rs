//! Tests of technology transfer, one file a question.

mod bargains;
mod bench;
mod split;
mod touch;
