//! Service requests.

use crate::model::labels::{Outcome, Reference};
use crate::results::metric::{Per, declare};

declare! {
    REQUESTS = "requests", Count, Sum,
        "Requests by reference and outcome; 6.23s by device and attempt. An accepted request may still fail."
        => &[&Per(|r, (reference, outcome): (Reference, Outcome)| r.ledger.requests[reference][outcome])];
    QUARANTINED = "quarantined-623", Count, Sum,
        "6.23s of a backlog that the DCC quarantined because they exceeded an anomaly threshold."
        => &[&Per(|r, ()| r.ledger.quarantined)];
}
