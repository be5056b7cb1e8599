//! The items that a course counts, and sets of them. Courses of one meter under several policies have most items in
//! common.

use super::episode::SCHEDULE_SETS;
use super::steps::STEPS;
use super::{SWITCHES, WRITINGS};
use crate::engine::bits::ones;

/// What is counted as a unit, numbered within its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// The requests and messages of a step.
    Step(usize),
    /// The pushes of a calendar.
    Pushes(usize),
    /// The runs of a supplier's schedules while it is the registered one.
    Runs(usize),
    /// The runs of the losing supplier's schedules from a switch's SSD on.
    LosersRuns(usize),
    /// The cases of a switch.
    Cases(usize),
    /// All other device alerts.
    Alerts,
}

impl Item {
    /// About how many instructions it takes to count one, in hundreds.
    const fn effort(self) -> u64 {
        match self {
            Item::Step(_) => 2,
            Item::Pushes(_) => 12,
            Item::Runs(_) => 6,
            Item::LosersRuns(_) => 8,
            Item::Cases(_) => 9,
            Item::Alerts => 10,
        }
    }

    const fn place(self) -> usize {
        const PUSHES: usize = STEPS;
        const RUNS: usize = PUSHES + WRITINGS;
        const LOSERS_RUNS: usize = RUNS + SCHEDULE_SETS;
        const CASES: usize = LOSERS_RUNS + SWITCHES;
        const ALERTS: usize = CASES + SWITCHES;
        const { assert!(ALERTS < Items::MOST) };
        match self {
            Item::Step(n) => n,
            Item::Pushes(n) => PUSHES + n,
            Item::Runs(n) => RUNS + n,
            Item::LosersRuns(k) => LOSERS_RUNS + k,
            Item::Cases(k) => CASES + k,
            Item::Alerts => ALERTS,
        }
    }
}

/// Some items of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Items(u64);

impl Items {
    /// The most items of a course.
    pub const MOST: usize = u64::BITS as usize;

    /// All steps.
    pub(super) const STEPS: Self = Self::steps(STEPS);

    /// What is counted by the parts between changes of supplier, certificate and copy.
    pub(super) const OF_PARTS: Self = {
        let (mut items, mut n) = (Self(0).with(Item::Alerts), 0);
        while n < WRITINGS {
            items = items.with(Item::Pushes(n));
            n += 1;
        }
        items
    };

    /// The first `number` steps.
    pub(super) const fn steps(number: usize) -> Self {
        Self((1 << number) - 1)
    }

    pub(super) const fn with(self, item: Item) -> Self {
        Self(self.0 | 1 << item.place())
    }

    pub(super) const fn has(self, item: Item) -> bool {
        self.0 >> item.place() & 1 == 1
    }

    /// The numbers of the steps among them, ascending.
    pub(super) fn each_step(self) -> impl Iterator<Item = usize> {
        ones(self.0 & Self::STEPS.0)
    }

    /// Those that are also among others.
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Those that are not among others.
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// About how many instructions it takes to count them, in hundreds.
    pub fn effort(self) -> u64 {
        let of_switches = (0..SWITCHES).flat_map(|k| [Item::LosersRuns(k), Item::Cases(k)]);
        let others = (0..WRITINGS).map(Item::Pushes).chain((0..SCHEDULE_SETS).map(Item::Runs)).chain(of_switches);
        let (others, steps) = (others.chain([Item::Alerts]), self.each_step().count() as u64);
        steps * Item::Step(0).effort() + others.filter(|item| self.has(*item)).map(Item::effort).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_told_apart_by_kind_and_number() {
        let of = |items: &[Item]| items.iter().fold(Items::default(), |all, item| all.with(*item));
        let some = of(&[Item::Step(2), Item::Pushes(0), Item::LosersRuns(1), Item::Alerts]);
        assert!(some.has(Item::Step(2)) && !some.has(Item::Step(0)));
        assert!(some.has(Item::LosersRuns(1)) && !some.has(Item::Runs(1)) && !some.has(Item::Cases(1)));
        assert_eq!(some.and(Items::steps(3)), of(&[Item::Step(2)]));
        assert_eq!(
            some.without(of(&[Item::Alerts, Item::Cases(0)])),
            of(&[Item::Step(2), Item::Pushes(0), Item::LosersRuns(1)])
        );
        assert!(some.without(some).is_empty());
        assert_eq!(of(&[Item::Step(0), Item::Step(39), Item::Pushes(0)]).each_step().collect::<Vec<_>>(), [0, 39]);
    }

    #[test]
    fn the_effort_of_items_is_the_sum_of_their_own() {
        let some = Items::steps(3).with(Item::Pushes(1)).with(Item::Alerts);
        assert_eq!(some.effort(), 3 * 2 + 12 + 10);
    }
}
