//! Decides which inventions are filed, granted, kept and practised.

use crate::base::math::{exp, max, min, normal_cdf};

/// Number of classes of log quality.
pub const BINS: usize = 16;

/// Inventions by class of log quality.
pub type Mass = [f64; BINS];

/// Middle of a class of log quality, in standard deviations from the mean.
pub fn bin_z(bin: usize) -> f64 {
    // derived: 16 classes 0.4 wide cover ±3.2 standard deviations
    -3.0 + 0.4 * bin as f64
}

/// Share of inventions in a class, the outer ones open.
pub fn bin_share(bin: usize) -> f64 {
    // derived: half the width of a class
    let (low, high) = (bin_z(bin) - 0.2, bin_z(bin) + 0.2);
    let below = if bin == 0 { 0.0 } else { normal_cdf(low) };
    let above = if bin + 1 == BINS {
        1.0
    } else {
        normal_cdf(high)
    };
    above - below
}

/// Log quality above which filing pays: `ln fee − subsidy − points` (M8, correction 6: the
/// median private value of protection is the unit).
///
/// Example: fee 0.3, full subsidy 0.95 and full points 0.5 give −1.15.
pub fn filing_threshold(fee: f64, subsidy: f64, points: f64) -> f64 {
    fee - subsidy - points
}

/// Share of a class filed: those above the threshold, of which the use-motivated share is
/// judged at the threshold of use, so that a fading subsidy leaves a floor (correction 5).
pub fn filed_share(
    bin: usize,
    log_sd: f64,
    threshold: f64,
    use_share: f64,
    use_threshold: f64,
) -> f64 {
    let above = |t: f64| {
        // derived: share of a class 0.4 wide that lies above, the edge cut linearly
        let edge = (bin_z(bin) + 0.2 - t / log_sd) / 0.4;
        max(0.0, min(1.0, edge))
    };
    let paid = above(threshold);
    let used = above(min(threshold, use_threshold));
    (1.0 - use_share) * paid + use_share * max(paid, used)
}

/// Chance that a case of log quality `ln_quality` is granted: `Φ((ln q − q̄)/noise)`.
pub fn grant_chance(ln_quality: f64, bar: f64, noise: f64) -> f64 {
    normal_cdf((ln_quality - bar) / noise)
}

/// Share of patents of a class that lapse in a year: worth fallen below the renewal fee.
pub fn lapse_chance(ln_quality: f64, keep_bar: f64, keep_sd: f64) -> f64 {
    normal_cdf((keep_bar - ln_quality) / keep_sd)
}

/// Chance that an enterprise practises its patent: margin gain above cost (M27).
pub fn practise_chance(ln_quality: f64, use_bar: f64, use_sd: f64) -> f64 {
    normal_cdf((ln_quality - use_bar) / use_sd)
}

/// Need of patents for a certificate: full at none, falling by the factor 1/e with
/// `enough` patents a firm.
pub fn points_need(aware: bool, patents: f64, enough: f64) -> f64 {
    if aware { exp(-patents / enough) } else { 0.0 }
}
