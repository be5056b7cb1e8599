//! Which items two courses of one meter have in common. An item is common where all that it is counted from is equal:
//! an item depends on nothing that is not compared here.

use super::episode::{Episode, Reads, Removed};
use super::items::{Item, Items};
use super::steps::{Step, What};
use super::{Course, SWITCHES};
use crate::model::plan::{MeterPlan, SwitchPlan};

impl Course<'_> {
    /// All its items.
    pub(super) fn items(&self) -> Items {
        let mut items = Items::steps(self.steps.number());
        for n in 0..self.writings.len() {
            items = items.with(Item::Pushes(n));
        }
        for n in 0..self.reads.len() {
            items = items.with(Item::Runs(n));
        }
        for (k, episode) in self.episodes.iter().enumerate() {
            if self.losing(episode).is_some() {
                items = items.with(Item::LosersRuns(k));
            }
            if episode.is_case(self) {
                items = items.with(Item::Cases(k));
            }
        }
        if self.plan.alerts.is_empty() { items } else { items.with(Item::Alerts) }
    }

    /// The items that it has in common with another course of the same meter, and those of the other that it lacks.
    pub(super) fn compared(&self, other: &Course<'_>) -> (Items, Items) {
        let mut compared = Compared { common: Items::default(), own: other.items() };
        let is_alike = are_meters_alike(self.plan, other.plan) && self.episodes.len() == other.episodes.len();
        if is_alike {
            let both = Both::new(self, other);
            both.compare_steps(&mut compared);
            both.compare_streams(&mut compared);
            both.compare_cases(&mut compared);
        }
        (compared.common, compared.own)
    }

    /// The schedules of a switch's losing supplier at SSD.
    fn losing(&self, episode: &Episode<'_>) -> Option<&Reads<'_>> {
        self.reads_of(episode.loser, episode.switch.ssd).filter(|_| !episode.is_withdrawn())
    }
}

/// Items of one course that another has as well, and items of the other that the one lacks.
struct Compared {
    common: Items,
    own: Items,
}

impl Compared {
    /// The one's item is the other's.
    fn add(&mut self, one: Item, other: Item) {
        self.common = self.common.with(one);
        self.own = self.own.without(Items::default().with(other));
    }
}

/// Two courses of a meter, with as many switches.
#[derive(Clone, Copy)]
struct Both<'c, 'p, 'q> {
    one: &'c Course<'p>,
    other: &'c Course<'q>,
    /// What the two agree on, by switch.
    alike: [Alike; SWITCHES],
}

/// What two courses agree on of a switch.
#[derive(Debug, Clone, Copy, Default)]
struct Alike {
    /// The same supplier loses the meter to the same other, for the same reason, and the DCC learns of it at the same
    /// time.
    switch: bool,
    /// The DCC removes as many schedules, with notices that are treated alike.
    notices: bool,
}

impl<'c, 'p, 'q> Both<'c, 'p, 'q> {
    fn new(one: &'c Course<'p>, other: &'c Course<'q>) -> Self {
        let mut both = Self { one, other, alike: Default::default() };
        let are_treated_alike = both.are_dcc_alerts_treated_alike();
        for k in 0..one.episodes.len() {
            let (a, b) = both.episodes(k);
            let notices = a.removed == b.removed && (are_treated_alike || a.removed == Removed::default());
            both.alike[k] = Alike { switch: are_episodes_alike(a, b), notices };
        }
        both
    }

    fn compare_steps(&self, compared: &mut Compared) {
        let (steps, others) = (self.one.steps.all(), self.other.steps.all());
        let mut m = 0;
        for (n, mine) in steps.iter().enumerate() {
            while others.get(m).is_some_and(|(other, _)| *other < mine.0) {
                m += 1;
            }
            if others.get(m).is_some_and(|theirs| mine == theirs && self.is_alike(mine.1)) {
                compared.add(Item::Step(n), Item::Step(m));
                m += 1;
            }
        }
    }

    /// Whether a step of both has the same requests, messages and changes of state.
    fn is_alike(&self, Step { k, what, .. }: Step) -> bool {
        if what == What::LeavesWan {
            return true;
        }
        let Alike { switch, notices } = self.alike[usize::from(k)];
        let practices = || {
            let (a, b) = self.episodes(usize::from(k));
            (&a.switch.practice, &b.switch.practice)
        };
        switch
            && match what {
                What::CopyShows | What::Executes { .. } => notices,
                What::Configures => practices().0.schedules.len() == practices().1.schedules.len(),
                What::SetsCalendar => practices().0.calendar.is_some() == practices().1.calendar.is_some(),
                _ => true,
            }
    }

    fn compare_streams(&self, compared: &mut Compared) {
        let Self { one, other, .. } = *self;
        let (a, b) = (one.plan, other.plan);
        // Who receives what in which time.
        let mut episodes = one.episodes.iter().zip(&other.episodes).zip(&self.alike);
        let are_parts_alike = episodes.all(|((a, b), alike)| alike.switch && one.executed(a) == other.executed(b));
        let are_discarded_alike = a.black_holes == b.black_holes;
        if are_parts_alike && are_discarded_alike && a.filters == b.filters {
            for (n, writing) in one.writings.iter().enumerate() {
                let is_same = |m: &usize| compared.own.has(Item::Pushes(*m)) && other.writings[*m] == *writing;
                if let Some(m) = (0..other.writings.len()).find(is_same) {
                    compared.add(Item::Pushes(n), Item::Pushes(m));
                }
            }
            if a.alerts == b.alerts && !a.alerts.is_empty() {
                compared.add(Item::Alerts, Item::Alerts);
            }
        }
        if !are_discarded_alike {
            return;
        }
        for (n, reads) in one.reads.iter().enumerate() {
            let until = one.rightful_until(reads);
            let is_same = |m: &usize| {
                let theirs = &other.reads[*m];
                let are_schedules_alike = (theirs.owner, theirs.since) == (reads.owner, reads.since)
                    && other.rightful_until(theirs) == until
                    && theirs.schedules == reads.schedules;
                compared.own.has(Item::Runs(*m)) && are_schedules_alike
            };
            if let Some(m) = (0..other.reads.len()).find(is_same) {
                compared.add(Item::Runs(n), Item::Runs(m));
            }
        }
        for k in (0..one.episodes.len()).filter(|_| self.are_dcc_alerts_treated_alike()) {
            let (a, b) = self.episodes(k);
            if self.alike[k].switch
                && let (Some(mine), Some(theirs)) = (one.losing(a), other.losing(b))
                && (mine.until, mine.schedules) == (theirs.until, theirs.schedules)
            {
                compared.add(Item::LosersRuns(k), Item::LosersRuns(k));
            }
        }
    }

    fn compare_cases(&self, compared: &mut Compared) {
        let devices = usize::from(self.one.plan.devices);
        for k in 0..self.one.episodes.len() {
            let (a, b) = self.episodes(k);
            if self.alike[k].switch
                && a.is_case(self.one)
                && a.turns[..devices] == b.turns[..devices]
                && a.switch.cos[..devices] == b.switch.cos[..devices]
            {
                compared.add(Item::Cases(k), Item::Cases(k));
            }
        }
    }

    fn episodes(&self, k: usize) -> (&'c Episode<'p>, &'c Episode<'q>) {
        (&self.one.episodes[k], &self.other.episodes[k])
    }

    /// Whether E4s and notices reach the losing supplier, or are withheld.
    fn are_dcc_alerts_treated_alike(&self) -> bool {
        let (a, b) = (self.one.plan, self.other.plan);
        a.muted == b.muted && a.filters == b.filters
    }
}

/// Whether two plans are of the same devices, on and off the WAN at the same times. All fields of a plan are named, so
/// that a new one does not compile until it is put where it belongs.
fn are_meters_alike(one: &MeterPlan, other: &MeterPlan) -> bool {
    let of = |plan: &MeterPlan| {
        let MeterPlan {
            id,
            copies,
            holder,
            payment,
            watch,
            fuel,
            kind,
            devices,
            pusher,
            s1sp_checks,
            // Compared below.
            off_wan: _,
            // Compared where they decide what becomes of alerts.
            filters: _,
            black_holes: _,
            muted: _,
            alerts: _,
            // What follows from them is compared: steps, calendars, schedules.
            practice: _,
            switches: _,
            neutral: _,
            removal_at_ssd_from: _,
            // No policy changes them, or they have no effect on an ordinary meter.
            region: _,
            gateway_outages: _,
            forwards: _,
            removal: _,
        } = *plan;
        (id, copies, holder, payment, watch, (fuel, kind, devices, pusher, s1sp_checks))
    };
    of(one) == of(other) && one.off_wan == other.off_wan
}

/// Whether the same supplier loses the meter to the same other, for the same reason, and the DCC learns of it at the
/// same time. All fields of a switch are named, as those of a plan.
fn are_episodes_alike(one: &Episode<'_>, other: &Episode<'_>) -> bool {
    let of = |switch: &SwitchPlan| {
        let SwitchPlan {
            to,
            ssd,
            date,
            known,
            withdrawn,
            class,
            user_from,
            erroneous,
            injected,
            book,
            // Compared with the cases.
            cos: _,
            // What follows from them is compared: steps, calendars, schedules.
            cancelling: _,
            configures: _,
            practice: _,
            chases: _,
            // It has no effect on an ordinary meter.
            prepay_first: _,
        } = *switch;
        (to, ssd, date, known, withdrawn, class, user_from, (erroneous, injected, book))
    };
    (one.loser, one.shown) == (other.loser, other.shown) && of(one.switch) == of(other.switch)
}
