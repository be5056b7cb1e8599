//! One scripted meter whose numbers can be counted by hand, and policies tried on it.
//!
//! SSD 2018-12-01, a push at 00:10, runs at 02:00 (4.6.1) and 03:00 (4.8.1), 6.23 executed 2019-02-17 01:00. Left alone
//! it gives one closing read (day 0), 78 leaked reads (days 1 to 78) and 156 E4s (days 0 to 77, two each).
#![allow(dead_code, reason = "each file of tests uses a part")]

use meterchurn::results::cube::Cube;
use meterchurn::results::query::Query;
use meterchurn::scenario::read;
use meterchurn::study::{self, How};

pub const LEAKED: &str = "leaked-reads.delivered{path=push}";
pub const PULLED: &str = "leaked-reads.delivered{path=pull}";
pub const E4: &str = "alerts.delivered{class=e4}";
pub const NOTICES: &str = "alerts.delivered{class=notice}";
pub const CLOSING: &str = "closing-reads.delivered{path=push}";
pub const UNWANTED: &str = "unwanted-alerts.delivered";

/// Executed on day 78 at 01:00.
pub const LATE: &str = "cos = { execute = 2019-02-17T01:00:00 }";

/// A scenario in pieces: what differs from the meter above.
pub struct Script {
    pub top: String,
    pub losing: &'static str,
    pub gaining: &'static str,
    pub switch: String,
    pub further: String,
    /// What the meter has beside its calendar and its schedules.
    pub meter: String,
    pub uses: Vec<String>,
}

pub struct Ran {
    pub policies: Vec<String>,
    pub results: Cube,
}

pub fn script() -> Script {
    Script {
        top: String::new(),
        losing: "",
        gaining: "class = \"immature\"",
        switch: LATE.into(),
        further: String::new(),
        meter: String::new(),
        uses: Vec::new(),
    }
}

impl Script {
    /// The laws of the losing supplier's cancelling made plain: it acts this long before SSD (less the lead).
    pub fn top(mut self, top: &str) -> Self {
        self.top = top.into();
        self
    }

    pub fn losing(mut self, losing: &'static str) -> Self {
        self.losing = losing;
        self
    }

    pub fn gaining(mut self, gaining: &'static str) -> Self {
        self.gaining = gaining;
        self
    }

    pub fn switch(mut self, switch: &str) -> Self {
        self.switch = switch.into();
        self
    }

    pub fn further(mut self, further: &str) -> Self {
        self.further = further.into();
        self
    }

    pub fn meter(mut self, meter: &str) -> Self {
        self.meter = meter.into();
        self
    }

    /// A policy that uses mitigations, written as in a scenario; it is called `tried`.
    pub fn using(mut self, mitigations: &str) -> Self {
        let id = if self.uses.is_empty() { "tried".into() } else { format!("tried-{}", self.uses.len()) };
        self.uses.push(format!("[[policy]]\nid = \"{id}\"\nuse = [{mitigations}]\n"));
        self
    }

    pub fn text(&self) -> String {
        let Script { top, losing, gaining, switch, further, meter, .. } = self;
        format!(
            r#"
schema = 1
title = "One meter"
{top}
[time]
start = 2018-11-01
horizon = 2019-03-01
[[supplier]]
id = "losing"
{losing}
[[supplier]]
id = "gaining"
{gaining}
[[meter]]
id = 1
holder = "losing"
calendar = {{ period = "daily", offset = "10 min" }}
schedules = [
    {{ owner = "losing", reads = "4.6.1", period = "daily", at = "02:00" }},
    {{ owner = "losing", reads = "4.8.1", period = "daily", at = "03:00" }},
]
{meter}
[[switch]]
meter = 1
from = "losing"
to = "gaining"
ssd = 2018-12-01
{switch}
{further}
[[policy]]
id = "baseline"
{}"#,
            self.uses.concat()
        )
    }

    pub fn run(&self) -> Ran {
        Ran::of(&self.text())
    }
}

impl Ran {
    /// The study of a whole scenario.
    pub fn of(text: &str) -> Self {
        let (scenario, _) = read("one-meter", text).unwrap_or_else(|findings| panic!("{findings:#?}\n{text}"));
        let results = study::run(&scenario, How::default(), &|_| ()).expect("a study that ends");
        Self { policies: scenario.policies.iter().map(|p| p.id.clone()).collect(), results }
    }

    pub fn value(&self, policy: &str, what: &str) -> f64 {
        self.values(policy, what)[0]
    }

    /// In each replication.
    pub fn values(&self, policy: &str, what: &str) -> Vec<f64> {
        let query: Query = what.to_string().parse().expect("a query");
        let place = self.policies.iter().position(|id| id == policy).expect("a policy of the script");
        query.values(&self.results, place).into_iter().map(|value| value.expect("a number")).collect()
    }

    /// A total under the policy that is tried.
    pub fn tried(&self, metric: &str) -> f64 {
        self.value("tried", &format!("{metric}.total"))
    }

    /// A total under the baseline.
    pub fn left_alone(&self, metric: &str) -> f64 {
        self.value("baseline", &format!("{metric}.total"))
    }

    /// The policy's total less the baseline's.
    pub fn difference(&self, metric: &str) -> f64 {
        self.value("tried", &format!("{metric}.diff"))
    }
}

/// The losing supplier acts 4 days before SSD: on 2018-11-27 at 00:00.
pub const IN_TIME: &str = "[laws.notice]\nvalue = \"5 d\"\nsource = \"test\"\nkind = \"assumed\"\n\
    [laws.lead]\nvalue = \"1 d\"\nsource = \"test\"\nkind = \"assumed\"";
/// It acts a day after SSD.
pub const TOO_LATE: &str = "[laws.notice]\nvalue = \"1 d\"\nsource = \"test\"\nkind = \"assumed\"\n\
    [laws.lead]\nvalue = \"2 d\"\nsource = \"test\"\nkind = \"assumed\"";
/// Mature practice is to send in the second of SSD.
pub const MATURE_AT_ONCE: &str = "[laws.to-623.mature]\nvalue = \"0 s\"\nsource = \"test\"\nkind = \"assumed\"";
