//! `[laws.…]`: the distributions of delays. Their catalogue is the model's ([`CATALOGUE`]).

use crate::engine::law::Law;
use crate::model::laws::{CATALOGUE, Laws, NumberKind, PREPAY, varies};
use crate::scenario::diagnostics::Sink;
use crate::scenario::provenance::{About, Origin, Sources};
use crate::scenario::table::{Table, Value};
use crate::scenario::{Assumption, Policy, law};

type Declared = (&'static str, NumberKind, &'static str, &'static str);

/// `[laws.…]`. Without a market only laws that policies draw from are used, which [`pulled_laws`] adds.
pub(in crate::scenario) fn laws(
    value: Option<Value<'_, '_>>,
    has_market: bool,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Laws {
    let mut laws = Laws::default();
    let mut given = Given::of(value.and_then(|v| v.table(sink)), sink);
    for declared in CATALOGUE.iter().chain([&PREPAY]) {
        let &(name, _, _, about) = declared;
        if let Some(given) = given.law(name) {
            let Some(mut table) = given.table(sink) else { continue };
            let (value, said) = (table.required("value", "\"28 d\"", sink), Origin::of(&mut table, sink));
            if let Some(value) = value {
                match (law::law(&value, sink), laws.by_name(name)) {
                    (Some(new), Some(law)) => *law = new,
                    (Some(new), None) => laws.to_623_prepay = Some(new),
                    (None, _) => {}
                }
                let about = About { about, unit: "", varies: varies(name) };
                sources.note_with(name, about, &value, said, given.key_span());
            }
            table.finish(sink);
        } else if let (true, Some(law)) = (has_market, laws.by_name(name)) {
            sources.add(default_law(law, declared));
        }
    }
    given.finish(sink);
    laws
}

/// `[laws]` with its groups, such as `[laws.to-623]`.
struct Given<'a, 's> {
    root: Option<Table<'a, 's>>,
    groups: Vec<(&'static str, Table<'a, 's>)>,
}

impl<'a, 's> Given<'a, 's> {
    fn of(mut root: Option<Table<'a, 's>>, sink: &mut Sink) -> Self {
        let (mut asked, mut groups) = (Vec::new(), Vec::new());
        for (name, ..) in CATALOGUE.iter().chain([&PREPAY]) {
            let Some((group, _)) = name.split_once('.').filter(|(group, _)| !asked.contains(group)) else { continue };
            asked.push(group);
            groups.extend(root.as_mut().and_then(|root| Some((group, root.get(group)?.table(sink)?))));
        }
        Self { root, groups }
    }

    /// The entry of a law.
    fn law(&mut self, name: &'static str) -> Option<Value<'a, 's>> {
        let Some((group, member)) = name.split_once('.') else { return self.root.as_mut()?.get(name) };
        let group = self.groups.iter_mut().find(|(known, _)| *known == group);
        let in_group = group.and_then(|(_, table)| table.get(member));
        // Asked for by its whole name as well, so that a slip such as `to-623-prepay` finds that name near it.
        in_group.or_else(|| self.root.as_mut()?.get(name))
    }

    fn finish(self, sink: &mut Sink) {
        for table in self.groups.iter().map(|(_, group)| group).chain(&self.root) {
            table.finish(sink);
        }
    }
}

fn default_law(law: &Law, &(name, kind, source, about): &Declared) -> Assumption {
    Assumption::new(name, law::print(law), (kind, source), about).varying(varies(name))
}

/// Laws that policies draw from are assumptions of scripted meters, too.
pub(in crate::scenario) fn pulled_laws(laws: &Laws, policies: &[Policy], sources: &mut Sources<'_>) {
    let mut laws = laws.clone();
    for declared in CATALOGUE.iter().filter(|(name, ..)| policies.iter().any(|policy| policy.draws_from(name))) {
        if let (Some(law), false) = (laws.by_name(declared.0), sources.has(declared.0)) {
            sources.add(default_law(law, declared));
        }
    }
}
