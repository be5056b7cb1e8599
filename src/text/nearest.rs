//! Finds the known name that a misspelt word most likely means.

/// Longest word that is compared, and most names: both may come from a hostile file.
const LONGEST_WORD: usize = 128;
const MOST_NAMES: usize = 1_000;

fn plain(text: &str) -> String {
    text.to_lowercase().replace('_', "-")
}

/// The name in `known` that `word` most likely means, if any is close. Ignores case, and `_` in place of `-`.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    /// Similarity (Jaro-Winkler, 0 to 1) from which a name counts as near.
    const NEAR: f64 = 0.82;
    /// Letters that both words have at least where one slip makes them near, which the similarity of short words hides.
    const SHORTEST: usize = 2;
    let known: Vec<&str> = known.into_iter().collect();
    let slip = |name: &&&str| {
        let long = name.len().max(word.len()) > SHORTEST && word.len().max(name.len()) <= LONGEST_WORD;
        long && strsim::osa_distance(&plain(word), &plain(name)) <= 1
    };
    most_alike(word, known.iter().copied(), NEAR).or_else(|| known.iter().take(MOST_NAMES).find(slip).copied())
}

fn most_alike<'k>(word: &str, known: impl IntoIterator<Item = &'k str>, least: f64) -> Option<&'k str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let word = plain(word);
    let mut best = None;
    for name in known.into_iter().take(MOST_NAMES).filter(|name| name.len() <= LONGEST_WORD) {
        let likeness = strsim::jaro_winkler(&word, &plain(name));
        if likeness >= least && best.is_none_or(|(_, most)| likeness > most) {
            best = Some((name, likeness));
        }
    }
    best.map(|(name, _)| name)
}

/// The known names in the order in which `word` most likely means them.
pub fn by_likeness<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<&'k str> {
    let word: String = word.chars().take(LONGEST_WORD).collect();
    let likeness = |name: &str| strsim::jaro_winkler(&plain(&word), &plain(name));
    let known = known.into_iter().filter(|name| name.len() <= LONGEST_WORD).take(MOST_NAMES);
    let mut named: Vec<(f64, &str)> = known.map(|name| (likeness(name), name)).collect();
    named.sort_by(|a, b| b.0.total_cmp(&a.0));
    named.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_by_how_much_they_are_like_a_word() {
        assert_eq!(by_likeness("filter-all", ["prompt", "filter-code", "filter-all-alerts"])[0], "filter-all-alerts");
        assert_eq!(by_likeness("zzz", ["prompt", "guidance"]), ["prompt", "guidance"]);
    }

    #[test]
    fn the_nearest_name_is_near_or_none() {
        let known = ["meters", "gas-share", "class-shares", "season", "from", "to"];
        for (word, name) in [
            ("metres", Some("meters")),
            ("meter", Some("meters")),
            ("METERS", Some("meters")),
            ("gas_share", Some("gas-share")),
            ("form", Some("from")),
            ("seasons", Some("season")),
            ("too", Some("to")),
            ("zzz", None),
            ("", None),
            ("at", None),
        ] {
            assert_eq!(nearest(word, known), name, "{word}");
        }
        assert_eq!(nearest(&"m".repeat(1_000_000), known), None);
    }
}
