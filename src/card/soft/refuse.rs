//! Commands that real cards know and this one only refuses, with the words real cards use.

use super::SoftCard;
use crate::card::apdu::CommandApdu;
use crate::card::layout::ApplicationKind;
use crate::card::status::StatusWord;

/// P1-P2 of `80 A2` that reaches the check of its length.
const TERMINAL_CERTIFICATE_P1_P2: (u8, u8) = (0x00, 0xC1);
/// The body of a terminal's CV certificate, 5F4E with its length.
const TERMINAL_CERTIFICATE_LENGTH: usize = 307;

impl SoftCard {
    /// `80 A2`, the beginning of the 特定機関認証 (spec/jpki-card.md §2.12). The exchange and what it grants are not public:
    /// the known refusals are given, and a body of the right length is one whose issuer this card does not know [C].
    pub(super) fn terminal_certificate(&self, command: &CommandApdu) -> StatusWord {
        if self.session.application != Some(ApplicationKind::Jpki) {
            return StatusWord::INSTRUCTION;
        }
        match ((command.p1, command.p2), command.data().len()) {
            (TERMINAL_CERTIFICATE_P1_P2, TERMINAL_CERTIFICATE_LENGTH) => StatusWord::REFERENCE_NOT_FOUND,
            (TERMINAL_CERTIFICATE_P1_P2, _) => StatusWord::WRONG_LENGTH,
            _ => StatusWord::WRONG_P1_P2,
        }
    }

    /// Classes other than 00 and 80.
    pub(super) fn other_class(&self, class: u8) -> StatusWord {
        let application = self.application().map(|application| application.kind);
        match (class, application) {
            // Secure messaging without a session (§2.3 of the 公的個人認証AP [B], the others [C]).
            (0x08, Some(kind)) if kind != ApplicationKind::IssuerSecurityDomain => StatusWord::SECURE_MESSAGING_DEAD,
            // The header authenticated: the objects that would do it are not there (§2.11, [B]).
            (0x0C, Some(ApplicationKind::Text)) => StatusWord::SECURE_MESSAGING_OBJECT_MISSING,
            // Channels 1–3 and 4–19 (ISO 7816-4 §5.4.1), also in the proprietary class.
            _ if (class & 0x7C == 0 && class & 0x03 != 0) || class & 0xC0 == 0x40 => StatusWord::CHANNEL_NOT_SUPPORTED,
            _ => StatusWord::CLASS,
        }
    }
}
