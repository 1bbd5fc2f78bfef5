//! Renders made-up results and checks the bytes.

mod fixture;

use super::labels::Language;
use super::{render, write_report};
use fixture::{TITLES, fixture};

/// Fails unless every tag is closed in order and every text is escaped.
fn well_formed(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html.strip_prefix("<!DOCTYPE html>").unwrap_or(html);
    while let Some(at) = rest.find('<') {
        assert!(
            !rest[..at].contains('>') || open.last() == Some(&"style"),
            "{}",
            &rest[..at]
        );
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/'])
            .next()
            .unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closing of {tag}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

#[test]
fn both_languages_are_well_formed_self_contained_and_the_same_each_time() {
    let (results, comparison) = fixture(14);
    for language in [Language::English, Language::Chinese] {
        let (html, figures) = render(&results, &comparison, language);
        assert_eq!(
            (html.clone(), figures.clone()),
            render(&results, &comparison, language)
        );
        well_formed(&html);
        assert!(
            !html.contains("http") && !html.contains("<script"),
            "no network, no script"
        );
        assert!(!html.contains("NaN") && !html.contains("inf "));
        assert!(html.contains(&format!("lang=\"{}\"", language.tag())));
        assert!(figures.len() >= 10);
        for figure in &figures {
            well_formed(&figure.svg);
            assert!(figure.svg.len() > 2000, "{} is empty", figure.name);
            assert!(!figure.svg.contains("NaN"), "{}", figure.name);
        }
        for section in [
            "headline",
            "variants",
            "paths",
            "funnel",
            "fiscal",
            "bands",
            "certainty",
            "limits",
            "provenance",
        ] {
            assert!(
                html.contains(&format!("<section id=\"{section}\"")),
                "{section}"
            );
        }
    }
}

#[test]
fn names_are_escaped_and_chinese_titles_used_in_chinese_only() {
    let (results, comparison) = fixture(14);
    let (english, _) = render(&results, &comparison, Language::English);
    assert!(english.contains("First-set insurance &#60;extended&#62; &#38; simplified"));
    assert!(!english.contains("<extended>") && !english.contains("政府首购订购"));
    let (chinese, _) = render(&results, &comparison, Language::Chinese);
    assert!(chinese.contains("政府首购订购") && !chinese.contains("Government buys first"));
}

#[test]
fn the_headline_names_the_best_the_horizon_and_the_baseline() {
    let (results, comparison) = fixture(14);
    let (html, _) = render(&results, &comparison, Language::English);
    let start = html.find("<section id=\"headline\"").unwrap();
    let headline = &html[start..start + html[start..].find("</section>").unwrap()];
    let best = comparison
        .variants
        .iter()
        .max_by(|a, b| a.metrics[0].mean.total_cmp(&b.metrics[0].mean))
        .unwrap();
    for part in [
        results.scenarios[best.scenario].title.as_str(),
        "2025Q1 to 2034Q4",
        TITLES[0].0,
    ] {
        assert!(headline.contains(part), "{part}");
    }
}

#[test]
fn a_single_scenario_and_missing_parts_still_make_a_page() {
    let (mut results, comparison) = fixture(1);
    let (html, figures) = render(&results, &comparison, Language::English);
    well_formed(&html);
    assert!(!html.contains("id=\"variants\"") && html.contains("id=\"levels\""));
    assert_eq!(figures.len(), 2);
    results.details.clear();
    results.series.clear();
    results.fans.clear();
    let (html, figures) = render(&results, &comparison, Language::Chinese);
    well_formed(&html);
    assert!(html.contains("结果中没有各环节数量") && html.contains("结果中没有季度路径"));
    assert!(figures.is_empty());
    results.ensemble.outcomes.clear();
    well_formed(&render(&results, &comparison, Language::English).0);
}

#[test]
fn files_are_written_whole() {
    let (results, comparison) = fixture(3);
    let dir = tempfile::tempdir().unwrap();
    write_report(&results, &comparison, dir.path(), Language::English).unwrap();
    let html = std::fs::read_to_string(dir.path().join("report.html")).unwrap();
    assert!(html.trim_end().ends_with("</html>"));
    let svg = std::fs::read_to_string(dir.path().join("figures/differences.svg")).unwrap();
    assert!(svg.starts_with("<svg xmlns="));
    let left = std::fs::read_dir(dir.path().join("figures")).unwrap();
    assert!(
        left.flatten()
            .all(|file| file.path().extension().is_some_and(|e| e == "svg"))
    );
}

/// Writes sample reports where `LEVERLAB_SAMPLE` says, to be looked at.
#[test]
fn sample_pages_can_be_looked_at() {
    let Ok(dir) = std::env::var("LEVERLAB_SAMPLE") else {
        return;
    };
    let dir = std::path::Path::new(&dir);
    for (name, scenarios, language) in [
        ("en", 14, Language::English),
        ("zh", 14, Language::Chinese),
        ("run", 1, Language::English),
    ] {
        let (results, comparison) = fixture(scenarios);
        write_report(&results, &comparison, &dir.join(name), language).unwrap();
    }
}
