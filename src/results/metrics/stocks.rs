//! Stocks at the end of each day.

use crate::model::ages::Age;
use crate::model::labels::Owner;
use crate::model::plan::DeviceKind;
use crate::results::dimension::On;
use crate::results::metric::{Per, declare};
use crate::results::reading::per_thousand;

declare! {
    OPEN = "cases.open", Count, Stock, "Devices with an open case at the end of the day."
        => &[
            &Per(|r, On(day)| Age::ALL.iter().map(|age| r.open_cases(*age, day)).sum()),
            &Per(|r, (age, On(day)): (Age, On)| r.open_cases(age, day)),
        ];
    NOT_INITIATED = "not-initiated.open", Count, Stock,
        "Meter points with an open case past SSD for which the gaining supplier has submitted no 6.23."
        => &[
            &Per(|r, (owner, On(day)): (Owner, On)| {
                DeviceKind::ALL.iter().map(|kind| r.not_initiated(*kind, owner, day)).sum()
            }),
            &Per(|r, (kind, On(day)): (DeviceKind, On)| {
                Owner::ALL.iter().map(|owner| r.not_initiated(kind, *owner, day)).sum()
            }),
        ];
    NOT_INITIATED_RATE = "not-initiated.per-1000-meters", PerThousand, Stock,
        "Meter points not initiated for each thousand connected meters of the market, at the end of the day.",
        if |frame| !frame.meters.is_empty()
        => &[&Per(|r, On(day)| per_thousand(r.all_not_initiated(day), r.frame.meters[day]))];
}
