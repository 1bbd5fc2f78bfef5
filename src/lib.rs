//! leverlab: which R&D policy mix turns more of China's research into industry,
//! at what cost, for whom, and how sure are we?
#![allow(dead_code)]

pub mod base;
pub mod cli;
pub mod engine;
pub mod evidence;
pub mod experiment;
pub mod model;
pub mod policy;
pub mod report;
pub mod scenario;
