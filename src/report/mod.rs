//! Results in, bytes out: tables, figures, HTML, Parquet; English and Chinese from one table.

pub mod files;
pub mod parquet;
pub mod results;
