//! A whole visit with a card in a PC/SC reader.

use madoguchi::station::Station;
use madoguchi::station::settings::{ReaderTable, Settings};
use madoguchi::station::visit::VisitRequest;
use madoguchi::terminal::TerminalSettings;
use madoguchi::visit::Outcome;

use crate::desk::at_a_desk;
use crate::world::{READER, wait_for};

#[test]
fn a_card_lifted_from_its_reader_in_the_middle_of_a_visit_ends_it_without_a_file() {
    at_a_desk(|desk| {
        let folder = desk.folder.join("oqs");
        let terminal = TerminalSettings { folder: folder.clone(), ..TerminalSettings::default() };
        let mut settings = Settings { terminal: vec![terminal], ..Settings::default() };
        // The pace of real patients: there is time to lift the card.
        settings.station.pace = madoguchi::terminal::Pace::Real;
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let station = runtime.block_on(Station::open(settings, madoguchi::event::Lang::En)).unwrap();
        let order =
            VisitRequest { person: Some("taro".to_owned()), card: Some("pcsc".to_owned()), ..VisitRequest::default() };
        let visit = runtime.spawn({
            let station = station.clone();
            async move { station.visit(order).await }
        });
        wait_for("the first question", || (station.readers()[0].state == "method-select").then_some(()));
        desk.slot.remove().unwrap();
        let report = runtime.block_on(visit).unwrap().unwrap();
        assert_eq!(report.outcome, Outcome::CardLeft, "{report:?}");
        assert_eq!(std::fs::read_dir(folder.join("face")).unwrap().count(), 0);
        runtime.block_on(station.shut_down());
        runtime.shutdown_background();
    });
}

#[test]
fn a_reader_whose_service_is_gone_has_lost_its_card_and_begins_anew_when_it_is_back() {
    at_a_desk(|desk| {
        let folder = desk.folder.join("oqs");
        let settings = Settings {
            terminal: vec![TerminalSettings { folder, ..TerminalSettings::default() }],
            reader: vec![ReaderTable { source: format!("pcsc:{READER}"), ..ReaderTable::default() }],
            ..Settings::default()
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let station = runtime.block_on(Station::open(settings, madoguchi::event::Lang::En)).unwrap();
        let is = |wanted: &str| (station.readers()[0].state == wanted).then_some(());
        wait_for("the card to begin a visit", || is("method-select"));
        desk.end_service();
        wait_for("the visit to be over", || is("idle"));
        desk.start_service();
        wait_for("the card to begin another", || is("method-select"));
        runtime.block_on(station.shut_down());
        runtime.shutdown_background();
    });
}
