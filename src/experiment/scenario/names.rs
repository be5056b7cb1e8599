//! What the sections of a scenario read alike: one another's names, dates and times by London's clock, durations.

use jiff::tz::{AmbiguousOffset, TimeZone};

use super::diagnostics::Sink;
use super::quantity;
use super::table::{self, Moment, Value};
use crate::engine::time::{Day, Instant, Seconds};
use crate::model::civil::day_of;
use crate::model::plan::SupplierId;

/// Names that the sections refer to one another by, and the clock that dates are read by.
pub(super) struct Names {
    suppliers: Vec<String>,
    zone: TimeZone,
}

impl Names {
    /// No suppliers yet.
    pub fn new() -> Self {
        Self { suppliers: Vec::new(), zone: TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC) }
    }

    /// Takes a supplier's id; false if it is taken.
    pub fn add_supplier(&mut self, id: &str) -> bool {
        let new = !self.suppliers.iter().any(|known| known == id);
        self.suppliers.push(id.to_owned());
        new
    }

    /// The id of a supplier.
    pub fn supplier_id(&self, supplier: SupplierId) -> &str {
        self.suppliers.get(supplier.0 as usize).map_or("", String::as_str)
    }

    /// The supplier that a value names.
    pub fn supplier(&self, value: &Value<'_, '_>, sink: &mut Sink) -> Option<SupplierId> {
        let id = value.string(sink)?;
        if let Some(place) = self.suppliers.iter().position(|known| known == id) {
            return Some(SupplierId(place as u16));
        }
        let help = match table::nearest(id, self.suppliers.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"? Suppliers are declared in [[supplier]]"),
            None => "declare it in [[supplier]], or name one that is".to_owned(),
        };
        value.refuse("a supplier of this file", help, sink)
    }

    /// A list of suppliers.
    pub fn suppliers(&self, value: &Value<'_, '_>, sink: &mut Sink) -> Option<Vec<SupplierId>> {
        value.array(sink)?.iter().map(|v| self.supplier(v, sink)).collect()
    }

    /// A second: a date or date-time, or, where `ssd` is given, a signed duration from it.
    pub fn instant(&self, value: &Value<'_, '_>, ssd: Option<Instant>, sink: &mut Sink) -> Option<Instant> {
        if let (true, Some(ssd)) = (value.is_string(), ssd) {
            return Some(ssd + value.duration(sink)?);
        }
        let civil = match value.moment(sink)? {
            Moment::Utc(timestamp) => return Some(Instant(timestamp.as_second())),
            Moment::Civil(civil) => civil,
            Moment::Date(date) => date.at(0, 0, 0, 0),
        };
        let ambiguous = self.zone.to_ambiguous_timestamp(civil);
        let offset = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => offset,
            AmbiguousOffset::Gap { .. } => {
                return value.refuse(
                    "a time that London's clocks show",
                    "the clocks go forward over it: write an hour later, or the time in UTC with a Z",
                    sink,
                );
            }
        };
        offset.to_timestamp(civil).ok().map(|t| Instant(t.as_second()))
    }
}

/// A local date as a day of the model, checked to lie in the years that the model knows.
pub(super) fn day(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Day> {
    let date = value.date(sink)?;
    if (2000..2100).contains(&date.year()) {
        Some(day_of(date))
    } else {
        value.refuse("a date from 2000 to 2099", "write for example 2018-12-01", sink)
    }
}

/// A duration of at least one second.
pub(super) fn positive(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Seconds> {
    let read = |text: &str| {
        quantity::duration(text)
            .and_then(|d| if d.0 < 1 { Err("write a duration above 0, as in \"1 s\"".into()) } else { Ok(d) })
    };
    value.quantity("a duration above 0", read, sink)
}
