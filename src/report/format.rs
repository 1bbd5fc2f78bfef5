//! Writes numbers the way a reader expects: significant digits, thousands, units, a true minus.

use super::labels::Language;
use crate::base::math;

/// What stands where a number is undefined.
pub const UNDEFINED: &str = "–";

/// How a stored unit is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Factor from the stored to the shown number \[–\].
    pub factor: f64,
    /// Unit of a level, e.g. `%`.
    pub level: String,
    /// Unit of a difference, e.g. `percentage points`.
    pub difference: String,
}

/// Unit in which a column is shown: shares become per cent, their differences points.
pub fn unit(stored: &str, language: Language) -> Unit {
    let share = stored == "share" || stored.starts_with("share ");
    let yearly = stored == "share/yr" || stored == "1/yr";
    if share || yearly {
        let (level, difference) = match (language, yearly) {
            (Language::English, false) => ("%", "percentage points"),
            (Language::English, true) => ("% a year", "percentage points a year"),
            (Language::Chinese, false) => ("%", "个百分点"),
            (Language::Chinese, true) => ("%/年", "个百分点/年"),
        };
        return Unit {
            factor: 100.0,
            level: level.to_owned(),
            difference: difference.to_owned(),
        };
    }
    let shown = match language {
        Language::English => stored.to_owned(),
        Language::Chinese => chinese_unit(stored),
    };
    Unit {
        factor: 1.0,
        level: shown.clone(),
        difference: shown,
    }
}

/// Chinese words for the parts of a unit, longest first.
const UNIT_WORDS: [(&str, &str); 26] = [
    ("at 2020 prices", "（2020年价）"),
    ("2020 prices", "（2020年价）"),
    ("thousands", "千"),
    ("thousand", "千"),
    ("CNY bn", "十亿元"),
    ("CNY mn", "百万元"),
    ("bn CNY", "十亿元"),
    ("bn yuan", "十亿元"),
    ("mn yuan", "百万元"),
    ("billion yuan", "十亿元"),
    ("quarters", "季"),
    ("quarter", "季"),
    ("inventions", "项"),
    ("per year", "/年"),
    ("a year", "/年"),
    ("per cent", "%"),
    ("firms", "家"),
    ("yuan", "元"),
    ("years", "年"),
    ("year", "年"),
    ("index", "指数"),
    ("count", "个"),
    ("ratio", "比值"),
    ("FTE", "人年"),
    ("CNY", "元"),
    ("yr", "年"),
];

fn chinese_unit(stored: &str) -> String {
    let mut text = stored.to_owned();
    for (english, chinese) in UNIT_WORDS {
        text = text.replace(english, chinese);
    }
    text.replace(' ', "").replace(",（", "（")
}

/// Decimals that give the largest of `values` three significant digits, 0 to 6.
///
/// Example: 12.34 gives 1, 1234 gives 0, 0.0123 gives 4.
pub fn decimals(values: impl IntoIterator<Item = f64>) -> usize {
    let largest = values
        .into_iter()
        .filter(|value| value.is_finite())
        .fold(0.0, |largest, value| math::max(value.abs(), largest));
    let mut bound = 100.0;
    let mut places = 0;
    while places < 6 && largest < bound && largest > 0.0 {
        bound /= 10.0;
        places += 1;
    }
    places
}

/// A number with `places` decimals, thousands set apart by commas, and a true minus sign.
pub fn number(value: f64, places: usize) -> String {
    if !value.is_finite() {
        return UNDEFINED.to_owned();
    }
    let digits = format!("{:.places$}", value.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut text = String::new();
    if value < 0.0 && digits.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        text.push('−');
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// As [`number`], with a plus before positive numbers.
pub fn signed(value: f64, places: usize) -> String {
    let text = number(value, places);
    let positive = value > 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    if positive { format!("+{text}") } else { text }
}

/// A number with three significant digits.
pub fn brief(value: f64) -> String {
    number(value, decimals([value]))
}

/// As [`brief`], with a plus before positive numbers.
pub fn brief_signed(value: f64) -> String {
    signed(value, decimals([value]))
}

/// A share as per cent, e.g. `0.968` as `97 %`; never rounded to a false certainty.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return UNDEFINED.to_owned();
    }
    if share > 0.0 && share < 0.01 {
        return "< 1 %".to_owned();
    }
    if share > 0.99 && share < 1.0 {
        return "> 99 %".to_owned();
    }
    format!("{} %", number(100.0 * share, 0))
}

/// `a … b`.
pub fn range(low: f64, high: f64, places: usize) -> String {
    if !low.is_finite() || !high.is_finite() {
        return UNDEFINED.to_owned();
    }
    format!("{} … {}", number(low, places), number(high, places))
}

/// `Some(text)` as itself, `None` as the mark of an undefined number.
pub fn optional(text: Option<String>) -> String {
    text.unwrap_or_else(|| UNDEFINED.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_significant_digits_of_the_largest() {
        assert_eq!(decimals([12.34, 0.1]), 1);
        assert_eq!(decimals([1234.0]), 0);
        assert_eq!(decimals([0.0123]), 4);
        assert_eq!(decimals([0.0, f64::NAN]), 0);
        assert_eq!(brief(3.14159), "3.14");
        assert_eq!(brief_signed(-12_345.6), "−12,346");
    }

    #[test]
    fn thousands_minus_and_no_negative_zero() {
        assert_eq!(number(-1_234_567.89, 1), "−1,234,567.9");
        assert_eq!(number(123.0, 0), "123");
        assert_eq!(number(-0.0001, 2), "0.00");
        assert_eq!(signed(0.0001, 2), "0.00");
        assert_eq!(signed(2.5, 1), "+2.5");
        assert_eq!(number(f64::NAN, 1), UNDEFINED);
        assert_eq!(range(1.0, f64::INFINITY, 1), UNDEFINED);
    }

    #[test]
    fn a_share_is_never_rounded_to_certainty() {
        assert_eq!(percent(0.968), "97 %");
        assert_eq!(percent(0.999), "> 99 %");
        assert_eq!(percent(0.004), "< 1 %");
        assert_eq!(percent(1.0), "100 %");
    }

    #[test]
    fn shares_become_per_cent_and_points() {
        let shown = unit("share", Language::English);
        assert_eq!(
            (shown.factor, shown.difference.as_str()),
            (100.0, "percentage points")
        );
        assert_eq!(unit("thousand/yr", Language::Chinese).level, "千/年");
        assert_eq!(
            unit("CNY bn/yr, 2020 prices", Language::Chinese).level,
            "十亿元/年（2020年价）"
        );
    }
}
