//! Who acts under a lever, and when: the groups in which policies are shown.

/// Who acts, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acts {
    /// The supplier that loses the meter, before SSD.
    LosingBeforeSsd,
    /// The DCC.
    Dcc,
    /// The gaining supplier, sooner than it would have.
    GainingSooner,
    /// Somebody notices what is late and chases the gaining supplier.
    Chasing,
    /// The supplier that lost the meter, with what it receives.
    OnReceipt,
    /// The providers of registration data.
    Registration,
}

impl Acts {
    /// The heading of its policies.
    pub const fn heading(self) -> &'static str {
        match self {
            Acts::LosingBeforeSsd => "the losing supplier, before SSD",
            Acts::Dcc => "the DCC",
            Acts::GainingSooner => "the gaining supplier, sooner",
            Acts::Chasing => "the gaining supplier is chased",
            Acts::OnReceipt => "the losing supplier, on receipt",
            Acts::Registration => "the providers of registration data",
        }
    }

    /// Whether gaining suppliers come to do their duties sooner, by themselves or because they are chased.
    pub const fn is_sooner(self) -> bool {
        matches!(self, Acts::GainingSooner | Acts::Chasing)
    }
}
