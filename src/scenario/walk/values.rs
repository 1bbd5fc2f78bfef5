//! Reads single values: tables, texts, numbers, dates; what is none of them is a fault.

use super::layer::At;
use super::{Value, Walker};
use crate::base::time::Quarter;
use crate::scenario::codes::{
    BAD_DATE, BAD_DURATION, Code, NOT_FINITE, OUT_OF_BOUNDS, UNKNOWN_KEY, WRONG_TYPE,
};
use crate::scenario::dates;
use crate::scenario::diagnose::{Fault, Place};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

impl Walker<'_> {
    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        Place {
            source: self.source.clone(),
            span: span.clone(),
        }
    }

    pub(super) fn build(
        &self,
        code: Code,
        span: &Range<usize>,
        path: &str,
        message: String,
    ) -> Fault {
        Fault::new(code, self.place(span), path, message)
    }

    pub(super) fn fault(&mut self, code: Code, span: &Range<usize>, path: &str, message: String) {
        let fault = self.build(code, span, path, message);
        self.faults.push(fault);
    }

    pub(super) fn unknown(&mut self, span: &Range<usize>, path: &str, key: &str, keys: &[&str]) {
        let fault = self
            .build(UNKNOWN_KEY, span, path, format!("unknown key `{key}`"))
            .allowed(keys.join(", "))
            .nearest(key, keys.iter().copied());
        self.faults.push(fault);
    }

    pub(super) fn expected(&mut self, value: &Value, path: &str, what: &str) {
        let found = value.get_ref().type_str();
        self.fault(
            WRONG_TYPE,
            &value.span(),
            path,
            format!("`{path}` takes {what}, found {found}"),
        );
    }

    pub(super) fn table<'v, 'i>(
        &mut self,
        value: &'v Value<'i>,
        path: &str,
    ) -> Option<&'v DeTable<'i>> {
        if value.get_ref().is_table() {
            return value.get_ref().as_table();
        }
        self.expected(value, path, "a table");
        None
    }

    pub(super) fn text(&mut self, value: &Value, path: &str) -> Option<At<String>> {
        if let Some(text) = value.get_ref().as_str() {
            return Some(At {
                value: text.to_owned(),
                place: self.place(&value.span()),
            });
        }
        self.expected(value, path, "text in quotes");
        None
    }

    pub(super) fn number(&mut self, value: &Value, path: &str, bounds: [f64; 2]) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Integer(i) => i128::from_str_radix(i.as_str(), i.radix())
                .ok()
                .map(|i| i as f64),
            DeValue::Float(f) => f.as_str().parse::<f64>().ok(),
            _ => {
                self.expected(value, path, "a number");
                return None;
            }
        };
        let allowed = format!("{} to {}", bounds[0], bounds[1]);
        let Some(number) = number.filter(|n| n.is_finite()) else {
            let fault = self
                .build(
                    NOT_FINITE,
                    &value.span(),
                    path,
                    format!("`{path}` is not a finite number"),
                )
                .allowed(allowed);
            self.faults.push(fault);
            return None;
        };
        if number < bounds[0] || number > bounds[1] {
            let fault = self
                .build(
                    OUT_OF_BOUNDS,
                    &value.span(),
                    path,
                    format!("`{path}` = {number} is outside the allowed range"),
                )
                .allowed(allowed);
            self.faults.push(fault);
            return None;
        }
        Some(number)
    }

    pub(super) fn whole(&mut self, value: &Value, path: &str, bounds: [f64; 2]) -> Option<f64> {
        let number = self.number(value, path, bounds)?;
        if number.fract() != 0.0 {
            self.expected(value, path, "a whole number");
            return None;
        }
        Some(number)
    }

    pub(super) fn quarter(&mut self, value: &Value, path: &str) -> Option<At<Quarter>> {
        let read = match value.get_ref() {
            DeValue::String(text) => dates::quarter(text),
            DeValue::Datetime(datetime) => match (datetime.date, datetime.time) {
                (Some(date), None) => dates::date(i32::from(date.year), date.month, date.day),
                _ => Err("a date without a time is expected".to_owned()),
            },
            _ => {
                self.expected(value, path, "a date");
                return None;
            }
        };
        match read {
            Ok(quarter) => Some(At {
                value: quarter,
                place: self.place(&value.span()),
            }),
            Err(message) => {
                let fault = self.build(BAD_DATE, &value.span(), path, message);
                self.faults.push(fault);
                None
            }
        }
    }

    pub(super) fn duration(&mut self, value: &Value, path: &str) -> Option<u32> {
        let read = match value.get_ref() {
            DeValue::String(text) => dates::duration(text),
            DeValue::Integer(i) => dates::duration(&format!("{}q", i.as_str())),
            _ => {
                self.expected(value, path, "a number of quarters");
                return None;
            }
        };
        read.map_err(|message| {
            let fault = self.build(BAD_DURATION, &value.span(), path, message);
            self.faults.push(fault);
        })
        .ok()
    }

    pub(super) fn each(
        &mut self,
        value: &Value,
        path: &str,
        mut one: impl FnMut(&mut Self, &Value),
    ) {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().for_each(|item| one(self, item)),
            DeValue::Table(_) => one(self, value),
            _ => self.expected(value, path, &format!("tables: [[{path}]]")),
        }
    }
}
