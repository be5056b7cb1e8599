//! The agenda beside other queues: an indexed heap of two and of four children, and the standard library's heap with
//! lazy deletion.
//!
//! The operations are those that `model::backlog` makes: all meters of a book are due in one second, each has one turn
//! to come, which is set anew, moved or cancelled; few suppliers open on working days and grant what their capacity
//! allows. They are written down once for each size and then made by each queue alone.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::hint::black_box;

use super::{is_test, median, ratios, rounds, seconds};
use meterchurn::engine::agenda::Agenda;
use meterchurn::engine::random::mix;
use meterchurn::engine::time::{DAY, HOUR, Instant, Seconds};

/// Suppliers of last resort.
const SUPPLIERS: u32 = 4;
/// Openings in which a book is worked off.
const OPENINGS: usize = 20;
/// Operations that are made at least in a round, so that small queues are timed too.
const LEAST: usize = 1_000_000;

/// Rounds of each.
const ROUNDS: usize = 5;

/// One operation on a queue. Actors are numbered: meters, then suppliers.
#[derive(Debug, Clone, Copy)]
enum Step {
    Set(u32, Instant, u8),
    Cancel(u32),
    Take,
}

/// A turn that is due: second, rank, actor.
type Due = (Instant, u8, u32);

/// What an agenda can do.
trait Queue {
    fn new(actors: usize) -> Self;
    fn set(&mut self, actor: u32, at: Instant, rank: u8);
    fn cancel(&mut self, actor: u32);
    fn take(&mut self) -> Option<Due>;
}

// --- The queues ------------------------------------------------------------------------------------------------------

/// As in `model::backlog`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Actor {
    Meter(u32),
    Supplier(u16),
}

/// `engine::agenda`, which is built on `priority-queue`.
struct Engine {
    meters: u32,
    agenda: Agenda<Actor>,
}

impl Engine {
    fn actor(&self, number: u32) -> Actor {
        match number.checked_sub(self.meters) {
            None => Actor::Meter(number),
            Some(supplier) => Actor::Supplier(supplier as u16),
        }
    }
}

impl Queue for Engine {
    fn new(actors: usize) -> Self {
        Self { meters: actors as u32 - SUPPLIERS, agenda: Agenda::default() }
    }

    fn set(&mut self, actor: u32, at: Instant, rank: u8) {
        self.agenda.set(self.actor(actor), at, rank);
    }

    fn cancel(&mut self, actor: u32) {
        self.agenda.cancel(self.actor(actor));
    }

    fn take(&mut self) -> Option<Due> {
        let turn = self.agenda.take_next()?;
        let actor = match turn.key {
            Actor::Meter(meter) => meter,
            Actor::Supplier(supplier) => self.meters + u32::from(supplier),
        };
        Some((turn.at, turn.rank, actor))
    }
}

/// A heap of turns in an array, and the place of each actor's in it.
struct Indexed<const CHILDREN: usize> {
    heap: Vec<Due>,
    places: Vec<u32>,
}

const NOWHERE: u32 = u32::MAX;

impl<const CHILDREN: usize> Indexed<CHILDREN> {
    fn put(&mut self, place: usize, due: Due) {
        self.heap[place] = due;
        self.places[due.2 as usize] = place as u32;
    }

    /// Moves what is at a place to where it belongs.
    fn settle(&mut self, mut place: usize) {
        let due = self.heap[place];
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if self.heap[parent] <= due {
                break;
            }
            self.put(place, self.heap[parent]);
            place = parent;
        }
        loop {
            let children = place * CHILDREN + 1..self.heap.len().min((place + 1) * CHILDREN + 1);
            match children.min_by_key(|&child| self.heap[child]) {
                Some(child) if self.heap[child] < due => {
                    self.put(place, self.heap[child]);
                    place = child;
                }
                _ => break,
            }
        }
        self.put(place, due);
    }

    fn remove(&mut self, place: usize) -> Due {
        let due = self.heap.swap_remove(place);
        self.places[due.2 as usize] = NOWHERE;
        if place < self.heap.len() {
            self.settle(place);
        }
        due
    }
}

impl<const CHILDREN: usize> Queue for Indexed<CHILDREN> {
    fn new(actors: usize) -> Self {
        Self { heap: Vec::with_capacity(actors), places: vec![NOWHERE; actors] }
    }

    fn set(&mut self, actor: u32, at: Instant, rank: u8) {
        let due = (at, rank, actor);
        let place = match self.places[actor as usize] {
            NOWHERE => {
                self.heap.push(due);
                self.heap.len() - 1
            }
            place => {
                self.heap[place as usize] = due;
                place as usize
            }
        };
        self.settle(place);
    }

    fn cancel(&mut self, actor: u32) {
        let place = self.places[actor as usize];
        if place != NOWHERE {
            self.remove(place as usize);
        }
    }

    fn take(&mut self) -> Option<Due> {
        (!self.heap.is_empty()).then(|| self.remove(0))
    }
}

/// The standard library's heap. What was moved or cancelled stays in it until its second, and is passed over then.
struct Lazy {
    heap: BinaryHeap<Reverse<(Due, u32)>>,
    // The number of the one entry of each actor that counts; a number that no entry has where none does.
    live: Vec<u32>,
}

impl Queue for Lazy {
    fn new(actors: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(actors), live: vec![0; actors] }
    }

    fn set(&mut self, actor: u32, at: Instant, rank: u8) {
        let live = &mut self.live[actor as usize];
        *live += 1;
        self.heap.push(Reverse(((at, rank, actor), *live)));
    }

    fn cancel(&mut self, actor: u32) {
        self.live[actor as usize] += 1;
    }

    fn take(&mut self) -> Option<Due> {
        loop {
            let Reverse((due, number)) = self.heap.pop()?;
            if self.live[due.2 as usize] == number {
                self.live[due.2 as usize] += 1;
                return Some(due);
            }
        }
    }
}

// --- The pattern -----------------------------------------------------------------------------------------------------

/// Records the operations on the agenda while this many coupled meters are run.
struct Office {
    queue: Indexed<2>,
    steps: Vec<Step>,
    meters: u32,
    // How many turns of its transfer a meter has had, and of its later switch.
    progress: Vec<[u8; 2]>,
    backlogs: Vec<VecDeque<u32>>,
    capacity: usize,
}

/// Ranks of a meter's turns: registration, the DCC's copy, 6.23 to the backlog; then its execution, the gainer's own
/// requests and answers.
const TRANSFER: [u8; 3] = [1, 2, 6];
const AFTER: [u8; 4] = [3, 6, 4, 4];

impl Office {
    fn record(meters: u32) -> Vec<Step> {
        let mut office = Office {
            queue: Indexed::new((meters + SUPPLIERS) as usize),
            steps: Vec::new(),
            meters,
            progress: vec![[0; 2]; meters as usize],
            backlogs: vec![VecDeque::new(); SUPPLIERS as usize],
            capacity: (meters as usize / SUPPLIERS as usize / OPENINGS).max(1),
        };
        for meter in 0..meters {
            office.set(meter, office.transfer(meter), TRANSFER[0]);
        }
        loop {
            office.steps.push(Step::Take);
            match office.queue.take() {
                None => return office.steps,
                Some((at, _, actor)) if actor >= meters => office.open(actor, at),
                Some((at, _, meter)) => office.step(meter, at),
            }
        }
    }

    fn set(&mut self, actor: u32, at: Instant, rank: u8) {
        self.queue.set(actor, at, rank);
        self.steps.push(Step::Set(actor, at, rank));
    }

    fn chance(&self, meter: u32, purpose: u64, below: u64) -> i64 {
        (mix(u64::from(meter) | purpose << 32) % below) as i64
    }

    /// Two books move on one date, two a week later.
    fn transfer(&self, meter: u32) -> Instant {
        Instant(if meter % SUPPLIERS < 2 { 10 } else { 17 } * DAY.0)
    }

    /// A tenth of the meters switch once more, when the backlog is gone: that turn is pending while they wait in it.
    fn later(&self, meter: u32) -> Option<Instant> {
        (self.chance(meter, 1, 10) == 0).then(|| Instant(60 * DAY.0 + self.chance(meter, 2, 30 * DAY.0 as u64)))
    }

    fn step(&mut self, meter: u32, at: Instant) {
        let [first, second] = self.progress[meter as usize];
        if self.later(meter).is_some_and(|later| later <= at) {
            self.progress[meter as usize][1] += 1;
            return match second {
                0 => self.set(meter, at, 2),
                1 => self.set(meter, at + Seconds(self.chance(meter, 3, 86_400)), 6),
                2 => self.set(meter, at + Seconds(2 + self.chance(meter, 4, 28)), 3),
                _ => self.rest(meter),
            };
        }
        self.progress[meter as usize][0] += 1;
        match (first as usize + 1, TRANSFER.len()) {
            (next, before) if next < before => self.set(meter, at, TRANSFER[next]),
            (next, before) if next == before => {
                self.join(meter, at);
                self.rest(meter);
            }
            (next, before) => match next - before {
                1 => self.set(meter, at + Seconds(HOUR.0 + self.chance(meter, 5, 5 * DAY.0 as u64)), AFTER[1]),
                2 => self.set(meter, at + Seconds(1), AFTER[2]),
                3 => self.set(meter, at + Seconds(1 + self.chance(meter, 6, 28)), AFTER[3]),
                _ => self.rest(meter),
            },
        }
    }

    /// Nothing more of the transfer: the later switch, or nothing at all.
    fn rest(&mut self, meter: u32) {
        let left = self.progress[meter as usize][1] == 0;
        if let Some(later) = self.later(meter).filter(|_| left) {
            self.set(meter, later, 1);
        } else {
            self.queue.cancel(meter);
            self.steps.push(Step::Cancel(meter));
        }
    }

    fn join(&mut self, meter: u32, at: Instant) {
        let supplier = meter % SUPPLIERS;
        self.backlogs[supplier as usize].push_back(meter);
        if self.backlogs[supplier as usize].len() == 1 {
            self.set_opening(self.meters + supplier, at);
        }
    }

    fn set_opening(&mut self, actor: u32, from: Instant) {
        let mut openings = (0..).map(|day| Instant(day * DAY.0 + 9 * HOUR.0)).filter(|at| (at.0 / DAY.0) % 7 < 5);
        let at = openings.find(|at| *at >= from).expect("openings go on");
        self.set(actor, at, 7);
    }

    fn open(&mut self, actor: u32, at: Instant) {
        let supplier = (actor - self.meters) as usize;
        for _ in 0..self.capacity {
            let Some(meter) = self.backlogs[supplier].pop_front() else { break };
            self.set(meter, at + Seconds(2 + self.chance(meter, 7, 28)), AFTER[0]);
        }
        if !self.backlogs[supplier].is_empty() {
            self.set_opening(actor, at + Seconds(1));
        }
    }
}

// --- Timing ----------------------------------------------------------------------------------------------------------

/// Makes the steps; what comes out, in its order, as a number.
fn make<Q: Queue>(steps: &[Step], actors: usize) -> u64 {
    let mut queue = Q::new(actors);
    let mut order = 0;
    for step in steps {
        match *step {
            Step::Set(actor, at, rank) => queue.set(actor, at, rank),
            Step::Cancel(actor) => queue.cancel(actor),
            Step::Take => {
                if let Some((at, rank, actor)) = queue.take() {
                    order = mix(order ^ at.0 as u64 ^ u64::from(rank) << 32 ^ u64::from(actor) << 40);
                }
            }
        }
    }
    order
}

/// Makes the steps and says what comes out.
type Maker = fn(&[Step], usize) -> u64;

/// Prints nanoseconds an operation, and beside the engine's agenda how many times them each other queue takes.
pub fn compare() {
    let queues: [(&str, Maker); 4] = [
        ("priority-queue", make::<Engine>),
        ("indexed binary heap", make::<Indexed<2>>),
        ("indexed 4-ary heap", make::<Indexed<4>>),
        ("BinaryHeap, lazy deletion", make::<Lazy>),
    ];
    println!("\nAgenda: ns an operation (set, move, cancel, take) in the pattern of backlogs, and x priority-queue");
    println!("{:<28}{}", "meters", queues.map(|(name, _)| format!("{name:>28}")).concat());
    let sizes: &[u32] = if is_test() { &[1_000] } else { &[1_000, 10_000, 100_000, 1_000_000] };
    for &meters in sizes {
        let (steps, actors) = (Office::record(meters), (meters + SUPPLIERS) as usize);
        let repeats = if is_test() { 1 } else { LEAST.div_ceil(steps.len()) };
        let expected = make::<Engine>(&steps, actors);
        let mut times = queues.map(|_| Vec::new());
        for _ in 0..rounds(ROUNDS) {
            for ((name, make), times) in queues.iter().zip(&mut times) {
                times.push(seconds(|| {
                    for _ in 0..repeats {
                        assert_eq!(make(black_box(&steps), actors), expected, "{name} gives another order");
                    }
                }));
            }
        }
        let cell = |these: &Vec<f64>| {
            let each = median(these) * 1e9 / (repeats * steps.len()) as f64;
            format!("{:>28}", format!("{each:.1}  {:.2}", median(&ratios(these, &times[0]))))
        };
        let cells: String = times.iter().map(cell).collect();
        println!("{:<28}{cells}", format!("{meters} ({:.1} steps each)", steps.len() as f64 / f64::from(meters)));
    }
}
