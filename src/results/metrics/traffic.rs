//! Messages, and the estate's background.

use crate::model::traffic::Leg;
use crate::results::dimension::{Dimension, EstateLeg, Period, Swept};
use crate::results::frame::Frame;
use crate::results::metric::{Per, declare};

/// Labels of peaks: they come at different times, so they do not add up.
const PEAKS: &[(Dimension, &str)] = &[(Dimension::Leg, "wan-south"), (Dimension::Per, "minute")];

fn has_background(frame: &Frame) -> bool {
    frame.traffic && !frame.backgrounds.is_empty()
}

declare! {
    MESSAGES = "traffic.messages", Count, Sum,
        "Messages that changes of supplier cause, by leg (over the WAN south and north, from and to users): requests \
         and what answers them, E4s, notices, leaked, closing, repeated and orphaned reads, failed runs, and device \
         alerts to suppliers that are not registered.",
        if |frame| frame.traffic
        => &[&Per(|r, leg: Leg| r.messages(leg).sum())];
    BYTES = "traffic.bytes", Bytes, Sum,
        "Bytes of these messages: payload over the WAN, wrapped between users and the DCC (assumed).",
        if |frame| frame.traffic
        => &[&Per(|r, leg: Leg| r.bytes(leg).sum())];
    PEAK_MESSAGES = "traffic.peak-messages", Count, Peak,
        "Most messages that changes of supplier cause in one UTC minute, hour or day, by leg. The minute depends on \
         conventions: an SSD starts at 00:00:00, a refused 6.23 is sent again after exactly its retry, and a backlog \
         is sent in the second of its opening.",
        if |frame| frame.traffic, apart PEAKS
        => &[&Per(|r, (leg, per): (Leg, Period)| r.messages(leg).most(per))];
    PEAK_BYTES = "traffic.peak-bytes", Bytes, Peak,
        "Most bytes of these messages in one UTC minute, hour or day, by leg. The minute depends on conventions, as in \
         traffic.peak-messages.",
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
        => &[&Per(|r, EstateLeg(leg)| r.background_on(leg).sum())];
    BACKGROUND_PEAK = "background.peak-messages", Count, Peak,
        "Most messages of the background in one UTC minute, hour or day. The minute depends on conventions: reads \
         spread evenly over their hours, and a sweep reads all meters in one second.",
        if has_background, apart PEAKS
        => &[&Per(|r, (EstateLeg(leg), per): (EstateLeg, Period)| r.background_on(leg).most(per))];
}
