//! The laws of the market and their defaults (calibration, section 8). Each is assumed unless its entry in
//! [`CATALOGUE`] says otherwise; a scenario can replace any of them.

use super::plan::{Class, Payment};
use super::varies::{Part, Scale, Span, Varies};
use crate::engine::law::Law;
use crate::engine::time::{DAY, Seconds};

/// Where a number comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberKind {
    /// Published.
    Observed,
    /// Computed from published figures.
    Derived,
    /// Stated by an expert.
    Expert,
    /// Judgement of the model's authors.
    Assumed,
    /// A choice that a policy makes.
    PolicyLever,
}

impl NumberKind {
    /// All kinds by their names in scenarios.
    pub const ALL: [(&'static str, NumberKind); 5] = [
        ("observed", NumberKind::Observed),
        ("derived", NumberKind::Derived),
        ("expert", NumberKind::Expert),
        ("assumed", NumberKind::Assumed),
        ("policy-lever", NumberKind::PolicyLever),
    ];

    /// The name in scenarios and results.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, k)| *k == self).map_or("", |(name, _)| name)
    }
}

macro_rules! laws {
    ($(
        $(#[$doc:meta])*
        $field:ident: $name:literal, $kind:ident, $source:literal, $about:literal, $varies:expr, $default:expr;
    )+) => {
        /// All laws of the market.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Laws {
            $($(#[$doc])* pub $field: Law,)+
            /// Prepay, of gainers that are Users; without it the class's own law also applies to prepay.
            pub to_623_prepay: Option<Law>,
        }

        impl Default for Laws {
            fn default() -> Self { Self { $($field: $default,)+ to_623_prepay: None } }
        }

        impl Laws {
            /// The law of this name.
            pub fn by_name(&mut self, name: &str) -> Option<&mut Law> {
                match name { $($name => Some(&mut self.$field),)+ _ => None }
            }
        }

        /// Name, kind, source and meaning of every law.
        pub const CATALOGUE: &[(&str, NumberKind, &str, &str)] = &[$(($name, NumberKind::$kind, $source, $about)),+];

        /// How the typical duration of a law can vary; nothing if there is no law of this name.
        pub fn varies(name: &str) -> Option<Varies> {
            match name { $($name => Some($varies),)+ name if name == PREPAY.0 => Some(PREPAY_VARIES), _ => None }
        }
    };
}

laws! {
    /// From SSD to the first sending of 6.23, mature gainer.
    to_623_mature: "to-623.mature", Assumed, "calibration 8.1",
        "SSD to the first sending of 6.23, mature gaining supplier",
        Varies::Through(LATE_PARTS),
        Law::Mixture(vec![(0.85, Law::Fixed(Seconds(0))), (0.13, log_normal(2.0, 0.9)), (0.02, log_normal(21.0, 0.8))]);
    /// From SSD to the first sending of 6.23, immature gainer.
    to_623_immature: "to-623.immature", Assumed, "calibration 8.2",
        "SSD to the first sending of 6.23, immature gaining supplier (mean 50 d as in DP072)",
        Varies::between("20 d", "30 d", "calibration 8.2: a median of 20 to 30 days goes with the published stocks"),
        log_normal(30.0, 1.0);
    /// From SSD to the first sending of 6.23, non-User.
    to_623_non_user: "to-623.non-user", Assumed, "calibration 8.3",
        "SSD to the first sending of 6.23, gaining supplier that is not a DCC User",
        Varies::between("140 d", "365 d", "calibration 8.3: 140 days under threat of an order, a year without"),
        Law::Exponential { mean: days(365.0) };
    /// How long before SSD the DCC learns of a switch.
    known_before: "known-before", Assumed, "calibration 8.20a", "how long before SSD the DCC learns of a switch",
        Varies::between("1 d", "10 d", "calibration 8.20a: within the 21 days that a switch took"),
        Law::Uniform { low: days(1.0), high: days(10.0) };
    /// How long after SSD the DCC learns of a late switch.
    late_feed: "late-feed", Assumed, "calibration 8.20", "how long after SSD the DCC learns of a late switch",
        Varies::over("6 h", "5 d", "no source: from the next file to the end of a working week"),
        Law::Uniform { low: 0.0, high: days(3.0) };
    /// From the DCC's learning to a future-dated sending.
    ahead: "ahead", Assumed, "calibration 8.20b", "from the DCC's learning to the sending of a future-dated 6.23",
        Varies::between("6 h", "5 d", "no source: from the same day to a working week after the DCC knows"),
        Law::Uniform { low: 0.0, high: days(3.0) };
    /// DCC processing of a request.
    processing: "processing", Assumed, "calibration 8.10", "DCC processing of a request",
        Varies::fixed("seconds, where exposure is counted in days"),
        Law::LogNormal { median: 0.6, sigma: 0.8 };
    /// WAN and device round trip.
    round_trip: "round-trip", Assumed, "calibration 8.11", "WAN and device round trip",
        Varies::fixed("seconds, where exposure is counted in days"),
        Law::LogNormal { median: 6.0, sigma: 0.6 };
    /// A gas meter's wait until it wakes.
    waking: "waking", Assumed, "calibration 8.12", "a gas meter's wait until it wakes",
        Varies::fixed("half an hour, where exposure is counted in days"),
        Law::Uniform { low: 0.0, high: 1800.0 };
    /// The losing supplier's notice before SSD.
    notice: "notice", Assumed, "calibration 8.20c", "the losing supplier's notice before SSD",
        Varies::between("1 d", "14 d", "calibration 2.6: of the 21 days that a switch took, and of 5 since July 2022"),
        Law::Uniform { low: days(3.0), high: days(10.0) };
    /// From the notice to the losing supplier's cancelling.
    lead: "lead", Assumed, "calibration 8.20c", "from the notice to the losing supplier's cancelling",
        Varies::over("6 h", "4 d", "no source: from an automatic process to one by hand"),
        log_normal(1.0, 0.5);
    /// From execution to a mature gainer's own 6.8.
    configures_mature: "configures.mature", Assumed, "calibration 8.20e", "from execution to a mature gainer's own 6.8",
        Varies::over("6 h", "5 d", "no source: from an automatic process to a working week"),
        log_normal(1.0, 0.8);
    /// From execution to an immature gainer's own 6.8.
    configures_immature: "configures.immature", Assumed, "calibration 8.20e",
        "from execution to an immature gainer's own 6.8",
        Varies::over("2 d", "30 d", "no source: from near mature practice to a month"),
        log_normal(10.0, 1.0);
    /// From local midnight to the push.
    push_offset: "push-offset", Assumed, "calibration 5", "from local midnight to the push",
        Varies::fixed("moves a read within its night and changes no daily count"),
        Law::Uniform { low: 0.0, high: 7_199.0 };
    /// From UTC midnight to a schedule's run.
    run_second: "run-second", Assumed, "calibration 5", "from UTC midnight to a schedule's run",
        Varies::fixed("moves a read within its night and changes no daily count"),
        Law::Uniform { low: 0.0, high: 21_599.0 };
    /// From an erroneous transfer to its detection.
    et_detection: "erroneous-transfer.detection", Assumed, "calibration 8.8",
        "from an erroneous transfer to its detection",
        Varies::between("7 d", "28 d", "no source: from a week to the first monthly bill"),
        log_normal(14.0, 0.8);
    /// From that detection to the agreement, in working days.
    et_agreement: "erroneous-transfer.agreement", Derived, "calibration 8.8",
        "from detection to agreement, in working days (11.85 % take over 20)",
        Varies::between("5 d", "10 d", "calibration 8.8: one published point; the median is judgement"),
        log_normal(7.14, 0.871);
    /// From the agreement to re-registration.
    et_return: "erroneous-transfer.return", Assumed, "calibration 8.8", "from agreement to re-registration",
        Varies::between("10 d", "30 d", "calibration 2.5: the standard is 21 working days"),
        log_normal(21.0, 0.3);
}

/// Name, kind, source and meaning of the law that has no default: unless a scenario gives it, the class's own law
/// applies.
pub const PREPAY: (&str, NumberKind, &str, &str) = (
    "to-623.prepay",
    NumberKind::Assumed,
    "an inference, that suppliers treat prepay as urgent; no delays are published",
    "SSD to the first sending of 6.23, prepay meter of a gaining supplier that is a DCC User; \
     where it is left out, as for credit",
);

/// How the law for prepay meters can vary.
const PREPAY_VARIES: Varies =
    Varies::over("6 h", "30 d", "no source: from the same day to the median of immature suppliers");

/// A law that is mostly at once varies through the share that is late, and how late that is.
const LATE_PARTS: &[Part] = &[
    Part {
        name: "late-share",
        about: "share of mature gaining suppliers' 6.23s that are sent after SSD",
        unit: "share",
        span: Span {
            low: "0.05",
            high: "0.3",
            scale: Scale::Linear,
            why: "no source: from a twentieth to twice the default",
        },
    },
    Part {
        name: "",
        about: "mean time from SSD to the first sending of 6.23, of a mature gaining supplier's late ones",
        unit: "",
        span: Span {
            low: "2 d",
            high: "14 d",
            scale: Scale::Log,
            why: "no source: from a failed attempt to two weeks",
        },
    },
];

impl Laws {
    /// From SSD to the first sending of 6.23. Erroneous transfers and failed suppliers' customers have rules of their
    /// own.
    pub fn to_623(&self, class: Class, payment: Payment) -> &Law {
        match (class, payment, &self.to_623_prepay) {
            (Class::NonUser, ..) => &self.to_623_non_user,
            (_, Payment::Prepay, Some(prepay)) => prepay,
            (Class::Mature, ..) => &self.to_623_mature,
            (Class::Immature, ..) => &self.to_623_immature,
        }
    }

    /// The laws of a class's cases, each with its share of them; the shares add up to 1.
    pub fn of_class(&self, class: Class, prepay_share: f64) -> Vec<(f64, &Law)> {
        let all = |payment| self.to_623(class, payment);
        if all(Payment::Credit) == all(Payment::Prepay) {
            return vec![(1.0, all(Payment::Credit))];
        }
        vec![(1.0 - prepay_share, all(Payment::Credit)), (prepay_share, all(Payment::Prepay))]
    }
}

const fn days(n: f64) -> f64 {
    n * DAY.0 as f64
}

/// A log-normal law with its median in days.
pub const fn log_normal(median_days: f64, sigma: f64) -> Law {
    Law::LogNormal { median: days(median_days), sigma }
}
