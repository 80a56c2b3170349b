//! A recorded card is the card again, without its PIN.

use proptest::prelude::*;

use super::replay::ReplayReader;
use super::*;
use crate::card::in_process::Slot;
use crate::card::jpki::{CertificateFile, Jpki, JpkiError, LastTry, PinState};
use crate::card::reader::{CardChannel, CardReader, ReaderError, transact};
use crate::card::soft::PinName;
use crate::card::soft::tests::card;
use crate::secret::Pin;

/// Everything that `act` says to the card of `channel`.
fn recorded<T>(
    channel: &mut dyn CardChannel,
    act: impl FnOnce(&mut Jpki<'_>) -> Result<T, JpkiError>,
) -> (Recording, T) {
    let mut recording = Recording::new("soft", &[0x3B, 0x80, 0x80, 0x01, 0x01]);
    let mut note = |exchange: &Exchange<'_>| recording.note(exchange);
    let result = transact(channel, |card| act(&mut Jpki::select_traced(card, Some(&mut note))?)).unwrap().unwrap();
    (recording, result)
}

fn soft() -> Box<dyn CardChannel> {
    let slot = Slot::new("soft");
    slot.insert(card());
    slot.reader().connect().unwrap()
}

fn played(recording: &Recording) -> Box<dyn CardChannel> {
    ReplayReader::new("replay", Recording::parse(&recording.to_text()).unwrap()).unwrap().connect().unwrap()
}

#[test]
fn a_recorded_card_gives_what_the_card_gave_and_says_what_was_never_asked() {
    let read = |jpki: &mut Jpki<'_>| {
        Ok((jpki.pin_status(PinName::Authentication)?, jpki.certificate(CertificateFile::Authentication)?))
    };
    let (recording, from_card) = recorded(&mut *soft(), read);
    let mut replay = played(&recording);
    assert_eq!(replay.atr(), [0x3B, 0x80, 0x80, 0x01, 0x01]);
    let (again, from_file) = recorded(&mut *replay, read);
    assert_eq!(from_file, from_card);
    assert_eq!(from_file.0, PinState::Tries(3));
    assert_eq!(again.entries.len(), recording.entries.len());
    // Connected once more it is the same card again.
    let unasked = transact(&mut *replay, |card| Jpki::select(card)?.certificate(CertificateFile::SignatureCa)).unwrap();
    assert!(
        matches!(&unasked, Err(JpkiError::Reader(ReaderError::NotRecorded { command })) if command == "00A4020C020002"),
        "{unasked:?}"
    );
}

#[test]
fn answers_that_changed_come_back_in_their_order() {
    let misses = |jpki: &mut Jpki<'_>| {
        (0..2)
            .map(|_| match jpki.verify(PinName::Authentication, &Pin::new("9999"), LastTry::Keep) {
                Err(JpkiError::WrongPin { tries }) => Ok(tries),
                other => panic!("{other:?}"),
            })
            .collect::<Result<Vec<u8>, JpkiError>>()
    };
    let (recording, tries) = recorded(&mut *soft(), misses);
    assert_eq!(tries, [2, 1]);
    assert_eq!(recorded(&mut *played(&recording), misses).1, [2, 1]);
}

#[test]
fn a_pin_is_in_no_recording_and_the_data_of_a_real_card_only_when_asked_for() {
    let (recording, der) = recorded(&mut *soft(), |jpki| {
        jpki.verify(PinName::Authentication, &Pin::new("1234"), LastTry::Keep)?;
        jpki.certificate(CertificateFile::Authentication)
    });
    let text = recording.to_text();
    assert!(!text.contains("31323334") && text.contains("00200080••••"), "{text}");
    assert!(recording.holds(|answer| answer.windows(16).any(|window| window == &der[..16])));
    let bare = recording.clone().without_data();
    assert!(!bare.holds(|answer| answer.len() > 2));
    assert!(bare.to_text().contains("\"answer\":\"9000\",\"hidden\":256"));
    let refused = ReplayReader::new("replay", Recording::parse(&bare.to_text()).unwrap()).err();
    assert!(matches!(refused, Some(RecordingError::Hidden { .. })), "{refused:?}");
}

#[test]
fn what_is_no_recording_is_refused_by_line() {
    let heading = Recording::new("r", &[0x3B]).to_text();
    let wrong = [
        (String::new(), 1),
        ("{\"format\":\"other\",\"version\":1,\"reader\":\"\",\"atr\":\"\"}".to_owned(), 1),
        (format!("{heading}\n{{\"command\":\"00A4\",\"answer\":\"9000\",\"milliseconds\":1.0}}"), 3),
        (format!("{heading}{{\"command\":\"00200080\",\"answer\":\"9\",\"milliseconds\":1.0}}"), 2),
        (format!("{heading}{{\"command\":\"00200080\",\"answer\":\"9000\",\"milliseconds\":1.0,\"pin\":\"1\"}}"), 2),
    ];
    for (text, at) in wrong {
        assert!(matches!(Recording::parse(&text), Err(RecordingError::Line { line, .. }) if line == at), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text: String) {
        let _ = Recording::parse(&text);
        let _ = Recording::parse(&(Recording::new("r", &[]).to_text() + &text));
    }
}
