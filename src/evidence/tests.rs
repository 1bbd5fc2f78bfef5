use super::files::{self, Files};
use super::load::parse;
use super::reader::date;
use super::*;

fn files(extra: &[(&str, &str)]) -> Files {
    let mut files = files::embedded();
    files.retain(|path, _| !path.starts_with("levers/") && !path.starts_with("parameters/"));
    files.extend(
        extra
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned())),
    );
    files
}

fn faults(extra: &[(&str, &str)]) -> Vec<String> {
    match parse(&files(extra)) {
        Ok(_) => Vec::new(),
        Err(EvidenceError::Faults(faults)) => faults,
    }
}

const LEVER: &str = r#"
[[lever]]
path = "tax.super_deduction_general"
label = { en = "Super-deduction", zh = "研发费用加计扣除" }
unit = "share of R&D cost"
bounds = [0.0, 3.0]
plausible = [0.5, 1.5]
agent = "firm"
decision = "how much R&D to do"
moves = "user_cost"
sign = -1
status_quo = [
  { from = "2008-01-01", value = 0.5, source = "history:superded_all_50" },
  { from = "2018-01-01", announced = "2018-09-20", value = 0.75, source = "fact:super_deduction_previous" },
]
"#;

const PARAMETER: &str = r#"
[[parameter]]
path = "patents.quality_log_sd"
unit = "log points"
low = 0.8
central = 1.2
high = 1.5
distribution = "triangular"
kind = "assumption"
source = "trial of the equations"
mark = "C"
"#;

#[test]
fn counts_and_a_figure_of_each_kind() {
    let evidence = parse(&files(&[])).unwrap();
    assert_eq!(evidence.facts.len(), 177);
    assert_eq!(evidence.instruments.len(), 254);
    assert_eq!(evidence.conflicts.len(), 10);
    assert_eq!(evidence.policies.len(), 65);
    assert_eq!(evidence.projections.len(), 10);
    assert_eq!(evidence.structure.len(), 27);
    assert_eq!(evidence.fact("rd_total_2024").unwrap().value, 3610.0);
    assert_eq!(evidence.series("rd_total").unwrap().values[&2024], 3632.68);
    assert_eq!(
        evidence.projection("gdp_real_growth", "central").unwrap()[&2030],
        3.8
    );
    assert_eq!(
        evidence.projection("loan_rate_1y", "central").unwrap()[&2035],
        2.9
    );
}

#[test]
fn levers_and_parameters_are_read() {
    let extra = [
        ("levers/tax.toml", LEVER),
        ("parameters/patents.toml", PARAMETER),
    ];
    let evidence = parse(&files(&extra)).unwrap();
    let lever = evidence.lever("tax.super_deduction_general").unwrap();
    assert_eq!(lever.status_quo[1].from, Quarter::new(2018, 1));
    assert_eq!(lever.status_quo[1].announced, Quarter::new(2018, 3));
    assert_eq!(
        evidence.parameter("patents.quality_log_sd").unwrap().range,
        [0.8, 1.2, 1.5]
    );
    assert!(
        evidence
            .check_parameters(&["patents.quality_log_sd"])
            .is_ok()
    );
    assert!(evidence.check_parameters(&["patents.other"]).is_err());
    assert!(evidence.check_levers(&[]).is_err());
}

const PATTERN: &str = r#"
[[pattern]]
id = "grants_growth"
label = { en = "Grants", zh = "授权量" }
series = "invention_grants"
measure = "growth"
from = 2015
to = 2024
tolerance = 1.0
used_in_fit = false
"#;

#[test]
fn a_pattern_compares_what_was_observed_and_never_an_input() {
    let evidence = parse(&files(&[("patterns/x.toml", PATTERN)])).unwrap();
    let pattern = evidence.patterns.last().unwrap();
    // by hand: (1045/359)^(1/9) - 1
    let grants = &evidence.series("invention_grants").unwrap().values;
    let growth = pattern.of(|year| grants.get(&year).copied()).unwrap();
    assert!((growth - 12.605).abs() < 1e-3, "{growth}");
    assert_eq!(pattern.range(growth), [growth - 1.0, growth + 1.0]);
    // nothing grows from nothing
    assert_eq!(pattern.of(|_| Some(0.0)), None);
    let level = Pattern {
        measure: Measure::Level,
        tolerance: 10.0,
        ..pattern.clone()
    };
    assert_eq!(level.of(|year| Some(f64::from(year))), Some(2019.5));
    assert_eq!(level.of(|year| (year != 2020).then_some(1.0)), None);
    assert_eq!(level.range(200.0), [180.0, 220.0]);
    for (from, to, word) in [
        (
            "invention_grants",
            "loan_rate_1y",
            "takes this series as input",
        ),
        (
            "invention_grants",
            "nothing",
            "nothing is known as history:nothing",
        ),
        ("from = 2015", "from = 2001", "no observed value"),
        ("from = 2015", "from = 2024", "no observed value"),
        ("tolerance = 1.0", "tolerance = 0.0", "not over 0"),
        ("growth\"\nfrom", "drift\"\nfrom", "drift"),
    ] {
        assert!(PATTERN.contains(from), "{from}");
        let found = faults(&[("patterns/x.toml", &PATTERN.replace(from, to))]);
        let named = found.iter().any(|fault| {
            fault.starts_with("patterns/x.toml: grants_growth") && fault.contains(word)
        });
        assert!(named, "{word}: {found:?}");
    }
}

#[test]
fn every_fault_is_found_and_named() {
    let broken = |from: &str, to: &str, word: &str| {
        assert!(LEVER.contains(from), "{from}");
        let found = faults(&[("levers/tax.toml", &LEVER.replace(from, to))]);
        let named = found.iter().any(|f| {
            f.starts_with("levers/tax.toml: tax.super_deduction_general") && f.contains(word)
        });
        assert!(named, "{word}: {found:?}");
    };
    broken(
        "history:superded_all_50",
        "history:nothing",
        "nothing is known",
    );
    broken("history:superded_all_50", "assumption: ", "without source");
    broken("2008-01-01", "2014-01-01", "2013-01-01");
    broken("2008-01-01", "2019-01-01", "do not rise");
    broken("2008-01-01", "2008-02-30", "not a date");
    broken("[0.5, 1.5]", "[1.5, 0.5]", "plausible");
    broken("[0.0, 3.0]", "[0.0, 0.6]", "outside the bounds");
    broken("agent =", "agents = 1\nagent =", "unknown field");
    broken("sign = -1", "sign = 2", "sign");
    let twice = format!("{LEVER}{LEVER}");
    assert!(faults(&[("levers/tax.toml", &twice)])[0].contains("used twice"));
    let swapped = PARAMETER.replace("low = 0.8", "low = 1.3");
    let both = faults(&[
        ("parameters/patents.toml", &swapped),
        ("levers/tax.toml", &LEVER.replace("sign = -1", "sign = 0")),
        ("facts/odd.toml", "[[fakt]]\nid = 1\n"),
    ]);
    assert_eq!(both.len(), 3, "{both:?}");
}

#[test]
fn every_instrument_sets_levers_or_says_why_not() {
    let evidence = Evidence::embedded().unwrap();
    let kinds = ["not modelled: ", "friction: ", "status quo: ", "context: "];
    for one in &evidence.instruments {
        let mapped = !one.sets.is_empty() && !one.basis.is_empty();
        let unmapped = kinds.iter().any(|kind| {
            let rest = one.reason.strip_prefix(kind);
            rest.is_some_and(|rest| rest.split(' ').count() > 2)
        });
        assert!(mapped != unmapped, "{}: in both lists or in none", one.id);
    }
    let mapped = evidence.instruments.iter().filter(|i| i.executable);
    assert_eq!(mapped.count(), 120);
}

/// Levers whose relief lies below the status quo: rates and prices paid, weights that crowd out.
const RELIEF_IS_LESS: [&str; 5] = [
    "tax.hightech_rate",
    "people.compute_price",
    "people.data_price",
    "patents.university_filing_reward",
    "rights.appraisal_paper_weight",
];

#[test]
fn an_instrument_moves_its_levers_the_way_its_text_says() {
    let evidence = Evidence::embedded().unwrap();
    for one in &evidence.instruments {
        let shock = one.status == "external_shock";
        for (path, &value) in &one.sets {
            let lever = evidence.lever(path).unwrap();
            let [low, high] = lever.plausible;
            let place = format!("{}: {path} = {value}", one.id);
            assert!(
                lever.bounds[0] <= value && value <= lever.bounds[1],
                "{place}"
            );
            assert!(low <= value && value <= high, "{place}: not plausible");
            let now = lever.status_quo.last().unwrap().value;
            let down = shock || RELIEF_IS_LESS.contains(&path.as_str());
            assert!(value != now && (value < now) == down, "{place} from {now}");
        }
    }
}

/// Levers whose cited policy gives the date alone; the size is an assumption.
const DATE_ALONE: [&str; 5] = [
    "rights.inventor_control",
    "rights.separate_assets",
    "rights.liability_shield",
    "rights.appraisal_push",
    "tax.claim_procedure",
];

/// Whether a value stands in a text, as such, in percent or as the word half.
fn printed(value: f64, text: &str) -> bool {
    if value == 0.5 && text.contains("half") {
        return true;
    }
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .filter_map(|word| word.trim_matches('.').parse::<f64>().ok())
        .any(|number| (number - value).abs() < 1e-9 || (number - 100.0 * value).abs() < 1e-9)
}

#[test]
fn a_status_quo_value_stands_in_the_entry_it_cites() {
    assert!(printed(0.0175, "60% of principal, 1.75%") && !printed(0.5, "in 1.75 years"));
    let evidence = Evidence::embedded().unwrap();
    let mut checked = 0;
    for lever in &evidence.levers {
        for dated in &lever.status_quo {
            let place = format!("{} = {} on {}", lever.path, dated.value, dated.source);
            let (kind, id) = dated.source.split_once(':').unwrap();
            let text = match kind {
                "fact" => {
                    let id = id.split(';').next().unwrap();
                    // A share is kept in percent, a count in ones where the lever has thousands
                    let value = evidence.fact(id).unwrap().value;
                    format!("{value} {}", value / 1000.0)
                }
                "history" => match evidence.policies.iter().find(|policy| policy.id == id) {
                    Some(policy) => {
                        format!("{} {} {:?}", policy.setting, policy.scope, policy.value)
                    }
                    None => continue,
                },
                _ => continue,
            };
            let sized = dated.value != 0.0 && !DATE_ALONE.contains(&lever.path.as_str());
            if sized {
                assert!(printed(dated.value, &text), "{place}: {text}");
                checked += 1;
            }
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn a_mapping_without_basis_or_beside_a_reason_is_a_fault() {
    let mapping = |id: &str, basis: &str| {
        format!(
            "[[mapping]]\ninstrument = \"{id}\"\nsets = {{ \"a.b\" = 1.0 }}\nbasis = \"{basis}\"\n"
        )
    };
    let fault = |id: &str, basis: &str, word: &str| {
        let found = faults(&[("instruments/mapping.toml", &mapping(id, basis))]);
        let named = found.iter().any(|f| f.contains(id) && f.contains(word));
        assert!(named, "{word}: {found:?}");
    };
    fault("self_built_tto", " ", "without a basis");
    fault(
        "self_built_tto",
        "as in fact:nothing, and so on",
        "nothing is known as fact:nothing",
    );
    fault("star_board", "assumption: one", "and a reason for none");
    fault("no_instrument", "assumption: one", "no such instrument");
}

#[test]
fn dates_are_calendar_dates() {
    assert_eq!(date("2024-02-29"), Some((2024, 2, 29)));
    for text in [
        "2023-02-29",
        "2023-13-01",
        "2023-1-1",
        "2023",
        "",
        "2023-01-01-1",
    ] {
        assert_eq!(date(text), None, "{text}");
    }
}

#[test]
fn the_digest_depends_on_content_and_not_on_line_ends() {
    let plain = parse(&files(&[])).unwrap().digest;
    let mut windows = files(&[]);
    for text in windows.values_mut() {
        *text = text.replace('\n', "\r\n");
    }
    assert_eq!(parse(&windows).unwrap().digest, plain);
    let more = parse(&files(&[("levers/tax.toml", LEVER)])).unwrap().digest;
    assert_ne!(more, plain);
}

/// Compares with the working notes where they lie beside the project.
#[test]
fn every_number_of_the_notes_is_carried_over() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(notes) = folder
        .ancestors()
        .map(|at| at.join("shared/design"))
        .find(|at| at.is_dir())
    else {
        return;
    };
    let read = |name: &str| -> toml::Table {
        std::fs::read_to_string(notes.join(name))
            .unwrap()
            .parse()
            .unwrap()
    };
    let number = |value: &toml::Value| {
        value
            .as_float()
            .or_else(|| value.as_integer().map(|whole| whole as f64))
    };
    let evidence = parse(&files(&[])).unwrap();
    for fact in read("evidence.toml")["fact"].as_array().unwrap() {
        let kept = evidence.fact(fact["id"].as_str().unwrap()).unwrap();
        assert_eq!(Some(kept.value), number(&fact["value"]), "{}", kept.id);
        assert_eq!(fact["as_printed"].as_str(), Some(kept.as_printed.as_str()));
    }
    let history = read("history.toml");
    for series in history["series"].as_array().unwrap() {
        let id = series["id"].as_str().unwrap();
        for (key, values) in series.as_table().unwrap() {
            let Some(values) = values.as_table().filter(|_| key != "marks") else {
                continue;
            };
            let id = if key == "values" {
                id.to_owned()
            } else {
                format!("{id}.{key}")
            };
            let kept = evidence.series(&id).unwrap();
            for (year, value) in values {
                assert_eq!(
                    Some(kept.values[&year.parse().unwrap()]),
                    number(value),
                    "{id} {year}"
                );
            }
        }
    }
    for policy in history["policy"].as_array().unwrap() {
        let id = policy["id"].as_str().unwrap();
        let kept = evidence.policies.iter().find(|kept| kept.id == id).unwrap();
        let given = match &policy["value"] {
            toml::Value::Array(values) => values.iter().filter_map(number).collect(),
            value => vec![number(value).unwrap()],
        };
        assert_eq!(kept.value, given, "{id}");
    }
}
