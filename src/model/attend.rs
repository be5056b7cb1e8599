//! Walks a meter through its turns at suppliers' desks.

use super::civil::Civil;
use super::desk::{Desk, Joining, Turn};
use super::ledger::Ledger;
use super::walk::{OPENING_RANK, Walk};
use super::witness::{Note, Witness};

/// A 6.23 that has joined a backlog on a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// What joined.
    pub joining: Joining,
    /// The turn that it had.
    pub turn: Option<Turn>,
    /// Whether its turn took capacity. One that had no turn is expected to.
    pub takes_capacity: bool,
}

impl Joined {
    /// What is expected of a 6.23 before a walk.
    pub const fn expected(joining: Joining) -> Self {
        Self { joining, turn: None, takes_capacity: true }
    }
}

/// Walks a meter to the horizon, with the turns that its 6.23s are expected to have, in the order in which they join.
/// A turn is had if the same device's 6.23 of the same switch joins in that place, and no later than the turn. Returns
/// what joined.
pub fn attend(
    mut walk: Walk<'_>,
    expected: &[Joined],
    desks: &[Desk],
    civil: &Civil,
    ledger: &mut Ledger,
    witness: &mut impl Witness,
) -> Vec<Joined> {
    let mut joined: Vec<Joined> = Vec::new();
    // Places of those that wait for a turn that they will have, the next one last.
    let mut due: Vec<usize> = Vec::new();
    loop {
        let turn = due.last().and_then(|place| Some((*place, joined[*place].turn?)));
        let is_next = |turn: &Turn| walk.next().is_none_or(|next| (turn.at, OPENING_RANK) < next);
        if let Some((place, turn)) = turn.filter(|(_, turn)| is_next(turn)) {
            due.pop();
            let joining = joined[place].joining;
            let device = (usize::from(joining.switch), usize::from(joining.device));
            let anomaly = desks[usize::from(joining.supplier.0)].anomaly.filter(|_| turn.is_anomaly);
            let quarantine = anomaly.map(|anomaly| anomaly.quarantine);
            joined[place].takes_capacity = walk.grant(turn.at, device, quarantine, ledger, witness);
            ledger.waited(joining.supplier, joining.intended, turn.at, civil);
            continue;
        }
        if walk.next().is_none() || due.is_empty() && !walk.goes_to_joining(ledger, witness) {
            break;
        }
        let Some(joining) = walk.step(ledger, witness) else { continue };
        let same = |other: &&Joined| {
            let name = |joining: &Joining| (joining.supplier, joining.switch, joining.device);
            name(&other.joining) == name(&joining)
        };
        let turn = expected.get(joined.len()).filter(same).and_then(|other| other.turn);
        let turn = turn.filter(|turn| turn.at >= joining.intended);
        if turn.is_some() {
            due.push(joined.len());
        }
        joined.push(Joined { turn, ..Joined::expected(joining) });
        let order = |place: &usize| {
            let Joined { joining, turn, .. } = joined[*place];
            let desk = &desks[usize::from(joining.supplier.0)];
            (turn.map(|turn| turn.at), joining.supplier, joining.order(desk), joining.device, joining.switch)
        };
        due.sort_by_key(|place| std::cmp::Reverse(order(place)));
    }
    let horizon = ledger.window.horizon;
    for Joined { joining, .. } in joined.iter().filter(|joined| joined.turn.is_none()) {
        ledger.waited(joining.supplier, joining.intended, horizon, civil);
        witness.note(horizon, Note::StillQueued(joining.supplier, usize::from(joining.device)));
    }
    walk.finish(ledger, witness);
    joined
}
