//! Which quarters do scenarios share? A tree of scenarios that part where their policies do.
//!
//! Two scenarios whose agents can know the same up to some quarter have the same state there.
//! It is simulated once; from then on each goes its own way from a copy of it:
//!
//! ```text
//! past ──────────┬── baseline, twin of the baseline
//!                ├── a, from the start
//!                └────┬── b, announced in year 3
//!                     └── c, as b but ended in year 5
//! ```
//!
//! Branches are walked depth first, the one with most scenarios last, so that a state need be
//! kept only while smaller branches run: for n scenarios at most log₂ n states beside the one
//! under way.

use super::Simulation;

/// Digest of all that a scenario's agents can know up to and including a quarter.
pub type Prefix = [u8; 32];

/// A stretch of quarters that some scenarios share, and the branches in which it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// First quarter, counted from the founding.
    pub from: usize,
    /// The quarter after the last.
    pub to: usize,
    /// The scenarios that share it, ascending; in a branch that ends nowhere else they are twins.
    pub scenarios: Vec<usize>,
    /// Where they part; empty at the end of the run.
    pub then: Vec<Branch>,
}

impl Branch {
    /// The tree of all scenarios of a simulation.
    pub fn of<S: Simulation>(simulation: &S) -> Self {
        let prefix = |scenario, quarter| simulation.prefix(scenario, quarter);
        let all = (0..simulation.scenarios()).collect();
        Self::grow(all, 0, simulation.horizon(), &prefix)
    }

    /// Every scenario for itself from the founding on, as if nothing were shared.
    pub fn alone(scenarios: usize, quarters: usize) -> Self {
        let leaf = |scenario| Self {
            from: 0,
            to: quarters,
            scenarios: vec![scenario],
            then: Vec::new(),
        };
        Self {
            from: 0,
            to: 0,
            scenarios: (0..scenarios).collect(),
            then: (0..scenarios).map(leaf).collect(),
        }
    }

    fn grow(
        scenarios: Vec<usize>,
        from: usize,
        end: usize,
        prefix: &dyn Fn(usize, usize) -> Prefix,
    ) -> Self {
        for to in from..end {
            let groups = group(&scenarios, |scenario| prefix(scenario, to));
            if groups.len() > 1 {
                let mut then: Vec<Self> = groups
                    .into_iter()
                    .map(|group| Self::grow(group, to, end, prefix))
                    .collect();
                then.sort_by_key(Self::ends);
                return Self {
                    from,
                    to,
                    scenarios,
                    then,
                };
            }
        }
        Self {
            from,
            to: end,
            scenarios,
            then: Vec::new(),
        }
    }

    /// Runs in which it ends: scenarios without their twins.
    pub fn ends(&self) -> usize {
        if self.then.is_empty() {
            1
        } else {
            self.then.iter().map(Self::ends).sum()
        }
    }

    /// Quarters to simulate in it, each shared one once.
    pub fn quarters(&self) -> u64 {
        (self.to - self.from) as u64 + self.then.iter().map(Self::quarters).sum::<u64>()
    }

    /// States to keep at a time beside the one under way.
    pub fn kept(&self) -> usize {
        let last = self.then.len().saturating_sub(1);
        let of = |(place, branch): (usize, &Self)| branch.kept() + usize::from(place < last);
        self.then.iter().enumerate().map(of).max().unwrap_or(0)
    }
}

/// Scenarios with the same key together, in order of their first.
fn group(scenarios: &[usize], key: impl Fn(usize) -> Prefix) -> Vec<Vec<usize>> {
    let mut groups: Vec<(Prefix, Vec<usize>)> = Vec::new();
    for &scenario in scenarios {
        let own = key(scenario);
        match groups.iter_mut().find(|(known, _)| *known == own) {
            Some((_, group)) => group.push(scenario),
            None => groups.push((own, vec![scenario])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scenario is the text of what its agents know by quarter.
    fn tree(scenarios: &[&str]) -> Branch {
        let prefix = |scenario: usize, quarter: usize| {
            *blake3::hash(&scenarios[scenario].as_bytes()[..=quarter]).as_bytes()
        };
        let all = (0..scenarios.len()).collect();
        Branch::grow(all, 0, scenarios[0].len(), &prefix)
    }

    #[test]
    fn three_scenarios_and_a_twin_by_hand() {
        let tree = tree(&["aaaa", "aabb", "aaaa", "aabc"]);
        assert_eq!((tree.from, tree.to), (0, 2));
        assert_eq!(tree.then.len(), 2);
        let [twins, pair] = &tree.then[..] else {
            panic!("two branches")
        };
        assert_eq!((&twins.scenarios[..], twins.to), (&[0, 2][..], 4));
        assert_eq!((&pair.scenarios[..], pair.to), (&[1, 3][..], 3));
        // 2 shared + 2 of the twins + 1 shared by the pair + 1 of each.
        assert_eq!((tree.quarters(), tree.ends()), (7, 3));
        assert_eq!(tree.kept(), 1, "the pair runs last, on the state kept");
    }

    #[test]
    fn a_scenario_alone_and_one_that_differs_at_once() {
        assert_eq!(tree(&["aaaa"]).quarters(), 4);
        assert_eq!(tree(&["aaaa"]).kept(), 0);
        assert_eq!(tree(&["aaaa", "bbbb"]).quarters(), 8);
        assert_eq!(Branch::alone(3, 4).quarters(), 12);
    }

    #[test]
    fn a_comb_keeps_one_state_and_a_full_tree_their_logarithm() {
        let comb: Vec<String> = (0..8)
            .map(|n| format!("{}{}", "a".repeat(n), "b".repeat(8 - n)))
            .collect();
        let comb: Vec<&str> = comb.iter().map(String::as_str).collect();
        assert_eq!(tree(&comb).kept(), 1);
        assert_eq!(tree(&comb).quarters(), 8 + (2..=8).sum::<u64>());
        let full: Vec<String> = (0..16).map(|n| format!("a{n:04b}")).collect();
        let full: Vec<&str> = full.iter().map(String::as_str).collect();
        assert_eq!((tree(&full).kept(), tree(&full).ends()), (4, 16));
    }
}
