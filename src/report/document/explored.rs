//! What survives the guesses, and what turns on them.

use std::fmt;

use super::{Block, Document, Grid, Item, Study, Text, change, effects};
use crate::explore::exploration::{Cause, Drivers, Exploration, Limit, Statement, SwitchingValue, Turn, TurnsAt};
use crate::results::comparison::{Primary, Word};
use crate::results::query::Query;
use crate::text::in_shell;
use crate::text::number::{counted, number, percent, significant};

/// What a number counts, from its query.
fn noun(query: &str) -> String {
    query.parse::<Query>().map_or_else(|_| query.to_owned(), |query| effects::noun(&query))
}

/// The lines of the answer screen.
pub(super) fn items(study: &Study<'_>) -> Vec<Item> {
    // Futures are compared with the baseline alone.
    let is_of_baseline = study.comparison.against == study.cube.baseline();
    let Some(exploration) = study.outline.exploration.as_ref().filter(|_| is_of_baseline) else { return Vec::new() };
    let item = |name: &'static str, text: Text| Item { name: name.into(), text, more: None };
    let mut items = vec![item("holds", holds(study, exploration))];
    // An input that decides a word is named with that word.
    let named = deciding(study, exploration);
    let is_named = |turn: &Turn| turn.at.as_ref().is_some_and(|at| named.contains(&&*at.input));
    let mut turning: Vec<&Turn> = exploration.turns.iter().filter(|turn| turn.at.is_some()).collect();
    if !turning.iter().all(|turn| is_named(turn)) {
        turning.retain(|turn| !is_named(turn));
    }
    let further = exploration.turns.len() - turning.len() + exploration.further_turns;
    for (place, turn) in turning.iter().enumerate() {
        let mut text = turn_text(turn);
        if place + 1 == turning.len() && further > 0 {
            text = text.words(format!(" · {further} more pairs change order"));
        }
        items.push(item("turns", text));
    }
    if turning.is_empty() && further > 0 {
        let text = format!("{} of policies change order in some futures", counted(further, "pair"));
        items.push(item("turns", text.into()));
    }
    items
}

/// The inputs that decide where a word holds.
fn deciding<'e>(study: &Study<'_>, exploration: &'e Exploration) -> Vec<&'e str> {
    let causes = exploration.statements.iter().filter_map(|statement| {
        let is_of = |named: &Primary| named.query.to_string() == statement.number;
        let primary = study.comparison.primaries.iter().position(is_of)?;
        Some(&*exception(study, primary, statement)?.cause?.input)
    });
    causes.collect()
}

/// Which words hold in every future.
fn holds(study: &Study<'_>, exploration: &Exploration) -> Text {
    let chance = if exploration.own_chance { ", and chance" } else { "" };
    let possible = if exploration.impossible > 0 { "possible future" } else { "future" };
    let over = format!(
        "in {} that vary {}{chance}: every word above",
        counted(exploration.points, possible),
        counted(exploration.inputs, "input")
    );
    let mut text = Text::from(over);
    let mut first = true;
    for (primary, named) in study.comparison.primaries.iter().enumerate() {
        let query = named.query.to_string();
        // Policies that fail alike share what is said of them.
        let mut broken: Vec<(String, Vec<&str>)> = Vec::new();
        for statement in exploration.statements.iter().filter(|statement| statement.number == query) {
            let Some(said) = exception(study, primary, statement).map(|exception| exception.to_string()) else {
                continue;
            };
            match broken.iter_mut().find(|(known, _)| *known == said) {
                Some((_, policies)) => policies.push(&statement.policy),
                None => broken.push((said, vec![&statement.policy])),
            }
        }
        if broken.is_empty() {
            continue;
        }
        text = text.words(format!("{} {} of ", if first { ", but" } else { ";" }, effects::noun(&named.query)));
        for (place, (said, policies)) in broken.into_iter().enumerate() {
            text = text.words(if place == 0 { "" } else { ", " }).then(Text::names(policies)).words(said);
        }
        first = false;
    }
    text
}

/// A word that does not hold in every future.
struct Exception<'e> {
    statement: &'e Statement,
    // In how many futures it holds; `None` where chance decides nothing in the scenario itself.
    holding: Option<usize>,
    cause: Option<&'e Cause>,
}

impl fmt::Display for Exception<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (statement, of) = (self.statement, self.statement.of());
        let Some(holding) = self.holding else {
            return write!(f, " (fewer in {} of {of}, more in {})", statement.fewer, statement.more);
        };
        write!(f, " (in {holding} of {of}")?;
        if let Some(cause) = self.cause {
            write!(f, ": where {} {}", cause.input, cause.holds_where)?;
        }
        f.write_str(")")
    }
}

/// What is said of a statement that does not hold in every future.
fn exception<'e>(study: &Study<'_>, primary: usize, statement: &'e Statement) -> Option<Exception<'e>> {
    let policy = study.cube.place_of(&statement.policy)?;
    let holding = match study.comparison.effect(policy, primary)?.word {
        Word::Fewer => statement.fewer,
        Word::More => statement.more,
        Word::Identical => statement.identical,
        // Chance decides nothing here; the futures may still agree.
        Word::AboutTheSame | Word::CannotTell => {
            return Some(Exception { statement, holding: None, cause: None });
        }
    };
    let most = statement.fewer.max(statement.more).max(statement.identical);
    let cause = statement.cause.as_ref().filter(|_| holding == most);
    (holding < statement.of()).then_some(Exception { statement, holding: Some(holding), cause })
}

/// How far the baseline's own numbers move: `the baseline has 4,100..61,000 leaked reads and …`.
pub(super) fn of_baseline(exploration: &Exploration) -> Option<String> {
    let range =
        |(number, [low, high]): &(String, [f64; 2])| format!("{}..{} {}", figure(*low), figure(*high), noun(number));
    let ranges: Vec<String> = exploration.baseline.iter().map(range).collect();
    (!ranges.is_empty()).then(|| ranges.join(", "))
}

/// A number to two significant digits.
fn figure(value: f64) -> String {
    number(format!("{value:.1e}").parse().unwrap_or(value))
}

/// `thin-calendar has fewer unwanted alerts than delete-schedules once market.calendar-share exceeds 0.72`.
fn turn_text(turn: &Turn) -> Text {
    let [first, second] = &turn.policies;
    let fewer = format!(" has fewer {} than ", noun(&turn.number));
    let pair = |ahead: &String, behind: &String| Text::name(&**ahead).words(fewer.clone()).and_name(&**behind);
    let Some(SwitchingValue { input, present, at }) = &turn.at else {
        let counts = format!(" in {} of {} futures", turn.fewer[0], turn.fewer[0] + turn.fewer[1]);
        return pair(first, second).words(counts);
    };
    match at {
        TurnsAt::Value { value, interval, first_above, again } => {
            // Named by what happens on the other side of the value in the scenario.
            let (ahead, behind) = if *first_above { (first, second) } else { (second, first) };
            let interval = match interval {
                [Some(low), Some(high)] => format!("{low}..{high}; "),
                [Some(low), None] => format!("at least {low}; "),
                [None, Some(high)] => format!("at most {high}; "),
                [None, None] => String::new(),
            };
            let again = if *again { "; it turns again" } else { "" };
            pair(ahead, behind)
                .words(" once ")
                .and_name(&**input)
                .words(format!(" exceeds {value} ({interval}here {present}{again})"))
        }
        TurnsAt::Words { first: words, second: others } => {
            let here = others.contains(present);
            let (ahead, behind, words) = if here { (first, second, words) } else { (second, first, others) };
            pair(ahead, behind)
                .words(" where ")
                .and_name(format!("{input} is {}", words.join(" or ")))
                .words(" (here ")
                .and_name(&**present)
                .words(")")
        }
    }
}

/// What an exploration is of.
#[derive(Debug, Clone, Copy)]
pub struct Explored<'e> {
    /// The scenario's id.
    pub id: &'e str,
    /// The name of its file.
    pub file: &'e str,
    /// What was set before the inputs varied.
    pub set: &'e [(String, String)],
    /// The results folder.
    pub folder: &'e str,
}

/// The report of an exploration.
pub fn report(subject: &Explored<'_>, exploration: &Exploration) -> Document {
    let mut document = Document::default();
    document.push(Block::Title(Text::from("Exploration of ").and_name(subject.id)));
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
    if !subject.set.is_empty() {
        let set: Vec<String> = subject.set.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        document.paragraph(Text::from("Set before: ").and_name(set.join(", ")));
    }
    statements(&mut document, subject, exploration);
    turns(&mut document, exploration);
    drivers(&mut document, exploration);
    document
}

fn statements(document: &mut Document, subject: &Explored<'_>, exploration: &Exploration) {
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
    if let Some(first) = exploration.statements.first() {
        let worst = first.worst;
        document.paragraph(format!("The worst point is the one with the least reduction. This runs point {worst}:"));
        let mut run = Text::from("meterchurn run ");
        if !subject.file.starts_with('(') {
            run = run.and_name(in_shell(subject.file)).words(" ");
        }
        for (name, value) in subject.set {
            run = run.words("--set ").and_name(in_shell(&format!("{name}={value}"))).words(" ");
        }
        let point = format!("{}/design.csv:{worst}", subject.folder);
        document.push(Block::Command(run.words("--point ").and_name(in_shell(&point))));
    }
    if exploration.impossible > 0 {
        document.paragraph(format!("The scenario refuses {}.", counted(exploration.impossible, "further point")));
    }
}

fn turns(document: &mut Document, exploration: &Exploration) {
    if exploration.turns.is_empty() {
        document.paragraph("No two policies change order by at least 0.5 % of the baseline in two futures or more.");
        return;
    }
    document.push(Block::Heading("Pairs of policies whose order turns".into()));
    let item = |turn: &Turn| {
        let side = |place: usize, noun: &str| {
            let counts = format!(
                " has fewer in {}{noun}, by {} % of the baseline on average",
                turn.fewer[place],
                significant(turn.sizes[place], 2)
            );
            Text::name(&*turn.policies[place]).words(counts)
        };
        let counts = side(0, " futures").words("; ").then(side(1, ""));
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
        Item { name: Text::default(), text: turn_text(turn), more: Some(counts.then(region.unwrap_or_default())) }
    };
    document.push(Block::List(exploration.turns.iter().map(item).collect()));
    if exploration.further_turns > 0 {
        document.paragraph(format!("{} change order.", counted(exploration.further_turns, "more pair")));
    }
}

fn limit(limit: &Limit) -> Text {
    let rate = format!(" (in {} of resamples)", percent(limit.rate, 1.0));
    if !limit.words.is_empty() {
        return Text::name(&*limit.input).words(format!(" is {}{rate}", limit.words.join(" or ")));
    }
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
    let has_indices = exploration.drivers.iter().any(|drivers| !drivers.shares.is_empty());
    let row = |drivers: &Drivers| {
        let inputs = drivers.inputs.map_or("-".to_owned(), |(share, [low, high])| {
            format!("{} ({}..{})", percent(share, 1.0), percent(low, 1.0), percent(high, 1.0))
        });
        let shares =
            drivers.shares.iter().filter(|share| share.first.max(share.total.unwrap_or(0.0)) >= 0.02).map(|share| {
                let total = share.total.map_or(String::new(), |total| format!(", total {}", significant(total, 2)));
                Text::name(&*share.input).words(format!(" {}{total}", significant(share.first, 2)))
            });
        let mut cells = vec![
            Text::name(&*drivers.policy),
            inputs.into(),
            drivers.regret.map_or_else(|| "-".into(), |regret| number(regret).into()),
            percent(drivers.halves, 1.0).into(),
        ];
        if has_indices {
            cells.push(shares.reduce(|all, share| all.words("; ").then(share)).unwrap_or_else(|| "-".into()));
        }
        cells
    };
    let mut numbers: Vec<&str> = exploration.drivers.iter().map(|drivers| &*drivers.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    for query in numbers {
        let rows = exploration.drivers.iter().filter(|drivers| drivers.number == query).map(row).collect();
        document.push(Block::Grid(Grid {
            title: format!("{}: what the change in % depends on", noun(query)).into(),
            columns: ["policy", "share of\ninputs", "most\nregret", "halves in", "first-order indices"]
                .into_iter()
                .take(if has_indices { 5 } else { 4 })
                .map(Text::from)
                .collect(),
            left: vec![0, 4],
            groups: vec![(Text::default(), rows)],
            notes: Vec::new(),
        }));
    }
    let indices = match () {
        () if has_indices => {
            "`first-order indices` are the shares of the variance that single inputs explain, the largest five of at \
             least 0.02."
        }
        () => "With fewer than 32 points there are no indices of single inputs.",
    };
    document.paragraph(format!(
        "`share of inputs` is the share of the variance between futures and replications that is due to the inputs; \
         the rest is sampling. `most regret` is by how many per cent of the baseline another policy was better in some \
         future. `halves in` is the share of futures in which the policy removes at least half. {indices}"
    ));
}
