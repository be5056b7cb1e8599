//! The traffic of a run step by step: what a planner draws himself.

use super::frame::Frame;
use super::reading::Reading;
use crate::engine::bins::MINUTES_A_DAY;
use crate::engine::packed::Packed;
use crate::engine::table::{By, index};
use crate::model::traffic::Leg;

index! {
    /// How long the steps of a series are.
    Resolution {
        /// A minute.
        Minute => "minute",
        /// An hour.
        Hour => "hour",
        /// A UTC day.
        Day => "day",
    }
}

impl Resolution {
    /// The length of a step in minutes.
    pub const fn minutes(self) -> usize {
        match self {
            Resolution::Minute => 1,
            Resolution::Hour => 60,
            Resolution::Day => MINUTES_A_DAY,
        }
    }

    /// The file that holds the series.
    pub const fn file(self) -> &'static str {
        match self {
            Resolution::Minute => "minutes.parquet",
            Resolution::Hour => "hours.parquet",
            Resolution::Day => "utc-days.parquet",
        }
    }

    /// How many steps the window of a frame touches.
    pub fn steps(self, frame: &Frame) -> usize {
        steps(frame, self).count()
    }
}

/// The traffic of a run, step by step from the step in which the window begins to the one in which it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Messages that changes of supplier cause, by leg.
    pub caused: By<Leg, Packed>,
    /// Messages of the same meters that would travel without any switch, by leg.
    pub ordinary: By<Leg, Packed>,
    /// Of the way south, where its capacity is stated: the most messages that wait at the beginning of a second, and
    /// the longest wait in seconds of a message that arrives in the step.
    pub queue: Option<[Packed; 2]>,
}

impl Series {
    /// The series of a run. `None` if the study asks for none.
    pub fn of(&Reading { ledger, frame, south, .. }: &Reading<'_>) -> Option<Self> {
        let (resolution, traffic) = (frame.series?, ledger.traffic.as_ref()?);
        let largest = |of: &[u64]| pack(of, frame, resolution, |minutes| minutes.iter().copied().max().unwrap_or(0));
        let sums = |of: &[u64]| {
            pack(of, frame, resolution, |minutes| minutes.iter().fold(0, |sum: u64, count| sum.saturating_add(*count)))
        };
        Some(Self {
            caused: By::from_fn(|leg| sums(&traffic.messages(leg))),
            ordinary: By::from_fn(|leg| sums(&traffic.ordinary_by_minute(leg))),
            queue: south.map(|queue| [queue.most_waiting(), queue.longest_waits()].map(largest)),
        })
    }

    /// Bytes of memory that it takes.
    pub fn bytes(&self) -> usize {
        let legs = self.caused.values().chain(self.ordinary.values());
        legs.chain(self.queue.iter().flatten()).map(Packed::bytes).sum()
    }
}

/// The minutes of each step, counted from the first UTC midnight and cut at the ends of the window.
pub fn steps(frame: &Frame, resolution: Resolution) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
    let ends = [frame.midnights.first(), frame.midnights.last()].map(|end| end.map_or(0, |end| *end));
    let [from, until] = ends;
    let length = resolution.minutes();
    let first = from / length * length;
    (first..until).step_by(length).map(move |begins| begins.max(from)..(begins + length).min(until))
}

/// The numbers of the steps of a series by minute; a minute past its end has none.
fn pack(minutes: &[u64], frame: &Frame, resolution: Resolution, of_step: impl Fn(&[u64]) -> u64) -> Packed {
    let within = |step: std::ops::Range<usize>| step.start.min(minutes.len())..step.end.min(minutes.len());
    steps(frame, resolution).map(|step| of_step(&minutes[within(step)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_begin_at_utc_hours_and_end_with_the_window() {
        // Two summer days: local midnight is 23:00 UTC.
        let frame = Frame { midnights: vec![1_380, 2_820, 4_260], ..Frame::default() };
        assert_eq!(Resolution::Minute.steps(&frame), 2_880);
        assert_eq!(Resolution::Hour.steps(&frame), 48);
        let days: Vec<_> = steps(&frame, Resolution::Day).collect();
        assert_eq!(days, [1_380..1_440, 1_440..2_880, 2_880..4_260]);
    }
}
