//! One integration binary: every file of this folder is a module here.

mod command_line;
mod contracts;
mod engine_batch;
mod engine_files;
mod engine_toy;
mod layers;
