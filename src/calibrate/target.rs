//! Observed figures to which inputs are fitted.

use super::moments::CalibrateError;
use crate::results::query::{Contrast, Query};
use crate::scenario::{Published, Scenario};
use crate::text::Advice;

/// An observed figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The number of the baseline that was observed.
    pub query: Query,
    /// The observed value.
    pub value: f64,
    /// The standard deviation of the observed value around the model's mean. `None` if the figure is taken to be like
    /// one replication, with the spread of replications and their correlations.
    pub sd: Option<f64>,
    /// Where it was observed.
    pub source: String,
}

/// Where a figure comes from that the command line gives.
const COMMAND_LINE: &str = "the command line";

impl Target {
    /// The published figures of a scenario.
    pub fn published(scenario: &Scenario) -> Vec<Self> {
        let target = |Published { what, value, sd, source, .. }: &Published| Self {
            query: what.clone(),
            value: *value,
            sd: *sd,
            source: source.clone(),
        };
        scenario.published.iter().map(target).collect()
    }

    /// Reads `QUERY=VALUE` or `QUERY=VALUE±SD`; `+-` also separates the two. The query must name a number that the
    /// scenario has.
    ///
    /// # Errors
    /// When a part cannot be read.
    pub fn parse(scenario: &Scenario, text: &str) -> Result<Self, CalibrateError> {
        let refused = |message: String, help: &str| CalibrateError::Target {
            text: text.to_owned(),
            advice: Advice::new(message, help),
        };
        // A query has `=` between its labels and their values.
        let Some((query, figure)) = text.rsplit_once('=').filter(|(query, _)| !query.trim().is_empty()) else {
            return Err(refused("it names no number and value".to_owned(), EXAMPLE));
        };
        let (value, sd) = match figure.split_once('±').or_else(|| figure.split_once("+-")) {
            Some((value, sd)) => (value, Some(sd)),
            None => (figure, None),
        };
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let Some(value) = number(value) else {
            return Err(refused("the value after the last `=` is not a number".to_owned(), EXAMPLE));
        };
        let sd = match sd.map(|sd| number(sd).filter(|sd| *sd > 0.0)) {
            Some(None) => return Err(refused("the SD after `±` is not a number above 0".to_owned(), EXAMPLE)),
            Some(sd) => sd,
            None => None,
        };
        let query = query.trim().parse::<Query>().and_then(|query| query.check(&scenario.frame).map(|()| query));
        let query = query.map_err(|advice| CalibrateError::Target { text: text.to_owned(), advice })?;
        if query.contrast != Contrast::Value {
            return Err(refused(
                "it compares a policy with the baseline, and the baseline alone is fitted".to_owned(),
                "name a total, a mean or a maximum",
            ));
        }
        Ok(Self { query, value, sd, source: COMMAND_LINE.to_owned() })
    }
}

const EXAMPLE: &str = "write QUERY=VALUE±SD, as in 'not-initiated.open{at=2018-12-31}.total=1046±30'";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::session::Session;

    fn read(text: &str) -> Result<Target, String> {
        let session = Session::built_in().expect("a valid scenario");
        Target::parse(session.scenario(), text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_figure_is_a_query_a_value_and_perhaps_an_sd() {
        let what = "not-initiated.open{at=2018-12-31}.total";
        for (text, sd) in [("=1046", None), ("=1046±30", Some(30.0)), (" = 1046 +- 30.5", Some(30.5))] {
            let target = read(&format!("{what}{text}")).expect(text);
            assert_eq!((target.query.to_string().as_str(), target.value, target.sd), (what, 1_046.0, sd));
        }
    }

    #[test]
    fn a_figure_that_cannot_be_read_is_refused_with_what_to_write() {
        for (text, part) in [
            ("1046", "write QUERY=VALUE±SD"),
            ("not-initiated.open{at=2018-12-31}.total=many", "not a number"),
            ("not-initiated.open{at=2018-12-31}.total=1046±0", "above 0"),
            ("not-initiated.open{at=2018-12-31}.total=NaN", "not a number"),
            ("not-initiated.opn{at=2018-12-31}.total=1046", "did you mean `not-initiated.open`?"),
            ("leaked-reads.delivered.diff=3", "the baseline alone is fitted"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn the_built_in_scenario_has_two_published_stocks() {
        let session = Session::built_in().expect("a valid scenario");
        let values: Vec<f64> = Target::published(session.scenario()).iter().map(|target| target.value).collect();
        assert_eq!(values, [758.0, 1_046.0]);
    }
}
