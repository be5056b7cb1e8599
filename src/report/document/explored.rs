//! What survives the guesses, and what turns on them.

use super::{Block, Document, Grid, Item, Study, Text, change, effects};
use crate::explore::exploration::{Drivers, Exploration, Limit, Statement, SwitchingValue, Turn};
use crate::results::comparison::{Comparison, Word};
use crate::results::query::Query;
use crate::text::number::{counted, number, percent, significant};

/// Changes whose ranges are named on the answer screen.
const NAMED: usize = 3;

/// What a number counts, from its query.
fn noun(query: &str) -> String {
    query.parse::<Query>().map_or_else(|_| query.to_owned(), |query| effects::noun(&query))
}

/// The lines of the answer screen.
pub(super) fn items(study: &Study<'_>) -> Vec<Item> {
    let Some(exploration) = &study.outline.exploration else { return Vec::new() };
    let item = |name: &'static str, text: Text| Item { name: name.into(), text, more: None };
    let mut items = vec![item("holds", holds(study, exploration))];
    items.extend(ranges(exploration).map(|text| item("sizes", text)));
    let further = exploration.turns.iter().filter(|turn| turn.at.is_none()).count() + exploration.further_turns;
    let turning: Vec<&Turn> = exploration.turns.iter().filter(|turn| turn.at.is_some()).collect();
    for (place, turn) in turning.iter().enumerate() {
        let mut text = turn_text(turn);
        if place + 1 == turning.len() && further > 0 {
            text = text.words(format!("; {further} more pairs change order (meterchurn explore)"));
        }
        items.push(item("turns", text));
    }
    if turning.is_empty() && further > 0 {
        let text =
            format!("{} of policies change order in some futures (meterchurn explore)", counted(further, "pair"));
        items.push(item("turns", text.into()));
    }
    items
}

/// Which words hold in every future.
fn holds(study: &Study<'_>, exploration: &Exploration) -> Text {
    let chance = if exploration.own_chance { ", each with chance of its own" } else { "" };
    let over = format!(
        "{} that vary {} over their ranges{chance}",
        counted(exploration.points, "future"),
        counted(exploration.inputs, "input")
    );
    let broken: Vec<Text> =
        exploration.statements.iter().filter_map(|statement| exception(study.comparison, study, statement)).collect();
    if broken.is_empty() {
        return format!("every word above, in all {over}").into();
    }
    let start = Text::from(format!("in all {over}: every word above but of "));
    broken
        .into_iter()
        .enumerate()
        .fold(start, |text, (place, exception)| text.words(if place == 0 { "" } else { ", " }).then(exception))
}

/// A statement that does not hold in every future, with the number of those in which it does.
fn exception(comparison: &Comparison, study: &Study<'_>, statement: &Statement) -> Option<Text> {
    let policy = study.cube.place_of(&statement.policy)?;
    let primary = comparison.primaries.iter().position(|primary| primary.query.to_string() == statement.number)?;
    let holding = match comparison.effect(policy, primary)?.word {
        Word::Fewer => statement.fewer,
        Word::More => statement.more,
        Word::Identical => statement.identical,
        Word::AboutTheSame | Word::CannotTell => return None,
    };
    let of = statement.of();
    let count = format!(" ({}, {holding} of {of})", noun(&statement.number));
    (holding < of).then(|| Text::name(&*statement.policy).words(count))
}

/// The changes that vary most between futures.
fn ranges(exploration: &Exploration) -> Option<Text> {
    let mut wide: Vec<(&Statement, [f64; 2])> =
        exploration.statements.iter().filter_map(|statement| Some((statement, statement.percent?))).collect();
    wide.sort_by(|(_, a), (_, b)| (b[1] - b[0]).total_cmp(&(a[1] - a[0])));
    let named = wide.into_iter().filter(|(_, [low, high])| high > low).take(NAMED);
    let part = |(statement, [low, high]): (&Statement, [f64; 2])| {
        let range = format!(
            " {} to {} % of {}",
            change::percent_alone(low),
            change::percent_alone(high),
            noun(&statement.number)
        );
        Text::name(&*statement.policy).words(range)
    };
    let parts = named.map(part).reduce(|all, part| all.words(" · ").then(part))?;
    Some(Text::from("widest ranges: ").then(parts))
}

/// `thin-calendar has fewer unwanted alerts than delete-schedules once market.calendar-share exceeds 0.72`.
fn turn_text(turn: &Turn) -> Text {
    let [first, second] = &turn.policies;
    let Some(at) = &turn.at else {
        return Text::name(&**first)
            .words(format!(" has fewer {} than ", noun(&turn.number)))
            .and_name(&**second)
            .words(format!(" in {} of {} futures", turn.fewer[0], turn.fewer[0] + turn.fewer[1]));
    };
    // Named by what happens above the value.
    let (ahead, behind) = if at.first_above { (first, second) } else { (second, first) };
    Text::name(&**ahead)
        .words(format!(" has fewer {} than ", noun(&turn.number)))
        .and_name(&**behind)
        .words(" once ")
        .and_name(&*at.input)
        .words(format!(" exceeds {}", at.value))
        .words(details(at))
}

fn details(at: &SwitchingValue) -> String {
    let interval = match &at.interval {
        [Some(low), Some(high)] => format!("{low}..{high}; "),
        [Some(low), None] => format!("at least {low}; "),
        [None, Some(high)] => format!("at most {high}; "),
        [None, None] => String::new(),
    };
    let again = if at.turns_again { "; it turns again" } else { "" };
    format!(" ({interval}{} here{again})", at.present)
}

/// The report of an exploration.
pub fn report(id: &str, file: &str, exploration: &Exploration) -> Document {
    let mut document = Document::default();
    document.push(Block::Title(Text::from("Exploration of ").and_name(id)));
    let chance = if exploration.own_chance { "of its own number" } else { "the same at every point" };
    document.push(Block::Lines(vec![
        format!(
            "{} ({}) over {} · {}, {chance}",
            counted(exploration.points, "point"),
            exploration.design,
            counted(exploration.inputs, "input"),
            counted(exploration.replications as usize, "replication"),
        )
        .into(),
    ]));
    statements(&mut document, file, exploration);
    turns(&mut document, exploration);
    drivers(&mut document, exploration);
    document
}

fn statements(document: &mut Document, file: &str, exploration: &Exploration) {
    let mut numbers: Vec<&str> = exploration.statements.iter().map(|statement| &*statement.number).collect();
    numbers.dedup();
    numbers.sort_unstable();
    numbers.dedup();
    for query in numbers {
        let row = |statement: &Statement| {
            let range = statement.percent.map_or("-".to_owned(), |[low, high]| {
                if low == high {
                    change::percent_alone(low)
                } else {
                    format!("{} to {}", change::percent_alone(low), change::percent_alone(high))
                }
            });
            let cell = |count: usize| if count == 0 { Text::from("-") } else { number(count as f64).into() };
            vec![
                Text::name(&*statement.policy),
                cell(statement.fewer),
                cell(statement.more),
                cell(statement.identical),
                range.into(),
                number(statement.worst as f64).into(),
            ]
        };
        let rows = exploration.statements.iter().filter(|statement| statement.number == query).map(row).collect();
        document.push(Block::Grid(Grid {
            title: format!("{}: futures against the baseline, of {}", noun(query), exploration.points).into(),
            columns: ["policy", "fewer", "more", "identical", "change, %", "worst point"].map(Text::from).to_vec(),
            left: vec![0],
            groups: vec![(Text::default(), rows)],
            notes: Vec::new(),
        }));
    }
    document.paragraph(
        Text::from("The worst point is the one with the least reduction. To run a point as a study: meterchurn run ")
            .and_name(file)
            .words(" --point FOLDER/design.csv:N"),
    );
}

fn turns(document: &mut Document, exploration: &Exploration) {
    if exploration.turns.is_empty() {
        document.paragraph("No two policies change order by at least 0.5 % of the baseline in two futures or more.");
        return;
    }
    document.push(Block::Heading("Pairs of policies whose order turns".into()));
    let item = |turn: &Turn| {
        let counts = format!(
            "fewer in {} and {} futures, by {} and {} % of the baseline on average",
            turn.fewer[0],
            turn.fewer[1],
            significant(turn.sizes[0], 2),
            significant(turn.sizes[1], 2)
        );
        let region = turn.region.as_ref().map(|region| {
            let limits = region.limits.iter().map(limit).reduce(|all, limit| all.words(" and ").then(limit));
            let shares =
                format!(" (coverage {}, density {})", percent(region.coverage, 1.0), percent(region.density, 1.0));
            Text::from("; ")
                .and_name(&*turn.policies[0])
                .words(" mostly has fewer where ")
                .then(limits.unwrap_or_default())
                .words(shares)
        });
        Item {
            name: Text::default(),
            text: turn_text(turn),
            more: Some(Text::from(counts).then(region.unwrap_or_default())),
        }
    };
    document.push(Block::List(exploration.turns.iter().map(item).collect()));
    if exploration.further_turns > 0 {
        document.paragraph(format!("{} more change order by less.", counted(exploration.further_turns, "pair")));
    }
}

fn limit(limit: &Limit) -> Text {
    let rate = format!(" (in {} of resamples)", percent(limit.rate, 1.0));
    let words = match (&limit.lower, &limit.upper) {
        (Some(lower), Some(upper)) => format!(" is between {lower} and {upper}"),
        (Some(lower), None) => format!(" is above {lower}"),
        (None, Some(upper)) => format!(" is below {upper}"),
        (None, None) => " is anything".to_owned(),
    };
    Text::name(&*limit.input).words(words + &rate)
}

fn drivers(document: &mut Document, exploration: &Exploration) {
    if exploration.drivers.is_empty() {
        return;
    }
    let row = |drivers: &Drivers| {
        let inputs = drivers.inputs.map_or("-".to_owned(), |(share, [low, high])| {
            format!("{} ({}..{})", percent(share, 1.0), percent(low, 1.0), percent(high, 1.0))
        });
        let shares =
            drivers.shares.iter().filter(|share| share.first.max(share.total.unwrap_or(0.0)) >= 0.02).map(|share| {
                let total = share.total.map_or(String::new(), |total| format!(", total {}", significant(total, 2)));
                Text::name(&*share.input).words(format!(" {}{total}", significant(share.first, 2)))
            });
        vec![
            Text::name(&*drivers.policy),
            inputs.into(),
            drivers.regret.map_or_else(|| "-".into(), |regret| number(regret).into()),
            percent(drivers.halves, 1.0).into(),
            shares.reduce(|all, share| all.words("; ").then(share)).unwrap_or_default(),
        ]
    };
    let mut numbers: Vec<&str> = exploration.drivers.iter().map(|drivers| &*drivers.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    for query in numbers {
        let rows = exploration.drivers.iter().filter(|drivers| drivers.number == query).map(row).collect();
        document.push(Block::Grid(Grid {
            title: format!("{}: what the change in % depends on", noun(query)).into(),
            columns: ["policy", "share of\ninputs", "most\nregret", "halves in", "first-order indices"]
                .map(Text::from)
                .to_vec(),
            left: vec![0, 4],
            groups: vec![(Text::default(), rows)],
            notes: Vec::new(),
        }));
    }
    document.paragraph(
        "`share of inputs` is the share of the variance between futures and replications that is due to the inputs; the \
         rest is sampling. `most regret` is by how many per cent of the baseline another policy was better in some \
         future. `halves in` is the share of futures in which the policy removes at least half.",
    );
}
