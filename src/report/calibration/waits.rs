//! Laws fitted to waits, on a page.

use serde::Serialize;

use crate::calibrate::waits::sample::Survival;
use crate::calibrate::waits::{Ended, Estimate, Family, Fit, Sample};
use crate::report::document::{Block, Document, Grid, Text};
use crate::text::number::{counted, number, significant, with_decimals};

/// Days at which a fitted law is shown beside the observed curve.
const DAYS: [f64; 14] = [0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 50.0, 78.0, 100.0, 150.0, 200.0, 365.0, 730.0];

/// A law fitted to waits, and others that were tried.
#[derive(Debug, Serialize)]
pub struct FittedLaw<'l> {
    /// The scenario's id.
    pub scenario: &'l str,
    /// The law's name.
    pub law: &'l str,
    /// The fitted law as a scenario has it.
    pub value: &'l str,
    /// The confidence level of intervals.
    pub level: f64,
    /// How many waits ended in each way.
    pub ends: Vec<(&'static str, usize)>,
    /// The numbers of the fitted law.
    pub estimates: &'l [Estimate],
    /// The laws that were tried, the best first.
    pub families: Vec<Tried>,
    /// The observed and the fitted probabilities of a longer wait.
    pub curve: Vec<Beside>,
}

/// A law that was tried.
#[derive(Debug, Serialize)]
pub struct Tried {
    family: Family,
    parameters: usize,
    log_likelihood: f64,
    aic: f64,
}

/// The observed and the fitted probability of a longer wait.
#[derive(Debug, Serialize)]
pub struct Beside {
    #[serde(flatten)]
    observed: Survival,
    fitted: f64,
}

impl<'l> FittedLaw<'l> {
    /// Of the laws that were fitted to a sample, the best first; `value` is that one as a scenario has it.
    pub fn of(
        (scenario, law, value): (&'l str, &'l str, &'l str),
        sample: &Sample,
        (best, fits): (&'l Fit, &[Fit]),
        level: f64,
    ) -> Self {
        let longest = sample.sent.last().into_iter().chain(sample.censored.last());
        let longest = longest.map(|(days, _)| *days).fold(0.0, f64::max);
        let days: Vec<f64> = DAYS.into_iter().filter(|day| *day < longest).collect();
        let curve = sample.kaplan_meier(&days).into_iter();
        let tried = |fit: &Fit| Tried {
            family: fit.family,
            parameters: fit.estimates.len(),
            log_likelihood: fit.log_likelihood,
            aic: fit.aic,
        };
        Self {
            scenario,
            law,
            value,
            level,
            ends: Ended::ALL.iter().map(|(name, ended)| (*name, sample.ends[*ended as usize])).collect(),
            estimates: &best.estimates,
            families: fits.iter().map(tried).collect(),
            curve: curve.map(|observed| Beside { observed, fitted: best.survival(observed.days) }).collect(),
        }
    }
}

/// What is said of a fitted law.
pub fn document(fitted: &FittedLaw<'_>) -> Document {
    let waits: usize = fitted.ends.iter().map(|(_, n)| n).sum();
    let ends = fitted.ends.iter().map(|(name, n)| format!("{} {name}", number(*n as f64))).collect::<Vec<_>>();
    let blocks = vec![
        Block::Title(Text::from("Calibration of ").and_name(fitted.scenario).words(": the law ").and_name(fitted.law)),
        Block::Paragraph(
            format!(
                "Fitted to {} by maximum likelihood: {}. Waits that were returned, superseded or open count as \
                 censored, as if their 6.23s had been sent later.",
                counted(waits, "wait"),
                ends.join(", ")
            )
            .into(),
        ),
        Block::Grid(estimates(fitted)),
        Block::Grid(families(fitted)),
        Block::Grid(curve(fitted)),
        Block::Paragraph(Text::from("The law as a scenario has it: ").and_name(fitted.value)),
    ];
    Document { blocks }
}

fn estimates(fitted: &FittedLaw<'_>) -> Grid {
    let row = |Estimate { name, unit, value, interval }: &Estimate| {
        let end = |end: Option<f64>| end.map_or_else(|| "no limit".to_owned(), |end| significant(end, 3));
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        let [low, high] = interval.map(end);
        let said = format!("{low} to {high}");
        vec![(*name).into(), (significant(*value, 4) + &unit).into(), said.into()]
    };
    Grid {
        title: format!("The law that fits best: {}", fitted.families.first().map_or("", |tried| tried.family.name()))
            .into(),
        columns: vec![
            "number".into(),
            "estimate".into(),
            format!("{} % profile-likelihood interval", significant(100.0 * fitted.level, 3)).into(),
        ],
        left: vec![0, 2],
        groups: vec![(Text::default(), fitted.estimates.iter().map(row).collect())],
        notes: Vec::new(),
    }
}

fn families(fitted: &FittedLaw<'_>) -> Grid {
    let least = fitted.families.first().map_or(0.0, |tried| tried.aic);
    let row = |Tried { family, parameters, log_likelihood, aic }: &Tried| {
        vec![
            family.name().into(),
            parameters.to_string().into(),
            with_decimals(*log_likelihood, 2).into(),
            format!("{} (+{})", with_decimals(*aic, 2), with_decimals(aic - least, 2)).into(),
        ]
    };
    Grid {
        title: "Laws that were tried".into(),
        columns: ["law", "parameters", "log-likelihood", "AIC (less is better)"].map(Text::from).to_vec(),
        left: vec![0, 3],
        groups: vec![(Text::default(), fitted.families.iter().map(row).collect())],
        notes: Vec::new(),
    }
}

fn curve(fitted: &FittedLaw<'_>) -> Grid {
    let percent = |share: f64| format!("{} %", with_decimals(100.0 * share, 1));
    let row = |Beside { observed, fitted }: &Beside| {
        vec![
            format!("{} d", number(observed.days)).into(),
            number(observed.at_risk).into(),
            percent(observed.probability).into(),
            percent(*fitted).into(),
        ]
    };
    Grid {
        title: "Waits that take longer".into(),
        columns: ["than", "still observed", "Kaplan-Meier", "fitted"].map(Text::from).to_vec(),
        left: Vec::new(),
        groups: vec![(Text::default(), fitted.curve.iter().map(row).collect())],
        notes: Vec::new(),
    }
}
