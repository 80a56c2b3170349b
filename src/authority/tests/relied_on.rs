//! What the careful client makes of the authority's lists and answers: believed when they are right, and never when they are not.

use std::cell::RefCell;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;

use super::{holder, parse};
use crate::authority::ocsp::{OcspAnswer, OcspRequest, Refusal, Signer};
use crate::authority::*;
use crate::card::certificate::Certificate;
use crate::card::chain::Chain;
use crate::card::judgement::{Deviation, Judgement, Verdict};
use crate::card::revocation::ocsp::Question;
use crate::card::revocation::{Fetch, Finding, Places, Standing, Unreliable, ask, crl, reason};

const NOW: DateTime = date(2026, 11, 21).at(12, 0, 0, 0);
const NONCE: [u8; 16] = [7; 16];

fn card_and_root() -> (Certificate, Certificate) {
    let authority = Authority::default();
    (
        parse(&authority.issue_authentication(&holder(&[0x22, 0x7B, 0x13]))),
        parse(&authority.root(Purpose::Authentication)),
    )
}

fn period(days_ago: i64) -> Period {
    let from = NOW.saturating_sub(days_ago.days());
    Period { this_update: from, next_update: from.saturating_add(24.hours()) }
}

fn revoked(reason: Reason) -> Revocation {
    Revocation { at: date(2026, 10, 2).at(9, 30, 0, 0), reason }
}

/// The responder's answer to `question`.
fn answer(question: &Question, status: Status, days_ago: i64, signer: Signer) -> Vec<u8> {
    let request = OcspRequest::parse(&question.der()).unwrap();
    let period = period(days_ago);
    let answer = OcspAnswer { statuses: vec![status], produced_at: period.this_update, period, signer };
    Authority::default().ocsp_response(Purpose::Authentication, &request, &answer)
}

fn list(serials: &[&[u8]], days_ago: i64) -> Vec<u8> {
    let revoked = serials.iter().map(|serial| (serial.to_vec(), revoked(Reason::KeyCompromise))).collect();
    Authority::default().crl(Purpose::Authentication, &CrlContent { period: period(days_ago), number: 1, revoked })
}

#[test]
fn the_question_is_one_that_the_responder_knows_as_its_own() {
    let (card, root) = card_and_root();
    let request = OcspRequest::parse(&Question::about(&card, &root, NONCE).der()).unwrap();
    assert_eq!(request.certificates[0].serial, [0x22, 0x7B, 0x13]);
    assert!(request.certificates[0].names(&Authority::default(), Purpose::Authentication));
    assert!(!request.certificates[0].names(&Authority::of_generation(Generation::Second), Purpose::Authentication));
}

#[test]
fn an_answer_is_believed_with_its_date_and_reason() {
    let (card, root) = card_and_root();
    let question = Question::about(&card, &root, NONCE);
    let judge = |status| question.judge(&answer(&question, status, 0, Signer::Delegated), &root, NOW).unwrap();
    assert_eq!(judge(Status::Good), Standing::Good);
    assert_eq!(judge(Status::Unknown), Standing::Unknown);
    for why in Reason::ALL {
        let since = date(2026, 10, 2).at(9, 30, 0, 0);
        assert_eq!(judge(Status::Revoked(revoked(why))), Standing::Revoked { since, reason: why.word() });
    }
}

#[test]
fn an_answer_that_is_stale_foreign_or_to_another_question_is_not_believed() {
    let (card, root) = card_and_root();
    let question = Question::about(&card, &root, NONCE);
    let good = answer(&question, Status::Good, 0, Signer::Delegated);
    let judge = |answer: &[u8]| question.judge(answer, &root, NOW).unwrap_err();
    assert!(matches!(judge(&answer(&question, Status::Good, 7, Signer::Delegated)), Unreliable::Time { .. }));
    assert!(matches!(judge(&answer(&question, Status::Good, -1, Signer::Delegated)), Unreliable::Time { .. }));
    assert_eq!(judge(&answer(&question, Status::Good, 0, Signer::Impostor)), Unreliable::Signer);
    assert_eq!(judge(&Refusal::TryLater.der()), Unreliable::Refused("tryLater"));
    // Recorded yesterday for the same certificate, and played again.
    let earlier = Question::about(&card, &root, [8; 16]);
    assert_eq!(earlier.judge(&good, &root, NOW), Err(Unreliable::Nonce));
    // Right in every way, and about another card.
    let other = parse(&Authority::default().issue_authentication(&holder(&[0x22, 0x7B, 0x14])));
    assert_eq!(Question::about(&other, &root, NONCE).judge(&good, &root, NOW), Err(Unreliable::Other));
    // Of a generation that did not issue the card.
    let second = parse(&Authority::of_generation(Generation::Second).root(Purpose::Authentication));
    assert_eq!(question.judge(&good, &second, NOW), Err(Unreliable::Signer));
}

#[test]
fn a_list_is_believed_when_it_is_the_issuers_and_of_this_time() {
    let (card, root) = card_and_root();
    let judge = |list: &[u8]| crl::judge(list, &card, &root, NOW);
    assert_eq!(judge(&list(&[&[1], &[0x22, 0x7B, 0x14]], 0)), Ok(Standing::Good));
    let since = date(2026, 10, 2).at(9, 30, 0, 0);
    assert_eq!(judge(&list(&[&[0x22, 0x7B, 0x13]], 0)), Ok(Standing::Revoked { since, reason: "key-compromise" }));
    assert!(matches!(judge(&list(&[], 7)), Err(Unreliable::Time { .. })));
    let of_signature =
        Authority::default().crl(Purpose::Signature, &CrlContent { period: period(0), number: 1, revoked: Vec::new() });
    assert_eq!(judge(&of_signature), Err(Unreliable::Signer));
    let mut forged = list(&[&[0x22, 0x7B, 0x13]], 0);
    let at = forged.windows(3).position(|window| window == [0x22, 0x7B, 0x13]).unwrap();
    forged[at] = 0x23;
    assert_eq!(judge(&forged), Err(Unreliable::Signer));
}

/// Places that answer from a table; what was asked is noted.
#[derive(Default)]
struct World {
    ocsp: Option<Result<Status, Refusal>>,
    list: Option<Vec<u8>>,
    asked: RefCell<Vec<String>>,
}

impl Fetch for World {
    fn ask(&self, url: &str, request: &[u8]) -> Result<Vec<u8>, String> {
        self.asked.borrow_mut().push(url.to_owned());
        let request = OcspRequest::parse(request).unwrap();
        match self.ocsp.ok_or("refused")? {
            Err(refusal) => Ok(refusal.der()),
            Ok(status) => {
                let (period, signer) = (period(0), Signer::Delegated);
                let answer = OcspAnswer { statuses: vec![status], produced_at: NOW, period, signer };
                Ok(Authority::default().ocsp_response(Purpose::Authentication, &request, &answer))
            }
        }
    }

    fn list(&self, place: &str) -> Result<Vec<u8>, String> {
        self.asked.borrow_mut().push(place.to_owned());
        self.list.clone().ok_or_else(|| "no such file".to_owned())
    }
}

impl World {
    fn finds(&self, places: &Places) -> Finding {
        let (card, root) = card_and_root();
        ask(&card, &root, places, self, NOW, NONCE)
    }
}

#[test]
fn ocsp_is_asked_first_and_the_list_only_where_it_says_nothing_reliable() {
    let places = Places { ocsp: vec!["o".to_owned()], crl: vec!["c".to_owned()] };
    let good = World { ocsp: Some(Ok(Status::Good)), list: Some(list(&[], 0)), ..World::default() };
    assert_eq!(good.finds(&places).standing, Standing::Good);
    assert_eq!(*good.asked.borrow(), ["o"]);
    let later =
        World { ocsp: Some(Err(Refusal::TryLater)), list: Some(list(&[&[0x22, 0x7B, 0x13]], 0)), ..World::default() };
    let found = later.finds(&places);
    assert!(matches!(found.standing, Standing::Revoked { .. }) && found.from.as_deref() == Some("CRL c"), "{found:?}");
    assert!(found.remarks[0].contains("tryLater"), "{found:?}");
    // Never issued: a list cannot know that, so it is not asked to overrule it.
    let unknown = World { ocsp: Some(Ok(Status::Unknown)), list: Some(list(&[], 0)), ..World::default() };
    assert_eq!(unknown.finds(&places).standing, Standing::Unknown);
}

#[test]
fn who_cannot_be_reached_says_unreachable_who_is_not_asked_unknown_and_neither_good() {
    let places = Places { ocsp: vec!["o".to_owned()], crl: vec!["c".to_owned()] };
    assert_eq!(World::default().finds(&places).standing, Standing::Unreachable);
    assert_eq!(World::default().finds(&Places::default()).standing, Standing::Unknown);
    let stale = World { list: Some(list(&[], 7)), ..World::default() };
    assert_eq!(stale.finds(&places).standing, Standing::Unknown);
}

#[test]
fn the_verdict_is_good_only_when_nothing_speaks_against_it() {
    let (card, root) = card_and_root();
    let policy = Authority::policy(Purpose::Authentication);
    let of = |card: &Certificate, roots: &[Certificate], now| Judgement::of(card, roots, Some(&policy), now);
    let roots = [root];
    let fine = of(&card, &roots, NOW);
    assert_eq!((fine.chain, fine.deviations.as_slice()), (Chain::Verified { root: 0 }, &[][..]));
    let gone = Standing::Revoked { since: NOW, reason: "superseded" };
    for (standing, verdict) in [
        (Standing::Good, Verdict::Good),
        (Standing::Unknown, Verdict::Unknown),
        (Standing::Unreachable, Verdict::Unreachable),
        (gone.clone(), Verdict::Revoked),
    ] {
        assert_eq!(fine.verdict(&standing), verdict);
    }
    let ended = of(&card, &roots, date(2031, 4, 2).at(0, 0, 0, 0));
    assert_eq!((ended.verdict(&Standing::Good), ended.verdict(&gone)), (Verdict::Expired, Verdict::Revoked));
    assert_eq!(of(&card, &roots, date(2026, 3, 31).at(0, 0, 0, 0)).verdict(&Standing::Good), Verdict::NotYetValid);
    assert_eq!(of(&card, &[], NOW).verdict(&Standing::Good), Verdict::Unknown, "an issuer that nobody configured");
}

#[test]
fn a_certificate_for_another_use_is_not_genuine_as_a_users_one() {
    let attributes = Attributes {
        name: "窓口　太郎".to_owned(),
        sex: "1".to_owned(),
        birthdate: date(1985, 4, 12),
        address: "架空県".to_owned(),
    };
    let authority = Authority::default();
    let signature = parse(&authority.issue_signature(&holder(&[9]), &attributes));
    let root = parse(&authority.root(Purpose::Signature));
    let policy = Authority::policy(Purpose::Authentication);
    let judgement = Judgement::of(&signature, std::slice::from_ref(&root), Some(&policy), NOW);
    assert_eq!(judgement.deviations, [Deviation::KeyUsage, Deviation::ExtendedKeyUsage, Deviation::Policy]);
    assert_eq!(judgement.verdict(&Standing::Good), Verdict::NotGenuine);
    let itself = Judgement::of(&root, std::slice::from_ref(&root), None, NOW);
    assert!(itself.deviations.contains(&Deviation::Authority));
}

#[test]
fn the_reasons_have_one_word_in_profiles_lists_and_answers() {
    for known in Reason::ALL {
        assert_eq!(reason(known.code()), known.word());
    }
}

#[test]
fn the_head_of_a_certificate_names_its_authority() {
    let mut longest = [0xAB; 21];
    longest[0] = 0;
    for serial in [&[1][..], &longest] {
        let der = Authority::default().issue_authentication(&holder(serial));
        assert!(Authority::is_named_in_der(&der[..128]), "the first bytes that a client reads");
    }
    assert!(!Authority::is_named_in_der(b"O=MADOGUCHI TEST CA"), "the text alone is no name");
}

/// What the property tests damage, made once: signing takes its time.
struct Signed {
    card: Certificate,
    root: Certificate,
    question: Question,
    answer: Vec<u8>,
    list: Vec<u8>,
}

static SIGNED: LazyLock<Signed> = LazyLock::new(|| {
    let (card, root) = card_and_root();
    let question = Question::about(&card, &root, NONCE);
    let answer = answer(&question, Status::Revoked(revoked(Reason::Superseded)), 0, Signer::Delegated);
    Signed { card, root, question, answer, list: list(&[&[0x22, 0x7B, 0x13]], 0) }
});

proptest! {
    #[test]
    fn any_bytes_are_judged_without_a_panic_and_never_good(bytes: Vec<u8>) {
        let Signed { card, root, question, .. } = &*SIGNED;
        prop_assert!(question.judge(&bytes, root, NOW).is_err());
        prop_assert!(crl::judge(&bytes, card, root, NOW).is_err());
    }

    #[test]
    fn an_answer_or_a_list_of_which_one_byte_was_changed_says_nothing_else(at in 0_usize..4096, byte in 1_u8..) {
        let Signed { card, root, question, answer, list } = &*SIGNED;
        let change = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let at = at % bytes.len();
            bytes[at] ^= byte;
            bytes
        };
        // A byte outside of what is signed may not matter; then everything is as it was.
        let said = question.judge(&change(answer), root, NOW);
        prop_assert!(said.is_err() || said == question.judge(answer, root, NOW), "{said:?}");
        let said = crl::judge(&change(list), card, root, NOW);
        prop_assert!(said.is_err() || said == crl::judge(list, card, root, NOW), "{said:?}");
    }
}
