//! Turns dates and durations as people write them into quarters.

use crate::base::time::Quarter;

/// The quarter of `2026Q3` or the quarter that holds `2026-07-01`.
///
/// # Errors
/// A message that says why there is no such date.
pub fn quarter(text: &str) -> Result<Quarter, String> {
    let text = text.trim();
    if let Some((year, of_year)) = text.split_once(['Q', 'q']) {
        return match (four_digits(year), of_year) {
            (Some(year), "1" | "2" | "3" | "4") => {
                Ok(Quarter::new(year, i32::from(of_year.as_bytes()[0] - b'0')))
            }
            _ => Err(format!("`{text}` is no quarter")),
        };
    }
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return Err(format!("`{text}` is no date"));
    };
    match (four_digits(year), two_digits(month), two_digits(day)) {
        (Some(year), Some(month), Some(day)) => date(year, month, day),
        _ => Err(format!("`{text}` is no date")),
    }
}

/// The quarter that holds a date of the calendar.
///
/// # Errors
/// A message that says why there is no such date.
pub fn date(year: i32, month: u8, day: u8) -> Result<Quarter, String> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return Err(format!("there is no month {month}")),
    };
    if day == 0 || day > days {
        return Err(format!("{year:04}-{month:02} has no day {day}"));
    }
    Ok(Quarter::new(year, (i32::from(month) - 1) / 3 + 1))
}

/// The number of quarters of `8q`.
///
/// # Errors
/// A message that says what is expected.
pub fn duration(text: &str) -> Result<u32, String> {
    text.strip_suffix(['q', 'Q'])
        .filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|digits| digits.parse().ok())
        .filter(|quarters| (1..=400).contains(quarters))
        .ok_or_else(|| format!("`{text}` is no number of quarters"))
}

fn four_digits(text: &str) -> Option<i32> {
    digits(text, 4)?.parse().ok()
}

fn two_digits(text: &str) -> Option<u8> {
    digits(text, 2)?.parse().ok()
}

fn digits(text: &str, length: usize) -> Option<&str> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_acts_in_the_quarter_that_holds_it() {
        assert_eq!(quarter("2026-07-01"), Ok(Quarter::new(2026, 3)));
        assert_eq!(quarter("2026-06-30"), Ok(Quarter::new(2026, 2)));
        assert_eq!(quarter("2026Q4"), Ok(Quarter::new(2026, 4)));
        assert_eq!(quarter("2024-02-29"), Ok(Quarter::new(2024, 1)));
    }

    #[test]
    fn dates_that_do_not_exist_are_named() {
        assert_eq!(
            quarter("2025-02-29"),
            Err("2025-02 has no day 29".to_owned())
        );
        assert_eq!(
            quarter("2025-13-01"),
            Err("there is no month 13".to_owned())
        );
        for text in [
            "2025Q5",
            "2025Q",
            "25Q1",
            "soon",
            "2025-1-1",
            "",
            "二〇二五-01-01",
        ] {
            assert!(quarter(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_whole_quarters() {
        assert_eq!(duration("8q"), Ok(8));
        for text in ["8", "q", "0q", "-1q", "1.5q", "8 quarters", "99999999999q"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
