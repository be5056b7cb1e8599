//! What survives the guesses, and what turns on them.

use super::{Block, Document, Grid, Item, Study, Text, change, effects};
use crate::explore::exploration::{
    Cause, Drivers, Exploration, Limit, Measure, Statement, SwitchingValue, Turn, TurnsAt,
};
use crate::results::comparison::{Primary, Word};
use crate::results::query::Query;
use crate::study::session::BUILT_IN_NAME;
use crate::text::in_shell;
use crate::text::number::{counted, number, percent, significant, verb};

/// What a number counts, from its query, which comes from a file.
fn noun(query: &str) -> Text {
    Text::name(query.parse::<Query>().map_or_else(|_| query.to_owned(), |query| effects::noun(&query)))
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
    let is_named = |turn: &Turn| named.contains(&&*turn.at.input);
    let mut turning: Vec<&Turn> = exploration.turns.iter().collect();
    if !turning.iter().all(|turn| is_named(turn)) {
        turning.retain(|turn| !is_named(turn));
    }
    let further = exploration.turns.len() - turning.len() + exploration.further_turns;
    for (place, turn) in turning.iter().enumerate() {
        let mut text = turn_text(turn);
        if place + 1 == turning.len() && further > 0 {
            text = text.words(format!(" · {}: run `explore`", counted(further, "more pair")));
        }
        items.push(item("turns", text));
    }
    if turning.is_empty() && further > 0 {
        let change = verb(further, "changes", "change");
        let text = format!("{} of policies {change} order in some futures", counted(further, "pair"));
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

/// Which words hold in every future: `every direction in 30 futures (50 inputs and chance vary) except …`.
fn holds(study: &Study<'_>, exploration: &Exploration) -> Text {
    let futures = match exploration.refused {
        0 => counted(exploration.points, "future"),
        refused => format!("{} of {} futures", exploration.points, exploration.points + refused),
    };
    let inputs = counted(exploration.inputs, "input");
    let vary = match exploration.own_chance {
        true => format!("{inputs} and chance vary"),
        false if exploration.inputs == 1 => format!("{inputs} varies"),
        false => format!("{inputs} vary"),
    };
    let text = format!("every direction in {futures} ({vary}");
    let mut text = Text::from(text).then(not_held(&exploration.held));
    if exploration.refused > 0 {
        text = text.words(format!("; the scenario refuses {}", exploration.refused));
        if let Some((_, reason)) = &exploration.first_refused {
            text = text.words(": ").and_name(&**reason);
        }
    }
    let text = text.words(")");
    let primaries = 0..study.comparison.primaries.len();
    let mut all: Vec<Vec<Broken<'_>>> = primaries.map(|primary| broken(study, exploration, primary)).collect();
    // What is said of every number alike is said once.
    let is_alike = all.windows(2).all(|pair| pair[0] == pair[1]);
    if is_alike {
        all.truncate(1);
    }
    let mut text = text;
    let mut lead = " except ";
    for (primary, broken) in all.iter().enumerate().filter(|(_, broken)| !broken.is_empty()) {
        text = text.words(lead);
        if !is_alike {
            text = text.and_name(effects::noun(&study.comparison.primaries[primary].query)).words(" of ");
        }
        for (place, (said, policies)) in broken.iter().enumerate() {
            let policies = Text::names(policies.iter().copied());
            text = text.words(if place == 0 { "" } else { ", " }).then(policies).then(said.clone());
        }
        lead = "; ";
    }
    text
}

/// Policies whose words fail alike, and what is said of them.
type Broken<'e> = (Text, Vec<&'e str>);

/// The words about a number that do not hold in every future.
fn broken<'e>(study: &Study<'_>, exploration: &'e Exploration, primary: usize) -> Vec<Broken<'e>> {
    let query = study.comparison.primaries[primary].query.to_string();
    let mut broken: Vec<Broken<'e>> = Vec::new();
    for statement in exploration.statements.iter().filter(|statement| statement.number == query) {
        let Some(said) = exception(study, primary, statement).map(|exception| exception.text()) else { continue };
        match broken.iter_mut().find(|(known, _)| *known == said) {
            Some((_, policies)) => policies.push(&statement.policy),
            None => broken.push((said, vec![&statement.policy])),
        }
    }
    broken
}

/// Which inputs do not vary because they were set: `, but not market.calendar-share, which was set`.
fn not_held(held: &[String]) -> Text {
    /// More are counted; those that were set are named at the top.
    const NAMED: usize = 3;
    match held {
        [] => Text::default(),
        [one] => Text::from(", but not ").and_name(&**one).words(", which was set"),
        held if held.len() <= NAMED => {
            Text::from(", but not ").then(Text::names(held.iter().map(String::as_str))).words(", which were set")
        }
        held => format!(", but not the {} that were set", held.len()).into(),
    }
}

/// A word that does not hold in every future.
struct Exception<'e> {
    statement: &'e Statement,
    // In how many futures it holds; `None` where chance decides nothing in the scenario itself.
    holding: Option<usize>,
    cause: Option<&'e Cause>,
}

impl Exception<'_> {
    fn text(&self) -> Text {
        let (statement, of) = (self.statement, self.statement.of());
        let Some(holding) = self.holding else {
            return format!(" (fewer in {} of {of}, more in {})", statement.fewer, statement.more).into();
        };
        let text = Text::from(format!(" ({holding} of {of}"));
        let text = match self.cause {
            Some(cause) => text.words(": where ").and_name(&*cause.input).words(" ").and_name(&*cause.holds_where),
            None => text,
        };
        text.words(")")
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
pub(super) fn of_baseline(exploration: &Exploration) -> Option<Text> {
    let range = |(number, [low, high]): &(String, [f64; 2])| {
        Text::from(format!("{}..{} ", figure(*low), figure(*high))).then(noun(number))
    };
    exploration.baseline.iter().map(range).reduce(|all, range| all.words(", ").then(range))
}

/// A number to two significant digits.
fn figure(value: f64) -> String {
    number(format!("{value:.1e}").parse().unwrap_or(value))
}

/// `thin-calendar has fewer unwanted alerts than delete-schedules once market.calendar-share alone exceeds
/// 0.72`.
fn turn_text(turn: &Turn) -> Text {
    let [first, second] = &turn.policies;
    let pair = |ahead: &String, behind: &String| {
        Text::name(&**ahead).words(" has fewer ").then(noun(&turn.number)).words(" than ").and_name(&**behind)
    };
    let SwitchingValue { input, present, at } = &turn.at;
    match at {
        TurnsAt::Value { value, interval, first_above, again } => {
            // Named by what happens on the other side of the value in the scenario.
            let (ahead, behind) = if *first_above { (first, second) } else { (second, first) };
            let interval = match interval {
                [Some(low), Some(high)] => {
                    Text::from("95 % ").and_name(without_unit_of(high, low)).words("..").and_name(&**high).words("; ")
                }
                [Some(low), None] => Text::from("95 % from ").and_name(&**low).words("; "),
                [None, Some(high)] => Text::from("95 % up to ").and_name(&**high).words("; "),
                [None, None] => Text::default(),
            };
            pair(ahead, behind)
                .words(" once ")
                .and_name(&**input)
                .words(" alone exceeds ")
                .and_name(&**value)
                .words(" (")
                .then(interval)
                .words("here ")
                .and_name(&**present)
                .words(if *again { "; it turns again)" } else { ")" })
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

/// A quantity without its unit, if another one that follows has the same.
fn without_unit_of<'q>(following: &str, quantity: &'q str) -> &'q str {
    match (following.split_once(' '), quantity.split_once(' ')) {
        (Some((_, unit)), Some((value, same))) if unit == same => value,
        _ => quantity,
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
    /// Other options that changed the study, by name, such as `--seed`.
    pub options: &'e [(String, String)],
    /// The results folder.
    pub folder: &'e str,
}

/// The report of an exploration.
pub fn report(subject: &Explored<'_>, exploration: &Exploration) -> Document {
    let mut document = Document::default();
    document.push(Block::Title(Text::from("Exploration of ").and_name(subject.id)));
    let chance = if exploration.own_chance { "of its own number" } else { "the same at every point" };
    document.push(Block::Lines(vec![
        Text::from(format!("{} (", counted(exploration.points, "point"))).and_name(&*exploration.design).words(
            format!(
                ") over {} · {}, {chance}",
                counted(exploration.inputs, "input"),
                counted(exploration.replications as usize, "replication"),
            ),
        ),
    ]));
    if !subject.set.is_empty() {
        let set: Vec<String> = subject.set.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        document.paragraph(Text::from("Set before: ").and_name(set.join(", ")));
    }
    if !exploration.held.is_empty() {
        let held = Text::names(exploration.held.iter().map(String::as_str));
        document.paragraph(Text::from("Held, because they were set: ").then(held).words("."));
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
    let has_equal = exploration.statements.iter().any(|statement| statement.equal > 0);
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
            let mut cells = vec![Text::name(&*statement.policy), cell(statement.fewer), cell(statement.more)];
            if has_equal {
                cells.push(cell(statement.equal));
            }
            cells.extend([cell(statement.identical), range.into(), number(statement.worst as f64).into()]);
            cells
        };
        let rows = exploration.statements.iter().filter(|statement| statement.number == query).map(row).collect();
        let columns = ["policy", "fewer", "more", "equal\nmeans", "identical", "change, %", "worst point"];
        let columns = columns.into_iter().filter(|column| has_equal || !column.starts_with("equal"));
        let without = exploration.without_percent.iter().find(|(number, _)| number == query).map(|(_, futures)| {
            format!("The baseline has 0 in {}: there is no change in % there.", counted(*futures, "future")).into()
        });
        document.push(Block::Grid(Grid {
            title: noun(query).words(format!(": futures against the baseline, of {}", exploration.points)),
            columns: columns.map(Text::from).collect(),
            left: vec![0],
            groups: vec![(Text::default(), rows)],
            notes: without.into_iter().collect(),
        }));
    }
    if let Some(first) = exploration.statements.first() {
        let worst = first.worst;
        document.paragraph(format!("The worst point is the one with the least reduction. This runs point {worst}:"));
        let mut run = Text::from("meterchurn run ");
        if subject.file != BUILT_IN_NAME {
            run = run.and_name(in_shell(subject.file)).words(" ");
        }
        for (name, value) in subject.options {
            run = run.and_name(&**name).words(" ").and_name(in_shell(value)).words(" ");
        }
        for (name, value) in subject.set {
            run = run.words("--set ").and_name(in_shell(&format!("{name}={value}"))).words(" ");
        }
        let point = format!("{}/design.csv:{worst}", subject.folder);
        document.push(Block::Command(run.words("--point ").and_name(in_shell(&point))));
    }
    if exploration.refused > 0 {
        let all = exploration.points + exploration.refused;
        let mut text = Text::from(format!(
            "The scenario refuses {} of the {all} points of the design. No number here covers them, so the ranges and \
             shares are those of the others.",
            exploration.refused
        ));
        if let Some((number, reason)) = &exploration.first_refused {
            text = text.words(format!(" It refuses point {number}, for example: ")).and_name(&**reason).words(".");
        }
        document.paragraph(text);
    }
}

fn turns(document: &mut Document, exploration: &Exploration) {
    if exploration.turns.is_empty() {
        document.paragraph(match exploration.further_turns {
            0 => "No two policies change order by at least 0.5 % of the baseline in two futures or more.".to_owned(),
            further => format!(
                "{} of policies {} order in some futures, but no single input was found that turns one.",
                counted(further, "pair"),
                verb(further, "changes", "change")
            ),
        });
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
        let (pairs, change) = (exploration.further_turns, verb(exploration.further_turns, "changes", "change"));
        document.paragraph(format!("{} {change} order.", counted(pairs, "more pair")));
    }
}

fn limit(limit: &Limit) -> Text {
    let rate = format!(" (in {} of resamples)", percent(limit.rate, 1.0));
    if !limit.words.is_empty() {
        return Text::name(&*limit.input).words(" is ").and_name(limit.words.join(" or ")).words(rate);
    }
    let input = Text::name(&*limit.input);
    let text = match (&limit.lower, &limit.upper) {
        (Some(lower), Some(upper)) => input.words(" is between ").and_name(&**lower).words(" and ").and_name(&**upper),
        (Some(lower), None) => input.words(" is above ").and_name(&**lower),
        (None, Some(upper)) => input.words(" is below ").and_name(&**upper),
        (None, None) => input.words(" is anything"),
    };
    text.words(rate)
}

/// First-order indices add up to at most 1. Estimates that add up to more than this are of too few points.
const MOST_EXPLAINED: f64 = 1.1;

/// Whether the indices of single inputs add up to more than the whole.
fn explain_too_much(drivers: &Drivers) -> bool {
    let is_first_order = matches!(drivers.measure, Measure::FirstOrder | Measure::FirstAndTotal);
    is_first_order && drivers.shares.iter().map(|share| share.value.max(0.0)).sum::<f64>() > MOST_EXPLAINED
}

fn drivers(document: &mut Document, exploration: &Exploration) {
    if exploration.drivers.is_empty() {
        return;
    }
    // All have the measure of the design, or none.
    let mut measures = exploration.drivers.iter().map(|drivers| drivers.measure);
    let measure = measures.find(|measure| *measure != Measure::None).unwrap_or_default();
    let row = |drivers: &Drivers| {
        let inputs = drivers.inputs.map_or("-".to_owned(), |(share, [low, high])| {
            format!("{} ({}..{})", percent(share, 1.0), percent(low, 1.0), percent(high, 1.0))
        });
        let shares =
            drivers.shares.iter().filter(|share| share.value.max(share.total.unwrap_or(0.0)) >= 0.02).map(|share| {
                let total = share.total.map_or(String::new(), |total| format!(", total {}", significant(total, 2)));
                Text::name(&*share.input).words(format!(" {}{total}", significant(share.value, 2)))
            });
        let mut cells = vec![
            Text::name(&*drivers.policy),
            inputs.into(),
            drivers.regret.map_or_else(|| "-".into(), |regret| number(regret).into()),
            percent(drivers.halves, 1.0).into(),
        ];
        if explain_too_much(drivers) {
            cells.push("unknown: too few points".into());
        } else if measure != Measure::None {
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
            title: noun(query).words(": what the change in % depends on"),
            columns: ["policy", "share of\ninputs", "most\nregret", "halves in"]
                .into_iter()
                .chain(column(measure))
                .map(Text::from)
                .collect(),
            left: vec![0, 4],
            groups: vec![(Text::default(), rows)],
            notes: Vec::new(),
        }));
    }
    let indices = match measure {
        Measure::None => "There are too few possible points for indices of single inputs with this design.",
        Measure::FirstOrder => {
            "`first-order indices` are the shares of the variance that single inputs explain, the largest five of at \
             least 0.02."
        }
        Measure::FirstAndTotal => {
            "`first-order indices` are the shares of the variance that single inputs explain, and `total` those in \
             which they have any part: the largest five of at least 0.02."
        }
        Measure::MuStar => {
            "`parts of μ*` are the mean sizes of the effects of single steps of an input (Morris), as parts of the sum \
             over all inputs, the largest five of at least 0.02. They rank the inputs and are not shares of the \
             variance."
        }
    };
    let unknown = match exploration.drivers.iter().any(explain_too_much) {
        true => " They are unknown where their estimates add up to more than 1.",
        false => "",
    };
    document.paragraph(format!(
        "`share of inputs` is the share of the variance between futures and replications that is due to the inputs; \
         the rest is sampling. `most regret` is by how many per cent of the baseline another policy was better in some \
         future. `halves in` is the share of futures in which the policy removes at least half. {indices}{unknown}"
    ));
}

/// The heading of the column with how much each input matters; none where that is not measured.
fn column(measure: Measure) -> Option<&'static str> {
    match measure {
        Measure::None => None,
        Measure::FirstOrder => Some("first-order indices"),
        Measure::FirstAndTotal => Some("first-order indices, totals"),
        Measure::MuStar => Some("parts of μ*"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::exploration::Share;
    use crate::report::render::{Page, terminal};

    fn page(exploration: &Exploration) -> String {
        let subject = Explored { id: "market", file: "a b.toml", set: &[], options: &[], folder: "output/market" };
        terminal::text_of(&report(&subject, exploration), Page::of_width(100))
    }

    fn statement(number: &str) -> Statement {
        let (policy, number) = ("thin".to_owned(), number.to_owned());
        let (fewer, more, identical, equal, percent, worst) = (3, 1, 0, 0, Some([-50.0, 2.0]), 4);
        Statement { policy, number, fewer, more, identical, equal, percent, worst, cause: None }
    }

    #[test]
    fn pairs_that_no_single_input_turns_are_no_pairs_that_keep_their_order() {
        let of = |further_turns| page(&Exploration { further_turns, ..Exploration::default() });
        assert!(of(0).contains("No two policies change order"), "{}", of(0));
        assert!(of(3).contains("3 pairs of policies change order"), "{}", of(3));
    }

    #[test]
    fn indices_that_add_up_to_more_than_the_whole_are_unknown() {
        let share = |value| Share {
            input: format!("input-{value}"),
            value,
            interval: None,
            total: None,
            total_interval: None,
            half: None,
        };
        let of = |values: &[f64]| {
            let drivers = Drivers {
                policy: "thin".to_owned(),
                number: "leaked-reads.delivered.total".to_owned(),
                inputs: None,
                measure: Measure::FirstOrder,
                shares: values.iter().copied().map(share).collect(),
                regret: None,
                halves: 0.5,
            };
            page(&Exploration { drivers: vec![drivers], ..Exploration::default() })
        };
        let possible = of(&[0.6, 0.4]);
        assert!(possible.contains("input-0.6 0.60; input-0.4 0.40") && !possible.contains("unknown"), "{possible}");
        let impossible = of(&[0.68, 0.6]);
        assert!(impossible.contains("unknown: too few points") && !impossible.contains("input-0.68"), "{impossible}");
    }

    #[test]
    fn the_page_says_how_many_points_the_scenario_refuses_and_why() {
        let first_refused = Some((3, "`traffic` must be no less than the reads of its meters".to_owned()));
        let exploration = Exploration { points: 18, refused: 12, first_refused, ..Exploration::default() };
        let page = page(&Exploration { statements: vec![statement("leaked-reads.delivered.total")], ..exploration });
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(page.contains("refuses 12 of the 30 points of the design"), "{page}");
        assert!(
            page.contains("point 3, for example: `traffic` must be no less than the reads of its meters."),
            "{page}"
        );
    }

    #[test]
    fn names_from_a_file_of_results_are_harmless() {
        let hostile = "leaked-reads.delivered{path=\u{1b}[31m}.total";
        let exploration = Exploration {
            design: "\u{1b}[1m".to_owned(),
            statements: vec![statement(hostile)],
            held: vec![hostile.to_owned()],
            ..Exploration::default()
        };
        assert!(!page(&exploration).contains('\u{1b}'));
    }

    #[test]
    fn the_command_for_a_point_is_quoted_for_a_shell() {
        let exploration =
            Exploration { statements: vec![statement("leaked-reads.delivered.total")], ..Exploration::default() };
        let page = page(&exploration);
        assert!(page.contains("meterchurn run 'a b.toml' --point output/market/design.csv:4"), "{page}");
    }
}
