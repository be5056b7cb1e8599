//! Suppliers' backlogs of 6.23s.

use crate::results::dimension::{On, Queueing};
use crate::results::metric::{Per, declare};

declare! {
    BACKLOG_OPEN = "backlog.open", Count, Stock,
        "6.23s that wait for a supplier's capacity at the end of the day.",
        if |frame| frame.queues.contains(&true)
        => &[&Per(|r, (Queueing(supplier), On(day)): (Queueing, On)| {
            r.backlog(supplier).get(day).copied().unwrap_or(0)
        })];
    BACKLOG_DAYS = "backlog.days", Count, Sum, "Local days at whose end a supplier's backlog is not empty.",
        if |frame| frame.queues.contains(&true)
        => &[&Per(|r, Queueing(supplier)| r.backlog(supplier).iter().filter(|level| **level > 0).count() as u64)];
}
