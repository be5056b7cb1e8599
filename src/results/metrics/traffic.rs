//! Messages, and the estate's background.

use crate::model::traffic::Leg;
use crate::results::dimension::{Dimension, EstateLeg, Hour, LoadPart, Period, Swept, Weekday};
use crate::results::frame::Frame;
use crate::results::metric::{Per, declare};

/// Labels of peaks: they come at different times, so they do not add up.
const PEAKS: &[(Dimension, &str)] = &[(Dimension::Leg, "wan-south"), (Dimension::Per, "minute")];

/// Labels of the points of a load-duration curve.
const PARTS: &[(Dimension, &str)] = &[(Dimension::Leg, "wan-south"), (Dimension::Quantile, "p99")];
/// Labels of means.
const HOURS: &[(Dimension, &str)] =
    &[(Dimension::Leg, "wan-south"), (Dimension::Weekday, "mon"), (Dimension::Hour, "09")];

fn has_background(frame: &Frame) -> bool {
    frame.traffic && !frame.backgrounds.is_empty()
}

declare! {
    MESSAGES = "traffic.messages", Count, Sum,
        "Messages that changes of supplier cause, by leg (over the WAN south and north, from and to users): requests \
         and what answers them, E4s, notices, leaked, closing, repeated and orphaned reads, failed runs, and device \
         alerts to suppliers that are not registered.",
        if |frame| frame.traffic
        => &[&Per(|r, leg: Leg| r.load(leg).caused.sum())];
    BYTES = "traffic.bytes", Bytes, Sum,
        "Bytes of these messages: payload over the WAN, wrapped between users and the DCC (assumed).",
        if |frame| frame.traffic
        => &[&Per(|r, leg: Leg| r.bytes(leg).sum())];
    PEAK_MESSAGES = "traffic.peak-messages", Count, Peak,
        "Most messages that changes of supplier cause in one UTC window of a length, by leg. A short window \
         depends on conventions: an SSD starts at 00:00:00, a refused 6.23 is sent again after exactly its \
         retry, and a backlog is sent in the second of its opening.",
        if |frame| frame.traffic, apart PEAKS
        => &[&Per(|r, (leg, per): (Leg, Period)| r.load(leg).caused.most(per))];
    PEAK_TIME = "traffic.peak-time", Moment, Moment,
        "When the window of traffic.peak-messages begins, the first of several.",
        if |frame| frame.traffic, apart PEAKS
        => &[&Per(|r, (leg, per): (Leg, Period)| r.moment(r.load(leg).caused.begins(per)))];
    BACKGROUND_AT_PEAK = "traffic.background-at-peak", Count, Peak,
        "Messages of the estate's background in the window of traffic.peak-messages.",
        if has_background, apart PEAKS
        => &[&Per(|r, (EstateLeg(leg), per): (EstateLeg, Period)| r.load(leg).background_at_peak(per))];
    JOINT_PEAK = "traffic.joint-peak", Count, Peak,
        "Most messages in one UTC window of a length, those that changes of supplier cause and the estate's background \
         together, by leg. Leaked reads are part of the background as well, and count twice.",
        if has_background, apart PEAKS
        => &[&Per(|r, (EstateLeg(leg), per): (EstateLeg, Period)| r.load(leg).joint.most(per))];
    JOINT_PEAK_TIME = "traffic.joint-peak-time", Moment, Moment,
        "When the window of traffic.joint-peak begins, the first of several.",
        if has_background, apart PEAKS
        => &[&Per(|r, (EstateLeg(leg), per): (EstateLeg, Period)| r.moment(r.load(leg).joint.begins(per)))];
    CAUSED_AT_JOINT_PEAK = "traffic.caused-at-joint-peak", Count, Peak,
        "Messages that changes of supplier cause in the window of traffic.joint-peak.",
        if has_background, apart PEAKS
        => &[&Per(|r, (EstateLeg(leg), per): (EstateLeg, Period)| r.load(leg).caused_at_joint_peak(per))];
    LOAD = "traffic.load", Count, Peak,
        "Messages in a minute that a part of the window's minutes does not exceed, the estate's background included, \
         by leg: the load-duration curve. Leaked reads are part of the background as well, and count twice.",
        if |frame| frame.traffic, apart PARTS
        => &[&Per(|r, (leg, part): (Leg, LoadPart)| r.load(leg).not_exceeded(part))];
    LOAD_BY_HOUR = "traffic.load-by-hour", PerMinute, Share,
        "Mean messages a minute by hour of the week in local time, the estate's background included, by leg.",
        if |frame| frame.traffic, apart HOURS
        => &[&Per(|r, (leg, weekday, hour): (Leg, Weekday, Hour)| r.load(leg).in_hour(weekday, hour))];
    PEAK_BYTES = "traffic.peak-bytes", Bytes, Peak,
        "Most bytes of these messages in one UTC window of a length, by leg. A short window depends on conventions, as \
         in traffic.peak-messages.",
        if |frame| frame.traffic, apart PEAKS
        => &[&Per(|r, (leg, per): (Leg, Period)| r.bytes(leg).most(per))];
    ORDINARY_MESSAGES = "traffic.ordinary-messages", Count, Sum,
        "Messages of the same meters that would travel without any switch, from the notice of the first switch on: \
         reads by the registered supplier and device alerts to it. In a market they are part of background.messages.",
        if |frame| frame.traffic
        => &[&Per(|r, leg: Leg| r.ledger.traffic.as_ref().map_or(0, |traffic| traffic.ordinary(leg)))];
    BACKGROUND_REQUESTS = "background.requests", Count, Sum,
        "Expected 6.24.1s by which a policy sweeps the certificates of the market's whole estate, one for each device. \
         Those at meters with an open case, which `requests` counts, are included.",
        if |frame| !frame.backgrounds.is_empty()
        => &[&Per(|r, Swept(_)| r.background().map_or(0, |background| background.sweeping_requests()))];
    BACKGROUND_MESSAGES = "background.messages", Count, Sum,
        "Expected messages of the whole estate under the policy: published totals, changes to how suppliers read, \
         sweeps. Reads that leak replace some of them.",
        if has_background
        => &[&Per(|r, EstateLeg(leg)| r.load(leg).background.sum())];
    BACKGROUND_PEAK = "background.peak-messages", Count, Peak,
        "Most messages of the background in one UTC window of a length. A short window depends on conventions: \
         reads spread evenly over their hours, and a sweep reads all meters in one second.",
        if has_background, apart PEAKS
        => &[&Per(|r, (EstateLeg(leg), per): (EstateLeg, Period)| r.load(leg).background.most(per))];
}
