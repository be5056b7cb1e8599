//! Units of values.

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Seconds summed over devices.
    DeviceSeconds,
    /// Days of 86,400 s summed over devices; counted in seconds.
    DeviceDays,
    /// Days of 86,400 s summed over meter points; counted in seconds.
    MeterDays,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Per cent; counted in parts of a thousand.
    Percent,
    /// Per cent; counted in parts of a hundred thousand.
    FinePercent,
    /// For each thousand; counted in thousandths.
    PerThousand,
    /// In a minute; counted in thousandths.
    PerMinute,
    /// Seconds since 1970-01-01T00:00Z.
    Moment,
}

impl Unit {
    /// The name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Unit::Count => "count",
            Unit::DeviceSeconds => "device-s",
            Unit::DeviceDays => "device-d",
            Unit::MeterDays => "meter-d",
            Unit::Seconds => "s",
            Unit::Bytes => "B",
            Unit::Percent | Unit::FinePercent => "%",
            Unit::PerThousand => "per 1000",
            Unit::PerMinute => "/min",
            Unit::Moment => "s since 1970",
        }
    }

    /// The unit as an expectation writes it after a number; empty for counts.
    pub const fn suffix(self) -> &'static str {
        match self {
            Unit::Count => "",
            Unit::PerThousand => "per 1000",
            Unit::PerMinute => "/min",
            Unit::DeviceSeconds | Unit::Seconds | Unit::Moment => "s",
            Unit::Bytes => "B",
            Unit::Percent | Unit::FinePercent => "%",
            Unit::DeviceDays | Unit::MeterDays => "d",
        }
    }

    /// An integer as it is counted, in this unit.
    pub fn value(self, counted: u64) -> f64 {
        match self {
            Unit::DeviceDays | Unit::MeterDays => counted as f64 / 86_400.0,
            Unit::Percent => counted as f64 / 10.0,
            Unit::PerThousand | Unit::FinePercent | Unit::PerMinute => counted as f64 / 1_000.0,
            Unit::Count | Unit::DeviceSeconds | Unit::Seconds | Unit::Bytes | Unit::Moment => counted as f64,
        }
    }
}
