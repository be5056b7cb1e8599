//! What the courses of an ordinary meter under several policies have in common.

use arrayvec::ArrayVec;

use super::meters::{Meters, Name, reshape};
use super::shared::PolicySet;
use crate::model::course::{Items, Outlook};
use crate::model::plan::MeterPlan;
use crate::scenario::{Policy, Scenario};

/// The items of a meter's course before any policy, grouped by the policies under which they also occur.
#[derive(Debug)]
pub(super) struct Division {
    // No item is in two groups.
    groups: ArrayVec<(Items, PolicySet), { Items::MOST }>,
}

impl Division {
    /// All items come under these policies.
    pub fn new(items: Items, under: PolicySet) -> Self {
        Self { groups: [(items, under)].into_iter().collect() }
    }

    /// Some of the items come under the policy at an index as well.
    pub fn add(&mut self, place: usize, common: Items) {
        for n in 0..self.groups.len() {
            let (items, set) = self.groups[n];
            let (with, without) = (items.and(common), items.without(common));
            if with.is_empty() {
                continue;
            }
            self.groups[n] = (with, set.with(place));
            if !without.is_empty() {
                self.groups.push((without, set));
            }
        }
    }

    /// The groups of items, each with the policies under which they come.
    pub fn groups(&self) -> impl Iterator<Item = (Items, PolicySet)> {
        self.groups.iter().copied()
    }
}

/// Calls `each` with the plan of a meter under each of these policies, and with its course if it is ordinary. `copy` is
/// memory for it.
pub(super) fn each_course<'p>(
    (plan, name): (&MeterPlan, Name),
    policies: impl Iterator<Item = (usize, &'p Policy)>,
    (meters, scenario): (&Meters<'_>, &Scenario),
    copy: &mut Option<MeterPlan>,
    mut each: impl FnMut(usize, &MeterPlan, Option<&Outlook<'_>>),
) {
    for (place, policy) in policies {
        let plan = copied(copy, plan);
        meters.lots(name, |lots| reshape(plan, policy, lots, scenario));
        Outlook::with(plan, &scenario.window, &scenario.civil, |course| each(place, plan, course));
    }
}

/// A copy of a plan, which reuses the memory of the last one.
pub(super) fn copied<'c>(copy: &'c mut Option<MeterPlan>, plan: &MeterPlan) -> &'c mut MeterPlan {
    if let Some(copy) = copy {
        copy.clone_from(plan);
    }
    copy.get_or_insert_with(|| plan.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Seconds;
    use crate::model::plan::{CosRequest, Fuel, MeterId, Sending, SupplierId, SwitchPlan};
    use crate::scenario::read;

    #[test]
    fn each_item_is_in_the_group_of_the_policies_under_which_it_comes() {
        let (scenario, _) = read("incident", include_str!("../../scenarios/dp072-incident.toml")).expect("valid");
        // On the first day of the window; the 6.23 goes out at SSD, a day later, or never.
        let (date, ssd) = (scenario.window.first, scenario.window.start);
        let plan = |sending| {
            let switch = SwitchPlan { cos: [CosRequest::new(sending); 2], ..SwitchPlan::new(SupplierId(1), date, ssd) };
            MeterPlan { switches: vec![switch], ..MeterPlan::new(MeterId(1), Fuel::Electricity, SupplierId(0)) }
        };
        let plans = [Sending::At(ssd), Sending::At(ssd + Seconds::days(1)), Sending::Never].map(plan);
        let [base, late, never] = plans
            .each_ref()
            .map(|plan| Outlook::of(plan, &scenario.window, &scenario.civil).expect("an ordinary meter"));
        let none: PolicySet = [].into_iter().collect();
        let mut division = Division::new(base.items(), none.with(0));
        division.add(1, base.compared(&late).0);
        division.add(2, base.compared(&never).0);
        let groups: Vec<_> = division.groups().collect();
        // The registration and the DCC's copy under all three; the 6.23 and its case under the first alone.
        assert_eq!(
            groups.iter().map(|(_, set)| *set).collect::<Vec<_>>(),
            [none.with(0).with(1).with(2), none.with(0)]
        );
        let all = groups.iter().fold(base.items(), |rest, (items, _)| rest.without(*items));
        assert!(all.is_empty());
    }
}
