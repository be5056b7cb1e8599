//! The laws of the market and their defaults (calibration, section 8). Each is assumed unless its entry in
//! [`CATALOGUE`] says otherwise; a scenario can replace any of them.

use super::plan::{Class, Payment};
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
        $field:ident: $name:literal, $kind:ident, $source:literal, $about:literal, $default:expr;
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
    };
}

laws! {
    /// From SSD to the first sending of 6.23, mature gainer.
    to_623_mature: "to-623.mature", Assumed, "calibration 8.1",
        "SSD to the first sending of 6.23, mature gaining supplier",
        Law::Mixture(vec![(0.85, Law::Fixed(Seconds(0))), (0.13, log_normal(2.0, 0.9)), (0.02, log_normal(21.0, 0.8))]);
    /// From SSD to the first sending of 6.23, immature gainer.
    to_623_immature: "to-623.immature", Assumed, "calibration 8.2",
        "SSD to the first sending of 6.23, immature gaining supplier (mean 50 d as in DP072)",
        log_normal(30.0, 1.0);
    /// From SSD to the first sending of 6.23, non-User.
    to_623_non_user: "to-623.non-user", Assumed, "calibration 8.3",
        "SSD to the first sending of 6.23, gaining supplier that is not a DCC User",
        Law::Exponential { mean: days(365.0) };
    /// How long before SSD DCC learns of a switch.
    known_before: "known-before", Assumed, "calibration 8.20a", "how long before SSD DCC learns of a switch",
        Law::Uniform { low: days(1.0), high: days(10.0) };
    /// How long after SSD DCC learns of a late switch.
    late_feed: "late-feed", Assumed, "calibration 8.20", "how long after SSD DCC learns of a late switch",
        Law::Uniform { low: 0.0, high: days(3.0) };
    /// From DCC's learning to a future-dated sending.
    ahead: "ahead", Assumed, "calibration 8.20b", "from DCC's learning to the sending of a future-dated 6.23",
        Law::Uniform { low: 0.0, high: days(3.0) };
    /// DCC processing of a request.
    processing: "processing", Assumed, "calibration 8.10", "DCC processing of a request",
        Law::LogNormal { median: 0.6, sigma: 0.8 };
    /// WAN and device round trip.
    round_trip: "round-trip", Assumed, "calibration 8.11", "WAN and device round trip",
        Law::LogNormal { median: 6.0, sigma: 0.6 };
    /// A gas meter's wait until it wakes.
    waking: "waking", Assumed, "calibration 8.12", "a gas meter's wait until it wakes",
        Law::Uniform { low: 0.0, high: 1800.0 };
    /// The losing supplier's notice before SSD.
    notice: "notice", Assumed, "calibration 8.20c", "the losing supplier's notice before SSD",
        Law::Uniform { low: days(3.0), high: days(10.0) };
    /// From the notice to the losing supplier's cancelling.
    lead: "lead", Assumed, "calibration 8.20c", "from the notice to the losing supplier's cancelling",
        log_normal(1.0, 0.5);
    /// From execution to a mature gainer's own 6.8.
    configures_mature: "configures.mature", Assumed, "calibration 8.20e", "from execution to a mature gainer's own 6.8",
        log_normal(1.0, 0.8);
    /// From execution to an immature gainer's own 6.8.
    configures_immature: "configures.immature", Assumed, "calibration 8.20e",
        "from execution to an immature gainer's own 6.8",
        log_normal(10.0, 1.0);
    /// From local midnight to the push.
    push_offset: "push-offset", Assumed, "calibration 5", "from local midnight to the push",
        Law::Uniform { low: 0.0, high: 7_199.0 };
    /// From UTC midnight to a schedule's run.
    run_second: "run-second", Assumed, "calibration 5", "from UTC midnight to a schedule's run",
        Law::Uniform { low: 0.0, high: 21_599.0 };
    /// From an erroneous transfer to its detection.
    et_detection: "erroneous-transfer.detection", Assumed, "calibration 8.8",
        "from an erroneous transfer to its detection",
        log_normal(14.0, 0.8);
    /// From that detection to the agreement, in working days.
    et_agreement: "erroneous-transfer.agreement", Derived, "calibration 8.8",
        "from detection to agreement, in working days (11.85 % take over 20)",
        log_normal(7.14, 0.871);
    /// From the agreement to re-registration.
    et_return: "erroneous-transfer.return", Assumed, "calibration 8.8", "from agreement to re-registration",
        log_normal(21.0, 0.3);
}

/// Name, kind, source and meaning of the law that has no default: unless a scenario gives it, the class's own law
/// applies.
pub const PREPAY: (&str, NumberKind, &str, &str) = (
    "to-623.prepay",
    NumberKind::Assumed,
    "domain 2.7: an inference, that suppliers treat prepay as urgent; no delays are published",
    "SSD to the first sending of 6.23, prepay meter of a gaining supplier that is a DCC User; \
     where it is left out, as for credit",
);

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
