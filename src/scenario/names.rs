//! Readers that several sections share: names of other sections, dates and times by London's clock, durations.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset};

use super::diagnostics::{Lint, Mistake, Sink};
use super::quantity;
use super::table::{Moment, Value};
use crate::engine::time::{DAY, Day, Instant, Seconds};
use crate::model::civil::{day_of, london};
use crate::model::plan::SupplierId;

/// Names by which the sections refer to one another.
pub(super) struct Names {
    /// The id of each supplier, and where it is written.
    suppliers: Vec<(String, Range<usize>)>,
    /// Whether the id of each supplier is known.
    complete: bool,
}

impl Names {
    /// No suppliers yet.
    pub fn new() -> Self {
        Self { suppliers: Vec::new(), complete: true }
    }

    /// Adds a supplier, at the next place. If its id is taken, returns where that is written first.
    pub fn add_supplier(&mut self, id: &str, span: Range<usize>) -> Option<Range<usize>> {
        let first = self.suppliers.iter().find(|(known, _)| known == id).map(|(_, first)| first.clone());
        self.suppliers.push((id.to_owned(), span));
        // Who names an unknown one may mean one of the two.
        self.complete &= first.is_none();
        first
    }

    /// The id of a supplier.
    pub fn supplier_id(&self, supplier: SupplierId) -> &str {
        self.suppliers.get(supplier.0 as usize).map_or("", |(id, _)| id.as_str())
    }

    /// Notes that there are suppliers whose ids are not known: an unknown id may be theirs.
    pub fn lacks_some(&mut self) {
        self.complete = false;
    }

    /// The supplier that a value names.
    pub fn supplier(&self, value: &Value<'_, '_>, sink: &mut Sink) -> Option<SupplierId> {
        let id = value.string(sink)?;
        if let Some(place) = self.suppliers.iter().position(|(known, _)| known == id) {
            return Some(SupplierId(place as u16));
        }
        if !self.complete || sink.has_broken_lines() {
            return None; // why not all are known has been reported
        }
        let known = self.suppliers.iter().map(|(known, _)| known.as_str());
        value.refuse_name("a supplier of this file", (id, known), "[[supplier]]", sink)
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
        let days =
            value.written_number().map(|number| format!("{number} d")).filter(|days| quantity::duration(days).is_ok());
        if let (Some(_), Some(days)) = (ssd, days) {
            let help = format!("write a length of time with its unit, as in \"{days}\", or a date, as in 2018-12-01");
            return value.refuse(Mistake::BadNotation, "a date, or a length of time from SSD", help, sink);
        }
        let timestamp = match value.moment(sink)? {
            Moment::Utc(timestamp) => Some(timestamp),
            Moment::Civil(civil) => self.by_londons_clock(civil, value, sink)?,
            Moment::Date(date) => self.by_londons_clock(date.at(0, 0, 0, 0), value, sink)?,
        };
        match timestamp.map(|t| Instant(t.as_second())) {
            Some(at) if EARLIEST.utc_midnight() <= at && at <= LATEST.utc_midnight() => Some(at),
            _ => value.refuse(
                Mistake::OutOfRange,
                "a time from 2000 to 2099",
                "write for example 2018-12-01; if it never ends, write the horizon of [time]",
                sink,
            ),
        }
    }

    /// The second at which London's clocks show a time: nothing inside where it is out of range, nothing at all where
    /// they never show it.
    fn by_londons_clock(&self, civil: DateTime, value: &Value<'_, '_>, sink: &mut Sink) -> Option<Option<Timestamp>> {
        let at = |offset: Offset| offset.to_timestamp(civil).ok();
        match london().to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Some(at(offset)),
            AmbiguousOffset::Fold { before, after } => {
                let (first, second) = (at(before), at(after));
                if let (Some(first), Some(second)) = (first, second) {
                    let message = format!("London's clocks show {civil} twice, as they go back; the first is taken");
                    sink.warning(
                        Lint::AmbiguousTime,
                        value.span(),
                        message,
                        format!("write {first} for the first, or {second} for the second"),
                    );
                }
                Some(first)
            }
            AmbiguousOffset::Gap { .. } => value.refuse(
                Mistake::BadNotation,
                "a time that London's clocks show",
                "the clocks go forward and skip it: write an hour later, or the time in UTC with a Z",
                sink,
            ),
        }
    }
}

/// The years that the model knows: from the first of these days to before the second.
pub(super) const EARLIEST: Day = Day(10_957);
/// See [`EARLIEST`].
pub(super) const LATEST: Day = Day(47_482);

/// A local date as a day of the model, checked to lie in the years that the model knows.
pub(super) fn day(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Day> {
    let day = day_of(value.date(sink)?);
    if EARLIEST <= day && day < LATEST {
        Some(day)
    } else {
        value.refuse(Mistake::OutOfRange, "a date from 2000 to 2099", "write for example 2018-12-01", sink)
    }
}

/// A month in the years that the model knows, as the keys of a table name it: `2018-12`.
pub(super) fn month(text: &str) -> Option<(i16, i8)> {
    let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    let (year, month) = text.split_once('-').filter(|(year, month)| digits(year, 4) && digits(month, 2))?;
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    ((2000..2100).contains(&year) && (1..=12).contains(&month)).then_some((year, month))
}

/// A duration of at least one second.
pub(super) fn positive(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Seconds> {
    let read = |text: &str| {
        quantity::duration(text)
            .and_then(|d| if d.0 < 1 { Err("write a duration above 0, as in \"1 s\"".into()) } else { Ok(d) })
    };
    value.quantity("a duration above 0", read, sink)
}

/// A whole number of days within `range`; `example` is one of them.
pub(super) fn whole_days(
    value: &Value<'_, '_>,
    range: std::ops::RangeInclusive<i32>,
    example: &str,
    sink: &mut Sink,
) -> Option<u32> {
    let days = |text: &str| {
        let length = quantity::duration(text).ok().filter(|length| length.0 % DAY.0 == 0)?;
        i32::try_from(length.0 / DAY.0).ok().filter(|days| range.contains(days))
    };
    let due = format!("a whole number of days from {} to {}", range.start(), range.end());
    let read = |text: &str| match days(text) {
        Some(days) => Ok(days as u32), // the ranges are not negative
        None => Err(match text.trim().parse::<i32>() {
            Ok(days) if range.contains(&days) => format!("write \"{days} d\", with its unit"),
            _ => format!("write for example \"{example}\""),
        }),
    };
    value.quantity(&due, read, sink)
}
