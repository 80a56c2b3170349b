//! The people and the two ways to the hub that every rule is tried on: in this process, and over real HTTP.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::civil::{Date, DateTime, date};
use madoguchi::authority::{Generation, Reason, Revocation};
use madoguchi::card::soft::Quirks;
use madoguchi::clock::Clock;
use madoguchi::hub::audit::Face;
use madoguchi::hub::error::StoreError;
use madoguchi::hub::information_network::InformationNetwork;
use madoguchi::hub::intermediary::store::Memory;
use madoguchi::hub::intermediary::{Intermediary, Link, LinkReceiver};
use madoguchi::hub::server::entrance::Entrance;
use madoguchi::hub::trail::Trail;
use madoguchi::hub::{Hub, Roots, Settings, server};
use madoguchi::message::checkup::{Checkup, CheckupItem};
use madoguchi::message::medication::{Drug, History, Month, Procedure, Treated};
use madoguchi::message::qualification::{MedicalTicketInfo, QualificationRequest, QualificationResult, SearchInfo};
use madoguchi::message::subsidy::SubsidyCertificate;
use madoguchi::people::flaw::Making;
use madoguchi::people::personalise::evidence_by_face;
use madoguchi::people::{
    CardKind, CardOfPerson, HomeCare, HomeConsent, Limit, Person, Qualification, SpecificDisease, Subsidy,
};
use madoguchi::random::Seed;
use madoguchi::secret::{MyNumber, Pin, PmhId};
use madoguchi::visit::{ConsentPlan, Consents, Plan, PrescriptionForm, Question as Screen, Standing, Uses};
use madoguchi::wire::http::HttpHub;
use madoguchi::wire::{Answer, Asker, Connection, Question, Request, Steering, VisitAnswer, VisitOpening, WireError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub const HERE: &str = "1319919997";
pub const PHARMACY: &str = "1349949980";
pub const NOON: DateTime = date(2026, 11, 21).at(12, 0, 0, 0);
pub const MY_NUMBER: &str = "987654321098";
pub const PIN: &str = "4071";

/// A hub and a way to it.
pub struct World {
    pub hub: Arc<Hub>,
    pub connection: Arc<dyn Connection>,
    pub address: Option<SocketAddr>,
    /// Dropped last: ends the server.
    _server: Option<Server>,
}

impl World {
    pub fn in_process() -> Self {
        let hub = hub();
        Self { connection: hub.clone(), hub, address: None, _server: None }
    }

    /// In this process, with a hub of the test's own.
    pub fn of(hub: Arc<Hub>) -> Self {
        Self { connection: hub.clone(), hub, address: None, _server: None }
    }

    pub fn over_http() -> Self {
        let hub = hub();
        let server = Server::start(hub.clone(), Clock::frozen(NOON));
        let connection = Arc::new(HttpHub::new(&format!("http://{}/", server.address)));
        Self { hub, connection, address: Some(server.address), _server: Some(server) }
    }

    /// A hub and a way to it that a test has made.
    pub fn over(hub: Arc<Hub>, connection: Arc<dyn Connection>, server: Server) -> Self {
        Self { hub, connection, address: Some(server.address), _server: Some(server) }
    }

    /// A visit of `person`, not opened yet.
    pub fn visit(&self, person: &str) -> Visit<'_> {
        let person = people().into_iter().find(|p| p.id == person).unwrap();
        let opening = VisitOpening {
            asker: Asker { institution: HERE.to_owned(), time: NOON },
            reference: "r1-000001".to_owned(),
            uses: Uses::default(),
            evidence: evidence_by_face(&person),
            holder: None,
            steering: Steering::default(),
        };
        Visit { world: self, opening }
    }

    /// Asks by insurance data.
    pub fn query(&self, change: impl FnOnce(&mut Question, &mut QualificationRequest)) -> QualificationResult {
        self.try_query(change).unwrap()
    }

    pub fn try_query(
        &self,
        change: impl FnOnce(&mut Question, &mut QualificationRequest),
    ) -> Result<QualificationResult, WireError> {
        let mut request = request();
        let mut question = Question {
            asker: Asker { institution: HERE.to_owned(), time: NOON },
            reference: String::new(),
            request: Request::Qualification(request.clone()),
            steering: Steering::default(),
        };
        change(&mut question, &mut request);
        question.request = Request::Qualification(request);
        match self.connection.ask(&question)? {
            Answer::Qualification(result) => Ok(result),
            other => panic!("another document: {other:?}"),
        }
    }
}

/// Insurance data of `tanaka`.
pub fn request() -> QualificationRequest {
    QualificationRequest {
        qualification_confirmation_date: "20261121".into(),
        medical_institution_code: HERE.into(),
        arbitrary_file_identifier: Some("202611210001".into()),
        search: SearchInfo {
            insurer_number: "06139999".into(),
            insured_card_symbol: Some("１２３".into()),
            insured_identification_number: "45".into(),
            insured_branch_number: Some("01".into()),
            birthdate: "19800505".into(),
            limit_application_certificate_related_cons_flg: "1".into(),
            arbitrary_identifier: Some("P_17".into()),
        },
    }
}

/// A visit that is being put together.
pub struct Visit<'w> {
    world: &'w World,
    pub opening: VisitOpening,
}

impl Visit<'_> {
    pub fn with(mut self, change: impl FnOnce(&mut VisitOpening)) -> Self {
        change(&mut self.opening);
        self
    }

    pub fn at(self, time: DateTime) -> Self {
        self.with(|opening| opening.asker.time = time)
    }

    pub fn on(self, day: Date) -> Self {
        self.at(day.at(9, 30, 0, 0))
    }

    pub fn open(&self) -> Standing {
        self.world.connection.open_visit(&self.opening).unwrap()
    }

    /// Both halves in the same second.
    pub fn answer(&self, consents: &Consents) -> VisitAnswer {
        let standing = self.open();
        self.world.connection.consent(&standing.visit, consents, self.opening.asker.time).unwrap()
    }

    pub fn document(&self, consents: &Consents) -> QualificationResult {
        self.answer(consents).document.unwrap()
    }
}

/// What the hubs of these tests call whoever has this 個人番号 at PMH.
pub fn pmh_id(my_number: &MyNumber) -> PmhId {
    struct Nobody;
    impl LinkReceiver for Nobody {
        fn receive(&self, _: Link) -> Result<(), StoreError> {
            Ok(())
        }
    }
    let (_, line) = InformationNetwork::with("支払基金", Seed(1));
    let intermediary =
        Intermediary::new(Arc::new(Memory::default()), Arc::new(Nobody), line, Seed(1), Settings::default());
    intermediary.number(std::slice::from_ref(my_number), NOON, &Trail::default()).unwrap().remove(0)
}

/// Yes to everything.
pub fn all() -> Consents {
    Consents {
        registration: Some(true),
        limit_certificate: Some(true),
        specific_disease: Some(true),
        diagnosis_and_pharmacists: Some(true),
        operation: Some(true),
        health_checkup: Some(true),
        subsidy: Some(true),
        prescription: Some(PrescriptionForm::Electronic),
    }
}

pub fn hub() -> Arc<Hub> {
    Arc::new(Hub::new(&people(), Roots::of_test_authority(), Seed(1), Settings::default()).unwrap())
}

/// An HTTP server on a free port, ended when dropped.
pub struct Server {
    pub address: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    pub fn start(hub: Arc<Hub>, clock: Clock) -> Self {
        Self::serve(server::router(hub, clock.clone()), clock)
    }

    /// With something between the face and the hub.
    pub fn start_through(line: Arc<dyn Connection>, hub: Arc<Hub>) -> Self {
        let clock = Clock::frozen(NOON);
        Self::serve(server::router_through(line, hub, clock.clone()), clock)
    }

    fn serve(router: axum::Router, clock: Clock) -> Self {
        Self::by(Entrance::plain(Face::Terminals, clock), router, "127.0.0.1:0")
    }

    /// A face with an entrance of the test's own.
    pub fn by(entrance: Entrance, router: axum::Router, listen: &'static str) -> Self {
        let (end, ended) = oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind(listen).await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                let serving = entrance.serve(listener, router, std::future::pending());
                tokio::select! { served = serving => served.unwrap(), _ = ended => {} }
            });
            // A body that nobody ends is nothing to wait for.
            runtime.shutdown_background();
        });
        Self { address: told.recv().unwrap(), end: Some(end), thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end.take();
        let served = self.thread.take().unwrap().join();
        assert!(served.is_ok() || std::thread::panicking(), "the server failed");
    }
}

pub fn people() -> Vec<Person> {
    vec![
        tanaka(),
        Person { subsidies: vec![subsidy("不開示の証", true)], ..person("undisclosed", 2) },
        with_card(person("newcomer", 3), |card| card.registered = false),
        with_card(person("phone", 4), |card| (card.kind, card.registered) = (CardKind::Android, false)),
        with_card(person("earlier", 17), |card| card.generation = Generation::Second),
        with_card(person("revoked", 5), |card| card.revocation = Some(revoked())),
        Person { qualifications: vec![insurance("777", Some("01"))], ..person("twin-1", 6) },
        Person { qualifications: vec![insurance("777", Some("02"))], ..person("twin-2", 7) },
        Person { qualifications: vec![insurance("501", None), lost(insurance("500", None))], ..person("moved", 8) },
        Person { qualifications: vec![lost(insurance("600", None))], ..person("lost", 9) },
        Person { qualifications: vec![], ..person("nobody", 10) },
        Person { qualifications: vec![assistance("1319920011")], ..person("welfare", 11) },
        Person {
            qualifications: vec![insurance("801", None), assistance(HERE)],
            reference_number: Some("77".into()),
            ..person("both", 12)
        },
        Person {
            qualifications: vec![insurance("901", None)],
            home_consents: vec![
                home(HomeCare::Visit, 1, 30),
                home(HomeCare::Visit, 10, 30),
                home(HomeCare::Online, 9, 30),
            ],
            ..person("home", 13)
        },
        Person {
            qualifications: vec![insurance("902", None)],
            home_consents: vec![HomeConsent {
                consents: ConsentPlan::Only(vec![Screen::HealthCheckup]),
                examined_on: date(2026, 11, 20),
                ..home(HomeCare::Online, 10, 11)
            }],
            ..person("online", 14)
        },
        Person {
            qualifications: vec![insurance("903", None)],
            home_consents: vec![HomeConsent { institution: Some(PHARMACY.into()), ..home(HomeCare::Visit, 10, 30) }],
            ..person("elsewhere", 15)
        },
    ]
}

/// Since the first of the month.
pub fn revoked() -> Revocation {
    Revocation { at: date(2026, 11, 1).at(0, 0, 0, 0), reason: Reason::CertificateHold }
}

fn tanaka() -> Person {
    let mut held = insurance("0045", Some("01"));
    held.limit = Some(Limit {
        classification: "01".into(),
        classification_flag: "A03".into(),
        valid_from: Some(date(2024, 8, 1)),
        valid_until: Some(date(2027, 7, 31)),
        ..Limit::default()
    });
    held.specific_diseases =
        vec![SpecificDisease { category: "1".into(), self_pay: Some(10000), ..SpecificDisease::default() }];
    Person {
        qualifications: vec![held],
        reference_number: Some("0001234".into()),
        subsidies: vec![
            subsidy("自立支援医療受給者証（育成医療）", false),
            subsidy("不開示の証", true),
            subsidy("子ども医療費受給者証", false),
        ],
        medications: History {
            receipt: vec![month("20260910", "1319950018", "試験内科", &["試験処置", "試験手術"])],
            prescribed: vec![month("20261001", "1319950018", "試験内科", &[])],
            dispensed: vec![month("20261102", PHARMACY, "試験薬局", &[])],
        },
        checkups: vec![Checkup {
            effective_time: Some("20260610".into()),
            items: vec![CheckupItem {
                item_code: Some("9N006000000000001".into()),
                item_name: Some("体重".into()),
                data_type: Some("PQ".into()),
                data_value: Some("68.4".into()),
                unit: Some("kg".into()),
                ..CheckupItem::default()
            }],
        }],
        ..person("tanaka", 1)
    }
}

/// One month of one institution: a drug, and procedures of which the second is an operation.
fn month(day: &str, code: &str, institution: &str, procedures: &[&str]) -> Month {
    let classes = ["40", "50"];
    let done = |(name, class): (&&str, &str)| Procedure {
        name: Some((*name).to_owned()),
        class: Some(class.to_owned()),
        ..Procedure::default()
    };
    let drug = Drug {
        name: Some("試験錠".into()),
        code: Some("629999001".into()),
        quantity: Some("3".into()),
        unit: Some("錠".into()),
        times: Some("5".into()),
        ..Drug::default()
    };
    Month {
        institution_code: Some(code.to_owned()),
        institution_name: Some(institution.to_owned()),
        month: Some(day[..6].to_owned()),
        dates: vec![Treated {
            prescribed_on: Some(day.to_owned()),
            drugs: vec![drug],
            procedures: procedures.iter().zip(classes).map(done).collect(),
            ..Treated::default()
        }],
        ..Month::default()
    }
}

pub fn person(id: &str, serial: u8) -> Person {
    Person {
        adopted: false,
        id: id.into(),
        shows: ("試験".into(), "test".into()),
        name: "田中　一郎".into(),
        name_kana: Some("ﾀﾅｶ ｲﾁﾛｳ".into()),
        name_of_other: None,
        name_of_other_kana: None,
        sex: "1".into(),
        sex_on_card: None,
        birthdate: date(1980, 5, 5),
        address: Some("東京都千代田区霞が関１－２－２".into()),
        post_number: Some("100-8916".into()),
        my_number: Some(MyNumber::new(MY_NUMBER)),
        card: CardOfPerson {
            kind: CardKind::MyNumberCard,
            generation: Generation::PRESENT,
            key: "hub-suite".into(),
            serial: vec![0x22, 0x7B, serial],
            valid_from: date(2024, 5, 5),
            valid_until: date(2029, 5, 5),
            card_valid_until: date(2034, 5, 5),
            has_signature: true,
            revocation: None,
            former: vec![],
            pin: Pin::new(PIN),
            sign_password: Pin::new("ABC123"),
            security_code: Pin::new("2285"),
            pin_locked: false,
            registered: true,
            quirks: Quirks::default(),
            making: Making::default(),
        },
        reference_number: None,
        qualifications: vec![insurance(&format!("9{serial:03}"), None)],
        subsidies: vec![],
        subsidies_linked_on: None,
        information_withheld: false,
        home_consents: vec![],
        medications: History::default(),
        checkups: vec![],
        habits: Plan::default(),
    }
}

fn with_card(mut person: Person, change: impl FnOnce(&mut CardOfPerson)) -> Person {
    change(&mut person.card);
    person
}

fn insurance(number: &str, branch: Option<&str>) -> Qualification {
    Qualification {
        insured_card_classification: "01".into(),
        insurer_number: Some("06139999".into()),
        insurer_name: "試験健康保険組合".into(),
        symbol: Some("１２３".into()),
        number: Some(number.into()),
        branch: branch.map(str::to_owned),
        personal_family: Some("1".into()),
        qualified_on: Some(date(2020, 4, 1)),
        ..Qualification::default()
    }
}

fn lost(qualification: Qualification) -> Qualification {
    Qualification {
        lost_on: Some(date(2026, 4, 1)),
        reason_of_loss: Some("03".into()),
        qualified_on: Some(date(2016, 4, 1)),
        ..qualification
    }
}

fn assistance(institution: &str) -> Qualification {
    Qualification {
        insured_card_classification: "A1".into(),
        insurer_number: Some("12139999".into()),
        insurer_name: "試験市福祉事務所".into(),
        number: Some("1234567".into()),
        qualified_on: Some(date(2025, 4, 1)),
        medical_tickets: vec![MedicalTicketInfo {
            ticket_type: Some("01".into()),
            medical_ticket_valid_date: Some("20261101".into()),
            medical_ticket_expiration_date: Some("20261130".into()),
            designated_medical_institution_code: Some(institution.into()),
            ..MedicalTicketInfo::default()
        }],
        ..Qualification::default()
    }
}

/// Given in November 2026 on the day `from`, for as long as `until`.
fn home(kind: HomeCare, from: i8, until: i8) -> HomeConsent {
    HomeConsent {
        kind,
        given: date(2026, 11, from).at(10, 0, 0, 0),
        until: date(2026, 11, until).at(23, 59, 59, 0),
        examined_on: date(2026, 11, from),
        institution: None,
        consents: ConsentPlan::All,
    }
}

fn subsidy(name: &str, not_disclosed: bool) -> Subsidy {
    let certificate = SubsidyCertificate {
        certification_name: name.into(),
        insurer_number: Some("54139999".into()),
        recipient_number: Some("1234567".into()),
        valid_from: "20260401".into(),
        valid_to: "20270331".into(),
        ..SubsidyCertificate::default()
    };
    Subsidy { certificate, not_disclosed }
}
