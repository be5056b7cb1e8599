//! The formats of diagnostics: one file each, and its line in [`FORMATS`].

use super::Diagnostic;

/// Declares the file of each format and its place in the list, in one line.
macro_rules! formats {
    ($($file:ident),+ $(,)?) => {
        $(mod $file;)+

        /// All formats. The first is the default.
        pub static FORMATS: &[Format] = &[$($file::FORMAT),+];
    };
}

formats! {
    full,
    short,
    json,
    github,
    gitlab,
    sarif,
}

/// A format of diagnostics.
#[derive(Debug)]
pub struct Format {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a line.
    pub about: &'static str,
    /// Whether a program reads it. Data are one document for all files, even if there is nothing to report.
    pub is_data: bool,
    /// Whether its sentences may be wrapped on a terminal. A format with one line for each finding keeps it.
    pub wraps: bool,
    /// The diagnostics as text. With colour, it contains the escapes of a terminal if the format has any.
    pub render: fn(&[Diagnostic], colour: bool) -> String,
}

/// The format that people read, with lines and carets.
pub const FULL: &Format = &full::FORMAT;

/// The format with one line for each.
pub const SHORT: &Format = &short::FORMAT;

/// A document as text, with a newline at its end.
fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}

impl Format {
    /// The format of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Files, Finding, Fix, Lint, Mistake, Severity, Sink};
    use super::*;

    const TEXT: &str = "schema = 1\n[market]\nmeters = -5\n";

    fn two() -> Vec<Diagnostic> {
        let fix = Fix { span: 29..31, text: "1000".to_owned() };
        let mut sink = Sink::new();
        sink.fixable(Mistake::OutOfRange, 29..31, "`market.meters` is negative", ("write 1000", fix));
        sink.warning(Lint::NoSource, 11..19, "say: 100 % \"here\",\nwhere from", "");
        Diagnostic::all(&sink.into_findings(), &Files::one("a,b:c.toml", TEXT))
    }

    fn render(name: &str) -> String {
        (Format::named(name).expect("a format").render)(&two(), false)
    }

    #[test]
    fn full_has_the_line_and_a_caret() {
        assert_eq!(
            render("full"),
            "warning[MC101]: say: 100 % \"here\",\\nwhere from\n --> a,b:c.toml:2:1\n  |\n2 | [market]\n  | ^^^^^^^^\n\n\
             error[MC013]: `market.meters` is negative\n --> a,b:c.toml:3:10\n  |\n3 | meters = -5\n  |          ^^\n  \
             |\n  = help: write 1000\n\n"
        );
    }

    #[test]
    fn short_has_one_line_for_each() {
        assert_eq!(
            render("short"),
            "a,b:c.toml:2:1: warning[MC101]: say: 100 % \"here\",\\nwhere from\n\
             a,b:c.toml:3:10: error[MC013]: `market.meters` is negative; write 1000\n"
        );
    }

    #[test]
    fn github_commands_escape_what_would_end_them() {
        assert_eq!(
            render("github"),
            "::warning file=a%2Cb%3Ac.toml,line=2,col=1,endLine=2,endColumn=9,title=MC101 number without a source::say: \
             100 %25 \"here\",\\nwhere from\n\
             ::error file=a%2Cb%3Ac.toml,line=3,col=10,endLine=3,endColumn=12,title=MC013 value out of range::\
             `market.meters` is negative%0Ahelp: write 1000\n"
        );
    }

    #[test]
    fn data_are_a_document_even_without_findings() {
        for format in FORMATS.iter().filter(|format| format.is_data && format.name != "github") {
            for found in [two(), Vec::new()] {
                let text = (format.render)(&found, true);
                let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                assert!(value.is_array() || value.is_object(), "{}: {text}", format.name);
            }
        }
    }

    #[test]
    fn gitlab_tells_equal_findings_apart_and_keeps_a_fingerprint_when_lines_move() {
        let of = |text: &str, spans: [usize; 2]| {
            let mut sink = Sink::new();
            spans.iter().for_each(|at| sink.error(Mistake::OutOfRange, *at..*at + 1, "again", ""));
            let found = Diagnostic::all(&sink.into_findings(), &Files::one("a.toml", text));
            let text = (Format::named("gitlab").expect("a format").render)(&found, false);
            let value: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
            value.iter().map(|entry| entry["fingerprint"].to_string()).collect::<Vec<_>>()
        };
        let before = of("x\ny\n", [0, 2]);
        assert_ne!(before[0], before[1]);
        assert_eq!(before, of("\n\nx\ny\n", [2, 4]));
    }

    #[test]
    fn sarif_has_the_rule_the_region_and_the_fix() {
        let value: serde_json::Value = serde_json::from_str(&render("sarif")).expect("JSON");
        let run = &value["runs"][0];
        let (result, rules) = (&run["results"][1], run["tool"]["driver"]["rules"].as_array().expect("rules"));
        assert_eq!(result["ruleId"], "MC013");
        assert_eq!(rules[result["ruleIndex"].as_u64().expect("an index") as usize]["id"], "MC013");
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert_eq!((&region["startLine"], &region["endColumn"]), (&3.into(), &12.into()));
        let change = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
        assert_eq!(change["insertedContent"]["text"], "1000");
        assert_eq!(
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%2Cb%3Ac.toml",
            "a colon would make it a scheme"
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_has_no_place() {
        let one = [Diagnostic::of_file(Mistake::Unreadable, "b.toml", "no such file")];
        for format in FORMATS {
            assert!((format.render)(&one, false).contains("b.toml"), "{}", format.name);
        }
        assert_eq!(
            (Format::named("short").expect("a format").render)(&one, false),
            "b.toml: error[MC007]: no such file\n"
        );
        let none: [Finding; 0] = [];
        assert_eq!(Diagnostic::all(&none, &Files::one("a", "")), []);
        assert_eq!(one[0].severity, Severity::Error);
    }
}
