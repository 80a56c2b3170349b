//! The page of the sample レセコン in a real browser, over a folder that somebody puts files into.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::json;
use tempfile::TempDir;

use crate::browser::Browser;
use crate::desk::madoguchi;

/// A レセコン at folders of its own; ends with the test.
struct Rececon {
    place: TempDir,
    process: Child,
    url: String,
}

impl Rececon {
    fn start(args: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        for name in ["req", "res", "face"] {
            fs::create_dir_all(place.path().join("oqs").join(name)).unwrap();
        }
        let args = [&["clinic", "rececon", "--listen", "127.0.0.1:0"], args].concat();
        let mut command = madoguchi(place.path(), &args);
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
        let url = said.find_map(|line| Some(line.unwrap().split_once("desk=")?.1.split(' ').next()?.to_owned()));
        Self { place, process, url: url.expect("the line that says where the desk is") }
    }

    /// Somebody uses the reader: a file of the terminal, with another name in it.
    fn visit(&self, name: &str) {
        let golden = fs::read_to_string("tests/golden/OQSsiquc01res_face/taro.xml").unwrap();
        let draft = self.place.path().join("draft");
        fs::write(&draft, golden.replace("<Name>窓口　太郎</Name>", &format!("<Name>{name}</Name>"))).unwrap();
        fs::rename(draft, self.place.path().join("oqs/face/OQSsiquc01res_face_20261121093000.xml")).unwrap();
    }

    fn page(&self, after: &str) -> Browser {
        let mut browser = Browser::open();
        browser.go(&format!("{}/{after}", self.url));
        browser
    }
}

impl Drop for Rececon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_visit_is_registered_and_accepted_on_the_page_and_a_name_is_text_whatever_is_written_in_it() {
    let rececon = Rececon::start(&[]);
    let mut page = rececon.page("");
    page.wait("the empty list", "document.body.textContent.includes('まだ誰もカードリーダーを使っていません')");
    rececon.visit("&lt;b id=x&gt;太郎&lt;/b&gt;");
    page.wait("the visit", "document.querySelector('#list tbody tr')?.textContent.includes('<b id=x>太郎</b>')");
    assert_eq!(page.run("document.getElementById('x') === null"), json!(true));
    page.press("#panel", "患者を登録");
    page.press("#panel", "受付登録");
    page.wait("that it is accepted", "document.querySelector('#list tbody tr').textContent.includes('受付済')");
    let slip = page.run("document.querySelector('#panel a.slip').getAttribute('href')");
    assert!(slip.as_str().unwrap().ends_with(".pdf"));
    page.touch("#lang");
    page.wait("English", "document.querySelector('#list tbody tr').textContent.includes('accepted')");
    assert_eq!(page.complaints(), Vec::<String>::new());
}

#[test]
fn with_a_token_the_page_asks_for_it_and_works_with_it_behind_the_number_sign() {
    let rececon = Rececon::start(&["--token", "geheim"]);
    let mut page = rececon.page("");
    page.wait("the question for the token", "document.getElementById('say').textContent.includes('#token=')");
    let mut page = rececon.page("#token=geheim");
    rececon.visit("窓口　太郎");
    page.press("#panel", "患者を登録");
    page.wait("the slip", "document.querySelector('#panel button.slip') !== null");
}
