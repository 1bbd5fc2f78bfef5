//! Reads `[[rule]]`: levers that move when a published indicator crosses a bound.

use super::layer::RawRule;
use super::{Value, Walker};
use crate::policy::rule::INDICATORS;
use crate::scenario::codes::{MISSING_KEY, RULE};

const RULE_KEYS: [&str; 4] = ["when", "for", "lag", "then"];
/// Quarters after which a figure is published, where a rule does not say.
const USUAL_LAG: u32 = 2;

impl Walker<'_> {
    pub(super) fn rule(&mut self, item: &Value) {
        let Some(table) = self.table(item, "rule") else {
            return;
        };
        let (mut when, mut then, mut lasts, mut lag) = (None, None, Some(1), Some(USUAL_LAG));
        for (key, value) in table {
            let path = format!("rule.{}", key.get_ref());
            match key.get_ref().as_ref() {
                "when" => when = self.condition(value),
                "for" => lasts = self.duration(value, &path),
                "lag" => lag = self.duration(value, &path),
                "then" => then = Some(self.levers(value, &path)),
                other => self.unknown(&key.span(), &path, other, &RULE_KEYS),
            }
        }
        for key in ["when", "then"] {
            if !table.contains_key(key) {
                let message = format!("a rule has no `{key}`");
                self.fault(MISSING_KEY, &item.span(), "rule", message);
            }
        }
        if let (Some((indicator, above, bound)), Some(then), Some(lasts), Some(lag)) =
            (when, then, lasts, lag)
        {
            self.layer.rules.push(RawRule {
                indicator,
                above,
                bound,
                lasts,
                lag,
                then,
            });
        }
    }

    /// Indicator, whether above, and bound of `INDICATOR < NUMBER`.
    fn condition(&mut self, value: &Value) -> Option<(String, bool, f64)> {
        let text = self.text(value, "rule.when")?;
        let words: Vec<&str> = text.value.split_whitespace().collect();
        let read = match words[..] {
            [indicator, sign @ ("<" | ">"), bound] => bound
                .parse::<f64>()
                .ok()
                .filter(|bound| bound.is_finite())
                .map(|bound| (indicator, sign == ">", bound)),
            _ => None,
        };
        let Some((indicator, above, bound)) = read else {
            let message = format!("`{}` is no condition", text.value.escape_debug());
            self.fault(RULE, &value.span(), "rule.when", message);
            return None;
        };
        if !INDICATORS.contains(&indicator) {
            let message = format!("no indicator `{indicator}` is published");
            let fault = self
                .build(RULE, &value.span(), "rule.when", message)
                .allowed(INDICATORS.join(", "))
                .nearest(indicator, INDICATORS);
            self.faults.push(fault);
            return None;
        }
        Some((indicator.to_owned(), above, bound))
    }
}
