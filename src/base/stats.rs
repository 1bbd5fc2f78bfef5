//! Sums, moments, quantiles and intervals of result columns.
