//! One integration binary: every file of this folder is a module here.
#![allow(clippy::unwrap_used)]

mod allocations;
mod blocks;
mod bytes;
mod command_line;
mod contracts;
mod disk;
mod documents;
mod engine_batch;
mod engine_files;
mod engine_toy;
mod golden;
mod halves;
mod layers;
mod messages;
mod messages_shards;
mod messages_submit;
mod pairing;
mod rules;
mod shards;
mod shards_killed;
mod shards_status;
mod submit;
mod survival;
