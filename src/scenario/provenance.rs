//! Where the numbers of a scenario come from: the catalogue of those that have a default, and what a file says of its own.
//!
//! A number stands plain, `gas-share = 0.43`, or with its origin, `gas-share = { value = 0.43, source = "…", kind = "derived" }`.
//! Laws have their own catalogue ([`crate::model::laws`]), and so do the mitigations' parameters.

use std::ops::Range;

use super::Assumption;
use super::diagnostics::Sink;
use super::table::{self, Table, Value};
use crate::model::laws::Kind;

/// A number that a scenario can set.
#[derive(Debug, Clone, Copy)]
pub struct Number {
    /// Section and key, such as `market.gas-share`.
    pub name: &'static str,
    /// The default as a scenario would write it; nothing where a scenario must give it.
    pub default: Option<&'static str>,
    /// What kind of number the default is.
    pub kind: Kind,
    /// Where it comes from.
    pub source: &'static str,
    /// What it means.
    pub about: &'static str,
}

macro_rules! numbers {
    ($($name:literal = $default:expr, $kind:ident, $source:literal, $about:literal;)+) => {
        /// All of them but the laws.
        pub const NUMBERS: &[Number] = &[$(
            Number { name: $name, default: $default, kind: Kind::$kind, source: $source, about: $about }
        ),+];
    };
}

numbers! {
    "market.path" = None, Observed, "calibration 1.1", "connected meters on dates; between them the square root grows evenly";
    "market.switching" = None, Derived, "calibration 7.1", "share of electricity meters that switch in a month";
    "market.gas-share" = Some("0.43"), Derived, "calibration 1.2", "share of gas meters";
    "market.prepay-share" = Some("0.13"), Observed, "calibration 1.2: 13 % of smart meters at the end of 2022, DESNZ via trade press", "share of prepay meters";
    "market.gas-ratio" = Some("0.89"), Derived, "calibration 2.1", "gas meters' switching over electricity's";
    "market.class-shares" = Some("{ mature = 0.79, immature = 0.17, non-user = 0.04 }"), Assumed, "calibration 8.4: fitted to the two published stocks", "shares of gains by class of the gaining supplier";
    "market.class-drawn-for" = Some("\"supplier\""), Assumed, "calibration 7.3", "whether a class is drawn for each gaining supplier and run, or for each case by itself";
    "market.class-sizes" = Some("{ immature = [\"medium\", \"small\"], non-user = [\"small\"] }"), Assumed, "DP072: new suppliers; calibration 2.4: 56 of 62 suppliers were small or medium", "sizes of suppliers that can be immature, and no DCC Users; large is 5 % of meters or more, small below 1 %";
    "market.late-share" = Some("0.02"), Assumed, "calibration 8.20", "share of switches that DCC learns of late";
    "market.off-air-share" = Some("0.03"), Assumed, "calibration 8.14", "share of meters off the WAN for good";
    "market.no-response" = Some("0.03"), Assumed, "calibration 8.14", "probability that an attempt gets no response from the device";
    "market.erroneous-share" = Some("0.006"), Derived, "calibration 8.7", "probability that a switch is an erroneous transfer";
    "market.erroneous-sends" = Some("0.5"), Assumed, "calibration 8.9", "probability that the gainer of an erroneous transfer sends 6.23";
    "market.withdrawn-share" = Some("0.02"), Assumed, "calibration 8.20d", "switches withdrawn before SSD, on top of the completed ones";
    "market.dead-time" = Some("\"40 d\""), Derived, "calibration 8.22", "no further switch so soon after one";
    "market.calendar-share" = Some("{ beta = [2, 2] }"), Assumed, "calibration 8.17", "share of a supplier's meters with a billing calendar: one share for all, or drawn for each supplier and run from a beta distribution";
    "market.both-share" = Some("0.1"), Assumed, "no source: judgement; DP072's own meter had both", "share of the meters with a billing calendar that have DCC schedules as well";
    "market.monthly-calendar-share" = Some("0.1"), Assumed, "calibration 5", "share of billing calendars that are monthly rather than daily";
    "market.schedule-counts" = Some("[0.15, 0.15, 0.45, 0.20, 0.05]"), Assumed, "calibration 8.15", "weights of 0 to 4 DCC schedules on a meter without a billing calendar";
    "market.retry" = Some("\"24 h\""), Assumed, "R9, R11", "from a refusal or failure of 6.23 to the next attempt";
    "market.region-shares" = Some("{ north = 0.35, central = 0.35, south = 0.30 }"), Assumed, "no source: judgement", "shares of meters by region of the WAN";
    "market.switching-by-region" = Some("{ north = 1, central = 1, south = 1 }"), Assumed, "no source: judgement", "how readily customers of each region of the WAN switch, against one another";
    "traffic.messages" = Some("1.54"), Derived, "calibration 3.1: July 2022", "service messages for a meter and day, scheduled reads among them";
    "traffic.device-alerts" = Some("2.46"), Derived, "calibration 3.1: July 2022", "device alerts for a meter and day, pushed reads among them";
    "traffic.dcc-alerts" = Some("0.13"), Derived, "calibration 3.1: July 2022", "alerts of the DCC's own for a meter and day";
    "dcc.schedule-removal" = Some("\"cos-success\""), Assumed, "R7", "when a supplier's schedules are removed";
    "dcc.gas-day-start" = Some("\"05:00\""), Assumed, "R1", "when a gas supply starts on the day of SSD, London time";
    "dcc.gas-devices" = Some("2"), Assumed, "calibration 7.3", "devices of a gas meter point that need a 6.23: meter and proxy";
    "dcc.gas-pusher" = Some("\"meter\""), Assumed, "model, State", "which of them calendar, schedules and pushes belong to";
    "dcc.smets1-pushes" = Some("\"checked\""), Assumed, "domain 2.7: no leak by default", "whether a SMETS1 service provider checks the addressee of a device alert";
    "supplier.opening" = Some("\"09:00\""), Assumed, "R15", "when a supplier with a capacity works off its backlog";
    "supplier.prepay-first" = Some("false"), Assumed, "no source: judgement", "whether a supplier with a capacity sends prepay meters' 6.23s before all others";
    "supplier.quarantine" = Some("\"1 d\""), Assumed, "no source: the real time is not public", "how long the DCC keeps 6.23s beyond an anomaly threshold";
    "supplier.notice" = Some("\"5 d\""), Assumed, "calibration 8.20c", "notice that a losing supplier of a script has before SSD";
    "supplier.lead" = Some("\"1 d\""), Assumed, "calibration 8.20c", "from that notice to its cancelling";
    "switch.known" = Some("\"-5 d\""), Assumed, "calibration 8.20a", "when DCC learns of a scripted switch, from SSD";
    "switch.latency" = Some("\"1 s\""), Assumed, "R1", "from sending a scripted 6.23 to its execution";
    "switch.retry" = Some("\"24 h\""), Assumed, "R9, R11", "from a refusal or failure of a scripted 6.23 to the next attempt";
}

/// The number of this name.
pub fn number(name: &str) -> Option<&'static Number> {
    NUMBERS.iter().find(|n| n.name == name)
}

/// The default of a number, read as a scenario's value would be.
///
/// # Panics
/// When the catalogue has no such default, or one that its reader refuses: a mistake in this program, found by its tests.
pub(super) fn default<T>(name: &str, read: impl FnOnce(&Value<'_, '_>, &mut Sink) -> Option<T>) -> T {
    let text = number(name).and_then(|n| n.default).unwrap_or_else(|| panic!("the catalogue has no default of {name}"));
    let (source, mut sink) = (format!("default = {text}"), Sink::new());
    let document = table::parse(&source, &mut sink);
    let value = Table::root(&document).get("default").and_then(|v| read(&v, &mut sink));
    value.unwrap_or_else(|| panic!("the default of {name} cannot be read"))
}

/// What is found while a file is read.
pub(super) struct Sources<'s> {
    text: &'s str,
    found: Vec<Assumption>,
    // Places of numbers that do not say where they come from, told together.
    silent: Vec<Silent>,
}

impl<'s> Sources<'s> {
    /// Of a file's text.
    pub fn new(text: &'s str) -> Self {
        Self { text, found: Vec::new(), silent: Vec::new() }
    }

    /// Reads the number `section.key` from the table of its section; its default where the file does not give it, `None` where it has none.
    pub fn read<T: PartialEq>(
        &mut self,
        table: &mut Table<'_, '_>,
        name: &'static str,
        sink: &mut Sink,
        read: impl Fn(&Value<'_, '_>, &mut Sink) -> Option<T>,
    ) -> Option<T> {
        let key = name.split_once('.').map_or(name, |(_, key)| key);
        let known = number(name)?;
        let Some(entry) = table.get(key) else {
            known.default?;
            self.take_default(name);
            return Some(default(name, read));
        };
        let (value, said) = origin(&entry, sink)?;
        let number = read(&value, sink)?;
        let as_default = known.default.is_some() && default(name, &read) == number;
        let span = entry.key_span();
        self.note(name, known.about, &value, said.or_of(known, as_default), span);
        Some(number)
    }

    /// Notes a number that its own reader has read, with what the file says of it.
    pub fn note(&mut self, name: &str, about: &str, value: &Value<'_, '_>, said: Origin, key: Range<usize>) {
        let written = self.text.get(value.span()).unwrap_or_default();
        self.note_text(name, about, written, said, key);
    }

    /// The same for a number that stands in several places.
    pub fn note_text(&mut self, name: &str, about: &str, written: &str, said: Origin, key: Range<usize>) {
        if said.kind.is_none() || said.source.is_none() {
            self.silent.push(Silent { place: key, name: name.to_owned(), beside: said.beside });
        }
        self.found.push(Assumption {
            name: name.to_owned(),
            value: one_line(written),
            kind: said.kind.unwrap_or(Kind::Assumed),
            source: said.source.unwrap_or_else(|| "the scenario, without a source".to_owned()),
            about: about.to_owned(),
        });
    }

    /// Notes that the default of a number is in force.
    pub fn take_default(&mut self, name: &str) {
        let known = number(name);
        if let Some(Number { name, default: Some(default), kind, source, about }) = known
            && !self.has(name)
        {
            self.put(Assumption {
                name: (*name).to_owned(),
                value: (*default).to_owned(),
                kind: *kind,
                source: (*source).to_owned(),
                about: (*about).to_owned(),
            });
        }
    }

    /// Whether a number of this name is noted.
    pub fn has(&self, name: &str) -> bool {
        self.found.iter().any(|a| a.name == *name)
    }

    /// Adds one whose origin is known.
    pub fn put(&mut self, assumption: Assumption) {
        self.found.push(assumption);
    }

    /// Everything found; numbers that are silent about their origin are told in one warning.
    pub fn finish(self, sink: &mut Sink) -> Vec<Assumption> {
        const NAMED: usize = 6;
        if let (Some(Silent { place, .. }), false) = (self.silent.first(), sink.has_errors()) {
            let help = match (self.silent.iter().any(|s| !s.beside), self.silent.iter().any(|s| s.beside)) {
                (_, false) => WRAP.to_owned(),
                (false, true) => format!("write beside it in its table {BESIDE}"),
                (true, true) => format!("{WRAP}; where that is refused, beside the number in its table {BESIDE}"),
            };
            let mut names: Vec<String> = self.silent.iter().map(|s| format!("`{}`", s.name)).collect();
            // The dates of a path have one name.
            names.dedup();
            let verb = if names.len() == 1 { "does" } else { "do" };
            let more = names.len().saturating_sub(NAMED);
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            names.truncate(NAMED);
            sink.warning(
                place.clone(),
                format!("{}{rest} {verb} not say where the numbers come from", names.join(", ")),
                help,
            );
        }
        self.found
    }
}

/// What to write where a plain number stands.
const WRAP: &str = "write { value = …, source = \"…\", kind = \"observed\" | \"derived\" | \"expert\" | \"assumed\" | \"policy-lever\" }";
/// What to write where the keys stand in the table that has the number.
const BESIDE: &str =
    "`source = \"…\"` and `kind = \"observed\"`, \"derived\", \"expert\", \"assumed\" or \"policy-lever\"";

/// A number that is silent about its origin.
#[derive(Debug)]
struct Silent {
    place: Range<usize>,
    name: String,
    beside: bool,
}

/// What a file says of a number's origin.
#[derive(Debug, Clone, Default)]
pub(super) struct Origin {
    pub kind: Option<Kind>,
    pub source: Option<String>,
    /// Whether it is said beside the number in its table, not in a table about the number.
    pub beside: bool,
}

impl Origin {
    /// The keys `source` and `kind` of a table; `range`, what an exploration would vary, is checked and let pass.
    pub fn of(table: &mut Table<'_, '_>, sink: &mut Sink) -> Self {
        table.get("range").map(|v| range(&v, sink));
        Self {
            kind: table.get("kind").and_then(|v| v.one_of(&Kind::ALL, sink)),
            source: table.get("source").and_then(|v| source(&v, sink)),
            beside: true,
        }
    }

    /// What a file chooses rather than assumes, unless it says more.
    pub fn or_chosen(self, source: &str) -> Self {
        Self {
            kind: self.kind.or(Some(Kind::Assumed)),
            source: self.source.or_else(|| Some(source.to_owned())),
            ..self
        }
    }

    /// A plain number that is the default has the default's origin.
    fn or_of(self, known: &Number, as_default: bool) -> Self {
        if as_default && self.kind.is_none() && self.source.is_none() {
            return Self { kind: Some(known.kind), source: Some(known.source.to_owned()), ..self };
        }
        self
    }
}

/// Where a number comes from: some text.
fn source(value: &Value<'_, '_>, sink: &mut Sink) -> Option<String> {
    let text = value.string(sink)?;
    if text.trim().is_empty() {
        return value.refuse("a source", "name it, as in \"calibration 2.1\", or leave `source` out", sink);
    }
    Some(text.to_owned())
}

/// `range = [low, high]`: two numbers, or two quantities in quotes.
fn range(value: &Value<'_, '_>, sink: &mut Sink) -> Option<()> {
    let items = if value.is_array() { value.array(sink)? } else { Vec::new() };
    let numbers = items.iter().all(|item| item.written_number().is_some());
    if items.len() == 2 && (numbers || items.iter().all(Value::is_string)) {
        return Some(());
    }
    value.refuse("a lower and an upper bound", "write for example [0.1, 0.3] or [\"1 d\", \"5 d\"]", sink)
}

/// A value and its origin: of `{ value = …, source = "…", kind = "…" }` the inside, of anything else itself.
pub(super) fn origin<'a, 's>(value: &Value<'a, 's>, sink: &mut Sink) -> Option<(Value<'a, 's>, Origin)> {
    if !value.is_table() {
        return Some((value.clone(), Origin::default()));
    }
    let mut table = value.table(sink)?;
    if !table.has("value") {
        return Some((value.clone(), Origin::default()));
    }
    let inside = table.get("value")?;
    let said = Origin::of(&mut table, sink);
    table.finish(sink);
    Some((inside, said))
}

/// A text of several lines, without comments, in one.
fn one_line(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once(" #").map_or(line, |(code, _)| code).trim());
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::market::Conventions;

    /// Everything assumed of a market of two suppliers, with these lines in `[market]` and `[dcc]`.
    fn assumed(market: &str, dcc: &str) -> (Vec<Assumption>, Vec<String>) {
        let text = format!(
            "schema = 1\ntitle = \"t\"\n[time]\nstart = 2018-11-01\nhorizon = 2018-12-01\nwarm-up = \"0 d\"\n\
             [market]\npath = [{{ on = 2018-10-01, meters = 1000, source = \"s\", kind = \"observed\" }}]\n\
             switching = {{ value = {{ \"2018-11\" = 0.02 }}, source = \"s\", kind = \"derived\" }}\n{market}\n[dcc]\n{dcc}\n\
             [[supplier]]\nid = \"a\"\nshare = 1\nsource = \"s\"\nkind = \"assumed\"\n\
             [[supplier]]\nid = \"b\"\nshare = 1\nsource = \"s\"\nkind = \"assumed\"\n"
        );
        let (scenario, findings) = super::super::read("t", &text).expect("a valid scenario");
        (scenario.assumptions, findings.into_iter().map(|f| f.message).collect())
    }

    fn named<'a>(all: &'a [Assumption], name: &str) -> &'a Assumption {
        all.iter().find(|a| a.name == name).expect("a number of this name")
    }

    #[test]
    fn a_number_that_a_file_does_not_give_has_its_default_and_the_defaults_source() {
        let (all, warnings) = assumed("", "");
        for number in NUMBERS.iter().filter(|n| n.default.is_some()) {
            if number.name.starts_with("market") || number.name.starts_with("dcc") {
                let found = named(&all, number.name);
                assert_eq!(Some(found.value.as_str()), number.default);
                assert_eq!((found.kind, found.source.as_str()), (number.kind, number.source));
            }
        }
        assert_eq!(warnings, Vec::<String>::new());
    }

    #[test]
    fn a_number_carries_the_source_and_kind_that_the_file_gives_it() {
        let (all, warnings) = assumed("gas-share = { value = 0.4, source = \"a survey\", kind = \"observed\" }", "");
        let found = named(&all, "market.gas-share");
        assert_eq!((found.value.as_str(), found.source.as_str(), found.kind), ("0.4", "a survey", Kind::Observed));
        assert_eq!(warnings, Vec::<String>::new());
    }

    #[test]
    fn a_plain_number_other_than_the_default_is_an_assumption_and_all_such_are_told_in_one_warning() {
        let (all, warnings) = assumed("gas-share = 0.4\noff-air-share = 0.1\ngas-ratio = 0.89", "gas-devices = 1");
        assert_eq!(named(&all, "market.gas-share").source, "the scenario, without a source");
        assert_eq!(named(&all, "market.gas-share").kind, Kind::Assumed);
        assert_eq!(named(&all, "market.gas-ratio").source, "calibration 2.1");
        let [warning] = warnings.as_slice() else { panic!("{warnings:?}") };
        for name in ["dcc.gas-devices", "market.gas-share", "market.off-air-share"] {
            assert!(warning.contains(name), "{warning}");
        }
    }

    #[test]
    fn the_defaults_of_the_catalogue_are_those_of_the_model() {
        let conventions = Conventions::default();
        let (text, mut sink) = ("", Sink::new());
        let document = table::parse("dcc = {}", &mut sink);
        let empty = Table::root(&document).get("dcc");
        let read = super::super::read_market::conventions(empty, &mut Sources::new(text), &mut sink);
        assert_eq!(read, Some(conventions));
    }
}
