//! The section `[traffic]`: the capacity planner's numbers. Without it no messages are counted.

use super::TrafficPlan;
use super::diagnostics::Sink;
use super::provenance::{Origin, Sources};
use super::quantity;
use super::table::Value;
use crate::model::background::{Explained, Totals};
use crate::model::market::{Market, Weights};

/// Largest capacity, messages a second: far beyond any network, and its minutes fit their integers.
const MOST_A_SECOND: u64 = 1_000_000_000_000;

/// `[traffic]`.
pub(super) fn traffic(
    value: &Value<'_, '_>,
    market: Option<(&Market, &[Weights])>,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<TrafficPlan> {
    let mut table = value.table(sink)?;
    let mut rate = |name, sink: &mut Sink| sources.read(&mut table, name, sink, |v, sink| v.number(0.0..=1e6, sink));
    let messages = rate("traffic.messages", sink);
    let device_alerts = rate("traffic.device-alerts", sink);
    let dcc_alerts = rate("traffic.dcc-alerts", sink);
    let capacity_value = table.get("capacity");
    let capacity = capacity_value.as_ref().map(|v| v.quantity("a rate", |text| quantity::rate(text, "s"), sink));
    let said = Origin::of(&mut table, sink);
    if let Some(v) = &capacity_value {
        sources.note("traffic.capacity", "messages that the way south takes", v, said, v.key_span());
    }
    table.finish(sink);
    let totals = Totals { messages: messages?, device_alerts: device_alerts?, dcc_alerts: dcc_alerts? };
    if let Some((market, suppliers)) = market {
        let Explained { scheduled_reads, pushed_reads } = Explained::by(market, suppliers);
        if totals.messages < scheduled_reads || totals.device_alerts < pushed_reads {
            return value.refuse(
                "totals that hold the reads",
                format!(
                    "the market's practice alone makes {scheduled_reads:.2} scheduled reads and {pushed_reads:.2} pushes for a \
                     meter and day: raise messages and device-alerts, or change schedule-counts and monthly-calendar-share"
                ),
                sink,
            );
        }
    }
    let capacity = match (capacity, capacity_value) {
        (Some(Some(0)), Some(v)) => return v.refuse("a rate above 0", "leave it out where it is not known", sink),
        (Some(Some(capacity)), Some(v)) if capacity > MOST_A_SECOND => {
            return v.refuse("at most 10^12 a second", "write a smaller rate", sink);
        }
        (Some(capacity), _) => Some(capacity?),
        (None, _) => None,
    };
    Some(TrafficPlan { totals, capacity })
}
