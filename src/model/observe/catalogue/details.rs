//! Detail metrics: funnel, fiscal account, bands.

use super::{BN, metric};
use crate::base::metric::Direction::{Higher, Lower, Neutral};
use crate::base::metric::MetricSpec;
use crate::model::books::INSTRUMENT_IDS;
use std::sync::LazyLock;

/// Groups by which winners and losers are counted.
pub const BAND_GROUPS: [&str; 14] = [
    "size.small",
    "size.medium",
    "size.large",
    "ownership.private",
    "ownership.state",
    "ownership.foreign",
    "region.beijing",
    "region.shanghai",
    "region.delta",
    "region.guangdong",
    "region.hubei",
    "region.shandong",
    "region.midwest",
    "region.rest",
];
/// Bands of the change in the present value of after-tax profit.
pub const BANDS: [&str; 5] = ["b1", "b2", "b3", "b4", "b5"];
/// Stages of the funnel, in order.
pub const FUNNEL: [&str; 5] = [
    "disclosed",
    "dealt",
    "proof_of_concept",
    "pilot",
    "industrialised",
];

static DETAILS: LazyLock<Vec<MetricSpec>> = LazyLock::new(|| {
    let mut list = Vec::new();
    let name = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    for stage in FUNNEL {
        let id = name(format!("funnel.{stage}"));
        list.push(metric(
            id,
            "thousand/yr",
            Higher,
            stage,
            stage,
            "Public inventions that reach the stage; mean per year.",
        ));
    }
    for instrument in INSTRUMENT_IDS {
        for payer in ["central", "local"] {
            let id = name(format!("fiscal.{instrument}.{payer}.static"));
            let label = name(format!("{} ({payer})", instrument.replace('_', " ")));
            list.push(metric(
                id,
                BN,
                Lower,
                label,
                label,
                "Relief or outlay accrued at the behaviour of the run; mean per year.",
            ));
        }
    }
    for payer in ["central", "local"] {
        let id = name(format!("fiscal.total.{payer}.dynamic"));
        list.push(metric(
            id,
            BN,
            Lower,
            "net budget",
            "净预算",
            "Outlays less receipts; mean per year.",
        ));
    }
    for group in BAND_GROUPS {
        for band in BANDS {
            let id = name(format!("bands.{group}.{band}"));
            list.push(metric(id, "share of firms", Neutral, band, band, "Share of firms by change in present value of after-tax profit against the baseline."));
        }
    }
    list
});

/// Detail metrics: funnel, fiscal account, bands.
pub fn details() -> &'static [MetricSpec] {
    &DETAILS
}
