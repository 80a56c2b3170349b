//! What holds whatever is sent to the card, in whatever order, to whichever application.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::whole::{value, whole_image};
use super::*;
use crate::card::apdu::{CommandApdu, ins};

const APPLICATIONS: [ApplicationKind; 6] = [
    ApplicationKind::IssuerSecurityDomain,
    ApplicationKind::Jpki,
    ApplicationKind::Text,
    ApplicationKind::Visual,
    ApplicationKind::Resident,
    ApplicationKind::Common,
];

/// Instructions of class 00 and of class 80 that may ever succeed.
const KNOWN: [&[u8]; 2] = [
    &[
        ins::SELECT,
        ins::READ_BINARY,
        ins::READ_RECORD,
        ins::GET_DATA,
        ins::GET_CHALLENGE,
        ins::VERIFY,
        ins::CHANGE_REFERENCE_DATA,
        ins::INTERNAL_AUTHENTICATE,
    ],
    &[ins::PERFORM_SECURITY_OPERATION, ins::CHANGE_PROPRIETARY],
];

/// The value that a reference is changed to: of its form, and no other's.
fn other_value(pin: PinName) -> String {
    let digit = char::from(b'0' + (pin as u8 % 10));
    digit.to_string().repeat(value(pin).len() - 1) + if pin == PinName::Common { "5" } else { "6" }
}

fn short(id: u16) -> u8 {
    0x80 | id as u8
}

/// Commands that make sense more often than random bytes do.
fn command() -> impl Strategy<Value = Vec<u8>> {
    let pin = proptest::sample::select(PinName::ALL.to_vec());
    let file = 0x01_u16..=0x1E;
    let select = proptest::sample::select(APPLICATIONS.to_vec())
        .prop_map(|kind| CommandApdu::new(0, ins::SELECT, 0x04, 0x0C).with_data(kind.aid()));
    let select_with_fci = (proptest::sample::select(APPLICATIONS.to_vec()), 1_u32..=24)
        .prop_map(|(kind, le)| CommandApdu::new(0, ins::SELECT, 0x04, 0x00).with_data(kind.aid()).expecting(le));
    let select_file =
        file.clone().prop_map(|id| CommandApdu::new(0, ins::SELECT, 0x02, 0x0C).with_data(&id.to_be_bytes()));
    let read = (file.clone(), 0_u8..4)
        .prop_map(|(id, offset)| CommandApdu::new(0, ins::READ_BINARY, short(id), offset).expecting(256));
    let read_current = (0_u8..2).prop_map(|offset| CommandApdu::new(0, ins::READ_BINARY, 0, offset).expecting(32));
    let record = (0_u8..3, 0_u8..0x1F)
        .prop_map(|(p1, id)| CommandApdu::new(0, ins::READ_RECORD, p1, id << 3 | 4).expecting(256));
    // By short identifier or of whatever is current; the right value, the other one, or neither.
    let verify = (pin.clone(), any::<bool>(), 0..4_usize).prop_map(|(pin, is_current, which): (_, _, usize)| {
        let p2 = if is_current { 0x80 } else { short(pin.reference().file) };
        let given = [value(pin).to_owned(), value(pin).to_owned(), other_value(pin), "9".repeat(value(pin).len())];
        CommandApdu::new(0, ins::VERIFY, 0, p2).with_data(given[which].as_bytes())
    });
    let question = file.clone().prop_map(|id| CommandApdu::new(0, ins::VERIFY, 0, short(id)));
    let change = (pin, any::<bool>()).prop_map(|(pin, is_standard)| {
        let (class, instruction, p1) =
            if is_standard { (0x00, ins::CHANGE_REFERENCE_DATA, 1) } else { (0x80, ins::CHANGE_PROPRIETARY, 0) };
        CommandApdu::new(class, instruction, p1, short(pin.reference().file)).with_data(other_value(pin).as_bytes())
    });
    let sign = (file.clone(), 0_u8..7).prop_map(|(id, p1)| {
        CommandApdu::new(0x80, ins::PERFORM_SECURITY_OPERATION, p1, short(id)).with_data(&[0x5A; 32]).expecting(256)
    });
    let prove = file.prop_map(|id| {
        CommandApdu::new(0, ins::INTERNAL_AUTHENTICATE, 0, short(id)).with_data(&[0x5A; 16]).expecting(256)
    });
    let any_header = any::<[u8; 4]>().prop_map(|[a, b, c, d]| CommandApdu::new(a, b, c, d).expecting(256));
    let sensible = prop_oneof![
        3 => select, 1 => select_with_fci, 2 => select_file, 4 => read, 1 => read_current, 1 => record, 6 => verify, 1 => question, 2 => change,
        1 => sign, 1 => prove, 1 => any_header,
    ];
    prop_oneof![
        8 => sensible.prop_map(|command| command.to_bytes()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

/// Looks at what goes to and fro and knows what must not be.
struct Monitor {
    card: SoftCard,
    application: Option<ApplicationKind>,
    /// References that were verified since this application was selected.
    earned: BTreeSet<PinName>,
    /// Whose value a value may be.
    owners: BTreeMap<Vec<u8>, BTreeSet<PinName>>,
}

impl Monitor {
    fn new() -> Self {
        let owners = PinName::ALL.map(|pin| (value(pin).as_bytes().to_vec(), BTreeSet::from([pin])));
        Self { card: whole_card(), application: None, earned: BTreeSet::new(), owners: owners.into() }
    }

    fn send(&mut self, command: &[u8]) -> Result<(), TestCaseError> {
        let before = PinName::ALL.map(|pin| self.card.tries(pin));
        let answer = self.card.process(command);
        prop_assert!(answer.len() >= 2, "no status word");
        let (data, status) = answer.split_at(answer.len() - 2);
        let is_done = status == [0x90, 0x00];
        let parsed = CommandApdu::parse(command);
        for (pin, before) in PinName::ALL.into_iter().zip(before) {
            let is_verified = is_done && matches!(&parsed, Ok(c) if (c.class, c.instruction) == (0, ins::VERIFY));
            prop_assert!(is_verified || self.card.tries(pin) <= before, "tries of {pin:?} rose by {}", hex(command));
        }
        let Ok(parsed) = parsed else {
            prop_assert!(!is_done, "{} is no command and was done", hex(command));
            return Ok(());
        };
        let asked = parsed.expected().unwrap_or(0) as usize;
        prop_assert!(data.len() <= asked, "{} bytes to {}, which asks for {asked}", data.len(), hex(command));
        if is_done {
            self.must_be_known(&parsed)?;
            self.learn(&parsed);
            self.must_be_earned(&parsed, data)?;
        }
        Ok(())
    }

    fn must_be_known(&self, command: &CommandApdu) -> Result<(), TestCaseError> {
        let known = match command.class {
            0x00 => KNOWN[0],
            0x80 => KNOWN[1],
            _ => &[],
        };
        prop_assert!(known.contains(&command.instruction), "{command} is unknown and was done");
        Ok(())
    }

    fn learn(&mut self, command: &CommandApdu) {
        match (command.instruction, command.p1) {
            (ins::SELECT, 0x04) => {
                let selected = APPLICATIONS.into_iter().find(|kind| kind.aid().starts_with(command.data()));
                if selected != self.application {
                    self.earned.clear();
                }
                self.application = selected;
            }
            (ins::VERIFY, _) => {
                self.earned.extend(self.owners.get(command.data()).into_iter().flatten());
            }
            (ins::CHANGE_REFERENCE_DATA | ins::CHANGE_PROPRIETARY, _) => {
                let here = PinName::ALL.into_iter().filter(|pin| Some(pin.reference().application) == self.application);
                self.owners.entry(command.data().to_vec()).or_default().extend(here);
            }
            _ => {}
        }
    }

    /// Content of a protected file, and a signature of a protected key, come after their right only.
    fn must_be_earned(&self, command: &CommandApdu, data: &[u8]) -> Result<(), TestCaseError> {
        /// Fewer bytes tell no file from another.
        const TELLING: usize = 4;
        let image = self.card.image();
        let has = |right: Right| match right {
            Right::Free => true,
            Right::AnyOf(pins) => pins.iter().any(|pin| self.earned.contains(pin)),
            Right::Never => false,
        };
        if command.instruction == ins::READ_BINARY && data.len() >= TELLING {
            let files = image.applications.iter().flat_map(|application| application.files.values());
            let is_open = files.into_iter().any(|file| match file {
                FileImage::Transparent { content, read } => {
                    has(*read) && content.get().windows(data.len()).any(|window| window == data)
                }
                _ => false,
            });
            prop_assert!(is_open, "{command} read what is in no file that was open: {}", hex(data));
        }
        if matches!(command.instruction, ins::CHANGE_REFERENCE_DATA | ins::CHANGE_PROPRIETARY) {
            prop_assert!(!self.earned.is_empty(), "changed by {command}");
        }
        if command.instruction == ins::PERFORM_SECURITY_OPERATION && self.application == Some(ApplicationKind::Jpki) {
            prop_assert!(has(Right::AnyOf(&[PinName::Authentication, PinName::Signature])), "signed by {command}");
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_given_without_its_right_and_no_try_comes_back_unearned(
        commands in proptest::collection::vec(command(), 1..60),
    ) {
        let mut monitor = Monitor::new();
        for command in commands {
            monitor.send(&command)?;
        }
    }

    #[test]
    fn any_bytes_get_an_answer_with_a_status_word(
        commands in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 1..8),
    ) {
        let mut card = selected();
        for command in commands {
            prop_assert!(card.process(&command).len() >= 2);
        }
    }
}

#[test]
fn no_unknown_command_is_done_in_any_application_and_with_all_its_rights() {
    for kind in [None].into_iter().chain(APPLICATIONS.map(Some)) {
        let mut card = whole_card();
        if let Some(kind) = kind {
            card.process(&CommandApdu::new(0, ins::SELECT, 0x04, 0x0C).with_data(kind.aid()).to_bytes());
        }
        for pin in PinName::ALL {
            let verify = CommandApdu::new(0, ins::VERIFY, 0, short(pin.reference().file));
            card.process(&verify.with_data(value(pin).as_bytes()).to_bytes());
        }
        for [class, instruction] in (0..=u16::MAX).map(u16::to_be_bytes) {
            let is_known = match class {
                0x00 => KNOWN[0].contains(&instruction),
                0x80 => KNOWN[1].contains(&instruction),
                _ => false,
            };
            let answer = card.process(&[class, instruction, 0, 0, 0]);
            assert!(is_known || !answer.ends_with(&[0x90, 0x00]), "{class:02X}{instruction:02X} in {kind:?}");
        }
    }
}

#[test]
fn every_value_of_the_whole_card_tells_its_reference() {
    let image = whole_image();
    let values: BTreeSet<String> =
        PinName::ALL.iter().flat_map(|pin| [value(*pin).to_owned(), other_value(*pin)]).collect();
    assert_eq!(values.len(), 2 * PinName::ALL.len());
    for pin in PinName::ALL {
        let rules = image.reference(pin).unwrap().rules;
        assert!(rules.has_length(other_value(pin).len()) && rules.has_letters(other_value(pin).as_bytes()), "{pin:?}");
    }
}
