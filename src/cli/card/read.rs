//! list, read, pin-status.

use std::path::Path;

use serde_json::{Value, json};

use super::judge::{judge, trusted};
use super::seen::{Seen, exchanges_json, rounded, serial_json, serial_text};
use super::source::Source;
use super::{KeyName, ListArgs, PinStatusArgs, ReadArgs};
use crate::authority::Authority;
use crate::card::certificate::Certificate;
use crate::card::jpki::{CertificateFile, LastTry, PinState};
use crate::card::judgement::Verdict;
use crate::card::pcsc::{list_readers, readers_with_card};
use crate::card::reader::ReaderError;
use crate::card::soft::PinName;
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::{Clock, Stopwatch};
use crate::secret::Pin;

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
    let trusted = trusted(&args.trust)?;
    let mut source = Source::open(&args.source, clock)?;
    let needs_pin = args.pin_prompt || args.pin.pin.is_some() || args.pin.pin_fd.is_some();
    let prompt = KeyName::Authentication.prompt();
    let pin = if needs_pin { Some(source.pin(&args.pin, prompt)?) } else { None };
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
        Ok((der, apdus, milliseconds, jpki.token()?))
    });
    let (reader, atr, exchanges) = (source.reader.clone(), source.atr(), source.exchanges().to_vec());
    source.close(pin.is_some())?;
    let (der, apdus, milliseconds, token) = read?;
    let certificate = Certificate::parse(&der).map_err(|error| Failure::new(Exit::DidNotHold, error.to_string()))?;
    if let Some(file) = &args.output {
        write_file(file, &der)?;
    }
    let opinion = judge(&certificate, &trusted, &args.trust, clock)?;
    let seen = Seen {
        is_masked: !opinion.is_test && !args.source.reveal,
        opinion,
        certificate,
        kind: token.kind,
        label: token.label,
        reader,
        atr,
        apdus,
        milliseconds,
        exchanges,
    };
    if args.json {
        println!("{:#}", seen.json())
    } else {
        seen.print()
    }
    Ok(if seen.opinion.verdict() == Verdict::NotGenuine { Exit::DidNotHold } else { Exit::Done })
}

fn read_serial(args: &ReadArgs, mut source: Source, pin: Option<&Pin>, watch: &Stopwatch) -> Outcome {
    let read = source.with_jpki(|jpki| {
        if let Some(pin) = pin {
            jpki.verify(PinName::Authentication, pin, LastTry::Keep)?;
        }
        Ok((jpki.head()?, jpki.apdus(), watch.elapsed_ms()))
    });
    let (reader, exchanges) = (source.reader.clone(), source.exchanges().to_vec());
    source.close(pin.is_some())?;
    let ((serial, head), apdus, milliseconds) = read?;
    // A name in the head proves nothing; but no real card bears ours, and only a real one has something to hide.
    let is_masked = !args.source.reveal && !Authority::is_named_in_der(&head);
    if args.json {
        println!(
            "{:#}",
            json!({
                "reader": reader,
                "serial": serial_json(&serial, is_masked),
                "apdus": apdus,
                "milliseconds": rounded(milliseconds),
                "exchanges": exchanges_json(&exchanges),
            })
        );
    } else {
        println!("シリアル番号 / serial  {}", serial_text(&serial, is_masked));
        println!("APDU {apdus}, {milliseconds:.1} ms");
    }
    Ok(Exit::Done)
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
        PinState::Tries(1) => "残り 1 回 / 1 try left".to_owned(),
        PinState::Tries(tries) => format!("残り {tries} 回 / {tries} tries left"),
        PinState::Locked => "ロック / locked".to_owned(),
        PinState::Unlimited => "回数制限なし / no limit".to_owned(),
    }
}
