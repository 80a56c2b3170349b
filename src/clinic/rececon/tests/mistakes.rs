//! Every mistake acts, and at one place: without one the story below ends in one way, with each of them in another.

use super::sealed::{password, sealed};
use super::*;
use crate::clinic::rececon::arrival;
use crate::message::Style;
use crate::message::order::ElementOrder;
use crate::message::sealed::sealed_name;
use crate::message::subsidy::{Edition, Layout};
use crate::text::Encoding;

/// The files of a terminal that writes Shift_JIS, in hash order, by the latest edition.
fn files() -> Style {
    Style { encoding: Encoding::ShiftJis, order: ElementOrder::Hash, ..Style::default() }
}

impl Counter {
    fn bytes(&mut self, folder: FolderKind, name: &str, bytes: &[u8]) {
        if self.desk.wants(folder, name) {
            let content = arrival::read(name, bytes, &self.desk.settings);
            self.step(Event::Arrived(Box::new(Arrival { folder, name: name.into(), content }))).unwrap();
        }
    }

    fn face(&mut self, result: &QualificationResult) {
        self.files += 1;
        let name = format!("OQSsiquc01res_face_{}_20261121093000.xml", self.files);
        self.bytes(FolderKind::Face, &name, &files().qualification_result(result).bytes);
    }

    fn sealed_face(&mut self, result: &QualificationResult) {
        let name = "OQSsiquc01res_face_sealed_20261121093000.xml";
        let zip = sealed(name, &files().qualification_result(result).bytes);
        self.bytes(FolderKind::Face, &sealed_name(name), &zip);
    }

    fn pmh(&mut self, n: u32, certificates: Vec<SubsidyCertificate>) {
        let document = SubsidyDocument { certificates, ..SubsidyDocument::default() };
        let bytes = files().subsidies(&document, Layout::embedded(Edition::LATEST)).bytes;
        self.bytes(FolderKind::Res, &result_of(&request(n)), &bytes);
    }
}

/// A day at the counter in which everything happens that a mistake is about. Orders may be refused: by then something went wrong.
fn story(mut counter: Counter) -> String {
    counter.desk.settings.password = Some(password());
    let numberless = QualificationRecord { reference_number: None, ..hanako() };
    let aid = QualificationRecord {
        insured_card_classification: "A1".into(),
        insurer_number: Some("12130015".into()),
        ..taro()
    };
    counter.face(&announcing(taro(), &request(1)));
    let _ = counter.order(json!({ "order": "register" }));
    counter.face(&valid(vec![numberless]));
    let _ = counter.order(json!({ "order": "register", "number": "H1" }));
    let asked = counter.desk.day.requests.last().map(|request| (request.file.clone(), request.identifier.clone()));
    counter.arrives(FolderKind::Res, "OQSsiimm01res_somebody.xml", registered("somebody else's"));
    if let Some((file, identifier)) = asked {
        counter.arrives(FolderKind::Res, &file.replacen("req", "res", 1), registered(&identifier));
    }
    let second = SubsidyCertificate {
        segment: Some("2".into()),
        recipient_number: Some("ABC-9999996".into()),
        ..of_scheme("88139993", "こども", "h2")
    };
    let third =
        SubsidyCertificate { segment: Some("3".into()), recipient_number: Some("0000018".into()), ..second.clone() };
    let odd = SubsidyCertificate {
        management: vec![Default::default()],
        always_reimbursement: true,
        ..of_scheme("87654321", "番号違い", "h4")
    };
    counter.pmh(1, vec![second.clone(), third.clone(), nanbyo(), odd]);
    let mut facts = counter.fact("patient/01234/expenses");
    for (n, name) in [(2, "窓口　●郎"), (3, "窓口太郎")] {
        let key = (n == 3).then(|| "key-1".to_owned());
        counter.face(&announcing(
            QualificationRecord { name: name.into(), qualification_confirmation_key: key, ..taro() },
            &request(n),
        ));
        counter.pmh(
            n,
            vec![
                SubsidyCertificate { hash: Some("new".into()), valid_to: "20280331".into(), ..nanbyo() },
                second.clone(),
                third.clone(),
            ],
        );
        facts += &format!("{:#?}", facts::all(&counter.desk));
        let _ = counter.order(json!({ "order": "answer", "all": "keep" }));
    }
    counter.face(&announcing(taro(), &request(4)));
    counter.bytes(FolderKind::Res, &format!("{}.err", request(4)), b"MDG-P001\r\nfailed\r\n");
    counter.face(&valid(vec![taro(), aid]));
    counter.face(&QualificationResult { qualification_validity: Some("2".into()), ..valid(vec![taro()]) });
    counter.face(&valid(vec![QualificationRecord { reference_number: Some("01234".into()), ..hanako() }]));
    counter.face(&valid(vec![QualificationRecord { birthdate: "20010101".into(), reference_number: None, ..taro() }]));
    for _ in 0..2 {
        let _ = counter.order(json!({ "order": "ask", "patient": "01234" }));
    }
    if let Some((file, identifier)) = counter.desk.day.requests.last().map(|r| (r.file.clone(), r.identifier.clone())) {
        let mut nobody = QualificationResult { qualification_validity: Some("4".into()), ..valid(Vec::new()) };
        nobody.header.arbitrary_file_identifier = Some(identifier);
        counter.arrives(FolderKind::Res, &file.replacen("req", "res", 1), Content::Qualification(nobody));
    }
    counter.sealed_face(&announcing(taro(), &request(6)));
    counter.pmh(6, vec![nanbyo()]);
    counter.face(&announcing(taro(), &request(5)));
    counter.wait(3600);
    facts += &format!("{:#?}", facts::all(&counter.desk));
    counter.pmh(5, vec![nanbyo()]);
    format!("{facts}{:#?}{:#?}", facts::all(&counter.desk), counter.effects)
}

#[test]
fn every_mistake_shows_in_what_is_known_or_done() {
    let right = story(Counter::auto());
    assert_eq!(right, story(Counter::auto()), "the story is the same every time");
    // This one acts in the eyes: `a_half_written_file_is_waited_for_unless_that_is_the_mistake`.
    let others = Mistake::ALL.iter().filter(|mistake| **mistake != Mistake::ReadsAtCreate);
    let silent: Vec<_> =
        others.filter(|mistake| story(Counter::making(**mistake)) == right).map(|m| m.row().name).collect();
    assert!(silent.is_empty(), "these change nothing: {silent:?}");
}

#[test]
fn every_mistake_acts_at_one_place() {
    let room = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/clinic/rececon");
    let files = std::fs::read_dir(room).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let files = files.filter(|path| !path.ends_with("mistake.rs") && !path.ends_with("tests.rs"));
    let code: String = files.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    for mistake in Mistake::ALL {
        let hook = format!("makes(Mistake::{mistake:?})");
        assert_eq!(code.matches(&hook).count(), 1, "{hook}");
    }
}

#[test]
fn mistakes_have_names_of_their_own_and_a_wrong_name_is_told_the_nearest() {
    let names: std::collections::BTreeSet<_> = Mistake::ALL.iter().map(|mistake| mistake.row().name).collect();
    assert_eq!(names.len(), Mistake::ALL.len());
    assert!(names.len() >= 15);
    for mistake in Mistake::ALL {
        assert_eq!(mistake.row().name.parse(), Ok(*mistake));
    }
    let error = "ignores-er".parse::<Mistake>().unwrap_err().to_string();
    assert!(error.contains("ignores-err"), "{error}");
}
