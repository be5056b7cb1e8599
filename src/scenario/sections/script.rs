//! Plans of scripted meters and switches, as a file's sections and the builder make them.

use super::context::Context;
use super::cos::never;
use super::supplier::Habits;
use crate::engine::time::{Day, Instant};
use crate::model::plan::{
    Cancelling, Class, CosRequest, DeviceKind, Fuel, MeterId, MeterPlan, Sending, SupplierId, SwitchPlan,
};

/// A meter that no supplier reads and that never switches.
pub(in crate::scenario) fn meter(
    id: MeterId,
    holder: SupplierId,
    (fuel, kind): (Fuel, DeviceKind),
    context: &Context<'_>,
) -> MeterPlan {
    let conventions = context.conventions;
    let (devices, pusher) = match fuel {
        Fuel::Electricity => (1, 0),
        Fuel::Gas => (conventions.gas_devices, conventions.gas_pusher),
    };
    MeterPlan {
        kind,
        s1sp_checks: kind == DeviceKind::Smets1 && conventions.s1sp_checks,
        devices,
        pusher,
        watch: context.window.start,
        removal: conventions.removal,
        ..MeterPlan::new(id, fuel, holder)
    }
}

/// A switch that the DCC learns of at its start, and whose 6.23 is never sent.
pub(in crate::scenario) fn switch(to: SupplierId, date: Day, ssd: Instant) -> SwitchPlan {
    SwitchPlan { cos: [never(); 2], ..SwitchPlan::new(to, date, ssd) }
}

/// The switch that brought a meter to its holder on the day before the window, and whose 6.23 has not been sent.
pub(in crate::scenario) fn inherited(holder: SupplierId, fuel: Fuel, context: &Context<'_>) -> SwitchPlan {
    let date = context.window.first.plus(-1);
    let ssd = context.supply_start(date, fuel);
    let habit = context.habit(Some(holder));
    let (class, user_from) = (habit.class.unwrap_or(Class::Mature), habit.user_from.filter(|from| *from > ssd));
    SwitchPlan { class, user_from, ..switch(holder, date, ssd) }
}

/// The 6.23s of a gaining supplier. Until it is a DCC User it sends nothing; then it works off its backlog if it has a
/// capacity, and sends at once if it has none (R9).
pub(in crate::scenario) fn sent_by(
    gainer: SupplierId,
    mut requests: [CosRequest; 2],
    ssd: Instant,
    context: &Context<'_>,
) -> [CosRequest; 2] {
    for request in &mut requests {
        if let (Some(user), Sending::At(at)) = (context.habit(Some(gainer)).user_from, request.sending)
            && at < user
        {
            let queues = context.has_capacity(gainer);
            request.sending = if queues { Sending::Queued(at.max(ssd)) } else { Sending::At(user) };
        }
    }
    requests
}

/// What a losing supplier cancels before a supply start.
pub(in crate::scenario) fn cancelling(loser: Habits, ssd: Instant) -> Cancelling {
    let acts = ssd - loser.notice + loser.lead;
    Cancelling {
        deletes_schedules: loser.deletes_schedules.then_some(acts),
        thins_calendar: loser.thins_calendar.then_some(acts),
        late_passes_from: None,
    }
}
