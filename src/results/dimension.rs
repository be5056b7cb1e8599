//! The labels of values: what a value is counted by, and which values a label can have.

use crate::engine::bins::MINUTES_A_DAY;
use crate::engine::table::index;
use crate::engine::time::Day;
use crate::model::ages::{Age, Milestone, Wait};
use crate::model::cause::Cause;
use crate::model::labels::*;
use crate::model::plan::{DeviceKind, Fuel, SupplierId};
use crate::model::south;
use crate::model::traffic::Leg;

use super::frame::Frame;

index! {
    /// The name of a label. In tables each is a column.
    Dimension {
        /// The supplier that receives alerts or reads.
        Addressee => "addressee",
        /// A local day, as `2018-12-31`.
        At => "at",
        /// Who has to send a 6.23.
        By => "by",
        /// Why a case exists.
        Cause => "cause",
        /// The class of an alert.
        Class => "class",
        /// The kind of a command that waits to go south.
        Command => "command",
        /// The day of a wait: 0 is the second of SSD, 1 the rest of the first 86,400 s, and so on.
        Day => "day",
        /// Age of a case, days.
        Days => "days",
        /// A device of a meter point.
        Device => "device",
        /// The fuel of a meter point.
        Fuel => "fuel",
        /// The supplier that a switch brings.
        Gaining => "gaining",
        /// An hour of the local clock.
        Hour => "hour",
        /// The generation of the devices, or the kind of a false block.
        Kind => "kind",
        /// A leg of the way between meters and users.
        Leg => "leg",
        /// The supplier that a switch leaves.
        Losing => "losing",
        /// How a case, a wait, a request or a switch ended.
        Outcome => "outcome",
        /// How a read travels.
        Path => "path",
        /// The length of time of a peak.
        Per => "per",
        /// The part of a distribution that a value bounds.
        Quantile => "quantile",
        /// A group of meter points by their number of leaked reads.
        Reads => "reads",
        /// The reference of a service request.
        Reference => "reference",
        /// Whether the addressee is registered.
        Standing => "standing",
        /// The event that ends a wait.
        To => "to",
        /// A day of the week, in local time.
        Weekday => "weekday",
        /// A length of time within which something happens.
        Within => "within",
    }
}

impl Dimension {
    /// The dimension of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|dimension| dimension.name() == name).copied()
    }
}

/// What one value of a margin is counted by: a label of each of its dimensions.
pub trait Coordinate: Copy + 'static {
    /// The dimensions, in the order of the labels.
    fn dimensions() -> Vec<Dimension>;
    /// All coordinates in a study.
    fn all(frame: &Frame) -> Vec<Self>;
    /// How many there are. Nothing is built for it, however many there are.
    fn count(frame: &Frame) -> u64;
    /// The labels of this one, appended to `labels`.
    fn labels<'f>(self, frame: &'f Frame, labels: &mut Vec<&'f str>);
    /// The labels that occur in one of the dimensions; none in a dimension that is not one of these.
    fn domain(dimension: Dimension, frame: &Frame) -> Vec<&str>;
    /// Whether there are coordinates with all of these labels.
    fn has(labels: &[(Dimension, &str)], frame: &Frame) -> bool {
        labels.iter().all(|(dimension, label)| Self::domain(*dimension, frame).contains(label))
    }
}

/// The labels in one dimension of a coordinate that has one alone.
fn only_domain<C: Coordinate>(dimension: Dimension, frame: &Frame) -> Vec<&str> {
    let mut labels = Vec::new();
    if C::dimensions() == [dimension] {
        C::all(frame).into_iter().for_each(|coordinate| coordinate.labels(frame, &mut labels));
    }
    labels
}

/// The total: no label.
impl Coordinate for () {
    fn dimensions() -> Vec<Dimension> {
        Vec::new()
    }

    fn all(_: &Frame) -> Vec<Self> {
        vec![()]
    }

    fn count(_: &Frame) -> u64 {
        1
    }

    fn labels<'f>(self, _: &'f Frame, _: &mut Vec<&'f str>) {}

    fn domain(_: Dimension, _: &Frame) -> Vec<&str> {
        Vec::new()
    }
}

impl<A: Coordinate, B: Coordinate> Coordinate for (A, B) {
    fn dimensions() -> Vec<Dimension> {
        [A::dimensions(), B::dimensions()].concat()
    }

    fn all(frame: &Frame) -> Vec<Self> {
        let seconds = B::all(frame);
        A::all(frame).into_iter().flat_map(|first| seconds.iter().map(move |second| (first, *second))).collect()
    }

    fn count(frame: &Frame) -> u64 {
        A::count(frame) * B::count(frame)
    }

    fn labels<'f>(self, frame: &'f Frame, labels: &mut Vec<&'f str>) {
        self.0.labels(frame, labels);
        self.1.labels(frame, labels);
    }

    fn domain(dimension: Dimension, frame: &Frame) -> Vec<&str> {
        let first = A::domain(dimension, frame);
        if first.is_empty() { B::domain(dimension, frame) } else { first }
    }
}

impl<A: Coordinate, B: Coordinate, C: Coordinate> Coordinate for (A, B, C) {
    fn dimensions() -> Vec<Dimension> {
        <((A, B), C)>::dimensions()
    }

    fn all(frame: &Frame) -> Vec<Self> {
        <((A, B), C)>::all(frame).into_iter().map(|((a, b), c)| (a, b, c)).collect()
    }

    fn count(frame: &Frame) -> u64 {
        <((A, B), C)>::count(frame)
    }

    fn labels<'f>(self, frame: &'f Frame, labels: &mut Vec<&'f str>) {
        ((self.0, self.1), self.2).labels(frame, labels);
    }

    fn domain(dimension: Dimension, frame: &Frame) -> Vec<&str> {
        <((A, B), C)>::domain(dimension, frame)
    }
}

/// Coordinates that are the values of an enumeration.
macro_rules! enumerated {
    ($($type:ty => $dimension:ident),+ $(,)?) => {$(
        impl Coordinate for $type {
            fn dimensions() -> Vec<Dimension> {
                vec![Dimension::$dimension]
            }

            fn all(_: &Frame) -> Vec<Self> {
                Self::ALL.to_vec()
            }

            fn count(_: &Frame) -> u64 {
                Self::ALL.len() as u64
            }

            fn labels<'f>(self, _: &'f Frame, labels: &mut Vec<&'f str>) {
                labels.push(self.name());
            }

            fn domain(dimension: Dimension, frame: &Frame) -> Vec<&str> {
                only_domain::<Self>(dimension, frame)
            }
        }
    )+};
}

enumerated! {
    Age => Days,
    AlertClass => Class,
    Cause => Cause,
    Command => Command,
    Device => Device,
    DeviceKind => Kind,
    Ending => Outcome,
    FalseBlock => Kind,
    Fuel => Fuel,
    Leg => Leg,
    LoadPart => Quantile,
    Milestone => To,
    Outcome => Outcome,
    Owner => By,
    Path => Path,
    Period => Per,
    Quantile => Quantile,
    ReadsPerConsumer => Reads,
    Reference => Reference,
    Standing => Standing,
    SwitchOutcome => Outcome,
    Target => Within,
    Wait => Outcome,
    Weekday => Weekday,
}

index! {
    /// The length of time whose busiest one a peak is, in UTC.
    Period {
        /// A minute.
        Minute => "minute",
        /// Five minutes.
        FiveMinutes => "5min",
        /// A quarter of an hour.
        QuarterHour => "15min",
        /// An hour.
        Hour => "hour",
        /// A day.
        Day => "day",
    }
}

impl Period {
    /// Its length in minutes.
    pub const fn minutes(self) -> usize {
        match self {
            Period::Minute => 1,
            Period::FiveMinutes => 5,
            Period::QuarterHour => 15,
            Period::Hour => 60,
            Period::Day => MINUTES_A_DAY,
        }
    }
}

index! {
    /// The load that a part of the minutes does not exceed: the points of a load-duration curve.
    LoadPart {
        /// A hundredth.
        P1 => "p1",
        /// A twentieth.
        P5 => "p5",
        /// A tenth.
        P10 => "p10",
        /// A fifth.
        P20 => "p20",
        /// A quarter.
        P25 => "p25",
        /// Three tenths.
        P30 => "p30",
        /// Two fifths.
        P40 => "p40",
        /// Half.
        P50 => "p50",
        /// Three fifths.
        P60 => "p60",
        /// Seven tenths.
        P70 => "p70",
        /// Three quarters.
        P75 => "p75",
        /// Four fifths.
        P80 => "p80",
        /// Nine tenths.
        P90 => "p90",
        /// 95 %.
        P95 => "p95",
        /// 99 %.
        P99 => "p99",
        /// 99.5 %.
        P995 => "p99.5",
        /// 99.9 %.
        P999 => "p99.9",
        /// 99.95 %.
        P9995 => "p99.95",
        /// 99.99 %.
        P9999 => "p99.99",
        /// All.
        Max => "max",
    }
}

impl LoadPart {
    /// The part in ten thousandths.
    pub const fn ten_thousandths(self) -> u64 {
        match self {
            LoadPart::P1 => 100,
            LoadPart::P5 => 500,
            LoadPart::P10 => 1_000,
            LoadPart::P20 => 2_000,
            LoadPart::P25 => 2_500,
            LoadPart::P30 => 3_000,
            LoadPart::P40 => 4_000,
            LoadPart::P50 => 5_000,
            LoadPart::P60 => 6_000,
            LoadPart::P70 => 7_000,
            LoadPart::P75 => 7_500,
            LoadPart::P80 => 8_000,
            LoadPart::P90 => 9_000,
            LoadPart::P95 => 9_500,
            LoadPart::P99 => 9_900,
            LoadPart::P995 => 9_950,
            LoadPart::P999 => 9_990,
            LoadPart::P9995 => 9_995,
            LoadPart::P9999 => 9_999,
            LoadPart::Max => 10_000,
        }
    }
}

index! {
    /// Days of the week, in local time.
    Weekday {
        /// Monday.
        Monday => "mon",
        /// Tuesday.
        Tuesday => "tue",
        /// Wednesday.
        Wednesday => "wed",
        /// Thursday.
        Thursday => "thu",
        /// Friday.
        Friday => "fri",
        /// Saturday.
        Saturday => "sat",
        /// Sunday.
        Sunday => "sun",
    }
}

impl Weekday {
    /// The weekday of a day.
    pub const fn of(day: Day) -> Self {
        // 1 January 1970 was a Thursday.
        Self::ALL[(day.0 as i64 + 3).rem_euclid(7) as usize]
    }
}

/// Hours of the local clock.
#[rustfmt::skip]
const HOURS: [&str; 24] = [
    "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11",
    "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23",
];

/// An hour of the local clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour(pub usize);

impl Hour {
    /// The name in results.
    pub const fn name(self) -> &'static str {
        HOURS[self.0]
    }
}

impl Coordinate for Hour {
    fn dimensions() -> Vec<Dimension> {
        vec![Dimension::Hour]
    }

    fn all(_: &Frame) -> Vec<Self> {
        (0..HOURS.len()).map(Hour).collect()
    }

    fn count(_: &Frame) -> u64 {
        HOURS.len() as u64
    }

    fn labels<'f>(self, _: &'f Frame, labels: &mut Vec<&'f str>) {
        labels.push(self.name());
    }

    fn domain(dimension: Dimension, frame: &Frame) -> Vec<&str> {
        only_domain::<Self>(dimension, frame)
    }
}

index! {
    /// The kinds of messages that wait in front of the way south.
    Command {
        /// 6.23.
        Cos => "6.23",
        /// 6.8.
        Calendar => "6.8",
        /// A neutral certificate.
        Neutral => "neutral",
        /// All others, the estate's background among them.
        Other => "other",
    }
}

impl Command {
    /// The kind of a command that changes of supplier cause; none for all other messages.
    pub const fn kind(self) -> Option<south::Kind> {
        match self {
            Command::Cos => Some(south::Kind::Cos),
            Command::Calendar => Some(south::Kind::Calendar),
            Command::Neutral => Some(south::Kind::Neutral),
            Command::Other => None,
        }
    }
}

index! {
    /// Parts of a distribution.
    Quantile {
        /// Half.
        P50 => "p50",
        /// Nine tenths.
        P90 => "p90",
        /// 95 %.
        P95 => "p95",
        /// 99 %.
        P99 => "p99",
        /// 99.9 %.
        P999 => "p99.9",
        /// All.
        Max => "max",
    }
}

impl Quantile {
    /// The part in thousandths.
    pub const fn thousandths(self) -> u64 {
        match self {
            Quantile::P50 => 500,
            Quantile::P90 => 900,
            Quantile::P95 => 950,
            Quantile::P99 => 990,
            Quantile::P999 => 999,
            Quantile::Max => 1_000,
        }
    }
}

index! {
    /// Targets for waits.
    Target {
        /// A second.
        Second => "1s",
        /// Ten seconds.
        TenSeconds => "10s",
        /// A minute.
        Minute => "60s",
        /// Five minutes.
        FiveMinutes => "5min",
        /// Half an hour.
        HalfHour => "30min",
        /// An hour.
        Hour => "1h",
        /// Four hours.
        FourHours => "4h",
        /// A day of 86,400 s.
        Day => "24h",
    }
}

impl Target {
    /// Its length.
    pub const fn seconds(self) -> u64 {
        match self {
            Target::Second => 1,
            Target::TenSeconds => 10,
            Target::Minute => 60,
            Target::FiveMinutes => 300,
            Target::HalfHour => 1_800,
            Target::Hour => 3_600,
            Target::FourHours => 14_400,
            Target::Day => 86_400,
        }
    }
}

index! {
    /// Meter points grouped by the number of leaked reads that they suffer.
    ReadsPerConsumer {
        /// One read.
        One => "1",
        /// A week of daily reads at most.
        Week => "2-7",
        /// Four weeks of daily reads at most.
        FourWeeks => "8-28",
        /// DP072's 78 days at most.
        Days78 => "29-78",
        /// Half a year at most.
        HalfYear => "79-182",
        /// More.
        More => "183+",
    }
}

impl ReadsPerConsumer {
    /// The numbers of reads of the group, both included.
    pub const fn range(self) -> std::ops::RangeInclusive<u64> {
        match self {
            Self::One => 1..=1,
            Self::Week => 2..=7,
            Self::FourWeeks => 8..=28,
            Self::Days78 => 29..=78,
            Self::HalfYear => 79..=182,
            Self::More => 183..=u64::MAX,
        }
    }
}

/// Coordinates that are some values of an enumeration.
macro_rules! selected {
    ($($(#[$doc:meta])* $name:ident($type:ty) => $dimension:ident, [$($value:expr),+];)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name(pub $type);

        impl Coordinate for $name {
            fn dimensions() -> Vec<Dimension> {
                vec![Dimension::$dimension]
            }

            fn all(_: &Frame) -> Vec<Self> {
                vec![$($name($value)),+]
            }

            fn count(frame: &Frame) -> u64 {
                Self::all(frame).len() as u64
            }

            fn labels<'f>(self, _: &'f Frame, labels: &mut Vec<&'f str>) {
                labels.push(self.0.name());
            }

            fn domain(dimension: Dimension, frame: &Frame) -> Vec<&str> {
                only_domain::<Self>(dimension, frame)
            }
        }
    )+};
}

selected! {
    /// A leg for which totals of the whole estate are published.
    EstateLeg(Leg) => Leg, [Leg::South, Leg::North, Leg::ToUsers];
    /// The request by which a policy sweeps the estate.
    Swept(Reference) => Reference, [Reference::R6_24_1];
}

/// A local day of the window, by its number from 0.
#[derive(Debug, Clone, Copy)]
pub struct On(pub usize);

impl Coordinate for On {
    fn dimensions() -> Vec<Dimension> {
        vec![Dimension::At]
    }

    fn all(frame: &Frame) -> Vec<Self> {
        (0..frame.dates.len()).map(On).collect()
    }

    fn count(frame: &Frame) -> u64 {
        frame.dates.len() as u64
    }

    fn labels<'f>(self, frame: &'f Frame, labels: &mut Vec<&'f str>) {
        labels.push(&frame.dates[self.0]);
    }

    fn domain(dimension: Dimension, frame: &Frame) -> Vec<&str> {
        only_domain::<Self>(dimension, frame)
    }
}

/// A day of a wait, by its number; the one after [`WaitDay::LAST`] takes all longer waits.
#[derive(Debug, Clone, Copy)]
pub struct WaitDay(pub usize);

impl WaitDay {
    /// The last day that is counted apart: thirteen weeks, which is beyond DP072's 78 days.
    pub const LAST: usize = 91;

    /// The labels of the days of waits that begin this many days of 86,400 s.
    pub fn names(days: usize) -> Vec<String> {
        let longer = (days > Self::LAST).then(|| format!("{}+", Self::LAST + 1));
        (0..=days.min(Self::LAST)).map(|day| day.to_string()).chain(longer).collect()
    }
}

impl Coordinate for WaitDay {
    fn dimensions() -> Vec<Dimension> {
        vec![Dimension::Day]
    }

    fn all(frame: &Frame) -> Vec<Self> {
        (0..frame.wait_days.len()).map(WaitDay).collect()
    }

    fn count(frame: &Frame) -> u64 {
        frame.wait_days.len() as u64
    }

    fn labels<'f>(self, frame: &'f Frame, labels: &mut Vec<&'f str>) {
        labels.push(&frame.wait_days[self.0]);
    }

    fn domain(dimension: Dimension, frame: &Frame) -> Vec<&str> {
        only_domain::<Self>(dimension, frame)
    }
}

/// Coordinates that are suppliers in a role.
macro_rules! supplier {
    ($($(#[$doc:meta])* $name:ident => $dimension:ident, $which:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name(pub SupplierId);

        impl Coordinate for $name {
            fn dimensions() -> Vec<Dimension> {
                vec![Dimension::$dimension]
            }

            fn all(frame: &Frame) -> Vec<Self> {
                let which: fn(&Frame, usize) -> bool = $which;
                let suppliers = (0..).zip(&frame.suppliers).map(|(number, _)| SupplierId(number));
                suppliers.filter(|supplier| which(frame, supplier.0 as usize)).map($name).collect()
            }

            fn count(frame: &Frame) -> u64 {
                Self::all(frame).len() as u64
            }

            fn labels<'f>(self, frame: &'f Frame, labels: &mut Vec<&'f str>) {
                labels.push(&frame.suppliers[self.0.0 as usize]);
            }

            fn domain(dimension: Dimension, frame: &Frame) -> Vec<&str> {
                only_domain::<Self>(dimension, frame)
            }
        }
    )+};
}

supplier! {
    /// The supplier that receives what is not its own.
    Addressee => Addressee, |_, _| true;
    /// The supplier that a switch leaves.
    Losing => Losing, |_, _| true;
    /// The supplier that a switch brings.
    Gaining => Gaining, |_, _| true;
    /// A gaining supplier whose 6.23s can wait for its capacity.
    Queueing => Gaining, |frame, place| frame.queues[place];
}

/// The two suppliers of a switch, where there are at most [`Pair::MOST_SUPPLIERS`] suppliers: pairs grow with the
/// square of their number.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The one that the switch leaves.
    pub losing: SupplierId,
    /// The one that it brings.
    pub gaining: SupplierId,
}

impl Pair {
    /// Most suppliers whose pairs are counted apart.
    pub const MOST_SUPPLIERS: usize = 40;
}

impl Coordinate for Pair {
    fn dimensions() -> Vec<Dimension> {
        vec![Dimension::Losing, Dimension::Gaining]
    }

    fn all(frame: &Frame) -> Vec<Self> {
        if frame.suppliers.len() > Self::MOST_SUPPLIERS {
            return Vec::new();
        }
        let pairs = <(Losing, Gaining)>::all(frame).into_iter().map(|(losing, gaining)| (losing.0, gaining.0));
        pairs.filter(|(losing, gaining)| losing != gaining).map(|(losing, gaining)| Pair { losing, gaining }).collect()
    }

    fn count(frame: &Frame) -> u64 {
        let suppliers = frame.suppliers.len();
        if suppliers > Self::MOST_SUPPLIERS { 0 } else { (suppliers * suppliers.saturating_sub(1)) as u64 }
    }

    fn labels<'f>(self, frame: &'f Frame, labels: &mut Vec<&'f str>) {
        (Losing(self.losing), Gaining(self.gaining)).labels(frame, labels);
    }

    fn domain(dimension: Dimension, frame: &Frame) -> Vec<&str> {
        if Self::count(frame) == 0 { Vec::new() } else { <(Losing, Gaining)>::domain(dimension, frame) }
    }

    fn has(labels: &[(Dimension, &str)], frame: &Frame) -> bool {
        let distinct = labels.windows(2).all(|pair| pair[0].1 != pair[1].1);
        distinct && labels.iter().all(|(dimension, label)| Self::domain(*dimension, frame).contains(label))
    }
}
