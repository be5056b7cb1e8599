//! Suppliers' backlogs of 6.23s.

use crate::model::civil::is_working_day;
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
    BACKLOG_WORKING_DAYS = "backlog.working-days", Count, Sum,
        "Working days at whose end a supplier's backlog is not empty: Monday to Friday except bank holidays.",
        if |frame| frame.queues.contains(&true)
        => &[&Per(|r, Queueing(supplier)| {
            let days = (0..).map(|day| r.ledger.window.first.plus(day)).zip(r.backlog(supplier));
            days.filter(|(day, level)| **level > 0 && is_working_day(*day)).count() as u64
        })];
}
