//! Row 24 of the table of mitigations: The DSP removes the losing supplier's schedules when the DCC's copy changes.

use super::Mitigation;
use crate::model::lever::Lever;

/// Row 24.
pub const ROW: Mitigation = Mitigation {
    number: "24",
    name: "schedules-removed-at-ssd",
    line: "The DSP removes the losing supplier's schedules when the DCC's copy changes.",
    actor: "DSP",
    does: "E4s end with one notice for each schedule; pushed reads go on.",
    limits: "A supplier whose erroneous transfer is returned must create its schedules again; while the feed lags they \
        run on.",
    source: "hypothetical: no source proposes it",
    since: None,
    parameters: Vec::new,
    levers: |_| vec![Lever::RemovesSchedulesAtSsd],
};
