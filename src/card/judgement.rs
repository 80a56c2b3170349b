//! What a certificate is worth: who issued it, whether it is what it should be, its dates, and whether it is revoked.

use jiff::civil::DateTime;
use serde::Serialize;

use super::certificate::{Certificate, Validity};
use super::chain::{Chain, verify_chain};
use super::revocation::Standing;

/// Everything that was looked at without asking anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// Who issued it.
    pub chain: Chain,
    /// Where the moment lies.
    pub validity: Validity,
    /// What a 利用者証明用 certificate should have and this one has not.
    pub deviations: Vec<Deviation>,
}

/// Something that a 利用者証明用 certificate has (spec/jpki-card.md §3.1, [A]) and the one looked at has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deviation {
    /// keyUsage is digitalSignature and nothing else.
    KeyUsage,
    /// extendedKeyUsage is clientAuth.
    ExtendedKeyUsage,
    /// The policy of its authority.
    Policy,
    /// It may issue certificates itself.
    Authority,
}

impl Deviation {
    /// For people: Japanese, English.
    pub fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::KeyUsage => ("keyUsageが利用者証明用ではありません", "keyUsage is not that of user authentication"),
            Self::ExtendedKeyUsage => ("extendedKeyUsageにclientAuthがありません", "extendedKeyUsage lacks clientAuth"),
            Self::Policy => ("証明書ポリシーが発行者のものではありません", "the policy is not its issuer's"),
            Self::Authority => ("認証局の証明書です", "it is an authority's certificate"),
        }
    }
}

/// All in one word, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The named issuer did not sign it, or it is no certificate for user authentication.
    NotGenuine,
    /// 失効
    Revoked,
    /// 期限切れ
    Expired,
    /// 有効期間前
    NotYetValid,
    /// Nobody vouches for it: an issuer that is not configured, nobody asked, no reliable answer.
    Unknown,
    /// The authority could not be reached.
    Unreachable,
    /// Issued by a configured root, in its time, what it should be, and not revoked.
    Good,
}

impl Verdict {
    /// For people: Japanese, English.
    pub fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::NotGenuine => ("真正ではありません", "not genuine"),
            Self::Revoked => ("失効", "revoked"),
            Self::Expired => ("期限切れ", "expired"),
            Self::NotYetValid => ("有効期間前", "not yet valid"),
            Self::Unknown => ("確認できません", "unknown"),
            Self::Unreachable => ("認証局につながりません", "unreachable"),
            Self::Good => ("有効", "good"),
        }
    }
}

impl Judgement {
    /// Looks at a 利用者証明用 certificate at `now` (JST). `policy` is what the issuer's certificates carry; `None` where the issuer is
    /// none that we know.
    pub fn of(certificate: &Certificate, roots: &[Certificate], policy: Option<&str>, now: DateTime) -> Self {
        let usage = certificate.key_usage;
        let faults = [
            (!usage.digital_signature || usage.non_repudiation || usage.certificate_signing, Deviation::KeyUsage),
            (!certificate.extended_usage.client_authentication, Deviation::ExtendedKeyUsage),
            (policy.is_some_and(|policy| !certificate.policies.iter().any(|own| own == policy)), Deviation::Policy),
            (certificate.is_authority, Deviation::Authority),
        ];
        Self {
            chain: verify_chain(certificate, roots),
            validity: certificate.validity_at(now),
            deviations: faults.iter().filter(|(is_so, _)| *is_so).map(|(_, deviation)| *deviation).collect(),
        }
    }

    /// The whole in one word, together with what the authority said.
    pub fn verdict(&self, standing: &Standing) -> Verdict {
        match (self.chain, standing, self.validity) {
            (Chain::BadSignature, ..) => Verdict::NotGenuine,
            (Chain::Verified { .. }, ..) if !self.deviations.is_empty() => Verdict::NotGenuine,
            (_, Standing::Revoked { .. }, _) => Verdict::Revoked,
            (_, _, Validity::Expired) => Verdict::Expired,
            (_, _, Validity::NotYetValid) => Verdict::NotYetValid,
            (Chain::Verified { .. }, Standing::Good, _) => Verdict::Good,
            (Chain::Verified { .. }, Standing::Unreachable, _) => Verdict::Unreachable,
            _ => Verdict::Unknown,
        }
    }
}
