//! Shows the fiscal account: what each instrument costs, whom, and what comes of it.

use super::detail::{level, matrix};
use super::section;
use crate::report::format;
use crate::report::labels::{self, INSTRUMENTS, Label};
use crate::report::page::{Block, Cell, Section, Table};
use crate::report::plots::canvas::ink;
use crate::report::plots::{bars, scatter};
use crate::report::view::{View, difference};

/// The fiscal account: instruments, and by payer and kind the detail that holds it.
struct Account {
    instruments: Vec<String>,
    unit: format::Unit,
}

impl Account {
    fn read(view: &View<'_>) -> Option<Self> {
        let mut instruments: Vec<String> = Vec::new();
        let mut unit = None;
        for column in &view.results.details {
            let Some(rest) = column.id.strip_prefix("fiscal.") else {
                continue;
            };
            let Some((instrument, _)) = rest.split_once('.') else {
                continue;
            };
            unit.get_or_insert_with(|| view.unit(column));
            if !instruments.iter().any(|known| known == instrument) {
                instruments.push(instrument.to_owned());
            }
        }
        unit.map(|unit| Self { instruments, unit })
    }

    /// Yearly cost under a scenario of one instrument (all without), payer and kind.
    fn cost(&self, view: &View<'_>, scenario: usize, one: Option<&str>, tail: &str) -> f64 {
        self.instruments
            .iter()
            .filter(|instrument| one.is_none_or(|one| one == **instrument))
            .filter_map(|instrument| view.detail(&format!("fiscal.{instrument}.{tail}")))
            .map(|detail| level(view, scenario, detail) * self.unit.factor)
            .filter(|cost| cost.is_finite())
            .sum()
    }

    fn change(&self, view: &View<'_>, scenario: usize, one: Option<&str>, tail: &str) -> f64 {
        self.cost(view, scenario, one, tail) - self.cost(view, 0, one, tail)
    }

    fn both(&self, view: &View<'_>, scenario: usize, one: &str, kind: &str) -> f64 {
        ["central", "local"]
            .iter()
            .map(|payer| self.change(view, scenario, Some(one), &format!("{payer}.{kind}")))
            .sum()
    }
}

pub(super) fn fiscal(view: &View<'_>) -> Section {
    let mut blocks = vec![Block::Lead(view.text(Label::FiscalLead).to_owned())];
    let compared = !view.comparison.variants.is_empty();
    if compared {
        blocks.extend(value_figure(view));
    }
    match Account::read(view) {
        None => blocks.push(Block::Lead(view.text(Label::MissingFiscal).to_owned())),
        Some(account) if compared => changes(view, &account, &mut blocks),
        Some(account) => blocks.push(account_table(view, &account)),
    }
    section(view, "fiscal", Label::Fiscal, blocks)
}

fn value_figure(view: &View<'_>) -> Option<Block> {
    let cost = view.metric("fiscal_cost")?;
    let effect = *view.main.first()?;
    let spread = |v: &crate::experiment::compare::VariantComparison, metric: usize| {
        let factor = view.unit(&view.results.metrics[metric]).factor;
        difference(v, metric).map(|d| [d.quantiles[0], d.mean, d.quantiles[2]].map(|x| x * factor))
    };
    let points: Vec<scatter::Point> = view
        .variants()
        .filter_map(|v| {
            Some(scatter::Point {
                number: v.scenario,
                name: view.name(v.scenario),
                cost: spread(v, cost)?,
                effect: spread(v, effect)?,
                ratio: v.per_fiscal_yuan,
            })
        })
        .collect();
    let axis = |metric: usize| {
        let column = &view.results.metrics[metric];
        format!(
            "Δ {} [{}]",
            view.label(column),
            view.unit(column).difference
        )
    };
    let ratio = format!(
        "{} [{}]",
        view.text(Label::PerYuan),
        view.text(Label::YuanPerYuan)
    );
    let caption = view.with(Label::FiscalValueCaption, &[&view.horizon()]);
    let svg = scatter::draw(&caption, [&axis(cost), &axis(effect), &ratio], &points);
    Some(Block::Figure {
        name: "cost-effect".to_owned(),
        svg,
        caption,
    })
}

fn changes(view: &View<'_>, account: &Account, blocks: &mut Vec<Block>) {
    let scenarios: Vec<usize> = view.variants().map(|v| v.scenario).collect();
    let size = |one: &String| -> f64 {
        let change = |s: &usize| account.both(view, *s, one, "dynamic").abs();
        let still = |s: &usize| account.both(view, *s, one, "static").abs();
        scenarios.iter().map(|s| change(s) + still(s)).sum()
    };
    let mut moving: Vec<(String, f64)> = account
        .instruments
        .iter()
        .map(|one| (one.clone(), size(one)))
        .collect();
    let largest = moving
        .iter()
        .fold(0.0, |a, (_, b)| crate::base::math::max(*b, a));
    moving.retain(|(_, size)| *size > 1e-6 * largest);
    moving.sort_by(|a, b| b.1.total_cmp(&a.1));
    let shown = moving.len().min(bars::TONES.len() - 1);
    let mut parts: Vec<bars::Part> = moving[..shown]
        .iter()
        .zip(bars::TONES)
        .map(|((one, _), tone)| (labels::name(INSTRUMENTS, one, view.language), tone))
        .collect();
    if moving.len() > shown {
        parts.push((view.text(Label::OtherInstruments).to_owned(), ink::MUTED));
    }
    let panels: Vec<bars::Panel> = [(Label::Dynamic, "dynamic"), (Label::Static, "static")]
        .iter()
        .map(|(title, kind)| {
            let rows = scenarios.iter().map(|&scenario| {
                let cost = |(one, _): &(String, f64)| account.both(view, scenario, one, kind);
                let mut values: Vec<f64> = moving[..shown].iter().map(cost).collect();
                if moving.len() > shown {
                    values.push(moving[shown..].iter().map(cost).sum());
                }
                values
            });
            bars::Panel {
                title: view.text(*title).to_owned(),
                rows: rows.collect(),
            }
        })
        .collect();
    let names: Vec<String> = scenarios.iter().map(|s| view.numbered(*s)).collect();
    let caption = view.with(Label::FiscalCaption, &[&view.horizon()]);
    let unit = format!(
        "{} [{}]",
        view.text(Label::CostAxis),
        account.unit.difference
    );
    let net = Some(view.text(Label::NetMark));
    let svg = bars::stacked(&caption, &unit, &names, &parts, &panels, net);
    blocks.push(Block::Figure {
        name: "fiscal".to_owned(),
        svg,
        caption,
    });
    blocks.push(payer_table(view, account));
    let rows: Vec<(String, Vec<f64>)> = moving
        .iter()
        .map(|(one, _)| {
            let values = scenarios
                .iter()
                .map(|s| account.both(view, *s, one, "dynamic"));
            (
                labels::name(INSTRUMENTS, one, view.language),
                values.collect(),
            )
        })
        .collect();
    let parts = [view.horizon(), account.unit.difference.clone()];
    let caption = view.with(Label::FiscalInstrumentCaption, &[&parts[0], &parts[1]]);
    blocks.push(matrix(view, caption, Label::Instrument, &rows));
}

fn payer_table(view: &View<'_>, account: &Account) -> Block {
    let values: Vec<[f64; 5]> = view
        .variants()
        .map(|v| {
            let change = |tail: &str| account.change(view, v.scenario, None, tail);
            let (central, local) = (change("central.dynamic"), change("local.dynamic"));
            let still = change("central.static") + change("local.static");
            [
                central,
                local,
                central + local,
                still,
                central + local - still,
            ]
        })
        .collect();
    let places = format::decimals(values.iter().flatten().copied());
    let mut head = vec![
        Cell::number(view.text(Label::Number)),
        Cell::text(view.text(Label::Variant)),
    ];
    let titles = [
        Label::CentralDynamic,
        Label::LocalDynamic,
        Label::TotalDynamic,
        Label::TotalStatic,
        Label::Reaction,
    ];
    head.extend(titles.map(|title| Cell::number(view.text(title))));
    let rows = view
        .variants()
        .zip(&values)
        .map(|(v, values)| {
            let number = Cell::number(v.scenario.to_string());
            let mut cells = vec![number, Cell::text(view.name(v.scenario))];
            cells.extend(values.map(|value| Cell::number(format::signed(value, places))));
            cells
        })
        .collect();
    let parts = [view.horizon(), account.unit.difference.clone()];
    let caption = view.with(Label::FiscalPayerCaption, &[&parts[0], &parts[1]]);
    Block::Table(Table {
        caption,
        head,
        rows,
        notes: Vec::new(),
    })
}

fn account_table(view: &View<'_>, account: &Account) -> Block {
    let tails = [
        "central.dynamic",
        "local.dynamic",
        "central.static",
        "local.static",
    ];
    let costs = |one: &String| tails.map(|tail| account.cost(view, 0, Some(one), tail));
    let rows = account
        .instruments
        .iter()
        .filter(|one| costs(one).iter().any(|cost| *cost != 0.0))
        .map(|one| {
            let mut cells = vec![Cell::text(labels::name(INSTRUMENTS, one, view.language))];
            cells.extend(costs(one).map(|cost| Cell::number(format::brief(cost))));
            cells
        })
        .collect();
    let payer = |payer: Label, kind: Label| {
        Cell::numbers(vec![
            view.text(payer).to_owned(),
            view.text(kind).to_owned(),
        ])
    };
    let head = vec![
        Cell::text(view.text(Label::Instrument)),
        payer(Label::Central, Label::Dynamic),
        payer(Label::Local, Label::Dynamic),
        payer(Label::Central, Label::Static),
        payer(Label::Local, Label::Static),
    ];
    let parts = [view.name(0), view.horizon(), account.unit.level.clone()];
    let caption = view.with(
        Label::FiscalLevelCaption,
        &[&parts[0], &parts[1], &parts[2]],
    );
    Block::Table(Table {
        caption,
        head,
        rows,
        notes: Vec::new(),
    })
}
