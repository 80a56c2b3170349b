//! What was read of a card, for people and as JSON. What names the holder of a real card is masked unless asked for.

use serde_json::{Value, json};

use super::judge::Opinion;
use crate::card::authorities::KnownAuthority;
use crate::card::certificate::{Certificate, Validity};
use crate::card::layout::TokenKind;
use crate::card::recording::Entry;
use crate::card::revocation::Standing;
use crate::card::serial::SerialNumber;
use crate::secret::MASK;

/// What was read of a card.
pub(super) struct Seen {
    pub(super) certificate: Certificate,
    pub(super) opinion: Opinion,
    pub(super) is_masked: bool,
    pub(super) kind: TokenKind,
    pub(super) label: String,
    pub(super) reader: String,
    pub(super) atr: String,
    pub(super) apdus: u32,
    pub(super) milliseconds: f64,
    /// Every exchange, the kind of card included.
    pub(super) exchanges: Vec<Entry>,
}

impl Seen {
    /// A real subject is a pseudonym that names one person.
    fn subject(&self) -> String {
        if !self.is_masked {
            return self.certificate.subject.clone();
        }
        let mask = |part: &str| if part.starts_with("CN=") { format!("CN={MASK}") } else { part.to_owned() };
        self.certificate.subject.split(", ").map(mask).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn json(&self) -> Value {
        let (judgement, finding) = (&self.opinion.judgement, &self.opinion.finding);
        let issuer = self.opinion.issuer_name();
        let mut revocation = json!(finding.standing);
        revocation["from"] = json!(finding.from);
        revocation["remarks"] = json!(finding.remarks);
        json!({
            "reader": self.reader,
            "atr": self.atr,
            "kind": self.kind.name().1,
            "label": self.label,
            "serial": serial_json(&self.certificate.serial, self.is_masked),
            "issuer": self.certificate.issuer,
            "subject": self.subject(),
            "validity": {
                "not_before": self.certificate.not_before.to_string(),
                "not_after": self.certificate.not_after.to_string(),
                "state": judgement.validity,
            },
            "policies": self.certificate.policies,
            "key_usage": self.certificate.key_usage,
            "chain": {
                "verified": judgement.chain.is_verified(),
                "meaning": judgement.chain.meaning().1,
                "test_authority": self.opinion.is_test,
                "authority": issuer.as_ref().and_then(|(name, _)| name.as_ref().map(|(_, en)| en)),
                "fingerprint": issuer.as_ref().map(|(_, fingerprint)| fingerprint),
                "wanted": self.wanted().map(|known| known.name().1),
            },
            "deviations": judgement.deviations,
            "revocation": revocation,
            "outcome": self.opinion.verdict(),
            "apdus": self.apdus,
            "apdus_in_all": self.exchanges.len(),
            "milliseconds": rounded(self.milliseconds),
            "exchanges": exchanges_json(&self.exchanges),
        })
    }

    /// The root that would be needed to say more.
    fn wanted(&self) -> Option<&'static KnownAuthority> {
        if self.opinion.issuer.is_some() { None } else { KnownAuthority::named_by(&self.certificate) }
    }

    pub(super) fn print(&self) {
        let (kind_ja, kind_en) = self.kind.name();
        let judgement = &self.opinion.judgement;
        let validity = match judgement.validity {
            Validity::Valid => "有効 / valid",
            Validity::Expired => "期限切れ / expired",
            Validity::NotYetValid => "有効期間前 / not yet valid",
        };
        println!("リーダー / reader      {}", self.reader);
        println!("カード / card          {kind_ja} / {kind_en} ({})", self.label);
        println!("シリアル番号 / serial  {}", serial_text(&self.certificate.serial, self.is_masked));
        println!("発行者 / issuer        {}", self.certificate.issuer);
        println!("主体者 / subject       {}", self.subject());
        println!(
            "有効期間 / validity    {} – {} JST, {validity}",
            self.certificate.not_before, self.certificate.not_after
        );
        self.print_opinion();
        println!(
            "APDU {} ({} ms), 種類の確認を含め / with the kind {}",
            self.apdus,
            rounded(self.milliseconds),
            self.exchanges.len()
        );
        if self.is_masked {
            println!(
                "実カードの番号は伏せています。--reveal で表示 / numbers of a real card are masked: --reveal shows them"
            );
        }
    }

    fn print_opinion(&self) {
        let (chain_ja, chain_en) = self.opinion.judgement.chain.meaning();
        let by = match self.opinion.issuer_name() {
            Some((Some((ja, en)), _)) => format!(" ({ja} / {en})"),
            Some((None, fingerprint)) => format!(" (SHA-256 {fingerprint})"),
            None => String::new(),
        };
        println!("検証 / chain           {chain_ja} / {chain_en}{by}");
        if let Some((ja, en)) = self.wanted().map(KnownAuthority::name) {
            println!(
                "  {ja}の証明書を --roots に指定すると検証します / --roots with the certificate of {en} would verify it"
            );
        }
        for deviation in &self.opinion.judgement.deviations {
            let (ja, en) = deviation.meaning();
            println!("  {ja} / {en}");
        }
        let finding = &self.opinion.finding;
        let from = finding.from.as_ref().map_or_else(String::new, |from| format!(" ({from})"));
        println!("失効 / revocation      {}{from}", standing_text(&finding.standing));
        // What did not decide is worth a line when nothing did; and four places of one machine that is off are one thing to know.
        let shown = match (&finding.from, &finding.standing) {
            (Some(_), _) => 0,
            (None, Standing::Unreachable) => 1,
            (None, _) => finding.remarks.len(),
        };
        finding.remarks.iter().take(shown).for_each(|remark| println!("  {remark}"));
        let (ja, en) = self.opinion.verdict().meaning();
        println!("判定 / outcome         {ja} / {en}");
    }
}

fn standing_text(standing: &Standing) -> String {
    match standing {
        Standing::Good => "失効していません / not revoked".to_owned(),
        Standing::Revoked { since, reason } => format!("失効 / revoked {since} JST ({reason})"),
        Standing::Unknown => "確認していないか、確認できません / unknown".to_owned(),
        Standing::Unreachable => "認証局につながりません / the authority is unreachable".to_owned(),
    }
}

/// What was said, one object per command; answers by their length only, for they may be certificates.
pub(super) fn exchanges_json(exchanges: &[Entry]) -> Vec<Value> {
    const STATUS_DIGITS: usize = 4;
    let one = |entry: &Entry| {
        let data = entry.answer.len().saturating_sub(STATUS_DIGITS);
        json!({
            "command": entry.command,
            "bytes": data / 2,
            "status": entry.answer.get(data..),
            "milliseconds": (entry.milliseconds * 1000.0).round() / 1000.0,
        })
    };
    exchanges.iter().map(one).collect()
}

pub(super) fn serial_json(serial: &SerialNumber, is_masked: bool) -> Value {
    if is_masked {
        return json!({ "hex": null, "decimal": null, "masked": true });
    }
    json!({ "hex": serial.hex(), "decimal": serial.decimal(), "masked": false })
}

pub(super) fn serial_text(serial: &SerialNumber, is_masked: bool) -> String {
    if is_masked { MASK.to_owned() } else { format!("{} (10進 / decimal {})", serial.hex(), serial.decimal()) }
}

pub(super) fn rounded(milliseconds: f64) -> f64 {
    (milliseconds * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::{Authority, Holder};
    use crate::card::judgement::Judgement;
    use crate::card::revocation::Finding;

    #[test]
    fn what_names_a_person_is_masked_on_a_real_card() {
        let time = |text| crate::clock::parse_time(text).unwrap();
        let holder = Holder {
            key: "tests/holder".to_owned(),
            serial: vec![0x22, 0x7B, 0x13],
            common_name: "0123456789ABCD99901003A".to_owned(),
            not_before: time("20260401000000"),
            not_after: time("20310401235959"),
            residence: ("Madoguchi-ken".to_owned(), "Shiken-shi".to_owned()),
        };
        let certificate = Certificate::parse(&Authority::default().issue_authentication(&holder)).unwrap();
        let mut seen = Seen {
            opinion: Opinion {
                judgement: Judgement::of(&certificate, &[], None, time("20260501000000")),
                issuer: None,
                is_test: false,
                finding: Finding { standing: Standing::Unknown, from: None, remarks: Vec::new() },
            },
            certificate,
            is_masked: true,
            kind: TokenKind::MyNumberCard,
            label: String::new(),
            reader: String::new(),
            atr: String::new(),
            apdus: 9,
            milliseconds: 1.25,
            exchanges: Vec::new(),
        };
        let shows = |seen: &Seen| {
            let json = seen.json().to_string();
            ["227B13", "2259731", "0123456789ABCD"].map(|text| json.contains(text))
        };
        assert_eq!(shows(&seen), [false; 3]);
        seen.is_masked = false;
        assert_eq!(shows(&seen), [true; 3]);
    }
}
