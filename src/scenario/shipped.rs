//! The scenarios that come with the program, by name.

/// A scenario that comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// Its name, which is its id.
    pub name: &'static str,
    /// The text of its file.
    pub source: &'static str,
}

/// Declares the scenarios by the names of their files in `scenarios/`.
macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        /// All of them, the one that is run where none is named first, then by name.
        pub const SHIPPED: &[Shipped] = &[
            $(Shipped { name: $name, source: include_str!(concat!("../../scenarios/", $name, ".toml")) }),+
        ];
    };
}

shipped! {
    "december-2018",
    "december-2022-low-churn",
    "dp072-extrapolation",
    "dp072-fifty-days",
    "dp072-incident",
    "gb-year",
    "half-hourly-settlement",
    "july-2023-css-outage",
    "november-2019-growth",
    "october-2024-recovery",
    "september-2021-solr-wave",
    "solr-run-book",
    "wan-outage-catch-up",
}

/// The scenario of this name.
pub fn by_name(name: &str) -> Option<&'static Shipped> {
    SHIPPED.iter().find(|shipped| shipped.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_scenario_of_the_folder_is_named() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        let files = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
        let scenarios = files.filter(|path| path.extension().is_some_and(|end| end == "toml"));
        let stems: BTreeSet<String> =
            scenarios.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
        assert_eq!(stems, SHIPPED.iter().map(|shipped| shipped.name.to_owned()).collect());
        assert_eq!(SHIPPED[0].name, crate::scenario::BUILT_IN_ID);
    }
}
