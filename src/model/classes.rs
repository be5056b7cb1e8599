//! The class of gainer that each supplier of a market has in a run (DP072's root causes 1 and 2).
//!
//! A class belongs to a supplier. Within each size group suppliers are placed in random order around a circle, each
//! with an arc as long as its gains, and the circle is cut into one segment per class. A supplier has the class of the
//! segment that contains the middle of its arc. So every supplier has each class with the probability that the market
//! states, and the shares of gains in a run differ from the stated ones by little more than one supplier.

use super::draw::{self, Lot};
use super::gainers;
use super::market::{ClassRule, Market, Weights};
use super::plan::{Class, SupplierName};
use crate::engine::random::Draws;

/// Shares of a supplier's cases by class: mature, immature, non-User. One of them is 1 where the whole supplier has one
/// class.
pub type Shares = [f64; 3];

/// The cases of a supplier with this class.
const fn all_of(class: Class) -> Shares {
    match class {
        Class::Mature => [1.0, 0.0, 0.0],
        Class::Immature => [0.0, 1.0, 0.0],
        Class::NonUser => [0.0, 0.0, 1.0],
    }
}

/// A market's classes, prepared for drawing in each run.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    // The shares that are the same in every run; the groups replace their members' entries.
    fixed: Vec<Shares>,
    groups: Vec<Group>,
}

/// Suppliers that have each class with the same probability.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    members: Vec<Member>,
    // Shares of the group's gains that go to non-Users, and to immature suppliers.
    non_user: f64,
    immature: f64,
    // Shares of the cases of the other suppliers, and of immature ones.
    of_mature: Shares,
    of_immature: Shares,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Member {
    // Its place in the list of suppliers.
    place: usize,
    name: SupplierName,
    gain: f64,
}

/// How much of a class's share of gains fits among the suppliers of the sizes that can have it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// The class.
    pub class: Class,
    /// Its share of gains, less that of suppliers whose class the scenario fixes.
    pub share: f64,
    /// The gains of the suppliers that can have it.
    pub room: f64,
}

impl Fit {
    /// Whether all of it fits.
    pub fn fits(&self) -> bool {
        self.share <= self.room
    }

    /// How a market's shares of immature gainers and of non-Users fit among its suppliers.
    pub fn of(market: &Market, suppliers: &[Weights]) -> [Fit; 2] {
        let gains = gainers::shares(suppliers, &market.pairs);
        let sum = |of: &dyn Fn(&Weights) -> bool| -> f64 {
            suppliers.iter().zip(&gains).filter(|(s, _)| of(s)).map(|(_, gain)| gain).sum()
        };
        [Class::Immature, Class::NonUser].map(|class| {
            let share = (market.class_shares[class as usize] - sum(&|s| s.class == Some(class))).max(0.0);
            let room = sum(&|s| is_open(s) && market.class_sizes.can_be(class, s.size));
            Fit { class, share, room }
        })
    }
}

/// Whether a supplier's class is drawn rather than fixed.
fn is_open(supplier: &Weights) -> bool {
    supplier.class.is_none() && supplier.user_from.is_none()
}

impl Classes {
    /// The classes of a market's suppliers.
    pub fn new(market: &Market, suppliers: &[Weights]) -> Self {
        let fixed: Vec<Shares> = suppliers.iter().map(|s| s.class.map_or(market.class_shares, all_of)).collect();
        if market.class_rule == ClassRule::ByCase {
            return Self { fixed, groups: Vec::new() };
        }
        let gains = gainers::shares(suppliers, &market.pairs);
        let [immature, non_user] = Fit::of(market, suppliers);
        let open: f64 = suppliers.iter().zip(&gains).filter(|(s, _)| is_open(s)).map(|(_, gain)| gain).sum();
        // What does not fit among suppliers of its sizes is drawn case by case among all whose class is open.
        let is_none = |fit: &Fit| fit.share <= 0.0;
        let (group_non_user, case_non_user) = match () {
            () if is_none(&non_user) || open <= 0.0 => (0.0, 0.0),
            () if non_user.fits() => (non_user.share / non_user.room, 0.0),
            () => (0.0, (non_user.share / open).min(1.0)),
        };
        let part_of = |s: &Weights| {
            let non_user = if market.class_sizes.can_be(Class::NonUser, s.size) { group_non_user } else { 0.0 };
            let immature = market.class_sizes.can_be(Class::Immature, s.size);
            (non_user, immature)
        };
        let of_immature = |(s, gain): (&Weights, &f64)| match part_of(s) {
            (non_user, true) if is_open(s) => gain * (1.0 - non_user),
            _ => 0.0,
        };
        let room: f64 = suppliers.iter().zip(&gains).map(of_immature).sum::<f64>() * (1.0 - case_non_user);
        let users = open - if non_user.fits() { non_user.share } else { 0.0 };
        let (group_immature, case_immature) = match () {
            () if is_none(&immature) || users <= 0.0 => (0.0, 0.0),
            () if immature.share <= room => (immature.share / room, 0.0),
            () => (0.0, (immature.share / users).min(1.0 - case_non_user)),
        };
        let of_mature = [1.0 - case_immature - case_non_user, case_immature, case_non_user];
        let mut groups: Vec<Group> = Vec::new();
        for (place, (supplier, gain)) in suppliers.iter().zip(&gains).enumerate().filter(|(_, (s, _))| is_open(s)) {
            let (non_user, can_be_immature) = part_of(supplier);
            let immature = if can_be_immature { group_immature * (1.0 - non_user) } else { 0.0 };
            let member = Member { place, name: supplier.name, gain: *gain };
            let alike = groups.iter_mut().find(|group| (group.non_user, group.immature) == (non_user, immature));
            match alike {
                Some(group) => group.members.push(member),
                None => groups.push(Group {
                    members: vec![member],
                    non_user,
                    immature,
                    of_mature,
                    of_immature: [0.0, 1.0 - case_non_user, case_non_user],
                }),
            }
        }
        Self { fixed, groups }
    }

    /// The shares of each supplier's cases in a run.
    pub fn draw(&self, draws: &Draws) -> Vec<Shares> {
        let mut shares = self.fixed.clone();
        for group in &self.groups {
            let drawn = |member: &Member| (Lot::supplier(draws, member.name).uniform(draw::CLASS_ORDER, 0), *member);
            let mut members: Vec<(f64, Member)> = group.members.iter().map(drawn).collect();
            members.sort_by(|a, b| a.0.total_cmp(&b.0));
            let round: f64 = members.iter().map(|(_, member)| member.gain).sum();
            let mut from = round * Lot::supplier(draws, SupplierName::NONE).uniform(draw::CLASS_START, group.number());
            for (_, Member { place, gain, .. }) in members {
                let middle = (from + gain / 2.0) % round.max(f64::MIN_POSITIVE);
                from += gain;
                shares[place] = group.at(middle / round.max(f64::MIN_POSITIVE));
            }
        }
        shares
    }
}

impl Group {
    /// Numbers it by the classes that its suppliers can have.
    fn number(&self) -> u32 {
        2 * u32::from(self.non_user > 0.0) + u32::from(self.immature > 0.0)
    }

    /// The cases of a supplier whose middle lies at this part of the circle.
    fn at(&self, part: f64) -> Shares {
        if part < self.non_user {
            all_of(Class::NonUser)
        } else if part < self.non_user + self.immature {
            self.of_immature
        } else {
            self.of_mature
        }
    }
}
