//! verify-pin, sign.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::read::write_file;
use super::source::Source;
use super::{KeyName, SignArgs, VerifyPinArgs};
use crate::card::certificate::Certificate;
use crate::card::jpki::{CertificateFile, JpkiError, LastTry, check_signature};
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::Clock;

impl KeyName {
    pub(super) fn prompt(self) -> &'static str {
        match self {
            Self::Authentication => "利用者証明用暗証番号 (4桁) / authentication PIN: ",
            Self::Signature => "署名用パスワード (6〜16文字) / signature password: ",
        }
    }
    fn certificate(self) -> CertificateFile {
        match self {
            Self::Authentication => CertificateFile::Authentication,
            Self::Signature => CertificateFile::Signature,
        }
    }
}

fn last_try(spend: bool) -> LastTry {
    if spend { LastTry::Spend } else { LastTry::Keep }
}

pub(super) fn verify_pin(args: &VerifyPinArgs, clock: &Clock) -> Outcome {
    let mut source = Source::open(&args.source, clock)?;
    let pin = source.pin(&args.pin, args.key.prompt())?;
    let verified = source.with_jpki(|jpki| Ok(jpki.verify(args.key.pin(), &pin, last_try(args.spend_last_try))));
    // Closed either way: what was verified must not stay open to the next program.
    source.close(true)?;
    let verified = verified?;
    match told(&verified).filter(|_| args.json) {
        Some(told) => println!("{told:#}"),
        None if verified.is_ok() => println!("暗証番号は正しい / the PIN is right"),
        None => {}
    }
    verified?;
    Ok(Exit::Done)
}

/// What the card said of a PIN, as JSON; `None` when it came to something else.
fn told(verified: &Result<(), JpkiError>) -> Option<Value> {
    let (is_right, was_tried, tries) = match verified {
        Ok(()) => (true, true, None),
        Err(JpkiError::WrongPin { tries }) => (false, true, Some(*tries)),
        Err(JpkiError::TooDear { tries }) => (false, false, Some(*tries)),
        Err(JpkiError::PinLocked) => (false, false, Some(0)),
        Err(_) => return None,
    };
    Some(json!({ "verified": is_right, "tried": was_tried, "tries": tries }))
}

pub(super) fn sign(args: &SignArgs, clock: &Clock) -> Outcome {
    let output = output_of(args)?;
    let message = read_input(&args.file)?;
    let mut source = Source::open(&args.source, clock)?;
    let pin = source.pin(&args.pin, args.key.prompt())?;
    let signed = source.with_jpki(|jpki| {
        jpki.verify(args.key.pin(), &pin, last_try(args.spend_last_try))?;
        let der = jpki.certificate(args.key.certificate())?;
        Ok((der, jpki.sign(args.key.pin(), &message)?, jpki.apdus()))
    });
    source.close(true)?;
    let (der, signature, apdus) = signed?;
    let certificate = Certificate::parse(&der).map_err(|error| Failure::new(Exit::DidNotHold, error.to_string()))?;
    if !check_signature(&certificate, &message, &signature) {
        return Err(Failure::new(
            Exit::DidNotHold,
            "カードの署名が証明書の公開鍵と合いません。書き出しません / the card's signature does not fit its certificate: not written",
        ));
    }
    write_file(&output, &signature)?;
    if args.json {
        println!("{:#}", json!({ "signature": output, "bytes": signature.len(), "verified": true, "apdus": apdus }));
    } else {
        println!("署名を検証し、{} に書きました / signature verified and written", output.display());
    }
    Ok(Exit::Done)
}

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn output_of(args: &SignArgs) -> Result<PathBuf, Failure> {
    match &args.output {
        Some(output) => Ok(output.clone()),
        None if is_standard_input(&args.file) => Err(Failure::new(
            Exit::Usage,
            "標準入力に署名するときは出力先が要ります / signing standard input needs a place for the signature",
        )
        .remedy("--output FILE")),
        None => {
            let mut name = OsString::from(&args.file);
            name.push(".sig");
            Ok(name.into())
        }
    }
}

fn read_input(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if is_standard_input(file) {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|content| bytes = content)
    };
    read.map_err(|error| {
        Failure::new(Exit::Usage, format!("{} が読めません / cannot read it: {error}", file.display()))
    })?;
    Ok(bytes)
}
