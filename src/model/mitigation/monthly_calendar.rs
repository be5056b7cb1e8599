//! Row 29 of the table of mitigations: Suppliers set meters to push monthly instead of daily.

use super::Mitigation;
use crate::model::lever::Lever;

/// Row 29.
pub const ROW: Mitigation = Mitigation {
    number: "29",
    name: "monthly-calendar",
    line: "Suppliers set meters to push monthly instead of daily.",
    actor: "all suppliers",
    does: "Leaked reads fall to about one in thirty; E4s stay.",
    limits: "Worse for billing and settlement; a meter keeps its calendar until its supplier changes it.",
    source: "hypothetical: no source proposes it",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![Lever::ReadsMonthly],
};
