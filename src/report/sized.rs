//! What is enough, as a reader gets it: a row for each value, and what each limit needs.

use serde::Serialize;

use super::document::{Block, Document, Grid, Item, Text, ends, of_runs};
use super::outline::Repeated;
use super::render::table::{Csv, text};
use super::render::{Page, RenderError, json, markdown, terminal};
use crate::explore::sizing::{Enough, Sized, Sizing, Tried, YEARS};
use crate::results::frame::date_text;
use crate::results::unit::Unit;
use crate::text::number::{counted, length, number, plain, with_decimals};

/// A form of the answer.
#[derive(Debug)]
pub struct Form {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for `--help`.
    pub about: &'static str,
    /// Writes an answer in this form.
    pub render: fn(&Answer<'_>) -> Result<Vec<u8>, RenderError>,
}

/// An answer that is reported.
pub struct Answer<'a> {
    /// What was asked.
    pub sizing: &'a Sizing<'a>,
    /// What was found.
    pub sized: &'a Sized,
    /// What was set for it in place of the scenario's values: names and values.
    pub set: &'a [(String, String)],
    /// The page.
    pub page: Page,
}

/// All forms. The first is the default.
pub static FORMS: &[Form] = &[
    Form {
        name: "table",
        about: "A table and text for a terminal",
        render: |answer| Ok(terminal::text_of(&answer.document(), answer.page).into_bytes()),
    },
    Form {
        name: "markdown",
        about: "The same as a page of Markdown",
        render: |answer| Ok(markdown::text_of(&answer.document()).into_bytes()),
    },
    Form {
        name: "json",
        about: "What each limit needs, and every value with its numbers, as JSON",
        render: |answer| Ok(json::text_of(&answer.file())?.into_bytes()),
    },
    Form { name: "csv", about: "The numbers of every value in every replication as CSV", render: csv },
];

impl Answer<'_> {
    fn confidence(&self) -> f64 {
        self.sizing.scenario.experiment.confidence
    }

    fn document(&self) -> Document {
        let Sizing { scenario, amount, replications, .. } = self.sizing;
        let window = &scenario.window;
        let last = date_text(window.first.plus(window.days as i32 - 1));
        let dates = format!(" · {} to {last}", date_text(window.first));
        let policies = Text::names(scenario.policies.iter().map(|policy| &*policy.id));
        let basis =
            format!(" · {} · seed {}", counted(*replications as usize, "replication"), scenario.experiment.seed);
        let mut lines = vec![policies.words(basis)];
        if !self.set.is_empty() {
            let set: Vec<String> = self.set.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            lines.push(Text::from("Set for this run: ").and_name(set.join(", ")));
        }
        let mut document = Document::default();
        document.blocks.push(Block::Title(Text::name(&*scenario.title).words(dates)));
        document.blocks.push(Block::Lines(lines));
        document.blocks.push(Block::Grid(self.grid(&amount.about(scenario))));
        let limits = self.sizing.wanted.iter().enumerate();
        let items = limits.map(|(place, wanted)| Item {
            name: name_of(place, self.sizing.wanted.len()).into(),
            text: Text::name(&*wanted.that),
            more: Some(self.needs(&self.sized.enough(place, self.confidence())).into()),
        });
        document.blocks.push(Block::Conclusions(items.collect()));
        document
    }

    /// A row for each value that was tried in every replication.
    fn grid(&self, about: &str) -> Grid {
        let columns = self.sizing.columns();
        let limits = self.sizing.wanted.len();
        let mut headings = vec![Text::from(self.sizing.amount.unit())];
        headings.extend((0..limits).map(|place| Text::from(name_of(place, limits))));
        headings.extend(columns.iter().map(|column| Text::from(column.heading)));
        let row = |(value, of): (u64, Vec<&Tried>)| {
            let mut cells = vec![Text::from(number(value as f64))];
            cells.extend(self.sized.brackets.iter().map(|brackets| {
                let holds = brackets.iter().filter(|bracket| bracket.at(value) == Some(true)).count();
                Text::from(match holds {
                    0 => "fails".to_owned(),
                    all if all == brackets.len() => "holds".to_owned(),
                    some => format!("in {some} of {}", brackets.len()),
                })
            }));
            cells.extend((0..columns.len()).map(|place| {
                let [low, high] = ends(of.iter().map(|tried| tried.numbers[place]));
                let unit = columns[place].query.metric.unit;
                Text::from(if unit == Unit::Seconds { lengths(low, high) } else { of_runs(&[low, high]) })
            }));
            cells
        };
        let assumed = "inputs: the real capacities are not public";
        let runs = match self.sizing.replications {
            1 => String::new(),
            n => format!(" Smallest and largest of {} replications.", number(f64::from(n))),
        };
        Grid {
            title: format!("How much is enough: {about}").into(),
            columns: headings,
            left: Vec::new(),
            groups: vec![(Text::default(), self.sized.by_value().into_iter().map(row).collect())],
            notes: vec![format!("The values are {assumed}.{runs}").into()],
        }
    }

    /// What a limit needs, in words.
    fn needs(&self, enough: &Enough) -> String {
        let (unit, n) = (self.sizing.amount.unit(), self.sizing.replications);
        let value = |value: u64| format!("{} {unit}", number(value as f64));
        let [low, high] = [self.sizing.values.first(), self.sizing.values.last()].map(|end| end.copied().unwrap_or(0));
        let mut text = match (enough.least, enough.fails) {
            (None, _) if n == 1 => format!("fails up to {}: search further up", value(high)),
            (None, _) => format!("fails up to {} in {} of {n} replications", value(high), enough.nowhere_in),
            (Some([least, _]), None) if least == low => format!("holds at every value, from {} on", value(low)),
            (Some([_, most]), fails) => {
                let fails = fails.map_or(String::new(), |fails| format!(", and fails at {}", value(fails)));
                let every = if n == 1 { "" } else { "in every replication " };
                format!("holds {every}from {} on{fails}", value(most))
            }
        };
        if let Some([least, most]) = enough.least.filter(|[least, most]| least < most) {
            text += &format!("; least values from {} to {}", value(least), value(most));
        }
        let years = Repeated::of_days(self.sizing.scenario.window.days).in_words();
        let sure = format!("with {} % confidence", with_decimals(100.0 * self.confidence(), 0));
        if let Some([low, high]) = enough.median {
            let median = if low == high { value(low) } else { format!("from {} to {}", value(low), value(high)) };
            text += &format!("; median over {years}: {median}, {sure}");
        }
        let share = with_decimals(100.0 * YEARS, 0);
        text += &match enough.most_years {
            Ok(most) => format!("; enough in {share} % of {years} from {} on, {sure}", value(most)),
            Err(needed) => {
                let needed = counted(needed, "replication");
                format!("; {needed} would say what is enough in {share} % of {years}, {sure}")
            }
        };
        if enough.broken_in > 0 {
            let of = counted(enough.broken_in, "replication");
            text += &format!("; in {of} it also holds below a value at which it fails, so there is no threshold");
        }
        text
    }

    fn file(&self) -> SizedFile<'_> {
        let Sizing { scenario, amount, replications, wanted, .. } = self.sizing;
        let numbers = |tried: &Tried| {
            let all = self.names().into_iter().zip(&tried.numbers).map(|(name, number)| (name, *number)).collect();
            TriedForm { value: tried.value, replication: tried.replication, numbers: all }
        };
        let limit = |(place, wanted): (usize, &'_ crate::explore::sizing::Wanted)| {
            let enough = self.sized.enough(place, self.confidence());
            LimitForm {
                that: wanted.that.clone(),
                least: enough.least,
                fails: enough.fails,
                median: enough.median,
                most_years: enough.most_years.ok(),
                nowhere_in: enough.nowhere_in,
                without_threshold_in: enough.broken_in,
            }
        };
        SizedFile {
            format: 1,
            scenario: &scenario.id,
            policy: scenario.policies.first().map_or("", |policy| &policy.id),
            seed: scenario.experiment.seed,
            replications: *replications,
            confidence: self.confidence(),
            amount: amount.about(scenario),
            unit: amount.unit(),
            limits: wanted.iter().enumerate().map(limit).collect(),
            tried: self.sized.tried.iter().map(numbers).collect(),
        }
    }

    /// The names of the numbers of each value.
    fn names(&self) -> Vec<String> {
        let columns = self.sizing.columns();
        let columns = columns.iter().map(|column| column.query.to_string());
        columns.chain(self.sizing.wanted.iter().map(|wanted| wanted.query.to_string())).collect()
    }
}

/// The shortest and the longest of the replications.
fn lengths(low: f64, high: f64) -> String {
    let (low, high) = (length(low), length(high));
    // One unit is enough.
    let first = if high.ends_with(" s") { low.trim_end_matches(" s") } else { &low };
    if low == high { low } else { format!("{first}..{high}") }
}

fn name_of(place: usize, of: usize) -> String {
    if of == 1 { "limit".to_owned() } else { format!("limit {}", place + 1) }
}

/// The answer as JSON.
#[derive(Serialize)]
struct SizedFile<'a> {
    format: u32,
    scenario: &'a str,
    policy: &'a str,
    seed: u64,
    replications: u32,
    confidence: f64,
    amount: String,
    unit: String,
    limits: Vec<LimitForm>,
    tried: Vec<TriedForm>,
}

#[derive(Serialize)]
struct LimitForm {
    that: String,
    least: Option<[u64; 2]>,
    fails: Option<u64>,
    median: Option<[u64; 2]>,
    most_years: Option<u64>,
    nowhere_in: usize,
    without_threshold_in: usize,
}

#[derive(Serialize)]
struct TriedForm {
    value: u64,
    replication: u32,
    numbers: Vec<(String, f64)>,
}

fn csv(answer: &Answer<'_>) -> Result<Vec<u8>, RenderError> {
    let mut table = Csv::new(["value", "unit", "replication", "number", "result"])?;
    let (names, unit) = (answer.names(), answer.sizing.amount.unit());
    for tried in &answer.sized.tried {
        for (name, result) in names.iter().zip(&tried.numbers) {
            table.row([
                tried.value.to_string(),
                text(&unit),
                tried.replication.to_string(),
                text(name),
                plain(*result),
            ])?;
        }
    }
    table.bytes()
}
