//! `leverlab compare`: its arguments and the order in which variants are stacked.

use std::path::PathBuf;

use super::run::BatchArgs;

/// `leverlab compare`.
#[derive(Clone, Debug, clap::Args)]
pub struct CompareArgs {
    /// Baseline scenario
    #[arg(value_name = "BASE")]
    pub base: PathBuf,
    /// Variants
    #[arg(value_name = "VARIANT", required = true)]
    pub variants: Vec<PathBuf>,
    /// How the batch is run.
    #[command(flatten)]
    pub batch: BatchArgs,
    /// Add the variants one after another in the order given
    #[arg(long)]
    pub stack: bool,
    /// Metric to show; the first one decides which variant is best
    #[arg(long, value_name = "M")]
    pub metric: Vec<String>,
}

impl CompareArgs {
    /// The variants that each scenario after the baseline lays over it, in order: one each,
    /// or with `--stack` the first, the first two, and so on.
    pub fn layers(&self) -> Vec<&[PathBuf]> {
        let all = &self.variants;
        (0..all.len())
            .map(|last| if self.stack { &all[..=last] } else { &all[last..=last] })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacking_adds_one_variant_a_step() {
        let mut args = CompareArgs {
            base: "base".into(),
            variants: vec!["a".into(), "b".into()],
            batch: BatchArgs::default(),
            stack: false,
            metric: vec![],
        };
        assert_eq!(args.layers(), [&args.variants[..1], &args.variants[1..]]);
        args.stack = true;
        assert_eq!(args.layers(), [&args.variants[..1], &args.variants[..]]);
    }
}
