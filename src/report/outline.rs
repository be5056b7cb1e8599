//! What a reader has to know of a study beside its numbers. It is written with the results, so that a report needs
//! nothing else.

use serde::{Deserialize, Serialize};

use crate::engine::law::Law;
use crate::engine::time::Seconds;
use crate::explore::exploration::Exploration;
use crate::model::injection::Fault;
use crate::model::laws::NumberKind;
use crate::model::lever::{Acts, Lever, Pull};
use crate::results::attribution::Attribution;
use crate::results::comparison::{Comparison, Indifference, Primary, Question};
use crate::results::confirmation::Confirmation;
use crate::results::cube::Cube;
use crate::results::expectation::Verdict;
use crate::results::frame::date_text;
use crate::scenario::{Policy, Published, Scenario};
use crate::study::looks::Looks;

/// What a reader has to know of a study beside its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// The scenario's id.
    pub id: String,
    /// The scenario's digest.
    pub digest: String,
    /// The name of its file, for places in it; may be empty.
    #[serde(default)]
    pub file: String,
    /// Its title.
    pub title: String,
    /// What it is about; may be empty.
    pub story: String,
    /// First local date of the window.
    pub first: String,
    /// Last local date of the window.
    pub last: String,
    /// Local dates of the window.
    pub days: usize,
    /// The meters that it simulates.
    pub meters: Meters,
    /// Its policies, in the order of the scenario.
    pub policies: Vec<PolicyOutline>,
    /// Seed of all draws.
    pub seed: u64,
    /// Replications that were asked for.
    pub replications: u32,
    /// Confidence level of intervals.
    pub confidence: f64,
    /// The numbers by which policies are compared.
    pub primaries: Vec<PrimaryOutline>,
    /// Judged expectations. Empty if the study was stopped.
    pub verdicts: Vec<Verdict>,
    /// What an exploration of the inputs found, if there was one.
    #[serde(default)]
    pub exploration: Option<Exploration>,
    /// What each mitigation of some policies contributes, where that was asked for.
    #[serde(default)]
    pub attributions: Vec<Attribution>,
    /// Whether fresh replications give the same words, where that was asked for.
    #[serde(default)]
    pub confirmation: Option<Confirmation>,
    /// The looks at a study that ran until everything was decided.
    #[serde(default)]
    pub looks: Option<Looks>,
    /// Published figures to compare with.
    pub published: Vec<PublishedFigure>,
    /// Where its numbers come from.
    pub assumptions: Vec<AssumptionOutline>,
    /// Gaining suppliers whose 6.23s can wait, with the 6.23s that each sends on a working day.
    pub capacities: Vec<(String, u64)>,
    /// Whether messages are counted.
    pub traffic: bool,
    /// Whether a capacity of the way south is stated.
    pub capacity: bool,
    /// That capacity.
    #[serde(default)]
    pub rate: Option<RateOutline>,
    /// Whether a policy improves what suppliers do by a guessed share.
    pub guesses_improvement: bool,
    /// Whether the registration feed fails.
    pub registration_outage: bool,
    /// What was set for this run in place of the scenario's values: names and values.
    #[serde(default)]
    pub set: Vec<(String, String)>,
    /// Where only some of the scenario's policies were simulated, how many expectations of others are left out.
    #[serde(default)]
    pub left_out: Option<usize>,
}

/// A stated capacity as a reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RateOutline {
    /// The rate as a scenario has it, `850 /s`.
    pub words: String,
    /// Messages in a minute.
    pub a_minute: f64,
}

/// The meters that a study simulates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meters {
    /// Those of a market.
    Market {
        /// Connected at the end of the window.
        connected: u64,
    },
    /// Those of a script.
    Script {
        /// Meter points, with their copies.
        points: u64,
        /// What draws random numbers all the same.
        draws: Vec<Drawer>,
    },
}

/// What draws random numbers in a study of scripted meters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Drawer {
    /// Injections.
    Injections,
    /// A policy, by its id.
    Policy(String),
    /// Whether suppliers react when they are chased.
    Reactions,
}

/// What the replications of a study are to a reader: years, or windows of another length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// The window is a year.
    Years,
    /// It is not.
    Windows,
}

impl Repeated {
    /// What the replications of a window of this many days are.
    pub fn of_days(days: usize) -> Self {
        if (365..=366).contains(&days) { Self::Years } else { Self::Windows }
    }

    /// The word for them.
    pub fn name(self) -> &'static str {
        match self {
            Self::Years => "years",
            Self::Windows => "windows",
        }
    }

    /// All that could be simulated, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Years => "years",
            Self::Windows => "windows like this one",
        }
    }
}

/// A policy as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyOutline {
    /// Its id.
    pub id: String,
    /// What it is, in a line; may be empty.
    pub title: String,
    /// Who acts under it; nobody if it changes nothing. Of several levers the last counts.
    pub acts: Option<Acts>,
    /// The first policy with the same background of the estate, by place.
    pub background: usize,
}

/// A number by which policies are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrimaryOutline {
    /// The number, as a query.
    pub what: String,
    /// The largest difference that makes no difference.
    pub indifference: Option<Indifference>,
}

/// A published figure beside a number of the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PublishedFigure {
    /// The number, as a query.
    pub what: String,
    /// The published value.
    pub value: f64,
    /// Where it was published.
    pub source: String,
    /// What was fitted to it, if anything.
    pub fitted: Option<String>,
}

/// An assumption as a reader sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssumptionOutline {
    /// The parameter.
    pub name: String,
    /// Whether it is assumed rather than observed, derived or chosen.
    pub assumed: bool,
}

impl Outline {
    /// The outline of a scenario with the verdicts of its study.
    pub fn of(scenario: &Scenario, digest: &str, verdicts: Vec<Verdict>) -> Self {
        let outage = |fault: &Fault| matches!(fault, Fault::RegistrationOutage(_));
        Self {
            id: scenario.id.clone(),
            digest: digest.to_owned(),
            file: String::new(),
            title: scenario.title.clone(),
            story: scenario.story.split_whitespace().collect::<Vec<_>>().join(" "),
            first: date_text(scenario.window.first),
            last: date_text(scenario.window.first.plus(scenario.window.days as i32 - 1)),
            days: scenario.window.days,
            meters: meters(scenario),
            policies: (0..scenario.policies.len()).map(|place| policy(scenario, place)).collect(),
            seed: scenario.experiment.seed,
            replications: scenario.experiment.replications,
            confidence: scenario.experiment.confidence,
            primaries: scenario
                .primaries
                .iter()
                .map(|primary| PrimaryOutline { what: primary.query.to_string(), indifference: primary.indifference })
                .collect(),
            verdicts,
            exploration: None,
            attributions: Vec::new(),
            confirmation: None,
            looks: None,
            published: scenario.published.iter().map(published).collect(),
            assumptions: scenario
                .assumptions
                .iter()
                .map(|a| AssumptionOutline { name: a.name.clone(), assumed: a.kind == NumberKind::Assumed })
                .collect(),
            capacities: scenario.suppliers.iter().filter_map(|s| Some((s.id.clone(), s.desk.capacity?))).collect(),
            traffic: scenario.traffic.is_some(),
            capacity: scenario.states_a_capacity(),
            rate: scenario
                .frame
                .capacity
                .map(|rate| RateOutline { words: rate.to_string(), a_minute: 60.0 * rate.in_a_second() }),
            guesses_improvement: scenario.policies.iter().flat_map(|policy| &policy.pulls).any(improves),
            registration_outage: scenario.injections.iter().any(|injection| outage(&injection.fault)),
            set: Vec::new(),
            left_out: None,
        }
    }

    /// Whether it simulates a market.
    pub fn is_market(&self) -> bool {
        matches!(self.meters, Meters::Market { .. })
    }

    /// Whether the runs of a policy draw nothing at random, so that one replication has the exact numbers.
    pub fn is_exact(&self, policy: &PolicyOutline) -> bool {
        let draws = |drawer: &Drawer| match drawer {
            Drawer::Injections | Drawer::Reactions => true,
            Drawer::Policy(id) => *id == policy.id,
        };
        matches!(&self.meters, Meters::Script { draws: drawers, .. } if !drawers.iter().any(draws))
    }

    /// Compares all other policies with one of them, by place. After several looks, words are those of the last one's
    /// level.
    pub fn compare(&self, cube: &Cube, against: usize) -> Comparison {
        let primary = |primary: &PrimaryOutline| {
            Some(Primary { query: primary.what.parse().ok()?, indifference: primary.indifference })
        };
        let primaries: Vec<Primary> = self.primaries.iter().filter_map(primary).collect();
        let exact: Vec<bool> = self.policies.iter().map(|policy| self.is_exact(policy)).collect();
        let level = self.looks.as_ref().and_then(|looks| looks.level).unwrap_or(self.confidence);
        Comparison::of(cube, Question { against, primaries: &primaries, level, exact: &exact })
    }

    /// Whether results hold all replications that were asked for.
    pub fn is_complete(&self, cube: &Cube) -> bool {
        cube.n() >= self.replications as usize
    }
}

/// Whether a lever improves what suppliers do by a share that no source gives.
fn improves(pull: &Pull) -> bool {
    matches!(pull.lever, Lever::FollowsMature(_) | Lever::Enforces { .. })
}

fn published(Published { what, value, source, fitted, .. }: &Published) -> PublishedFigure {
    PublishedFigure { what: what.to_string(), value: *value, source: source.clone(), fitted: fitted.clone() }
}

fn policy(scenario: &Scenario, place: usize) -> PolicyOutline {
    let Policy { id, title, pulls, .. } = &scenario.policies[place];
    let backgrounds = &scenario.frame.backgrounds;
    let same = backgrounds.get(place).and_then(|own| backgrounds.iter().position(|other| other == own));
    PolicyOutline {
        id: id.clone(),
        title: title.clone(),
        acts: pulls.last().map(|pull| pull.lever.acts()),
        background: same.unwrap_or(0),
    }
}

fn meters(scenario: &Scenario) -> Meters {
    if let Some(connected) = scenario.frame.meters.last() {
        return Meters::Market { connected: *connected };
    }
    let mut draws = Vec::new();
    if scenario
        .injections
        .iter()
        .any(|injection| injection.share < 1.0 && injection.share > 0.0 || draws_of(&injection.fault))
    {
        draws.push(Drawer::Injections);
    }
    let drawn = |policy: &&Policy| policy.pulls.iter().any(|pull| pull.draws(&scenario.laws));
    draws.extend(scenario.policies.iter().filter(drawn).map(|policy| Drawer::Policy(policy.id.clone())));
    if scenario.suppliers.iter().any(|supplier| supplier.weights.reacts > 0.0 && supplier.weights.reacts < 1.0) {
        draws.push(Drawer::Reactions);
    }
    Meters::Script { points: scenario.meters.iter().map(|meter| meter.copies).sum(), draws }
}

/// Whether a fault draws random numbers at each meter.
fn draws_of(fault: &Fault) -> bool {
    match fault {
        Fault::Delayed(law) => !matches!(law, Law::Fixed(_) | Law::Never),
        Fault::RegistrationOutage(outage) => outage.clearing > Seconds(0),
        Fault::BookTransfer(transfer) => transfer.draws(),
        _ => false,
    }
}
