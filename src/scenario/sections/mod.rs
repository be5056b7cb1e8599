//! The sections of a scenario file, one a file: the keys of each, with their readers, and how it is read.

pub(super) mod alert;
pub(super) mod context;
pub(super) mod cos;
pub(super) mod dcc;
pub(super) mod expect;
pub(super) mod experiment;
pub(super) mod inject;
pub(super) mod laws;
pub(super) mod market;
pub(super) mod meter;
pub(super) mod policy;
pub(super) mod practice;
pub(super) mod primary;
pub(super) mod published;
pub(super) mod script;
pub(super) mod supplier;
pub(super) mod switch;
pub(super) mod time;
pub(super) mod top;
pub(super) mod traffic;

use super::parameter::Parameter;
use super::shape::Shape;

/// A table of scenario files.
#[derive(Debug)]
pub struct Section {
    /// Its name, such as `market` or `switch.cos`; empty for the top of the file.
    pub name: &'static str,
    /// Its keys.
    pub keys: &'static [&'static Parameter],
    /// Whether a value may be written with its origin, as in `{ value = 0.43, source = "…", kind = "derived" }`.
    pub takes_origins: bool,
    /// Whether its table can say where its numbers come from, with the keys `source`, `kind` and `range`.
    pub says_origin: bool,
}

impl Section {
    /// Whether the value of one of its keys may be written with its origin.
    pub fn takes_origin_of(&self, parameter: &Parameter) -> bool {
        let is_number = parameter.origin.is_some() && !parameter.shape.holds_sections();
        (self.takes_origins && is_number) || matches!(parameter.shape, Shape::WithOrigin(_))
    }
}

const fn section(name: &'static str, keys: &'static [&'static Parameter]) -> Section {
    Section { name, keys, takes_origins: false, says_origin: false }
}

/// A section of numbers, each of which may be written with its origin.
const fn with_origins(name: &'static str, keys: &'static [&'static Parameter]) -> Section {
    Section { takes_origins: true, ..section(name, keys) }
}

/// A section whose table says where its numbers come from.
const fn of_one_origin(name: &'static str, keys: &'static [&'static Parameter]) -> Section {
    Section { says_origin: true, ..section(name, keys) }
}

/// Every section, in the order in which a scenario is usually written.
pub static SECTIONS: &[Section] = &[
    section("", top::KEYS),
    section("time", time::KEYS),
    section("experiment", experiment::KEYS),
    with_origins("market", market::KEYS),
    of_one_origin("market.path", market::PATH_KEYS),
    of_one_origin("market.small-suppliers", supplier::SMALL_KEYS),
    of_one_origin("market.pairs", market::PAIR_KEYS),
    of_one_origin("market.alerts", alert::MARKET_KEYS),
    with_origins("dcc", dcc::KEYS),
    Section { says_origin: true, ..with_origins("traffic", traffic::KEYS) },
    of_one_origin("supplier", supplier::KEYS),
    section("supplier.reads", supplier::READS_KEYS),
    section("supplier.loses", supplier::LOSES_KEYS),
    section("meter", meter::KEYS),
    section("meter.calendar", practice::CALENDAR_KEYS),
    section("meter.schedules", practice::SCHEDULE_KEYS),
    section("meter.off-wan", meter::OFF_WAN_KEYS),
    section("meter.alerts", alert::METER_KEYS),
    section("switch", switch::KEYS),
    section("switch.cos", cos::KEYS),
    section("switch.reads", practice::READS_KEYS),
    section("inject", inject::KEYS),
    section("inject.where", inject::WHERE_KEYS),
    of_one_origin("policy", policy::KEYS),
    section("policy.adoption", policy::ADOPTION_KEYS),
    section("policy.use", policy::USE_KEYS),
    section("expect", expect::KEYS),
    section("primary", primary::KEYS),
    section("published", published::KEYS),
];
