//! Policies whose values are all equal, which are drawn once.

/// A group of equal curves.
pub(super) struct Group<'a> {
    /// The index of the first.
    pub(super) first: usize,
    /// The names of the others.
    pub(super) others: Vec<&'a str>,
}

/// Groups policies whose values are all equal, in the order of the first of each group.
pub(super) fn groups<'a>(all: impl Iterator<Item = (&'a str, &'a [f64])> + Clone) -> Vec<Group<'a>> {
    let mut groups: Vec<(Group<'a>, &'a [f64])> = Vec::new();
    for (i, (name, values)) in all.enumerate() {
        match groups.iter_mut().find(|(_, known)| *known == values) {
            Some((group, _)) => group.others.push(name),
            None => groups.push((Group { first: i, others: Vec::new() }, values)),
        }
    }
    groups.into_iter().map(|(group, _)| group).collect()
}
