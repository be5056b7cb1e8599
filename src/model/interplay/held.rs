//! A meter that waits for a supplier's capacity, between its walks, and what is expected of it before the first.

use crate::engine::time::{Instant, Seconds};
use crate::model::attend::Joined;
use crate::model::desk::{Joining, Turn};
use crate::model::plan::{MeterId, MeterPlan, Sending, SupplierId};
use crate::model::south::{self, Ask, Demand, Kind};

/// How often a 6.23 is expected to join a backlog.
const MOST_JOININGS: usize = 16;

/// One copy of a meter. A market has hundreds of thousands of them, so its parts are packed.
#[derive(Debug, Clone)]
pub struct Held {
    /// The meter.
    pub meter: MeterId,
    copy: u32,
    // What has joined backlogs on the last walk, or is expected to join, in the order of joining.
    joined: Box<[Packed]>,
    // Before its first walk, what is expected of each 6.23 that joins.
    outlooks: Box<[Outlook]>,
}

/// A 6.23 that has joined a backlog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packed {
    intended: Instant,
    // `NEVER` for none, as its turn.
    user_from: Instant,
    turn: Instant,
    supplier: SupplierId,
    switch: u16,
    device: u8,
    flags: u8,
}

const NEVER: Instant = Instant(i64::MAX);
const PREPAY: u8 = 1;
const PREPAY_FIRST: u8 = 1 << 1;
const TAKES_CAPACITY: u8 = 1 << 2;
const IS_ANOMALY: u8 = 1 << 3;

fn known(at: Instant) -> Option<Instant> {
    Some(at).filter(|at| *at != NEVER)
}

impl Packed {
    fn turn(&self) -> Option<Turn> {
        Some(Turn { at: known(self.turn)?, is_anomaly: self.flags & IS_ANOMALY != 0 })
    }

    fn set_turn(&mut self, turn: Option<Turn>) {
        self.turn = turn.map_or(NEVER, |turn| turn.at);
        let is_anomaly = if turn.is_some_and(|turn| turn.is_anomaly) { IS_ANOMALY } else { 0 };
        self.flags = self.flags & !IS_ANOMALY | is_anomaly;
    }
}

impl From<&Joined> for Packed {
    fn from(Joined { joining, turn, takes_capacity }: &Joined) -> Self {
        let Joining { supplier, intended, user_from, prepay, prepay_first, switch, device } = *joining;
        let flags = [(prepay, PREPAY), (prepay_first, PREPAY_FIRST), (*takes_capacity, TAKES_CAPACITY)];
        let flags = flags.iter().fold(0, |flags, (is_set, flag)| if *is_set { flags | flag } else { flags });
        let user_from = user_from.unwrap_or(NEVER);
        let mut packed = Self { intended, user_from, turn: NEVER, supplier, switch, device, flags };
        packed.set_turn(*turn);
        packed
    }
}

impl From<&Packed> for Joined {
    fn from(packed: &Packed) -> Self {
        let Packed { intended, user_from, supplier, switch, device, flags, .. } = *packed;
        let is = |flag| flags & flag != 0;
        let (user_from, prepay, prepay_first) = (known(user_from), is(PREPAY), is(PREPAY_FIRST));
        let joining = Joining { supplier, intended, user_from, prepay, prepay_first, switch, device };
        Self { joining, turn: packed.turn(), takes_capacity: is(TAKES_CAPACITY) }
    }
}

/// What is expected of a 6.23 that joins a backlog, if nothing comes in between. Times are seconds after SSD.
#[derive(Debug, Clone, Copy)]
struct Outlook {
    ssd: Instant,
    // From when on the DCC's copy shows the sender.
    known: i32,
    // From when on there is nothing to send: the switch was withdrawn, or followed by the next one.
    gone: i32,
    // The first time in which commands wait for the meter's return to the WAN.
    off_wan: (i32, i32),
    latency: u32,
    retry: u32,
    fails: u16,
    switch: u16,
    device: u8,
}

/// What is expected to become of a turn.
enum Expected {
    /// The command arrives at the way south in this second.
    Asks(Instant),
    /// It is refused, and joins the backlog again in this second.
    IsRefused(Instant),
    /// The device does not answer, and it joins the backlog again. If the meter is on the WAN, the command went south.
    IsInVain(Instant, bool),
    /// It goes ahead of its second and waits nowhere.
    GoesAhead,
    /// Nothing is left to send.
    Nothing,
}

impl Outlook {
    fn of(plan: &MeterPlan, (k, device): (usize, usize)) -> Self {
        let switch = &plan.switches[k];
        let after = |at: Instant| i32::try_from((at - switch.ssd).0).unwrap_or(i32::MAX);
        let next = plan.switches[k + 1..].iter().filter(|next| next.withdrawn.is_none()).map(|next| next.ssd);
        let gone = next.chain(switch.withdrawn).min();
        let off_wan = plan.off_wan.first().filter(|_| plan.certificates_need_wan());
        let whole = |length: Seconds| u32::try_from(length.0).unwrap_or(u32::MAX);
        let request = &switch.cos[device];
        Self {
            ssd: switch.ssd,
            known: after(switch.known),
            gone: gone.map_or(i32::MAX, after),
            off_wan: off_wan.map_or((i32::MAX, i32::MAX), |(from, until)| (after(*from), after(*until))),
            latency: whole(request.latency.max(Seconds(1))),
            retry: whole(request.retry),
            fails: u16::try_from(request.fails).unwrap_or(u16::MAX),
            switch: k as u16,
            device: device as u8,
        }
    }

    /// What is expected of a turn after this many others at which the device did not answer.
    fn expects(&self, turn: Instant, failed: u16) -> Expected {
        let at = (turn - self.ssd).0;
        let (again, arrives) = (turn + Seconds(self.retry.into()), at + i64::from(self.latency));
        let (leaves, returns) = (i64::from(self.off_wan.0), i64::from(self.off_wan.1));
        let is_away = |at| leaves <= at && at < returns;
        match () {
            () if at >= self.gone.into() => Expected::Nothing,
            () if at < self.known.into() => Expected::IsRefused(again),
            () if at < 0 => Expected::GoesAhead,
            () if failed < self.fails => Expected::IsInVain(again, !is_away(at)),
            () => Expected::Asks(self.ssd + Seconds(if is_away(arrives) { returns } else { arrives })),
        }
    }
}

impl Held {
    /// The copies of a meter.
    pub fn copies(plan: &MeterPlan, horizon: Instant) -> impl Iterator<Item = Self> {
        let mut joined: Vec<Packed> = Vec::new();
        let mut outlooks: Vec<Outlook> = Vec::new();
        for (k, switch) in plan.switches.iter().enumerate() {
            for (device, request) in switch.cos.iter().enumerate().take(plan.devices.into()) {
                if let Sending::Queued(at) = request.sending
                    && at < horizon
                {
                    joined.push((&Joined::expected(Joining::of(plan, (k, device), at))).into());
                    outlooks.push(Outlook::of(plan, (k, device)));
                }
            }
        }
        joined.sort_by_key(in_order);
        let held = Self { meter: plan.id, copy: 0, joined: joined.into(), outlooks: outlooks.into() };
        (0..u32::try_from(plan.copies).unwrap_or(u32::MAX)).map(move |copy| Self { copy, ..held.clone() })
    }

    /// The number of the copy.
    pub fn copy(&self) -> u64 {
        self.copy.into()
    }

    /// How many joinings there are.
    pub fn joinings(&self) -> usize {
        self.joined.len()
    }

    /// What has joined backlogs on the last walk, or is expected to join, in the order of joining.
    pub fn joined(&self) -> impl Iterator<Item = Joined> + '_ {
        self.joined.iter().map(Joined::from)
    }

    /// Keeps what has joined on a walk. Returns whether that is something else than before.
    pub fn keep(&mut self, joined: &[Joined]) -> bool {
        let is_same = self.joined.len() == joined.len()
            && self.joined.iter().zip(joined).all(|(before, joined)| *before == joined.into());
        if !is_same {
            self.joined = joined.iter().map(Packed::from).collect();
        }
        self.outlooks = Box::default();
        !is_same
    }

    /// Gives it the turns that it is to have, in the order of joining.
    pub fn set_turns(&mut self, turns: &[Option<Turn>]) {
        self.joined.iter_mut().zip(turns).for_each(|(joined, turn)| joined.set_turn(*turn));
    }

    /// Whether it has these turns, in the order of joining.
    pub fn has_turns(&self, turns: &[Option<Turn>]) -> bool {
        self.joined.iter().zip(turns).all(|(joined, turn)| joined.turn() == *turn)
    }

    /// Expects what follows from the turns that it is expected to have. Returns whether that is news.
    pub fn expect(&mut self, horizon: Instant) -> bool {
        let mut joined: Vec<Packed> = Vec::with_capacity(self.joined.len());
        for outlook in &self.outlooks {
            let mut failed = 0;
            let mut next = self.attempts(outlook).next().copied();
            for n in 0..MOST_JOININGS {
                let Some(mut attempt) = next.take().filter(|attempt| attempt.intended < horizon) else { break };
                attempt.turn = self.attempts(outlook).nth(n).map_or(NEVER, |known| known.turn);
                attempt.flags |= TAKES_CAPACITY;
                let again = |at| Some(Packed { intended: at, turn: NEVER, ..attempt });
                match known(attempt.turn).map(|turn| outlook.expects(turn, failed)) {
                    Some(Expected::IsRefused(at)) => next = again(at),
                    Some(Expected::IsInVain(at, _)) => {
                        failed += 1;
                        next = again(at);
                    }
                    Some(Expected::Nothing) => attempt.flags &= !TAKES_CAPACITY,
                    Some(Expected::Asks(_) | Expected::GoesAhead) | None => {}
                }
                joined.push(attempt);
            }
        }
        joined.sort_by_key(in_order);
        let is_news = *self.joined != *joined;
        if is_news {
            self.joined = joined.into();
        }
        is_news
    }

    /// The joinings of a 6.23, in their order.
    fn attempts<'h>(&'h self, outlook: &Outlook) -> impl Iterator<Item = &'h Packed> + use<'h> {
        let name = (outlook.switch, outlook.device);
        self.joined.iter().filter(move |joined| (joined.switch, joined.device) == name)
    }

    /// Adds what it is expected to ask of the way south from the start of the window on. Before, nothing is counted
    /// that asks, so nothing must be expected either: what a command meets then does not show which walks it would
    /// change.
    pub fn ask(&self, start: Instant, demand: &mut Demand) {
        for outlook in &self.outlooks {
            let mut failed = 0;
            for turn in self.attempts(outlook).filter_map(|attempt| known(attempt.turn)) {
                match outlook.expects(turn, failed) {
                    Expected::Asks(at) if at < start => {}
                    Expected::Asks(at) => {
                        let (meter, name) = (self.meter, (usize::from(outlook.switch), usize::from(outlook.device)));
                        let place = south::place((meter, self.copy()), Kind::Cos, name, turn);
                        demand.ask(Ask { at, place, meter, copies: 1, kind: Kind::Cos });
                    }
                    Expected::IsInVain(_, goes_south) => {
                        failed += 1;
                        if goes_south && turn >= start {
                            demand.count(turn, 1, 1);
                        }
                    }
                    Expected::IsRefused(_) | Expected::GoesAhead | Expected::Nothing => {}
                }
            }
        }
    }
}

/// The order in which 6.23s of a meter join backlogs.
fn in_order(packed: &Packed) -> (Instant, u16, u8) {
    (packed.intended, packed.switch, packed.device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_joined_is_kept_whole() {
        assert_eq!((size_of::<Packed>(), size_of::<Outlook>()), (32, 40));
        for (is, turn) in [(true, Some(Turn { at: Instant(9), is_anomaly: true })), (false, None)] {
            let (user_from, supplier) = (is.then_some(Instant(7)), SupplierId(300));
            let intended = Instant(5);
            let joining =
                Joining { supplier, intended, user_from, prepay: is, prepay_first: !is, switch: 3, device: 1 };
            let joined = Joined { joining, turn, takes_capacity: is };
            assert_eq!(Joined::from(&Packed::from(&joined)), joined);
        }
    }
}
