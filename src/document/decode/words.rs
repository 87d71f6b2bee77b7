//! The words that documents and files use for the closed lists of the domain.

use crate::document::Scalar;
use crate::domain::person::{CredentialKind, HorizonBand, ItemState, PpdCategory, Priority};
use crate::domain::readiness::Band;

/// Words of [`HorizonBand`].
pub(crate) const HORIZONS: &[(&str, HorizonBand)] = &[
    ("within-12", HorizonBand::Within12),
    ("12-36", HorizonBand::From12To36),
    ("later", HorizonBand::Later),
    ("wish-to-move", HorizonBand::WishToMove),
    ("staying", HorizonBand::Staying),
    ("not-said", HorizonBand::NotSaid),
];

/// Words of [`CredentialKind`].
pub(crate) const CREDENTIAL_KINDS: &[(&str, CredentialKind)] = &[
    ("certificate", CredentialKind::Certificate),
    ("registration", CredentialKind::Registration),
    ("training", CredentialKind::Training),
];

/// Words of [`Priority`].
pub(crate) const PRIORITIES: &[(&str, Priority)] =
    &[("gap", Priority::Gap), ("strength", Priority::Strength)];

/// Words of [`ItemState`].
pub(crate) const ITEM_STATES: &[(&str, ItemState)] = &[
    ("open", ItemState::Open),
    ("to-discuss", ItemState::ToDiscuss),
    ("closed", ItemState::Closed),
    ("dropped", ItemState::Dropped),
];

/// Words of [`PpdCategory`].
pub(crate) const PPD_CATEGORIES: &[(&str, PpdCategory)] = &[
    ("work-based", PpdCategory::WorkBased),
    ("professional-activity", PpdCategory::ProfessionalActivity),
    ("formal-educational", PpdCategory::FormalEducational),
    ("self-directed", PpdCategory::SelfDirected),
    ("other", PpdCategory::Other),
];

/// Words of [`Band`] as a manager decides it.
pub(crate) const BANDS: &[(&str, Band)] = &[
    ("ready-now", Band::ReadyNow),
    ("1-2", Band::OneToTwo),
    ("3-5", Band::ThreeToFive),
    ("not-yet", Band::NotYet),
];

/// Reads a word of a list.
pub(super) fn of<T: Copy>(list: &[(&str, T)], scalar: &Scalar) -> Option<T> {
    let Scalar::Text(text) = scalar else {
        return None;
    };
    list.iter()
        .find(|(word, _)| word == text)
        .map(|(_, value)| *value)
}

/// The word for a value of a list; `None` if the list has none for it.
pub(crate) fn word_for<T: PartialEq>(
    list: &[(&'static str, T)],
    value: &T,
) -> Option<&'static str> {
    list.iter().find(|(_, v)| v == value).map(|(word, _)| *word)
}
