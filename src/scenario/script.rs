//! Plans of scripted meters and switches, as a file's sections and the builder make them.

use super::sections::context::Context;
use super::sections::cos::never;
use super::sections::supplier::Habits;
use crate::engine::time::{Day, Instant};
use crate::model::plan::{
    Cancelling, Class, CosRequest, DeviceKind, Fuel, MeterId, MeterPlan, Payment, Practice, Region, Sending,
    SupplierId, SwitchPlan,
};

/// A meter that nobody reads and that never switches.
pub(super) fn meter(
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
        id,
        copies: 1,
        fuel,
        kind,
        payment: Payment::Credit,
        s1sp_checks: kind == DeviceKind::Smets1 && conventions.s1sp_checks,
        devices,
        pusher,
        region: Region::North,
        holder,
        practice: Practice::default(),
        off_wan: Vec::new(),
        watch: context.window.start,
        switches: Vec::new(),
        filters: Vec::new(),
        black_holes: Vec::new(),
        muted: Vec::new(),
        alerts: Vec::new(),
        gateway_outages: Vec::new(),
        neutral: None,
        forwards: None,
        removal_at_ssd_from: None,
        removal: conventions.removal,
    }
}

/// A switch that the DCC learns of at its start, and whose 6.23 is never sent.
pub(super) fn switch(to: SupplierId, date: Day, ssd: Instant) -> SwitchPlan {
    SwitchPlan {
        to,
        date,
        ssd,
        known: ssd,
        withdrawn: None,
        erroneous: false,
        book: None,
        injected: false,
        class: Class::Mature,
        user_from: None,
        prepay_first: false,
        cos: [never(); 2],
        cancelling: Cancelling::default(),
        configures: None,
        practice: Practice::default(),
        chases: Vec::new(),
    }
}

/// The switch that brought a meter to its holder on the day before the window, and whose 6.23 has not been sent.
pub(super) fn inherited(holder: SupplierId, fuel: Fuel, context: &Context<'_>) -> SwitchPlan {
    let date = context.window.first.plus(-1);
    let ssd = context.supply_start(date, fuel);
    let habit = context.habit(Some(holder));
    let (class, user_from) = (habit.class.unwrap_or(Class::Mature), habit.user_from.filter(|from| *from > ssd));
    SwitchPlan { class, user_from, ..switch(holder, date, ssd) }
}

/// The 6.23s of a gaining supplier. Until it is a DCC User it sends nothing; then it works off its backlog if it has a
/// capacity, and sends at once if it has none (R9).
pub(super) fn sent_by(
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
pub(super) fn cancelling(loser: Habits, ssd: Instant) -> Cancelling {
    let acts = ssd - loser.notice + loser.lead;
    Cancelling {
        deletes_schedules: loser.deletes_schedules.then_some(acts),
        thins_calendar: loser.thins_calendar.then_some(acts),
        late_passes_from: None,
    }
}
