//! Says in a sentence which variant does most, at what cost, and how sure that is.

use super::section as make;
use crate::experiment::compare::VariantComparison;
use crate::report::format;
use crate::report::labels::Label;
use crate::report::page::{Block, Section};
use crate::report::view::{View, difference, mean, quantile};

pub(super) fn section(view: &View<'_>) -> Section {
    let mut blocks = Vec::new();
    let mut cards = Vec::new();
    if view.comparison.variants.is_empty() {
        levels(view, &mut blocks);
    } else {
        let mut sentences = Vec::new();
        best(view, &mut sentences, &mut cards);
        fiscal(view, &mut sentences, &mut cards);
        if !cards.is_empty() {
            blocks.push(Block::Cards(cards));
        }
        blocks.extend(sentences.into_iter().map(Block::Paragraph));
        let convention = view.with(Label::SignConvention, &[&view.name(0)]);
        blocks.push(Block::Lead(convention));
    }
    make(view, "headline", Label::Headline, blocks)
}

fn levels(view: &View<'_>, blocks: &mut Vec<Block>) {
    for &metric in &view.main {
        let column = &view.results.metrics[metric];
        let unit = view.unit(column);
        let values = view.shown(0, metric);
        let (low, high) = (quantile(&values, 0.05), quantile(&values, 0.95));
        let places = format::decimals([mean(&values), low, high]);
        let show = |value| format::number(value, places);
        blocks.push(Block::Paragraph(view.with(
            Label::LevelSentence,
            &[
                &view.horizon(),
                &view.name(0),
                &view.label(column),
                &show(mean(&values)),
                &unit.level,
                &show(low),
                &show(high),
            ],
        )));
    }
}

fn best(view: &View<'_>, sentences: &mut Vec<String>, cards: &mut Vec<[String; 4]>) {
    let metric = view.main[0];
    let column = &view.results.metrics[metric];
    let Some(top) = view.variants().next() else {
        return;
    };
    let Some(found) = difference(top, metric).filter(|_| view.gain(top, metric) > 0.0) else {
        let parts = [view.horizon(), view.label(column), view.name(0)];
        sentences.push(view.with(Label::HeadlineNoBest, &[&parts[0], &parts[1], &parts[2]]));
        return;
    };
    let unit = view.unit(column);
    let scaled = |value: f64| value * unit.factor;
    let [low, _, high] = found.quantiles.map(scaled);
    let places = format::decimals([scaled(found.mean)]);
    let effect = format::signed(scaled(found.mean), places);
    let share = format::optional(found.share_better.map(|share| view.percent(share)));
    sentences.push(view.with(
        Label::HeadlineBest,
        &[
            &view.horizon(),
            &view.name(top.scenario),
            &view.label(column),
            &effect,
            &unit.difference,
            &view.name(0),
            &format::number(scaled(found.se), places + 1),
            &format::signed(low, places),
            &format::signed(high, places),
            &share,
        ],
    ));
    cards.push([
        view.text(Label::CardEffect).to_owned(),
        format!("{effect} {}", unit.difference),
        format!("{} · {}", view.numbered(top.scenario), view.label(column)),
        format!(
            "{} · {}",
            view.with(Label::CardSpread, &[&format::range(low, high, places)]),
            view.horizon()
        ),
    ]);
    overlap(view, metric, top, sentences);
}

/// Says whether the first place is settled.
fn overlap(view: &View<'_>, metric: usize, top: &VariantComparison, sentences: &mut Vec<String>) {
    let Some(second) = view.variants().nth(1) else {
        return;
    };
    let sign = match view.results.metrics[metric].direction {
        crate::engine::Direction::Lower => -1.0,
        _ => 1.0,
    };
    let first = view.levels(top.scenario, metric);
    let next = view.levels(second.scenario, metric);
    let wins = first
        .iter()
        .zip(&next)
        .filter(|(a, b)| sign * **a > sign * **b)
        .count();
    let share = view.percent(wins as f64 / first.len() as f64);
    let names = (view.name(top.scenario), view.name(second.scenario));
    sentences.push(view.with(Label::OverlapRunnerUp, &[&names.0, &names.1, &share]));
    let ends = |variant: &VariantComparison| difference(variant, metric).map(|d| d.quantiles);
    let others = view.comparison.variants.len() - 1;
    let meeting = view
        .variants()
        .skip(1)
        .filter(|other| match (ends(top), ends(other)) {
            (Some(a), Some(b)) => a[0] <= b[2] && b[0] <= a[2],
            _ => false,
        })
        .count();
    sentences.push(if meeting == 0 {
        view.text(Label::OverlapNone).to_owned()
    } else {
        view.with(
            Label::OverlapWith,
            &[&meeting.to_string(), &others.to_string()],
        )
    });
}

fn fiscal(view: &View<'_>, sentences: &mut Vec<String>, cards: &mut Vec<[String; 4]>) {
    let Some(cost) = view.metric("fiscal_cost") else {
        return;
    };
    let spends = |v: &&VariantComparison| difference(v, cost).is_some_and(|d| d.mean > 0.0);
    let mut ranked: Vec<(&VariantComparison, f64, [f64; 2])> = view
        .variants()
        .filter(spends)
        .filter_map(|v| v.per_fiscal_yuan.map(|(ratio, ends)| (v, ratio, ends)))
        .filter(|(_, ratio, _)| ratio.is_finite())
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    if let Some((top, ratio, ends)) = ranked.first() {
        let show = |value: f64| format::number(value, 2);
        let name = view.name(top.scenario);
        sentences.push(view.with(
            Label::HeadlineFiscal,
            &[&name, &show(*ratio), &show(ends[0]), &show(ends[1])],
        ));
        cards.push([
            view.text(Label::CardFiscal).to_owned(),
            show(*ratio),
            format!(
                "{} · {}",
                view.numbered(top.scenario),
                view.text(Label::YuanPerYuan)
            ),
            format!(
                "{} · {}",
                view.with(Label::CardInterval, &[&format::range(ends[0], ends[1], 2)]),
                view.horizon()
            ),
        ]);
        let meeting: Vec<String> = ranked
            .iter()
            .skip(1)
            .filter(|(_, _, other)| ends[0] <= other[1] && other[0] <= ends[1])
            .map(|(v, _, _)| view.name(v.scenario))
            .collect();
        if meeting.len() > 3 {
            let counts = [meeting.len().to_string(), (ranked.len() - 1).to_string()];
            sentences.push(view.with(Label::OverlapFiscalMany, &[&counts[0], &counts[1]]));
        } else if !meeting.is_empty() {
            sentences.push(view.with(Label::OverlapFiscal, &[&join(view, &meeting)]));
        }
    } else {
        sentences.push(view.text(Label::HeadlineNoFiscal).to_owned());
    }
    let cheaper: Vec<String> = view
        .variants()
        .filter(|v| v.per_fiscal_yuan.is_some() && !spends(v))
        .map(|v| view.name(v.scenario))
        .collect();
    if !cheaper.is_empty() {
        sentences.push(view.with(Label::HeadlineCheaper, &[&join(view, &cheaper)]));
    }
}

fn join(view: &View<'_>, names: &[String]) -> String {
    let quote = |name: &String| format!("“{name}”");
    names
        .iter()
        .map(quote)
        .collect::<Vec<_>>()
        .join(view.text(Label::Separator))
}
