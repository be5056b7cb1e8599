//! Inputs fitted to observed figures by simulated moments (McFadden 1989; Gouriéroux and Monfort 1996).
//!
//! The distance of the replications' means from the observed figures is made least. Every point is simulated with the
//! same random numbers, so that points differ by their inputs alone. A second-order metamodel over the simulated points
//! says which point to try next; it is fitted again, with more weight on points that fit well, until it agrees with the
//! simulation at every point that is reported.
//!
//! A figure's covariance is S = sd² + V/R, with V the covariance of the replications at the best point and R their
//! number. A figure without an `sd` is taken to be like one replication: S = V + V/R. Then the error of V counts, and
//! intervals are as long as those of Student's law.

use nalgebra::DMatrix;
use serde::Serialize;

use super::metamodel::{Metamodel, coefficients};
use super::objective::{Objective, Scale};
use super::target::Target;
use super::{rise, rise_of_estimated};
use crate::explore::block::{Block, simulate};
use crate::explore::design::{DesignError, latin_hypercube};
use crate::explore::plan::{Chance, ExploreError, Plan, Subject, position};
use crate::explore::session::start;
use crate::model::varies::Scale as Spacing;
use crate::scenario::input::{self, Input, Level, Range, SetError, Setting};
use crate::spread::Threads;
use crate::study::progress::{Counter, PARTS};
use crate::study::session::Session;
use crate::study::{How, Progress, Stop};
use crate::text::{Advice, visible};

/// The most inputs that are fitted at once: more would take a design of thousands of points.
pub const MOST_INPUTS: usize = 6;
/// The fewest replications of a point: their spread is needed as well as their mean.
pub const FEWEST_REPLICATIONS: u32 = 8;
/// Rounds after which the metamodel is as good as it will be.
const MOST_ROUNDS: usize = 5;
/// Points of a line along which others fit as well.
const RIDGE_POINTS: usize = 7;
/// Lines of such points that are followed.
const MOST_RIDGES: usize = 2;
/// A line ends this share of an interval before its ends, where a point would only just fit.
const INSET: f64 = 0.05;
/// A further line is followed if the fit can move along it by this share of the ranges.
const FLAT: f64 = 0.25;
/// The metamodel agrees with the simulation if no distance differs by more than this share of an interval's rise.
const AGREES: f64 = 0.1;
/// An interval that is this many times as long as with the other inputs known is a trade-off between inputs.
const TRADES: f64 = 2.0;

/// Why inputs cannot be fitted.
#[derive(Debug, thiserror::Error)]
pub enum CalibrateError {
    /// Nothing in the scenario has the name of an input.
    #[error("--fit: {0}")]
    Unknown(SetError),
    /// An input cannot be fitted, or not in this range.
    #[error("--fit {}: {}\nhelp: {}", visible(text), advice.message, advice.help)]
    Input {
        /// What was asked for.
        text: String,
        /// Why not.
        advice: Advice,
    },
    /// A figure cannot be read.
    #[error("--to {}: {}\nhelp: {}", visible(text), advice.message, advice.help)]
    Target {
        /// What was given.
        text: String,
        /// Why not.
        advice: Advice,
    },
    /// What is asked for does not suit the figures.
    #[error("{}\nhelp: {}", .0.message, .0.help)]
    Refused(Advice),
    /// The points cannot be chosen.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// A point cannot be simulated.
    #[error(transparent)]
    Explore(#[from] ExploreError),
}

fn refused(message: impl Into<String>, help: impl Into<String>) -> CalibrateError {
    CalibrateError::Refused(Advice::new(message, help))
}

/// Reads `NAME` or `NAME=LOW..HIGH`: an input of a scenario, by its name or a unique ending of it, and the range within
/// which it is fitted if not its own.
///
/// # Errors
/// When there is no such input, its values are not continuous, or the range is none.
pub fn input(session: &Session, text: &str) -> Result<Input, CalibrateError> {
    let refused = |message: String, help: String| CalibrateError::Input {
        text: text.to_owned(),
        advice: Advice::new(message, help),
    };
    let (name, range) = match text.split_once('=') {
        Some((name, range)) => (name.trim(), Some(range.trim())),
        None => (text.trim(), None),
    };
    let inputs = session.inputs();
    let mut input = input::find(session.scenario(), &inputs, name).map_err(CalibrateError::Unknown)?.clone();
    let Range::Between { low, high, scale } = input.range.clone() else {
        let message = format!("`{}` has words as values, and only numbers are fitted", input.name);
        return Err(refused(message, "fit another input, and compare the fits under `--set` for each word".to_owned()));
    };
    if scale == Spacing::Whole {
        let message = format!("`{}` takes whole numbers, and only continuous inputs are fitted", input.name);
        return Err(refused(message, "fit another input, and compare the fits under `--set`".to_owned()));
    }
    let ends = [low, high].map(|end| input.print(&Level::Number(end)));
    let example = format!("write LOW..HIGH, as in `--fit '{}={}..{}'`", input.name, ends[0], ends[1]);
    if let Some(range) = range {
        let read = |end: &str| input.read(end).ok().and_then(|level| level.number());
        let ends = range.split_once("..").and_then(|(low, high)| Some((read(low)?, read(high)?)));
        let Some((low, high)) = ends.filter(|(low, high)| low < high) else {
            return Err(refused(format!("`{range}` is no range of `{}`", input.name), example));
        };
        let scale = if low <= 0.0 { Spacing::Linear } else { scale };
        input.range = Range::Between { low, high, scale };
    } else if low >= high {
        return Err(refused(format!("the range of `{}` is a single value", input.name), example));
    }
    Ok(input)
}

/// A calibration that is about to run.
pub struct Calibrating<'s> {
    /// The study, with the baseline as its only policy.
    pub session: &'s Session,
    /// The inputs that are fitted, in the ranges within which they are.
    pub inputs: Vec<Input>,
    /// The observed figures.
    pub targets: Vec<Target>,
    /// The replications of each point.
    pub replications: u32,
    /// How.
    pub how: How,
}

/// Inputs fitted to observed figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// The confidence level of intervals.
    pub level: f64,
    /// Points that were simulated.
    pub points: usize,
    /// The replications of each.
    pub replications: u32,
    /// The inputs.
    pub inputs: Vec<FittedInput>,
    /// The figures.
    pub figures: Vec<Figure>,
    /// The squared distance of the fit.
    pub distance: f64,
    /// By how much it may rise at the ends of an interval.
    pub rise: f64,
    /// The fit.
    pub fit: Point,
    /// The scenario's own values.
    pub present: Point,
    /// Whether an input's interval is much longer than if the others were known.
    pub trades: bool,
    /// Directions in the ranges of the inputs, from the flattest: how far the fit can move along each.
    pub directions: Vec<Direction>,
    /// Lines of points that fit as well, along the flattest directions. Empty for one input.
    pub ridges: Vec<Ridge>,
    /// The largest difference between the metamodel's and the simulated distance at the points that are reported.
    pub departs: f64,
    /// Whether that is small against the rise of an interval.
    pub agrees: bool,
}

/// A fitted input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FittedInput {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: &'static str,
    /// The value that fits best.
    pub value: f64,
    /// The same as `--set` takes it.
    pub text: String,
    /// The profile interval. An end is missing where everything up to the end of the range fits.
    pub interval: [Option<f64>; 2],
    /// The interval if the other inputs were known to have their fitted values.
    pub alone: [Option<f64>; 2],
    /// The range within which it was fitted.
    pub range: [f64; 2],
    /// The scenario's value.
    pub present: f64,
    /// Both ends of the interval, or else of the range, as `--set` takes them.
    pub ends: [String; 2],
}

impl FittedInput {
    /// Both ends of the interval, or else of the range.
    pub fn widest(&self) -> [f64; 2] {
        [0, 1].map(|end| self.interval[end].unwrap_or(self.range[end]))
    }
}

/// An observed figure beside the fitted one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// The number, as a query.
    pub what: String,
    /// Where it was observed.
    pub source: String,
    /// What was observed.
    pub observed: f64,
    /// Its standard deviation around the mean of the replications.
    pub sd: f64,
    /// Whether that was given. If not, it is that of the replications.
    pub given: bool,
}

/// A point that was simulated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// The value of each input.
    pub values: Vec<f64>,
    /// The mean of each figure.
    pub figures: Vec<f64>,
    /// By how much its distance exceeds that of the fit.
    pub rise: f64,
}

/// Points over the interval of one input, each with the values of the others that fit best with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ridge {
    /// The input, by its place.
    pub along: usize,
    /// The points, by its value.
    pub points: Vec<Point>,
}

/// A direction in the ranges of the inputs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Direction {
    /// How far the fit can move along it, in ranges; from the curvature at the fit. `None` where that is beyond ten.
    pub reach: Option<f64>,
    /// The share of each input in it. Their squares add up to 1.
    pub components: Vec<f64>,
}

/// Points that have been simulated.
#[derive(Default)]
struct Simulated {
    levels: Vec<Vec<String>>,
    // Positions in the ranges.
    at: Vec<Vec<f64>>,
    values: Vec<Vec<f64>>,
    // By figure and replication.
    runs: Vec<Vec<Vec<f64>>>,
    means: Vec<Vec<f64>>,
}

impl Calibrating<'_> {
    /// Fits the inputs. `progress` is called by one thread at a time with the points that are done, in parts of a
    /// point.
    /// `None` once it is asked to stop.
    ///
    /// # Errors
    /// When there is nothing to fit or to fit to, or a point is not possible or cannot be simulated.
    pub fn run(self, stop: &Stop, progress: &(dyn Fn(Progress) + Sync)) -> Result<Option<Calibration>, CalibrateError> {
        self.check()?;
        let threads = start(&self.how)?;
        let how = How { threads: threads.count(), ..self.how };
        let counter = Counter::new(self.usual_points() as u64, progress);
        let mut known = Simulated::default();
        let simulate =
            |known: &mut Simulated, rows: Vec<Vec<Level>>| self.simulate(known, &rows, (how, &threads), stop, &counter);
        let inputs = self.inputs.len();
        let design = latin_hypercube(inputs, first_points(inputs), self.session.scenario().experiment.seed)?;
        let present: Vec<Level> = self.inputs.iter().map(|input| input.value.clone()).collect();
        let points = std::iter::once(vec![0.5; inputs]).chain(design.points().iter().cloned());
        let rows = std::iter::once(present).chain(points.map(|at| self.levels(&at))).collect();
        if !simulate(&mut known, rows)? {
            return Ok(None);
        }
        let rise = self.rise();
        let (mut best, mut round) = (0, 1);
        loop {
            let (scale, covariance) = self.scale(&known.runs[best])?;
            let distances: Vec<f64> = known.means.iter().map(|means| scale.distance(means)).collect();
            let nearest = (0..distances.len()).min_by(|a, b| distances[*a].total_cmp(&distances[*b])).unwrap_or(0);
            if nearest != best && round == 1 {
                // The spread is that of a point that fits.
                (best, round) = (nearest, round + 1);
                continue;
            }
            // A point at ten times the rise of an interval counts for a hundredth.
            let near = |distance: &f64| 1.0 / (1.0 + distance / rise);
            let weights: Vec<f64> = distances.iter().map(|distance| near(distance) * near(distance)).collect();
            let model = Metamodel::fit(&known.at, &known.means, &weights).ok_or_else(no_metamodel)?;
            let home: Vec<f64> = known.at[0].iter().map(|u| u.clamp(0.0, 1.0)).collect();
            let objective = Objective { model: &model, scale: &scale, home: &home };
            let found = Found::by(&objective, rise, known.at[nearest].clone());
            let rows: Vec<Vec<Level>> = found.points().map(|at| self.levels(at)).collect();
            if !simulate(&mut known, rows.clone())? {
                return Ok(None);
            }
            let places: Vec<usize> = rows.iter().filter_map(|row| known.place(&self.print(row))).collect();
            let departs = places
                .iter()
                .map(|place| (objective.at(&known.at[*place]) - scale.distance(&known.means[*place])).abs());
            let departs = departs.fold(0.0, f64::max);
            let agrees = departs <= AGREES * rise;
            if agrees || round >= MOST_ROUNDS {
                let result = Outcome { known: &known, places: &places, scale: &scale, covariance: &covariance };
                return Ok(Some(self.report(&found, &result, rise, (departs, agrees))));
            }
            (best, round) = (nearest, round + 1);
        }
    }

    fn check(&self) -> Result<(), CalibrateError> {
        let names: Vec<&str> = self.inputs.iter().map(|input| input.name.as_str()).collect();
        if names.is_empty() {
            return Err(refused("no input is fitted", "name one, as in `--fit class-shares.immature`"));
        }
        if names.len() > MOST_INPUTS {
            let message = format!("{} inputs are too many to fit at once", names.len());
            return Err(refused(message, format!("fit at most {MOST_INPUTS}, and set the others with `--set`")));
        }
        if let Some(twice) = names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
            return Err(refused(format!("`{}` is fitted twice", visible(twice.1)), "name each input once"));
        }
        if self.targets.is_empty() {
            return Err(refused(
                "there is no figure to fit to: the scenario has no [[published]] figures",
                "give one, as in `--to 'not-initiated.open{at=2018-12-31}.total=1046±30'`",
            ));
        }
        let figures: Vec<String> = self.targets.iter().map(|target| target.query.to_string()).collect();
        if let Some((_, twice)) = figures.iter().enumerate().find(|(place, figure)| figures[..*place].contains(figure))
        {
            return Err(refused(format!("`{}` is given twice", visible(twice)), "give each figure once"));
        }
        let least = FEWEST_REPLICATIONS.max(self.targets.len() as u32 + 2);
        if self.replications < least {
            return Err(refused(
                format!("{} replications are too few for the spread of the figures", self.replications),
                format!("write `--replications {least}` or more"),
            ));
        }
        Ok(())
    }

    /// Points that a fit usually takes.
    pub fn usual_points(&self) -> usize {
        let inputs = self.inputs.len();
        2 + first_points(inputs) + 2 * (1 + 2 * inputs + RIDGE_POINTS)
    }

    fn levels(&self, at: &[f64]) -> Vec<Level> {
        self.inputs.iter().zip(at).map(|(input, u)| input.at(*u)).collect()
    }

    fn print(&self, levels: &[Level]) -> Vec<String> {
        self.inputs.iter().zip(levels).map(|(input, level)| input.print(level)).collect()
    }

    /// Simulates the points that have not been simulated. Whether all of them are there: not if it is asked to stop.
    fn simulate(
        &self,
        known: &mut Simulated,
        rows: &[Vec<Level>],
        (how, threads): (How, &Threads),
        stop: &Stop,
        counter: &Counter<'_>,
    ) -> Result<bool, CalibrateError> {
        let mut new: Vec<Vec<Level>> = Vec::new();
        for row in rows {
            if known.place(&self.print(row)).is_none() && !new.contains(row) {
                new.push(row.clone());
            }
        }
        counter.expect((known.at.len() + new.len()) as u64);
        let chance = Chance::Common(self.replications);
        let plan = Plan::of_levels(Subject { session: self.session, inputs: &self.inputs, chance }, &new);
        let numbers = self.targets.iter().map(|target| target.query.to_string()).collect();
        let plan = Plan { numbers, ..plan };
        let blocks: Vec<usize> = (0..plan.blocks()).collect();
        let finished = |block: &Block| {
            counter.add(PARTS * block.values.len() as u64);
            Ok::<(), ExploreError>(())
        };
        let blocks = simulate(&plan, self.session, &blocks, (how, threads), stop, finished)?;
        if blocks.len() < plan.blocks() {
            return Ok(false);
        }
        let values = blocks.into_iter().flat_map(|block| block.values);
        for (place, (row, values)) in new.iter().zip(values).enumerate() {
            if values.is_empty() {
                return Err(self.not_possible(row, plan.settings(self.session, place)));
            }
            let runs: Vec<Vec<f64>> = values.chunks(self.replications as usize).map(<[f64]>::to_vec).collect();
            known.means.push(runs.iter().map(|runs| mean(runs)).collect());
            known.runs.push(runs);
            known.levels.push(self.print(row));
            known.at.push(self.inputs.iter().zip(row).map(|(input, level)| position(input, level)).collect());
            known.values.push(row.iter().map(|level| level.number().unwrap_or_default()).collect());
        }
        Ok(true)
    }

    /// By how much the distance may rise at the ends of an interval.
    fn rise(&self) -> f64 {
        let level = self.session.scenario().experiment.confidence;
        if self.targets.iter().all(|target| target.sd.is_some()) {
            return rise(level);
        }
        rise_of_estimated(level, self.replications as usize, self.targets.len(), self.inputs.len())
    }

    /// Why a combination of inputs has no results.
    fn not_possible(&self, row: &[Level], settings: Result<Vec<Setting>, SetError>) -> CalibrateError {
        let error = settings.and_then(|settings| self.session.set(&settings)).err();
        let names = self.inputs.iter().zip(self.print(row)).map(|(input, level)| format!("{}={level}", input.name));
        // The remedy of the error is another value, that of a fit a narrower range.
        let why = error.map(|error| error.to_string().lines().next().unwrap_or_default().to_owned());
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        let message = format!("the combination {} is not possible{why}", names.collect::<Vec<_>>().join(", "));
        refused(message, "fit within narrower ranges, with `--fit NAME=LOW..HIGH`")
    }

    /// The covariance of the figures around the mean of the replications, from those at one point.
    fn scale(&self, runs: &[Vec<f64>]) -> Result<(Scale, DMatrix<f64>), CalibrateError> {
        let n = f64::from(self.replications);
        let means: Vec<f64> = runs.iter().map(|runs| mean(runs)).collect();
        let spread = DMatrix::from_fn(runs.len(), runs.len(), |i, j| {
            let products = runs[i].iter().zip(&runs[j]).map(|(a, b)| (a - means[i]) * (b - means[j]));
            products.sum::<f64>() / (n - 1.0)
        });
        let covariance = DMatrix::from_fn(runs.len(), runs.len(), |i, j| {
            let own = match (self.targets[i].sd, self.targets[j].sd) {
                (Some(sd), _) if i == j => sd * sd,
                (None, None) => spread[(i, j)],
                _ => 0.0,
            };
            own + spread[(i, j)] / n
        });
        let observed: Vec<f64> = self.targets.iter().map(|target| target.value).collect();
        if let Some(same) = (0..runs.len()).find(|i| covariance[(*i, *i)] <= 0.0) {
            let target = &self.targets[same];
            return Err(refused(
                format!("`{}` is the same in every replication, so its spread is not known", target.query),
                format!("give its SD, as in `--to '{}={}±1'`", target.query, target.value),
            ));
        }
        let scale = Scale::of(&observed, &covariance).ok_or_else(|| {
            refused(
                "the figures are too much alike to be fitted together: their replications are nearly proportional",
                "leave one out, or give each an SD with `--to QUERY=VALUE±SD` or the key `sd`",
            )
        })?;
        Ok((scale, covariance))
    }

    fn report(&self, found: &Found, result: &Outcome<'_>, rise: f64, (departs, agrees): (f64, bool)) -> Calibration {
        let Outcome { known, places, scale, covariance } = *result;
        let distance = scale.distance(&known.means[places[0]]);
        let point = |place: usize| Point {
            values: known.values[place].clone(),
            figures: known.means[place].clone(),
            rise: scale.distance(&known.means[place]) - distance,
        };
        let fit = point(places[0]);
        let number = |input: &Input, end: Option<f64>| end.and_then(|u| input.at(u).number());
        let fitted = |(place, input): (usize, &Input)| {
            let range = [0.0, 1.0].map(|u| input.at(u).number().unwrap_or_default());
            let interval = found.profiles[place].map(|end| number(input, end));
            let ends = [0, 1].map(|end| input.print(&Level::Number(interval[end].unwrap_or(range[end]))));
            FittedInput {
                name: input.name.clone(),
                unit: input.unit,
                value: fit.values[place],
                text: input.print(&Level::Number(fit.values[place])),
                interval,
                alone: found.alone[place].map(|end| number(input, end)),
                range,
                present: input.value.number().unwrap_or_default(),
                ends,
            }
        };
        let figure = |(place, target): (usize, &Target)| Figure {
            what: target.query.to_string(),
            source: target.source.clone(),
            observed: target.value,
            sd: covariance[(place, place)].sqrt(),
            given: target.sd.is_some(),
        };
        let mut rest = &places[places.len() - found.ridges.iter().map(|(_, points)| points.len()).sum::<usize>()..];
        let ridge = |(along, points): &(usize, Vec<Vec<f64>>)| {
            let (own, further) = rest.split_at(points.len());
            rest = further;
            Ridge { along: *along, points: own.iter().map(|place| point(*place)).collect() }
        };
        Calibration {
            ridges: found.ridges.iter().map(ridge).collect(),
            level: self.session.scenario().experiment.confidence,
            points: known.at.len(),
            replications: self.replications,
            inputs: self.inputs.iter().enumerate().map(fitted).collect(),
            figures: self.targets.iter().enumerate().map(figure).collect(),
            distance,
            rise,
            present: point(0),
            trades: found.trades(),
            directions: found
                .directions
                .iter()
                .map(|(reach, components)| Direction {
                    reach: Some(*reach).filter(|reach| *reach <= 10.0),
                    components: components.clone(),
                })
                .collect(),
            departs,
            agrees,
            fit,
        }
    }
}

/// What a fit is reported from.
#[derive(Clone, Copy)]
struct Outcome<'r> {
    known: &'r Simulated,
    // Of the fit, the ends of the intervals and the ridge.
    places: &'r [usize],
    scale: &'r Scale,
    covariance: &'r DMatrix<f64>,
}

/// A fit over a metamodel, in positions.
struct Found {
    fit: Vec<f64>,
    profiles: Vec<[Option<f64>; 2]>,
    alone: Vec<[Option<f64>; 2]>,
    ends: Vec<Vec<f64>>,
    directions: Vec<(f64, Vec<f64>)>,
    ridges: Vec<(usize, Vec<Vec<f64>>)>,
}

impl Found {
    fn by(objective: &Objective<'_>, rise: f64, nearest: Vec<f64>) -> Self {
        let inputs = objective.home.len();
        let nearest: Vec<f64> = nearest.iter().map(|u| u.clamp(0.0, 1.0)).collect();
        let fit = objective.least(&[], &[objective.home.to_vec(), nearest, vec![0.5; inputs]]);
        let profiles: Vec<_> = (0..inputs).map(|input| objective.profile(&fit, input, rise)).collect();
        let alone = (0..inputs).map(|input| objective.alone(&fit, input, rise)).collect();
        let starts = [fit.clone(), objective.home.to_vec()];
        let with = |input: usize, position: f64| objective.least(&[(input, position)], &starts);
        let ends = |(input, [low, high]): (usize, &[Option<f64>; 2])| {
            [with(input, low.unwrap_or(0.0)), with(input, high.unwrap_or(1.0))]
        };
        let ends = profiles.iter().enumerate().flat_map(ends).collect();
        let directions = objective.directions(&fit, rise);
        let ridge = |along: usize| {
            let [low, high] = profiles[along];
            let inset = INSET * (high.unwrap_or(1.0) - low.unwrap_or(0.0));
            let (low, high) = (low.map_or(0.0, |low| low + inset), high.map_or(1.0, |high| high - inset));
            let step = (high - low) / (RIDGE_POINTS - 1) as f64;
            (along, (0..RIDGE_POINTS).map(|point| with(along, low + step * point as f64)).collect())
        };
        let ridges = followed(&directions).into_iter().map(ridge).collect();
        Self { fit, profiles, alone, ends, directions, ridges }
    }

    /// The points that are reported, those of the ridges last.
    fn points(&self) -> impl Iterator<Item = &Vec<f64>> {
        std::iter::once(&self.fit).chain(&self.ends).chain(self.ridges.iter().flat_map(|(_, points)| points))
    }

    fn trades(&self) -> bool {
        let length = |[low, high]: &[Option<f64>; 2]| high.unwrap_or(1.0) - low.unwrap_or(0.0);
        self.profiles.iter().zip(&self.alone).any(|(profile, alone)| length(profile) >= TRADES * length(alone))
    }
}

/// The inputs by which the flattest directions are followed: of each the one that moves most. All but the flattest
/// must be flat, and the steepest never is one.
fn followed(directions: &[(f64, Vec<f64>)]) -> Vec<usize> {
    let mut followed: Vec<usize> = Vec::new();
    let flat = directions.iter().enumerate().filter(|(place, (reach, _))| *place == 0 || *reach >= FLAT);
    for (_, (_, components)) in flat.take(directions.len().saturating_sub(1).min(MOST_RIDGES)) {
        let most = |a: &usize, b: &usize| components[*a].abs().total_cmp(&components[*b].abs());
        followed.extend((0..components.len()).filter(|input| !followed.contains(input)).max_by(most));
    }
    followed
}

impl Simulated {
    /// The place of a point, by its values as printed.
    fn place(&self, levels: &[String]) -> Option<usize> {
        self.levels.iter().position(|known| known == levels)
    }
}

/// The points with which a fit begins: twice as many as there are coefficients.
const fn first_points(inputs: usize) -> usize {
    2 * coefficients(inputs)
}

fn no_metamodel() -> CalibrateError {
    refused("the simulated figures do not determine a surface", "fit fewer inputs, or widen their ranges")
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_flat_directions_but_the_steepest_are_followed_by_the_input_that_moves_most() {
        let direction = |reach: f64, components: [f64; 3]| (reach, components.to_vec());
        let flat =
            [direction(9.0, [0.2, -0.9, 0.4]), direction(0.5, [0.6, 0.7, 0.4]), direction(0.01, [0.8, 0.1, -0.6])];
        // The second line cannot be by the second input again.
        assert_eq!(followed(&flat), [1, 0]);
        let steep =
            [direction(0.1, [0.2, -0.9, 0.4]), direction(0.05, [0.9, 0.2, 0.4]), direction(0.01, [0.0, 0.4, 0.9])];
        assert_eq!(followed(&steep), [1], "the flattest is followed in any case");
        assert_eq!(followed(&[(5.0, vec![1.0])]), [0; 0], "one input trades against nothing");
    }

    #[test]
    fn an_input_is_fitted_in_its_own_range_or_a_given_one() {
        let session = Session::built_in().expect("a valid scenario");
        let range = |text: &str| input(&session, text).expect(text).range;
        let between = |low, high| Range::Between { low, high, scale: Spacing::Linear };
        assert_eq!(range("class-shares.non-user"), between(0.02, 0.08));
        assert_eq!(range("class-shares.non-user=0..20 %"), between(0.0, 0.2));
        assert!(matches!(range("to-623.immature=2 w..60 d"), Range::Between { low: 14.0, high: 60.0, .. }));
    }
}
