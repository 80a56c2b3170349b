//! The list of terminals that may not come in any more: it holds at once, and goes on holding when its file is broken or gone.

use std::path::Path;

use madoguchi::clock::Clock;
use madoguchi::hub::gate::folder::GateFolder;
use madoguchi::hub::gate::{Gate, ListTrouble};
use madoguchi::wire::Connection;
use madoguchi::wire::tls::Distrust;

use crate::line::{Gated, distrust, now, only, opening, refused};
use crate::world::{HERE, NOON, PHARMACY, all};

#[test]
fn a_revocation_holds_at_once_on_open_connections_and_new_ones_and_for_nobody_else() {
    let gated = Gated::start();
    let (_a, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let (_b, others) = gated.enrol("uketsuke-2", &only(&[HERE]), 30, now());
    let (first, second) = (gated.hub(&files), gated.hub(&others));
    let standing = first.open_visit(&opening(HERE)).unwrap();
    second.open_visit(&opening(HERE)).unwrap();
    gated.folder().revoke("uketsuke-1", now()).unwrap();
    let (status, message) = refused(first.consent(&standing.visit, &all(), NOON));
    assert_eq!(status, 403);
    assert!(message.contains("madoguchi hub enrol"), "{message}");
    assert_eq!(distrust(gated.hub(&files).open_visit(&opening(HERE))), Distrust::TerminalRevoked);
    second.open_visit(&opening(HERE)).unwrap();
    let (_c, again) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    gated.hub(&again).open_visit(&opening(HERE)).unwrap();
}

/// What may become of a file that somebody else handles: broken, cut off, gone.
type Harm = fn(&Path);
const HARMS: [Harm; 3] = [
    |list| std::fs::write(list, "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n").unwrap(),
    |list| std::fs::write(list, "").unwrap(),
    |list| std::fs::remove_file(list).unwrap(),
];

#[test]
fn a_list_that_is_broken_empty_or_gone_lets_nobody_in_who_was_revoked_and_that_is_told_once() {
    let gated = Gated::start();
    let (_a, files) = gated.enrol("uketsuke-1", &only(&[HERE]), 30, now());
    let (_b, others) = gated.enrol("uketsuke-2", &only(&[HERE]), 30, now());
    let open = gated.hub(&files);
    open.open_visit(&opening(HERE)).unwrap();
    gated.folder().revoke("uketsuke-1", now()).unwrap();
    let stays_out = |what: &str| {
        assert_eq!(distrust(gated.hub(&files).open_visit(&opening(HERE))), Distrust::TerminalRevoked, "{what}");
        gated.hub(&others).open_visit(&opening(HERE)).unwrap();
    };
    stays_out("revoked");
    let list = gated.keys.path().join("revoked.pem");
    let copy = std::fs::read(&list).unwrap();
    for (number, harm) in HARMS.iter().enumerate() {
        harm(&list);
        stays_out("as it was last known");
        assert_eq!(refused(gated.hub(&others).open_visit(&opening(PHARMACY))).0, 403, "and the rest goes on");
        let told = gated.told();
        assert_eq!(told.len(), number + 1, "{told:?}");
        assert!(matches!(&told[number], ListTrouble::Lost { file, .. } if *file == list), "{told:?}");
        assert!(told[number].to_string().contains("put it back"), "{told:?}");
        std::fs::write(&list, &copy).unwrap();
        stays_out("back again");
    }
    assert_eq!(refused(open.open_visit(&opening(HERE))).0, 403, "on a line that was open before");
}

#[test]
fn a_hub_whose_list_is_gone_does_not_start_and_revokes_nobody_over_it() {
    let keys = Gated::keys();
    let folder = GateFolder::open(keys.path(), &[], now()).unwrap();
    folder.enrol("uketsuke-1", &only(&[HERE]), 30, now()).unwrap();
    std::fs::remove_file(keys.path().join("revoked.pem")).unwrap();
    let folder = GateFolder::open(keys.path(), &[], now()).unwrap();
    let start = Gate::open(&folder, Clock::real(), |_| {}).map(drop).unwrap_err().to_string();
    let revocation = folder.revoke("uketsuke-1", now()).map(drop).unwrap_err().to_string();
    for said in [start, revocation] {
        assert!(said.contains("revoked.pem") && said.contains("put it back") && said.contains("enrol"), "{said}");
    }
    assert!(!keys.path().join("revoked.pem").exists(), "a new list would make the others welcome");
    std::fs::write(keys.path().join("revoked.pem"), "").unwrap();
    let empty = Gate::open(&folder, Clock::real(), |_| {}).map(drop).unwrap_err().to_string();
    assert!(empty.contains("revoked.pem"), "{empty}");
}
