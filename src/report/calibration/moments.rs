//! Inputs fitted to figures, on a page.

use serde::Serialize;

use crate::calibrate::moments::{Calibration, Figure, FittedInput, Point, Ridge};
use crate::report::document::{Block, Document, Grid, Text};
use crate::study::session::BUILT_IN_NAME;
use crate::text::in_shell;
use crate::text::number::{counted, number, significant, with_decimals};

/// A calibration with the scenario that it is about.
#[derive(Debug, Serialize)]
pub struct Calibrated<'c> {
    /// The scenario's id.
    pub scenario: &'c str,
    /// The name of its file.
    pub file: &'c str,
    /// The policy that is simulated.
    pub policy: &'c str,
    /// What was set before.
    pub set: &'c [(String, String)],
    /// What was found.
    #[serde(flatten)]
    pub calibration: &'c Calibration,
}

/// A share of a whole range that an input must move to be named in the sentence about a ridge.
const MOVES: f64 = 0.05;

/// What is said of a calibration.
pub fn document(calibrated: &Calibrated<'_>) -> Document {
    let Calibrated { scenario, policy, set, calibration, .. } = *calibrated;
    let mut blocks = vec![
        Block::Title(Text::from("Calibration of ").and_name(scenario)),
        Block::Paragraph(
            Text::from(format!(
                "{} fitted to {} by simulated moments: {} with {} each under ",
                counted(calibration.inputs.len(), "input"),
                counted(calibration.figures.len(), "figure"),
                counted(calibration.points, "point"),
                counted(calibration.replications as usize, "replication"),
            ))
            .and_name(policy)
            .words(", the same random numbers at every point."),
        ),
    ];
    if !set.is_empty() {
        let said = set.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>();
        blocks.push(Block::Paragraph(
            Text::from("Set before: ").then(Text::names(said.iter().map(String::as_str))).words("."),
        ));
    }
    blocks.push(Block::Grid(figures(calibration)));
    blocks.push(Block::Grid(inputs(calibration)));
    blocks.extend(ridges(calibration));
    blocks.push(Block::Paragraph(set_command(calibrated)));
    Document { blocks }
}

/// A value of an input with at most four digits.
fn value(number: f64) -> String {
    let text = significant(number, 3);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The unit of an input after a space; nothing for shares.
fn unit(input: &FittedInput) -> String {
    if matches!(input.unit, "" | "share" | "probability" | "factor") {
        String::new()
    } else {
        format!(" {}", input.unit)
    }
}

fn level(calibration: &Calibration) -> String {
    format!("{} %", value(100.0 * calibration.level))
}

fn figures(calibration: &Calibration) -> Grid {
    let row = |(place, figure): (usize, &Figure)| {
        let off = (calibration.fit.figures[place] - figure.observed) / figure.sd;
        vec![
            Text::name(&*figure.what),
            number(figure.observed).into(),
            format!("± {}", number(figure.sd)).into(),
            number(calibration.fit.figures[place]).into(),
            number(calibration.present.figures[place]).into(),
            format!("{off:+.2} SD").into(),
        ]
    };
    let assumed = calibration.figures.iter().filter(|figure| !figure.given).count();
    let mut notes = vec![Text::from(
        "`SD` is how far the observed figure may lie from the mean of the replications, which has an error of its own.",
    )];
    if assumed > 0 {
        notes.push(
            "Where no SD is given, the figure is assumed to be like one replication: its SD and its correlations are \
             those of the replications. `--to QUERY=VALUE±SD` or the key `sd` of [[published]] gives one."
                .into(),
        );
    }
    Grid {
        title: "Data beside the fit".into(),
        columns: ["figure", "observed", "SD", "fitted", "scenario", "off by"].map(Text::from).to_vec(),
        left: vec![0],
        groups: vec![(Text::default(), calibration.figures.iter().enumerate().map(row).collect())],
        notes,
    }
}

/// An interval. An end that the figures do not set is marked.
fn interval(ends: [Option<f64>; 2], range: [f64; 2]) -> String {
    let end = |place: usize| match ends[place] {
        Some(end) => value(end),
        None => format!("{}*", value(range[place])),
    };
    format!("{} to {}", end(0), end(1))
}

fn inputs(calibration: &Calibration) -> Grid {
    let row = |input: &FittedInput| {
        vec![
            Text::name(&*input.name),
            (value(input.value) + &unit(input)).into(),
            value(input.present).into(),
            interval(input.interval, input.range).into(),
            interval(input.alone, input.range).into(),
        ]
    };
    let mut notes = Vec::new();
    if calibration.inputs.iter().any(|input| input.interval.iter().chain(&input.alone).any(Option::is_none)) {
        notes.push(
            "* the end of the range within which the input was fitted: the figures set no limit before it. `--fit \
             NAME=LOW..HIGH` fits within another range."
                .into(),
        );
    }
    notes.push(
        format!(
            "Intervals are profiles at {}: all values of an input with which the squared distance from the data is at \
             most {} above the least, whatever the other inputs are. `others known` holds them at the fit.",
            level(calibration),
            significant(calibration.rise, 3)
        )
        .into(),
    );
    if calibration.figures.iter().any(|figure| !figure.given) {
        notes.push(
            format!(
                "They allow for the error of an SD that is estimated from {}.",
                counted(calibration.replications as usize, "replication")
            )
            .into(),
        );
    }
    if !calibration.agrees {
        notes.push(
            format!(
                "Intervals are approximate: the simulated distance departs by up to {} from the smooth surface from \
                 which they are read. More replications make it smoother.",
                significant(calibration.departs, 2)
            )
            .into(),
        );
    }
    let heading = format!("{} interval", level(calibration));
    Grid {
        title: "Estimates".into(),
        columns: vec!["input".into(), "estimate".into(), "scenario".into(), heading.into(), "others known".into()],
        left: vec![0, 3],
        groups: vec![(Text::default(), calibration.inputs.iter().map(row).collect())],
        notes,
    }
}

/// What fits as well: for each ridge a sentence and a table.
fn ridges(calibration: &Calibration) -> Vec<Block> {
    if calibration.ridges.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Heading("What fits as well".into())];
    let said = if calibration.trades {
        "The figures say more about a combination of the inputs than about each: an interval is at least twice as long \
         as if the other inputs were known."
    } else {
        "The figures determine each input nearly as well as if the others were known."
    };
    blocks.push(Block::Paragraph(said.into()));
    for ridge in &calibration.ridges {
        blocks.push(Block::Paragraph(sentence(calibration, ridge)));
        blocks.push(Block::Grid(points(calibration, ridge)));
    }
    blocks
}

/// `class-shares.immature from 0.1 to 0.2 fits as well if class-shares.non-user falls from 0.08 to 0.02`.
fn sentence(calibration: &Calibration, ridge: &Ridge) -> Text {
    let (Some(first), Some(last)) = (ridge.points.first(), ridge.points.last()) else { return Text::default() };
    let ends = |input: usize| [first.values[input], last.values[input]];
    let moves = |input: &usize| {
        let ([from, to], [low, high]) = (ends(*input), calibration.inputs[*input].range);
        (to - from).abs() >= MOVES * (high - low)
    };
    let said = |input: usize, joined: &str| {
        let [from, to] = ends(input).map(value);
        let unit = unit(&calibration.inputs[input]);
        Text::name(&*calibration.inputs[input].name).words(format!("{joined}{from} to {to}{unit}"))
    };
    let mut text = said(ridge.along, " from ").words(" fits as well");
    let others = (0..calibration.inputs.len()).filter(|input| *input != ridge.along && moves(input));
    for (place, other) in others.enumerate() {
        let [from, to] = ends(other);
        let moves = if to < from { " falls from " } else { " rises from " };
        text = text.words(if place == 0 { " if " } else { " and " }).then(said(other, moves));
    }
    text.words(".")
}

fn points(calibration: &Calibration, ridge: &Ridge) -> Grid {
    let names = calibration.inputs.iter().map(|input| Text::name(short(&input.name, calibration)));
    let figures = calibration.figures.iter().map(|figure| Text::name(day_of(&figure.what)));
    let columns = std::iter::once(Text::from("point")).chain(names).chain(figures);
    let row = |name: &'static str, point: &Point| -> Vec<Text> {
        let values = point.values.iter().map(|number| Text::from(value(*number)));
        let figures = point.figures.iter().map(|figure| number(*figure).into());
        let rise = with_decimals(point.rise, 2).into();
        std::iter::once(name.into()).chain(values).chain(figures).chain([rise]).collect()
    };
    let none = calibration.inputs.iter().map(|_| Text::default());
    let observed = calibration.figures.iter().map(|figure| number(figure.observed).into());
    let observed = std::iter::once("observed".into()).chain(none).chain(observed).chain([Text::default()]).collect();
    let mut rows = vec![observed, row("fit", &calibration.fit), row("scenario", &calibration.present)];
    let name = |point: &Point| if point.rise <= calibration.rise { "as good" } else { "worse" };
    rows.extend(ridge.points.iter().map(|point| row(name(point), point)));
    Grid {
        title: "Simulated points, each with the other inputs that fit best".into(),
        columns: columns.chain(["distance above the fit".into()]).collect(),
        left: vec![0],
        groups: vec![(Text::default(), rows)],
        notes: vec![
            format!(
                "A point fits as well if its distance is at most {} above the fit.",
                significant(calibration.rise, 3)
            )
            .into(),
        ],
    }
}

/// The shortest ending of an input's name that no other fitted input has.
fn short(name: &str, calibration: &Calibration) -> String {
    let endings = name.match_indices('.').map(|(dot, _)| &name[dot + 1..]).collect::<Vec<_>>();
    let is_own = |ending: &&&str| {
        let has = |other: &&FittedInput| other.name == **ending || other.name.ends_with(&format!(".{ending}"));
        calibration.inputs.iter().filter(has).count() == 1
    };
    endings.iter().rev().find(is_own).map_or(name, |ending| ending).to_owned()
}

/// The day of a stock, or the whole query.
fn day_of(what: &str) -> String {
    let day = what.split_once("at=").and_then(|(_, rest)| rest.get(..10));
    day.map_or_else(|| what.to_owned(), |day| format!("on {day}"))
}

/// The command that runs the fit.
fn set_command(calibrated: &Calibrated<'_>) -> Text {
    let before = calibrated.set.iter().map(|(name, value)| format!("{name}={value}"));
    let fitted = calibrated.calibration.inputs.iter().map(|input| format!("{}={}", input.name, input.text));
    let set = before.chain(fitted).map(|set| format!("--set {}", in_shell(&set)));
    let file = Some(calibrated.file).filter(|file| *file != BUILT_IN_NAME).map(|file| in_shell(file).into_owned());
    let words: Vec<String> = file.into_iter().chain(set).collect();
    Text::from("To run the fit: meterchurn run ").and_name(words.join(" "))
}
