//! list, read, pin-status.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use x509_parser::pem::Pem;

use super::source::Source;
use super::{ListArgs, PinStatusArgs, ReadArgs};
use crate::authority::{Authority, Purpose};
use crate::card::certificate::{Certificate, Validity};
use crate::card::chain::{Chain, verify_chain};
use crate::card::jpki::{CertificateFile, LastTry, PinState};
use crate::card::layout::TokenKind;
use crate::card::pcsc::{list_readers, readers_with_card};
use crate::card::reader::ReaderError;
use crate::card::serial::SerialNumber;
use crate::card::soft::PinName;
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::{Clock, Stopwatch};
use crate::secret::MASK;

pub(super) fn list(args: &ListArgs) -> Outcome {
    let names = list_readers()?;
    let with_card = readers_with_card()?;
    let readers: Vec<(&String, bool)> = names.iter().map(|name| (name, with_card.contains(name))).collect();
    if args.json {
        let list: Vec<Value> = readers
            .iter()
            .enumerate()
            .map(|(index, (name, present))| json!({ "number": index + 1, "reader": name, "card": present }))
            .collect();
        println!("{:#}", Value::from(list));
    } else {
        for (index, (name, present)) in readers.iter().enumerate() {
            let state = if *present { "カードあり / card" } else { "カードなし / empty" };
            println!("{:>2}  {name}  {state}", index + 1);
        }
    }
    if names.is_empty() {
        return Err(ReaderError::NoReader.into());
    }
    Ok(Exit::Done)
}

pub(super) fn read(args: &ReadArgs, clock: &Clock) -> Outcome {
    let roots = read_roots(&args.roots)?;
    let mut source = Source::open(&args.source, clock)?;
    let needs_pin = args.pin.pin.is_some() || args.pin.pin_fd.is_some();
    let pin = if needs_pin { Some(source.pin(&args.pin, "")?) } else { None };
    let watch = Stopwatch::start();
    if args.serial_only {
        return read_serial(args, source, pin.as_ref(), &watch);
    }
    let read = source.with_jpki(|jpki| {
        if let Some(pin) = &pin {
            jpki.verify(PinName::Authentication, pin, LastTry::Keep)?;
        }
        let der = jpki.certificate(CertificateFile::Authentication)?;
        let (apdus, milliseconds) = (jpki.apdus(), watch.elapsed_ms());
        let token = jpki.token()?;
        Ok((der, apdus, milliseconds, token, jpki.apdus()))
    });
    let (reader, atr) = (source.reader.clone(), source.atr());
    source.close(pin.is_some())?;
    let (der, apdus, milliseconds, token, apdus_in_all) = read?;
    let certificate = Certificate::parse(&der).map_err(|error| Failure::new(Exit::DidNotHold, error.to_string()))?;
    if let Some(file) = &args.output {
        write_file(file, &der)?;
    }
    let is_test = is_of_test_authority(&certificate);
    let seen = Seen {
        chain: if is_test { Chain::Verified { root: 0 } } else { verify_chain(&certificate, &roots) },
        validity: certificate.validity_at(clock.now()),
        is_masked: !is_test && !args.reveal,
        certificate,
        is_test,
        kind: token.kind,
        label: token.label,
        reader,
        atr,
        apdus,
        apdus_in_all,
        milliseconds,
    };
    if args.json {
        println!("{:#}", seen.json())
    } else {
        seen.print()
    }
    Ok(if seen.chain == Chain::BadSignature { Exit::DidNotHold } else { Exit::Done })
}

fn read_serial(args: &ReadArgs, mut source: Source, pin: Option<&crate::secret::Pin>, watch: &Stopwatch) -> Outcome {
    let read = source.with_jpki(|jpki| {
        if let Some(pin) = pin {
            jpki.verify(PinName::Authentication, pin, LastTry::Keep)?;
        }
        let (serial, apdus, milliseconds) = (jpki.serial()?, jpki.apdus(), watch.elapsed_ms());
        // Whether the number may be shown takes the whole certificate; that is not part of what was measured.
        let certificate = if args.reveal { None } else { Some(jpki.certificate(CertificateFile::Authentication)?) };
        Ok((serial, certificate, apdus, milliseconds))
    });
    let reader = source.reader.clone();
    source.close(pin.is_some())?;
    let (serial, certificate, apdus, milliseconds) = read?;
    let is_masked = certificate
        .is_some_and(|der| !Certificate::parse(&der).is_ok_and(|certificate| is_of_test_authority(&certificate)));
    if args.json {
        let serial = serial_json(&serial, is_masked);
        println!(
            "{:#}",
            json!({ "reader": reader, "serial": serial, "apdus": apdus, "milliseconds": rounded(milliseconds) })
        );
    } else {
        println!("シリアル番号 / serial  {}", serial_text(&serial, is_masked));
        println!("APDU {apdus}, {milliseconds:.1} ms");
    }
    Ok(Exit::Done)
}

/// What was read of a card.
struct Seen {
    certificate: Certificate,
    chain: Chain,
    validity: Validity,
    is_test: bool,
    is_masked: bool,
    kind: TokenKind,
    label: String,
    reader: String,
    atr: String,
    apdus: u32,
    apdus_in_all: u32,
    milliseconds: f64,
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

    fn json(&self) -> Value {
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
                "state": self.validity,
            },
            "policies": self.certificate.policies,
            "key_usage": self.certificate.key_usage,
            "chain": {
                "verified": self.chain.is_verified(),
                "meaning": self.chain.meaning().1,
                "test_authority": self.is_test,
            },
            "apdus": self.apdus,
            "apdus_in_all": self.apdus_in_all,
            "milliseconds": rounded(self.milliseconds),
        })
    }

    fn print(&self) {
        let (kind_ja, kind_en) = self.kind.name();
        let (chain_ja, chain_en) = self.chain.meaning();
        let validity = match self.validity {
            Validity::Valid => "有効 / valid",
            Validity::Expired => "期限切れ / expired",
            Validity::NotYetValid => "有効期間前 / not yet valid",
        };
        let test = if self.is_test { " (テスト認証局 / test authority)" } else { "" };
        println!("リーダー / reader      {}", self.reader);
        println!("カード / card          {kind_ja} / {kind_en} ({})", self.label);
        println!("シリアル番号 / serial  {}", serial_text(&self.certificate.serial, self.is_masked));
        println!("発行者 / issuer        {}", self.certificate.issuer);
        println!("主体者 / subject       {}", self.subject());
        println!(
            "有効期間 / validity    {} – {} JST, {validity}",
            self.certificate.not_before, self.certificate.not_after
        );
        println!("検証 / chain           {chain_ja} / {chain_en}{test}");
        println!(
            "APDU {} ({} ms), 種類の確認を含め / with the kind {}",
            self.apdus,
            rounded(self.milliseconds),
            self.apdus_in_all
        );
        if self.is_masked {
            println!(
                "実カードの番号は伏せています。--reveal で表示 / numbers of a real card are masked: --reveal shows them"
            );
        }
    }
}

fn serial_json(serial: &SerialNumber, is_masked: bool) -> Value {
    if is_masked {
        return json!({ "hex": null, "decimal": null, "masked": true });
    }
    json!({ "hex": serial.hex(), "decimal": serial.decimal(), "masked": false })
}

fn serial_text(serial: &SerialNumber, is_masked: bool) -> String {
    if is_masked { MASK.to_owned() } else { format!("{} (10進 / decimal {})", serial.hex(), serial.decimal()) }
}

fn rounded(milliseconds: f64) -> f64 {
    (milliseconds * 10.0).round() / 10.0
}

/// Issued by a root of our own, of whichever generation? The name is looked at first: making a root's key takes a while.
fn is_of_test_authority(certificate: &Certificate) -> bool {
    Authority::is_named_in(&certificate.issuer)
        && Authority::generations().any(|authority| {
            Certificate::parse(&authority.root(Purpose::Authentication))
                .is_ok_and(|root| verify_chain(certificate, &[root]).is_verified())
        })
}

/// Every certificate of every file, PEM or DER.
fn read_roots(files: &[PathBuf]) -> Result<Vec<Certificate>, Failure> {
    let mut roots = Vec::new();
    for file in files {
        let usage = |what: String| {
            Failure::new(Exit::Usage, format!("{}: {what}", file.display()))
                .remedy("認証局証明書のPEMまたはDERを指定してください / give the root's certificate as PEM or DER")
        };
        let bytes = std::fs::read(file).map_err(|error| usage(error.to_string()))?;
        let mut found: Vec<Vec<u8>> = Pem::iter_from_buffer(&bytes)
            .filter_map(Result::ok)
            .filter(|pem| pem.label == "CERTIFICATE")
            .map(|pem| pem.contents)
            .collect();
        if found.is_empty() {
            found.push(bytes);
        }
        for der in found {
            roots.push(Certificate::parse(&der).map_err(|error| usage(error.to_string()))?);
        }
    }
    Ok(roots)
}

pub(super) fn write_file(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(file, bytes).map_err(|error| {
        Failure::new(Exit::Outside, format!("{} に書けません / cannot write it: {error}", file.display()))
    })
}

pub(super) fn pin_status(args: &PinStatusArgs, clock: &Clock) -> Outcome {
    let mut source = Source::open(&args.source, clock)?;
    let (authentication, signature) = source
        .with_jpki(|jpki| Ok((jpki.pin_status(PinName::Authentication)?, jpki.pin_status(PinName::Signature)?)))?;
    source.close(false)?;
    if args.json {
        let state = |state: PinState| json!({ "tries": state.tries(), "locked": state == PinState::Locked });
        println!("{:#}", json!({ "authentication": state(authentication), "signature": state(signature) }));
    } else {
        println!("利用者証明用暗証番号 / authentication PIN  {}", state_text(authentication));
        println!("署名用パスワード / signature password      {}", state_text(signature));
    }
    Ok(Exit::Done)
}

fn state_text(state: PinState) -> String {
    match state {
        PinState::Tries(tries) => format!("残り {tries} 回 / {tries} tries left"),
        PinState::Locked => "ロック / locked".to_owned(),
        PinState::Unlimited => "回数制限なし / no limit".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Holder;

    #[test]
    fn what_names_a_person_is_masked_on_a_real_card() {
        let holder = Holder {
            key: "tests/holder".to_owned(),
            serial: vec![0x22, 0x7B, 0x13],
            common_name: "0123456789ABCD99901003A".to_owned(),
            not_before: crate::clock::parse_time("20260401000000").unwrap(),
            not_after: crate::clock::parse_time("20310401235959").unwrap(),
            residence: ("Madoguchi-ken".to_owned(), "Shiken-shi".to_owned()),
        };
        let certificate = Certificate::parse(&Authority::default().issue_authentication(&holder)).unwrap();
        let mut seen = Seen {
            certificate,
            chain: Chain::UnknownIssuer,
            validity: Validity::Valid,
            is_test: false,
            is_masked: true,
            kind: TokenKind::MyNumberCard,
            label: String::new(),
            reader: String::new(),
            atr: String::new(),
            apdus: 9,
            apdus_in_all: 11,
            milliseconds: 1.25,
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
