//! The codes of findings. Each is declared once, with what it means and with a wrong and a right example, which
//! `explain` prints. A code never changes its meaning, and its number is not used again.

use std::fmt;

use super::Severity;

/// What is known of a code.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, as in `MC012`.
    pub number: u16,
    /// The kind of finding, in a few words.
    pub title: &'static str,
    /// What it means, and why it matters.
    pub about: &'static str,
    /// What it looks like in a file; nothing if a file alone cannot have it.
    pub example: Option<Example>,
}

/// A piece of a file that has a finding, and the same piece without it.
#[derive(Debug, PartialEq, Eq)]
pub struct Example {
    /// With the finding.
    pub wrong: &'static str,
    /// Without it.
    pub right: &'static str,
}

macro_rules! example {
    () => {
        None
    };
    ($wrong:literal, $right:literal) => {
        Some(Example { wrong: $wrong, right: $right })
    };
}

/// Declares a family of codes.
macro_rules! family {
    ($(#[$doc:meta])* $family:ident {
        $($name:ident = $number:literal, $title:literal, $about:literal
            $(, wrong $wrong:literal, right $right:literal)?;)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $family {
            $(#[doc = concat!("A finding: ", $title, ".")] $name,)+
        }

        impl $family {
            /// All of the family, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What is known of it.
            pub const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$name => &Entry {
                        number: $number,
                        title: $title,
                        about: $about,
                        example: example!($($wrong, $right)?),
                    },)+
                }
            }
        }

        impl From<$family> for Code {
            fn from(code: $family) -> Self {
                Code::$family(code)
            }
        }
    };
}

family! {
    /// A mistake: the file cannot be used.
    Mistake {
        Syntax = 1, "broken TOML",
            "A line is not valid TOML. Whatever else is wrong on that line is not reported.",
            wrong "title = A script", right "title = \"A script\"";
        NotAScenario = 2, "not a scenario",
            "The file is not UTF-8 text, or it has none of a scenario's keys and sections.",
            wrong "name = \"something else\"", right "schema = 1\ntitle = \"A market\"";
        LargeFile = 3, "file beyond a limit",
            "The file is too large, has too many keys, or is nested too deeply. The limits keep reading fast and its \
             memory bounded.",
            wrong "title = \"(100 000 characters)\"", right "title = \"A market\"";
        NewerFormat = 4, "unknown version of the format",
            "`schema` is the version of the format of the file. A newer program may know other versions.",
            wrong "schema = 2", right "schema = 1";
        BadInclude = 5, "file that cannot be included",
            "An included file is missing, lies outside the scenario's folder, includes itself, or gives what another \
             file gives.",
            wrong "include = [\"../elsewhere/pack.toml\"]", right "include = [\"packs/laws.toml\"]";
        Unreadable = 7, "file that cannot be read",
            "The system refuses to read the file, or it does not exist.",
            wrong "meterchurn check scenarios/decembr.toml", right "meterchurn check scenarios/december.toml";
        UnknownKey = 10, "unknown key",
            "A table has a key that the format does not know. A misspelt key would otherwise silently leave the default \
             in place.",
            wrong "gas-shar = 0.43", right "gas-share = 0.43";
        MissingKey = 11, "missing key",
            "A table lacks a key that has no default.",
            wrong "[time]\nstart = 2018-11-01", right "[time]\nstart = 2018-11-01\nhorizon = 2019-03-01";
        WrongType = 12, "value of the wrong type",
            "A value is, for example, text where a number is due, or a list where a table is due.",
            wrong "gas-share = true", right "gas-share = 0.43";
        OutOfRange = 13, "value out of range",
            "A number, date or time lies outside the values that are possible for its key.",
            wrong "gas-share = 43", right "gas-share = 0.43";
        BadNotation = 14, "value in the wrong notation",
            "A quantity lacks its unit, or a date, rate, identifier or code is not written as the format has it.",
            wrong "warm-up = \"0\"", right "warm-up = \"0 d\"";
        UnknownWord = 15, "unknown word",
            "A key takes one of a few words, and this is none of them.",
            wrong "kind = \"observation\"", right "kind = \"observed\"";
        KeyOutOfPlace = 16, "key that does not belong here",
            "A key is known, but it does not go with the other keys of its table.",
            wrong "{ send = \"78 d 1 h\", execute = 2019-02-17T01:00:00 }", right "{ send = \"78 d 1 h\" }";
        UnknownName = 20, "unknown name",
            "The file names a supplier, meter, policy or mitigation that does not exist.",
            wrong "use = [{ mitigation = \"prompt-6.24\" }]", right "use = [{ mitigation = \"prompt-6.23\" }]";
        NameTwice = 21, "name given twice",
            "Two suppliers, meters or policies have the same name, so that nothing could refer to one of them.",
            wrong "[[meter]]\nid = 1\nholder = \"gaining\"", right "[[meter]]\nid = 2\nholder = \"gaining\"";
        BadQuery = 22, "number that cannot be asked for",
            "An expectation, a primary number or a published figure names an unknown metric, label or statistic, or one \
             that this scenario does not have.",
            wrong "that = \"leaked-read.delivered.total > 0\"", right "that = \"leaked-reads.delivered.total > 0\"";
        WrongOrder = 30, "dates or bounds in the wrong order",
            "Something ends before it begins, or the larger of two bounds comes first.",
            wrong "start = 2018-11-01\nhorizon = 2018-03-01", right "start = 2018-11-01\nhorizon = 2019-03-01";
        OutsideWindow = 31, "date outside the window",
            "A date lies outside the window of [time], where it could have no effect.",
            wrong "ssd = 2017-12-01", right "ssd = 2018-12-01";
        BadChain = 32, "switches that contradict one another",
            "The switches of a meter do not follow from one another: two have the same SSD, or one begins with a \
             supplier that does not have the meter.",
            wrong "from = \"third\"\nto = \"gaining\"", right "from = \"losing\"\nto = \"gaining\"";
        BadExecution = 33, "6.23 that cannot execute then",
            "A script gives the second in which a 6.23 executes, but the 6.23 cannot execute then.",
            wrong "cos = { execute = 2018-11-30T12:00:00 }", right "cos = { execute = 2018-12-02T00:00:00 }";
        Contradiction = 34, "values that contradict each other",
            "Two values of the file cannot both hold.",
            wrong "from = \"losing\"\nto = \"losing\"", right "from = \"losing\"\nto = \"gaining\"";
        NoCapacity = 35, "backlog without a capacity",
            "6.23s would wait for a supplier that has no capacity at which they could go out.",
            wrong "id = \"gaining\"\n\n[[inject]]\nkind = \"bulk-campaign\"",
            right "id = \"gaining\"\ncapacity = \"500 /d\"\n\n[[inject]]\nkind = \"bulk-campaign\"";
        BadMarket = 36, "shares that do not make a market",
            "The shares, weights or totals of a market do not fit together.",
            wrong "class-shares = { mature = 0.79, immature = 0.17, non-user = 0.40 }",
            right "class-shares = { mature = 0.79, immature = 0.17, non-user = 0.04 }";
        BadRange = 37, "range that cannot be explored",
            "The `range` of a number has no lower and upper bound in its unit, or the number cannot be varied.",
            wrong "range = [0.5, 0.3]", right "range = [0.3, 0.5]";
        NothingToStudy = 38, "nothing to study",
            "The scenario has neither a market nor a meter.",
            wrong "[[supplier]]\nid = \"gaining\"",
            right "[[supplier]]\nid = \"gaining\"\n\n[[meter]]\nid = 1\nholder = \"losing\"\n\n[[switch]]\n\
                meter = 1\nfrom = \"losing\"\nto = \"gaining\"\nssd = 2018-12-01";
        TooMuch = 39, "study beyond a limit",
            "One replication would need more time or memory than the program allows.",
            wrong "replications = 1000000", right "replications = 10";
    }
}

family! {
    /// Something to look at: the file can be used, but it may not mean what it says. A project can deny or allow each.
    Lint {
        NoSource = 101, "number without a source",
            "A number does not say where it comes from. Without a source and a kind nobody can defend the results.",
            wrong "gas-share = 0.5", right "gas-share = { value = 0.5, source = \"a trial\", kind = \"observed\" }";
        IdleKey = 102, "key without effect",
            "A key has no effect, because something that it works with is missing.",
            wrong "loses = { notice = \"6 d\" }", right "loses = { notice = \"6 d\", thins-calendar = true }";
        IdlePolicy = 103, "policy that cannot act",
            "A policy changes nothing in this scenario, so its results are those of the baseline.",
            wrong "id = \"nothing\"\nuse = []", right "id = \"prompt\"\nuse = [{ mitigation = \"prompt-6.23\" }]";
        IdleInjection = 104, "injection that cannot act",
            "An injected fault concerns no switch and no meter.",
            wrong "kind = \"miss-623\"\nshare = 0", right "kind = \"miss-623\"\nshare = 0.1";
        NoSwitches = 105, "no switches",
            "No meter switches in the window, or in one of its months, so nothing can leak then.",
            wrong "{ \"2018-12\" = 0.0155 }", right "{ \"2018-11\" = 0.0155, \"2018-12\" = 0.0155 }";
        LatePath = 106, "market that begins late",
            "The meters of the market begin on a date within the window. Before that date none is connected.",
            wrong "on = 2018-11-15", right "on = 2018-10-31";
        MissingStock = 107, "opening stock left out",
            "Cases that were already waiting for their 6.23 at the start are missing, because the market begins too \
             shortly before it.",
            wrong "start = 2018-11-01\nhorizon = 2019-01-01",
            right "start = 2018-11-01\nhorizon = 2019-01-01\nwarm-up = \"0 d\"";
        ClassWithoutRoom = 108, "class without suppliers to fill it",
            "The suppliers of a size that can have a class gain fewer switches than the class has.",
            wrong "class-drawn-for = \"supplier\"",
            right "class-drawn-for = { value = \"case\", source = \"a choice of the scenario\", kind = \"assumed\" }";
        AfterHorizon = 109, "date after the horizon",
            "A switch or an end lies after the window, so it has no effect in it.",
            wrong "ssd = 2019-12-01", right "ssd = 2019-02-25";
        DeafScript = 110, "script at odds with a class",
            "A script sends the 6.23 of a supplier that is no DCC User.",
            wrong "cos = { send = \"78 d 1 h\" }", right "cos = \"never\"";
        AmbiguousTime = 111, "time that occurs twice",
            "The London clock shows this time twice, on the night when summer time ends.",
            wrong "start = 2018-10-28T01:30:00", right "start = 2018-10-28T00:30:00Z";
        WhatIf = 112, "measure before its time",
            "A policy uses a measure before the date on which it came into force.",
            wrong "use = [{ mitigation = \"registration-feed-hardening\" }]",
            right "use = [{ mitigation = \"registration-feed-hardening\" }]\nwhat-if = true";
        RangeWithoutValue = 113, "range that leaves out its value",
            "The `range` of a number does not include the number itself.",
            wrong "range = [0.1, 0.3]", right "range = [0.1, 0.6]";
        ShortHorizon = 114, "window too short for a law",
            "By a law of delays many 6.23s take longer than the whole window, so that results leave them open.",
            wrong "value = \"100 d\"", right "value = \"10 d\"";
        ScaledPeak = 115, "peak of a scaled-down market",
            "A peak is asked of a market with fewer than half the meters that were connected. Peaks do not grow in \
             proportion to a market.",
            wrong "meters = 20000", right "meters = 250000";
        UnusedSupplier = 116, "supplier without a part",
            "A supplier has no meters, gains none, and nothing names it.",
            wrong "id = \"extra\", share = 0", right "id = \"extra\", share = 5";
        AlikePolicies = 117, "policies alike",
            "Two policies do the same, so that their results are equal.",
            wrong "id = \"again\"\nuse = [{ mitigation = \"prompt-6.23\" }]",
            right "id = \"again\"\nuse = [{ mitigation = \"filter-by-code\" }]";
        Sunset = 118, "assumption past its sunset",
            "An assumed number has a date, `sunset`, until which it may be used unreviewed. That date has passed.",
            wrong "sunset = 2020-01-01", right "sunset = 2099-01-01";
        EmptyExpectation = 120, "expectation that tests nothing",
            "An expectation holds or fails whatever the results are, or it can never be judged.",
            wrong "that = \"leaked-reads.delivered.total >= 0\"", right "that = \"leaked-reads.delivered.total > 0\"";
        EmptySample = 121, "expectation of nothing",
            "An expectation is about a number that is always 0 in this scenario.",
            wrong "that = \"cases.opened{fuel=gas}.total < 10\"", right "that = \"cases.opened.total < 10\"";
        AlikeExpectations = 122, "expectation given twice",
            "Two expectations say the same of one policy.",
            wrong "kind = \"invariant\"\n\n[[expect]]\nthat = \"exposure.days.total > 0\"\nkind = \"golden\"",
            right "kind = \"invariant\"";
        NotRecorded = 123, "behaviour not recorded",
            "A scenario and its record in `scenarios.lock` do not go together, so that its behaviour is not wholly \
             compared: the scenario or one of its policies is not recorded, a recorded policy is no longer there, or \
             the seed or the number of replications has changed. `test --record` records it as it is now.";
    }
}

family! {
    /// What a study showed.
    Outcome {
        Failed = 201, "expectation failed",
            "The results do not satisfy an expectation of the scenario.",
            wrong "that = \"leaked-reads.delivered.total == 77\"", right "that = \"leaked-reads.delivered.total == 78\"";
        Undecided = 202, "expectation undecided",
            "The interval of a number includes values that satisfy the expectation and values that do not. More \
             replications narrow it.",
            wrong "[experiment]\nreplications = 2", right "[experiment]\nreplications = 30";
        Changed = 203, "behaviour changed",
            "The results differ from those that were recorded. `test --record` records the new ones.";
        Broken = 204, "study that cannot be finished",
            "A study cannot be finished: a sum exceeds what a counter can hold, or a conservation law is broken, which \
             is a fault of this program.",
            wrong "copies = 9000000000000000", right "copies = 1000";
        Gone = 205, "recorded scenario missing",
            "`scenarios.lock` has the behaviour of a scenario that is no longer there. `test --record` removes it.";
    }
}

impl Lint {
    /// Whether it is about something that one scenario has no use for. A pack may have it for another scenario, so it
    /// is not reported of packs.
    pub const fn is_about_use(self) -> bool {
        matches!(self, Self::IdleKey | Self::IdlePolicy | Self::IdleInjection | Self::UnusedSupplier)
    }
}

/// The code of a finding, written as in `MC012`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The file cannot be used.
    Mistake(Mistake),
    /// The file may not mean what it says.
    Lint(Lint),
    /// What a study showed.
    Outcome(Outcome),
}

impl Code {
    /// All codes, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        let mistakes = Mistake::ALL.iter().copied().map(Self::from);
        mistakes.chain(Lint::ALL.iter().copied().map(Self::from)).chain(Outcome::ALL.iter().copied().map(Self::from))
    }

    /// The code that is written like this, as in `MC012` or `mc012`.
    pub fn named(text: &str) -> Option<Self> {
        Self::all().find(|code| code.to_string().eq_ignore_ascii_case(text))
    }

    /// What is known of it.
    pub const fn entry(self) -> &'static Entry {
        match self {
            Self::Mistake(code) => code.entry(),
            Self::Lint(code) => code.entry(),
            Self::Outcome(code) => code.entry(),
        }
    }

    /// How bad it is, unless a project decides otherwise.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Mistake(_) | Self::Outcome(_) => Severity::Error,
            Self::Lint(_) => Severity::Warning,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MC{:03}", self.entry().number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/findings.md");

    /// `docs/findings.md`.
    fn page() -> String {
        let mut page =
            "# Findings\n\n`meterchurn explain CODE` shows one of them with a wrong and a right example.\n".to_owned();
        let families: [(&str, Vec<Code>); 3] = [
            ("Mistakes: the scenario is invalid (exit code 3)", Mistake::ALL.iter().copied().map(Code::from).collect()),
            ("Warnings: a project can deny or allow them", Lint::ALL.iter().copied().map(Code::from).collect()),
            ("Results", Outcome::ALL.iter().copied().map(Code::from).collect()),
        ];
        for (heading, codes) in families {
            page += &format!("\n## {heading}\n\n| Code | Finding | Meaning |\n| --- | --- | --- |\n");
            for code in codes {
                let Entry { title, about, .. } = code.entry();
                page += &format!("| {code} | {title} | {about} |\n");
            }
        }
        page
    }

    #[test]
    fn the_page_of_findings_lists_each_code() {
        if std::env::var_os("METERCHURN_BLESS").is_some() {
            std::fs::write(PAGE, page()).expect("the page can be written");
        }
        assert_eq!(std::fs::read_to_string(PAGE).expect("the page"), page());
    }

    #[test]
    fn numbers_ascend_and_belong_to_their_family() {
        let numbers = |codes: Vec<Code>| codes.iter().map(|code| code.entry().number).collect::<Vec<u16>>();
        let all = numbers(Code::all().collect());
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
        let families = [(1, Mistake::ALL.len()), (101, Lint::ALL.len()), (201, Outcome::ALL.len())];
        let mut from = 0;
        for (first, count) in families {
            assert!(all[from..from + count].iter().all(|number| (first..first + 99).contains(number)));
            from += count;
        }
    }

    #[test]
    fn a_code_is_found_by_its_name_in_either_case() {
        for code in Code::all() {
            assert_eq!(Code::named(&code.to_string()), Some(code));
        }
        assert_eq!(Code::named("mc012"), Some(Code::Mistake(Mistake::WrongType)));
        assert_eq!((Code::named("MC999"), Code::named("012")), (None, None));
    }
}
