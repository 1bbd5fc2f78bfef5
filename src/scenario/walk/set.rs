//! Turns `--set PATH=VALUE` into a text of its own, so that it is checked as a file is.

use super::{DISCOUNT_RATE, RUN_KEYS};
use crate::evidence::Evidence;
use crate::scenario::codes::BAD_SET;
use crate::scenario::diagnose::{Fault, Source};
use crate::scenario::instruments::Instrument;
use crate::scenario::read::nowhere;
use std::sync::Arc;
use toml::de::DeValue;

/// Turns `PATH=VALUE` into a text of its own, so that it is checked as a file is.
pub(in crate::scenario) fn set_text(
    set: &str,
    evidence: &Evidence,
    instruments: &[Instrument],
) -> Result<Arc<Source>, Fault> {
    let bad = |message: String| Fault::new(BAD_SET, nowhere("--set"), "", message);
    let Some((path, value)) = set.split_once('=') else {
        return Err(bad(format!("`{set}` has no `=`")));
    };
    let (path, value) = (path.trim(), value.trim());
    if path.is_empty()
        || value.is_empty()
        || set.contains(['\n', '\r', '#'])
        || path.contains(['[', '"', '{'])
    {
        return Err(bad(format!("`{}` is not PATH=VALUE", set.escape_debug())));
    }
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    let key = match head {
        "policy" | "run" | "meta" => path.to_owned(),
        "instruments" | "assumptions" if !rest.is_empty() => format!("{head}.\"{rest}\""),
        _ if evidence.lever(path).is_some() => format!("policy.{path}"),
        _ if instruments.iter().any(|i| i.id == path) => format!("instruments.\"{path}\""),
        _ if path == DISCOUNT_RATE || evidence.parameter(path).is_some() => {
            format!("assumptions.\"{path}\"")
        }
        _ if RUN_KEYS.contains(&path) => format!("run.{path}"),
        _ => format!("policy.{path}"),
    };
    let (_, errors) = DeValue::parse_recoverable(value);
    let value = if errors.is_empty() {
        value.to_owned()
    } else {
        format!("{value:?}")
    };
    Ok(Arc::new(Source {
        name: "--set".to_owned(),
        text: format!("{key} = {value}"),
    }))
}
