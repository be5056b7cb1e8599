//! Policies whose values are equal throughout, which are drawn once.

/// Equal curves: the first of them, and the others.
pub(super) struct Group<'a> {
    /// Place of the first.
    pub(super) first: usize,
    /// Names of the others.
    pub(super) others: Vec<&'a str>,
}

/// Groups values that are equal throughout, in the order of their first.
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
