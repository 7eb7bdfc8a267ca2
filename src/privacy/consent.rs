//! Consent: three states a purpose, and the tokens without which no portrait is touched and no report made.

/// One purpose's state. Undecided acts as no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tri {
    /// Not asked yet.
    #[default]
    Undecided,
    /// Refused.
    No,
    /// Granted.
    Yes,
}

impl Tri {
    /// From the boundary's byte.
    pub fn from_byte(b: u8) -> Option<Tri> {
        match b {
            0 => Some(Tri::Undecided),
            1 => Some(Tri::No),
            2 => Some(Tri::Yes),
            _ => None,
        }
    }

    fn granted(self) -> bool {
        self == Tri::Yes
    }
}

/// What the shopper decided for each purpose.
///
/// # Example: undecided is no, and a report needs storage
///
/// ```
/// use nearshelf::privacy::consent::{Consent, Tri};
/// let undecided = Consent::default();
/// assert!(undecided.may_personalize().is_none());
/// let c = Consent { report: Tri::Yes, ..undecided };
/// assert!(c.may_report().is_none());
/// assert!(Consent { store: Tri::Yes, ..c }.may_report().is_some());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// Keep data in the host's storage.
    pub store: Tri,
    /// Build and use the portrait.
    pub personalize: Tri,
    /// Send noised aggregates.
    pub report: Tri,
    /// Let sensitive categories in.
    pub sensitive: Tri,
}

/// Proof that the shopper granted personalization: whatever reads or writes the portrait asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Personalize(());

/// Proof that the shopper granted reports: whatever makes one asks for it.
///
/// # Example: nobody but a consent makes one
///
/// ```compile_fail
/// let forged = nearshelf::privacy::consent::Report(());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Report(());

impl Consent {
    /// Everything granted: for replays of logs, where the question does not arise.
    pub fn all() -> Consent {
        Consent { store: Tri::Yes, personalize: Tri::Yes, report: Tri::Yes, sensitive: Tri::Yes }
    }

    /// The token, when personalization is granted.
    pub fn may_personalize(&self) -> Option<Personalize> {
        self.personalize.granted().then_some(Personalize(()))
    }

    /// True when sensitive attributes may be declared.
    pub fn may_be_sensitive(&self) -> bool {
        self.sensitive.granted()
    }

    /// True when the host's storage may be used.
    pub fn may_store(&self) -> bool {
        self.store.granted()
    }

    /// The token, when reports are granted, and with them the storage that their ledger needs.
    pub fn may_report(&self) -> Option<Report> {
        (self.report.granted() && self.may_store()).then_some(Report(()))
    }
}
