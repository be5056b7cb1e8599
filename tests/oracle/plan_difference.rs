//! The first thing in which two plans of one meter differ, in words a reader can act on.

use std::fmt::Debug;

use meterchurn::model::plan::{CosRequest, MeterPlan, SwitchPlan};

/// What the oracle expects and the library has, at the first place where the plans differ.
pub fn first_difference(oracle: &MeterPlan, library: &MeterPlan) -> Option<String> {
    // Taken apart without `..`, so that a new field cannot be forgotten here.
    let MeterPlan {
        id,
        copies,
        fuel,
        kind,
        payment,
        s1sp_checks,
        devices,
        pusher,
        region,
        holder,
        practice,
        off_wan,
        watch,
        switches,
        filters,
        black_holes,
        muted,
        alerts,
        gateway_outages,
        neutral,
        forwards,
        removal,
        removal_at_ssd_from,
    } = oracle;
    let found = at("number", id, &library.id)
        .or_else(|| at("copies", copies, &library.copies))
        .or_else(|| at("fuel", fuel, &library.fuel))
        .or_else(|| at("kind", kind, &library.kind))
        .or_else(|| at("payment", payment, &library.payment))
        .or_else(|| at("S1SP", s1sp_checks, &library.s1sp_checks))
        .or_else(|| at("devices", devices, &library.devices))
        .or_else(|| at("pushing device", pusher, &library.pusher))
        .or_else(|| at("region", region, &library.region))
        .or_else(|| at("holder", holder, &library.holder))
        .or_else(|| at("practice of the holder", practice, &library.practice))
        .or_else(|| at("outages of the WAN", off_wan, &library.off_wan))
        .or_else(|| at("watch", watch, &library.watch))
        .or_else(|| at("filters", filters, &library.filters))
        .or_else(|| at("black holes", black_holes, &library.black_holes))
        .or_else(|| at("muted DCC alerts", muted, &library.muted))
        .or_else(|| at("device alerts", alerts, &library.alerts))
        .or_else(|| at("outages of gateways", gateway_outages, &library.gateway_outages))
        .or_else(|| at("neutral certificate", neutral, &library.neutral))
        .or_else(|| at("forwarding", forwards, &library.forwards))
        .or_else(|| at("removal of schedules", removal, &library.removal))
        .or_else(|| at("removal of schedules at SSD from", removal_at_ssd_from, &library.removal_at_ssd_from))
        .or_else(|| at("number of switches", switches.len(), library.switches.len()))
        .or_else(|| {
            let mut pairs = switches.iter().zip(&library.switches).enumerate();
            pairs.find_map(|(k, (oracle, library))| in_switch(k, oracle, library))
        })?;
    Some(format!("meter {}: {found}", id.0))
}

fn in_switch(k: usize, oracle: &SwitchPlan, library: &SwitchPlan) -> Option<String> {
    let SwitchPlan {
        to,
        date,
        ssd,
        known,
        withdrawn,
        erroneous,
        book,
        injected,
        class,
        user_from,
        prepay_first,
        cos,
        cancelling,
        configures,
        practice,
        chases,
    } = oracle;
    let found = at("gainer", to, &library.to)
        .or_else(|| at("date", date, &library.date))
        .or_else(|| at("SSD", ssd, &library.ssd))
        .or_else(|| at("known", known, &library.known))
        .or_else(|| at("withdrawn", withdrawn, &library.withdrawn))
        .or_else(|| at("erroneous", erroneous, &library.erroneous))
        .or_else(|| at("book", book, &library.book))
        .or_else(|| at("injected", injected, &library.injected))
        .or_else(|| at("class", class, &library.class))
        .or_else(|| at("user from", user_from, &library.user_from))
        .or_else(|| at("prepay first", prepay_first, &library.prepay_first))
        .or_else(|| in_request(0, &cos[0], &library.cos[0]))
        .or_else(|| in_request(1, &cos[1], &library.cos[1]))
        .or_else(|| at("cancelling", cancelling, &library.cancelling))
        .or_else(|| at("configures", configures, &library.configures))
        .or_else(|| at("practice", practice, &library.practice))
        .or_else(|| at("chases", chases, &library.chases))?;
    Some(format!("switch {k} (SSD {}, known {}): {found}", ssd.0, known.0))
}

fn in_request(device: usize, oracle: &CosRequest, library: &CosRequest) -> Option<String> {
    let CosRequest { sending, latency, fails, retry, throttle } = oracle;
    let found = at("sending", sending, &library.sending)
        .or_else(|| at("latency", latency, &library.latency))
        .or_else(|| at("throttle", throttle, &library.throttle))
        .or_else(|| at("fails", fails, &library.fails))
        .or_else(|| at("retry", retry, &library.retry))?;
    Some(format!("device {device}: {found}"))
}

fn at<T: PartialEq + Debug>(name: &str, oracle: T, library: T) -> Option<String> {
    (oracle != library).then(|| format!("{name}: expected {oracle:?} (oracle), got {library:?} (library)"))
}
