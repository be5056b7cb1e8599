//! The floor of a run: what its results need of any program, done as cheaply as we know how. Each case makes as many
//! draws as its plan takes and as many additions as its walk makes, at the market's minutes. There is no plan, no rule
//! and no allocation.

use std::hint::black_box;

use meterchurn::engine::bins::MINUTES_A_DAY;
use meterchurn::engine::random::{Draws, mix};
use meterchurn::engine::time::Instant;
use meterchurn::model::drawing::Drawing;
use meterchurn::model::emission::Stretch;
use meterchurn::model::labels::{Channel, ReadKind, Standing};
use meterchurn::model::ledger::Ledger;
use meterchurn::model::walk::{Around, Walk};
use meterchurn::model::window::Window;
use meterchurn::model::witness::{Fate, Note, Witness};
use meterchurn::scenario::{Policy, Scenario};
use meterchurn::study;

/// Draws of a plan, and how many of them a law inverts.
const DRAWS: usize = 30;
const LAWS: usize = 13;

/// The number of quantiles in the table of a law.
const QUANTILES: usize = 1 << 10;

/// Counters, as many as the ledger of a small study has in use.
const COUNTERS: usize = 256;

/// What the cases of a market need.
pub struct Floor {
    /// Cases of the market.
    pub cases: u64,
    /// Additions to counters.
    pub counters: u64,
    /// Additions to minute bins, by the cells in which each begins and ends.
    pub bins: Vec<[usize; 2]>,
    window: Window,
    quantiles: Vec<[u32; QUANTILES]>,
}

impl Floor {
    /// That of a market under a policy. Every meter is walked once with a witness, untimed. What passes without a note is
    /// left out; on the other side, steps within one second and requests before the window count an addition that the
    /// ledger spares.
    pub fn of(scenario: &Scenario, policy: &Policy) -> Self {
        let window = scenario.window;
        let (mut additions, mut ledger) = (Additions { window, counters: 0, bins: Vec::new() }, Ledger::new(window));
        study::each_plan(scenario, policy, 0, |plan| {
            let around = Around::time(&scenario.civil);
            let mut walk = Walk::new(&plan, plan.copies, window.start, window.horizon, around);
            while walk.next().is_some() {
                walk.step(&mut ledger, &mut additions);
                // The gap grows at every step.
                additions.counters += 1;
            }
            walk.finish(&mut ledger, &mut additions);
            // The fingerprint is two words.
            additions.counters += 2;
        })
        .expect("a market to draw");
        let counters = additions.counters + ledger.open * 6;
        // Exponential laws: a table of quantiles takes the same time whatever the law.
        let quantile = |n: usize| -libm::log1p(-(n as f64 + 0.5) / QUANTILES as f64) * 86_400.0;
        let quantiles = vec![std::array::from_fn(|n| quantile(n) as u32); LAWS];
        Self { cases: ledger.switches.values().sum(), counters, bins: additions.bins, window, quantiles }
    }

    /// Additions to counters and to bins of each case.
    pub fn updates(&self) -> [f64; 2] {
        [self.counters as f64, self.bins.len() as f64].map(|n| n / self.cases as f64)
    }

    /// The draws of this many cases, and what laws make of them.
    pub fn draw(&self, cases: u64) {
        for case in 0..cases {
            let start = mix(case);
            let mut drawn = [0_u32; DRAWS];
            for (n, drawn) in (1_u64..).zip(&mut drawn) {
                let bits = mix(start.wrapping_add(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
                let law = self.quantiles.get(n as usize - 1);
                *drawn = law.map_or((bits >> 32) as u32, |law| law[(bits >> 54) as usize]);
            }
            black_box(&drawn);
        }
    }

    /// The additions of this many cases, into cells of a byte.
    pub fn count(&self, cases: u64) {
        let share = cases as f64 / self.cases as f64;
        let mut counters = [0_u64; COUNTERS];
        for n in 0..(self.counters as f64 * share) as usize {
            counters[black_box(n % COUNTERS)] += 1;
        }
        black_box(&counters);
        let mut cells = vec![0_i8; cells(&self.window)];
        for [begins, ends] in self.bins.iter().cycle().take((self.bins.len() as f64 * share) as usize) {
            cells[*begins] = cells[*begins].wrapping_add(1);
            cells[*ends] = cells[*ends].wrapping_sub(1);
        }
        black_box(&cells);
    }
}

/// Draws every plan of a market as the program does, and drops it.
pub fn draw_plans(scenario: &Scenario) {
    let market = scenario.market.as_ref().expect("a market");
    let (weights, windows) = (scenario.weights(), [scenario.window; 2]);
    let drawing = Drawing::new(market, &scenario.laws, &weights, &[], scenario.conventions, (windows, &scenario.civil))
        .expect("weights to draw from");
    let draws = Draws::new(scenario.experiment.seed, 0);
    drawing.each_meter(&draws, |plan, first| {
        black_box((plan, first));
    });
}

/// The cells of all channels. A window touches one UTC day more than it has local days, and what ends on the last day
/// needs another.
fn cells(window: &Window) -> usize {
    Channel::ALL.len() * (window.days + 2) * MINUTES_A_DAY
}

/// What a walk adds.
struct Additions {
    window: Window,
    counters: u64,
    bins: Vec<[usize; 2]>,
}

impl Additions {
    fn bin(&mut self, channel: Channel, stretch: Stretch) {
        let day = (stretch.first.utc_day().0 - self.window.start.utc_day().0) as usize;
        let minute = stretch.first.second_of_utc_day() as usize / 60;
        let cell = |day: usize| (channel as usize * (self.window.days + 2) + day) * MINUTES_A_DAY + minute;
        self.bins.push([cell(day), cell(day + stretch.count as usize)]);
    }
}

/// Adds what a note represents in the ledger.
impl Witness for Additions {
    fn note(&mut self, _at: Instant, note: Note) {
        self.counters += match note {
            // Alerts emitted, carried, delivered, retained; reads emitted, delivered, retained.
            Note::Pushed(kind, _, stretch, Fate::Delivered { .. }) => {
                if kind == ReadKind::Leaked {
                    self.bin(Channel::LeakedPush, stretch);
                }
                7
            }
            // Lost on the air: the baseline filters nothing.
            Note::Pushed(..) => 3,
            Note::Pulled(kind, _, stretch, _) => {
                if kind == ReadKind::Leaked {
                    self.bin(Channel::LeakedPull, stretch);
                }
                3
            }
            Note::Refused(_, standing, stretch, _) => {
                if standing == Standing::Unregistered {
                    self.bin(Channel::E4, stretch);
                }
                3
            }
            Note::Notice(..) => 3,
            Note::Request(..) | Note::InVain(..) | Note::Registered(_) | Note::Withdrawn(_) | Note::CaseOpened(_) => 1,
            // Endings, cases, exposure twice, and two steps of the daily stock.
            Note::CaseClosed(..) => 6,
            _ => 0,
        };
    }
}
