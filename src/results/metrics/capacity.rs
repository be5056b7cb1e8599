//! What a stated capacity of the way south makes of the demand: waits, and what they are due to.

use crate::model::labels::Channel;
use crate::results::dimension::{Command, Dimension, On, Quantile, Target};
use crate::results::frame::Frame;
use crate::results::metric::{Per, declare};

/// A percentile of each run: percentiles do not add up.
const QUANTILES: &[(Dimension, &str)] = &[(Dimension::Quantile, "p95")];
/// Shares within a target: those of several targets overlap.
const TARGETS: &[(Dimension, &str)] = &[(Dimension::Command, "6.23"), (Dimension::Within, "60s")];

fn has_capacity(frame: &Frame) -> bool {
    frame.capacity.is_some()
}

declare! {
    PEAK_USE = "capacity.peak-use", Percent, Peak,
        "Demand of the busiest minute south, background included, as a share of the stated capacity. The minute \
         depends on conventions, as in traffic.peak-messages.",
        if has_capacity
        => &[&Per(|r, ()| r.strain(|strain| strain.peak_use))];
    BUSY_MINUTES = "capacity.busy-minutes", Count, Sum,
        "Minutes in which a message arrives that waits a second or more to go south.",
        if has_capacity
        => &[&Per(|r, ()| r.strain(|strain| strain.busy_minutes))];
    LONGEST_QUEUE = "capacity.longest-queue", Count, Peak,
        "Most messages that wait to go south at the beginning of a second.",
        if has_capacity
        => &[&Per(|r, ()| r.strain(|strain| strain.most_waiting.map_or(0, |(most, _)| most)))];
    QUEUE_ON = "capacity.queue-on", Count, DailyPeak,
        "Most messages that wait to go south at the beginning of a second of a local day.",
        if has_capacity
        => &[&Per(|r, On(day)| r.queue_on(day))];
    HELD_BACK = "capacity.held-back-623", Count, Sum,
        "6.23s that the DCC held back because WAN south was busy.",
        if has_capacity
        => &[&Per(|r, ()| r.ledger.bins.total(Channel::HeldBack))];
    ARRIVED = "capacity.messages", Count, Sum,
        "Messages that arrive at WAN south, background included, by command. Future-dated 6.23s and commands that \
         the device does not answer are among the others.",
        if has_capacity
        => &[&Per(|r, command: Command| r.waits_south(command).number())];
    DELAYED = "capacity.delayed", Count, Sum,
        "Messages that wait a second or more to go south, by command. A message waits from its arrival until it is \
         its turn to be sent.",
        if has_capacity
        => &[&Per(|r, command: Command| r.waits_south(command).number() - r.waits_south(command).at_most(0))];
    WAITED = "capacity.waited", DeviceSeconds, Sum,
        "Total time that messages wait to go south, by command, in whole seconds for each.",
        if has_capacity
        => &[&Per(|r, command: Command| u64::try_from(r.waits_south(command).sum()).unwrap_or(u64::MAX))];
    WAIT = "capacity.wait", Seconds, Peak,
        "Wait to go south that a part of the messages of a run does not exceed, by command. Those that need not wait \
         count with 0 s. It is exact to the second up to 34 minutes, and to 0.1 % above.",
        if has_capacity, apart QUANTILES
        => &[
            &Per(|r, quantile: Quantile| {
                r.strain(|strain| strain.waits.percentile(quantile.thousandths()).unwrap_or(0))
            }),
            &Per(|r, (command, quantile): (Command, Quantile)| {
                r.waits_south(command).percentile(quantile.thousandths()).unwrap_or(0)
            }),
        ];
    WITHIN = "capacity.within", FinePercent, Share,
        "Share of the messages of a run that wait no longer than a target to go south, by command; 100 % of none.",
        if has_capacity, apart TARGETS
        => &[&Per(|r, (command, target): (Command, Target)| r.share_within(command, target.seconds()))];
    UNSETTLED = "capacity.unsettled-minutes", Count, Sum,
        "Minutes in which demand still differs from the demand from which the waits were computed. If it is 0, all \
         waits are exact.",
        if has_capacity
        => &[&Per(|r, ()| r.ledger.unsettled_minutes)];
}
