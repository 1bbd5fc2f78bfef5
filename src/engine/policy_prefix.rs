//! Digests what agents can know of a scenario's policy, quarter by quarter, so that scenarios
//! which have not yet parted are found.

use crate::base::bound::Bound;
use crate::base::time::Quarter;
use crate::engine::tree::Prefix;
use crate::policy::{PolicyPath, Rule, Settings};

/// One digest a quarter of a path: of law, knowledge, expectations and news from its first
/// quarter up to that one, and of the rules from the start on. Up to the quarter before `start`
/// all scenarios live under the baseline's policy, so the digests of these are equal.
pub(super) fn prefixes(path: &PolicyPath, rules: &[Rule], start: Quarter) -> Vec<Prefix> {
    let mut hasher = blake3::Hasher::new();
    let mut values = Vec::new();
    let mut add = |hasher: &mut blake3::Hasher, settings: &Settings| {
        values.clear();
        settings.values(&mut values);
        for value in &values {
            hasher.update(&value.to_bits().to_le_bytes());
        }
    };
    let mut quarter = path.start;
    // news from before the first quarter, the latest first
    while path.last_news(quarter) <= quarter {
        quarter = path.last_news(quarter).plus(-1);
        hasher.update(&quarter.index().to_le_bytes());
    }
    (0..path.in_force.len())
        .map(|place| {
            let quarter = path.start.plus(place as i32);
            for settings in [
                &path.in_force[place],
                &path.known[place],
                &path.expected[place],
            ] {
                add(&mut hasher, settings);
            }
            hasher.update(&path.last_news(quarter).index().to_le_bytes());
            if quarter == start && !rules.is_empty() {
                hasher.update(format!("{rules:?}").as_bytes());
            }
            if quarter < start {
                [0; 32]
            } else {
                *hasher.finalize().as_bytes()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Entry, Schedule};

    const START: Quarter = Quarter::new(2025, 1);

    fn entry(announced: Quarter, from: Quarter, value: f64) -> Entry {
        Entry {
            announced,
            from,
            until: None,
            value,
            ramp: 0,
        }
    }

    /// A path in which one tax lever has this entry beside its status quo.
    fn path(more: Option<Entry>) -> PolicyPath {
        let mut paths = Vec::new();
        Settings::paths(&mut paths);
        let first = Quarter::new(2000, 1);
        let mut all = vec![Schedule::new(vec![entry(first, first, 0.5)]); paths.len()];
        let lever = paths.iter().position(|path| path.starts_with("tax."));
        let lever = &mut all[lever.expect("a tax lever")];
        lever.lay(more.into_iter().collect());
        PolicyPath::new(&all, Quarter::new(2024, 1), Quarter::new(2030, 4), 0.05)
    }

    fn parts(a: &[Prefix], b: &[Prefix]) -> Option<usize> {
        a.iter().zip(b).position(|(a, b)| a != b)
    }

    #[test]
    fn scenarios_part_where_one_is_announced_and_never_before_the_start() {
        let of = |more| prefixes(&path(more), &[], START);
        let base = of(None);
        assert_eq!(parts(&base, &of(None)), None, "twins");
        let (heard, acts) = (Quarter::new(2026, 2), Quarter::new(2029, 1));
        let announced = of(Some(entry(heard, acts, 0.9)));
        assert_eq!(
            parts(&base, &announced),
            Some(9),
            "nine quarters from 2024Q1"
        );
        let before = of(Some(entry(Quarter::new(2024, 2), acts, 0.9)));
        assert_eq!(
            parts(&base, &before),
            Some(4),
            "heard before, free from the start"
        );
    }

    #[test]
    fn news_of_what_stays_as_it_is_still_parts_them() {
        let heard = Quarter::new(2026, 2);
        let same = prefixes(&path(Some(entry(heard, heard, 0.5))), &[], START);
        assert_eq!(parts(&prefixes(&path(None), &[], START), &same), Some(9));
    }

    #[test]
    fn a_rule_parts_them_at_the_start() {
        let rule = Rule {
            indicator: "rd_doers".into(),
            above: true,
            bound: 1.0,
            lasts: 1,
            lag: 2,
            then: vec![],
        };
        let ruled = prefixes(&path(None), std::slice::from_ref(&rule), START);
        assert_eq!(parts(&prefixes(&path(None), &[], START), &ruled), Some(4));
        assert_eq!(parts(&prefixes(&path(None), &[rule], START), &ruled), None);
    }
}
