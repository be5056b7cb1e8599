//! A switch of a meter point from one supplier to another.

use super::declare::plan;
use super::{Cancelling, Chase, Class, CosRequest, Practice, Sending, SupplierId};
use crate::engine::time::{Day, Instant, Seconds};

/// Why a supplier's book moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferCause {
    /// The supplier fails: to the supplier of last resort (R15).
    Failure,
    /// It sells customers to another supplier.
    Sale,
}

/// The book that a switch moves a customer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Book {
    /// Why it moves.
    pub cause: TransferCause,
    /// Whose it is.
    pub from: SupplierId,
}

plan! {
    /// One switch of a meter point.
    #[derive(Debug, PartialEq, Eq)]
    pub struct SwitchPlan {
        /// Gaining supplier.
        pub to: SupplierId,
        /// Local date of the supply start.
        pub date: Day,
        /// Second of the supply start: electricity's is local midnight (R1).
        pub ssd: Instant,
    } else {
        /// K: the second in which the DCC learns of it (R9); by default SSD.
        pub known: Instant = ssd,
        /// Taken back at this second, before SSD (R19); by default not.
        pub withdrawn: Option<Instant> = None,
        /// An erroneous transfer, or the return of one (R14); by default neither.
        pub erroneous: bool = false,
        /// The book that the customer is moved with; by default the customer chose the switch.
        pub book: Option<Book> = None,
        /// Touched by an injection; by default not.
        pub injected: bool = false,
        /// The gainer's class for this case; by default mature.
        pub class: Class = Class::Mature,
        /// The second from which the gainer is a DCC User; before it the gainer does not respond to being chased (R18).
        /// By default the class decides.
        pub user_from: Option<Instant> = None,
        /// Whether a policy makes the gainer take this meter's 6.23s out of its backlog first if the meter is prepay;
        /// by default not.
        pub prepay_first: bool = false,
        /// 6.23 for each device; the second entry is for gas. By default none is ever sent.
        pub cos: [CosRequest; 2] = [CosRequest::new(Sending::Never); 2],
        /// What the losing supplier cancels before SSD; by default nothing.
        pub cancelling: Cancelling = Cancelling::default(),
        /// From execution on the reading device to the gainer's own 6.8 and 5.1 (R12); `None`, the default, is never.
        pub configures: Option<Seconds> = None,
        /// How the gainer reads from then on; by default not at all.
        pub practice: Practice = Practice::default(),
        /// How the gainer is chased; by default not at all.
        pub chases: Vec<Chase> = Vec::new(),
    }
}

impl SwitchPlan {
    /// Whether the customer is moved because its supplier fails.
    pub fn follows_a_failure(&self) -> bool {
        self.book.is_some_and(|book| book.cause == TransferCause::Failure)
    }

    /// Whether the gainer is a DCC User by the time it gains the meter.
    pub fn gains_as_user(&self) -> bool {
        self.class != Class::NonUser && self.user_from.is_none_or(|from| from <= self.ssd)
    }

    /// Whether the gainer is not yet a DCC User at a second.
    pub fn is_not_user_at(&self, at: Instant) -> bool {
        self.user_from.map_or(self.class == Class::NonUser, |from| from > at)
    }
}
