//! What keeps a study from finishing.

/// Something that keeps a study from finishing: a bug, the machine, or numbers too large for the counters.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// A conservation law is broken.
    #[error("policy {policy}, replication {replication}: {law}: this is a bug, please report it with the scenario")]
    Conservation {
        /// The policy.
        policy: String,
        /// The replication.
        replication: u32,
        /// The law.
        law: String,
    },
    /// A sum is larger than a counter can hold.
    #[error(
        "policy {policy}, replication {replication}: a sum is larger than a counter can hold (1.8e19): give meters \
         fewer `copies`, or their switches a longer `retry`"
    )]
    Overflow {
        /// The policy.
        policy: String,
        /// The replication.
        replication: u32,
    },
    /// The market cannot be drawn.
    #[error("{0}")]
    Market(String),
    /// The runs do not make up a cube, which is a bug.
    #[error("{0}: this is a bug, please report it with the scenario")]
    Cube(#[from] crate::results::cube::CubeError),
    /// The system refuses threads.
    #[error("cannot start threads: {0}")]
    Threads(#[source] Box<dyn std::error::Error + Send + Sync>),
}
