//! A headless Chromium, driven over its own pipe (Chrome DevTools Protocol: JSON between NUL bytes).

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::desk::until;

/// A touch that was not felt for so long was felt by nobody, in milliseconds.
const FEELING: u32 = 3_000;

pub struct Browser {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    calls: u64,
    complaints: Vec<String>,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub fn open() -> Self {
        let profile = tempfile::tempdir().unwrap();
        // The pipe's ends are files 3 and 4 of the browser; a shell puts them there.
        let mut process = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#, "chromium"])
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--remote-debugging-pipe",
            ])
            .args(["--no-first-run", "--window-size=1280,900", "--lang=ja", "--accept-lang=ja"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromium is needed: scripts/setup.sh build test");
        let (to, from) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        let mut browser =
            Self { process, to, from, session: None, calls: 0, complaints: Vec::new(), _profile: profile };
        let target = until("a page", || {
            let targets = browser.call("Target.getTargets", json!({}));
            let pages = targets["targetInfos"].as_array().unwrap();
            pages.iter().find(|target| target["type"] == "page").map(|page| page["targetId"].clone())
        });
        let attached = browser.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    pub fn go(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url }));
    }

    /// The value of an expression, once it is there.
    pub fn run(&mut self, expression: &str) -> Value {
        let answer = self
            .call("Runtime.evaluate", json!({ "expression": expression, "returnByValue": true, "awaitPromise": true }));
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    pub fn wait(&mut self, what: &str, condition: &str) {
        let condition = format!("(() => {{ try {{ return {condition} }} catch {{ return false }} }})()");
        until(what, || (self.run(&condition) == json!(true)).then_some(()));
    }

    /// Touches the element of a selector once it can be seen and touched.
    pub fn touch(&mut self, selector: &str) {
        self.touch_first(selector, &format!("[document.querySelector('{selector}')]"));
    }

    /// Touches the button in `place` on which `word` stands first.
    pub fn press(&mut self, place: &str, word: &str) {
        let all = format!("[...document.querySelectorAll('{place} button')]");
        self.touch_first(word, &format!("{all}.filter(one => one.firstChild.textContent === '{word}')"));
    }

    /// As a finger does it: where the page is drawn anew between down and up nobody feels the touch, and it is done again.
    fn touch_first(&mut self, what: &str, elements: &str) {
        let aim = format!(
            "(() => {{ const [one] = {elements}; if (!one || one.disabled || !one.checkVisibility()) return false; \
             const is = t => one.contains(t) || t.closest('button')?.textContent === one.textContent; \
             window.felt = new Promise(felt => {{ setTimeout(felt, {FEELING}, false); \
             addEventListener('click', event => felt(is(event.target)), {{ capture: true, once: true }}); }}); \
             one.scrollIntoView(); const r = one.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()"
        );
        until(what, || {
            let at = Some(self.run(&aim)).filter(Value::is_array)?;
            for kind in ["mousePressed", "mouseReleased"] {
                let event = json!({ "type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1 });
                self.call("Input.dispatchMouseEvent", event);
            }
            // The page may take a moment to feel it; to touch again at once would be to touch twice.
            (self.run("felt") == json!(true)).then_some(())
        });
    }

    /// What the browser had to say against the page.
    pub fn complaints(&mut self) -> Vec<String> {
        self.run("1");
        std::mem::take(&mut self.complaints)
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(&[message.to_string().as_bytes(), b"\0"].concat()).unwrap();
        loop {
            let mut bytes = Vec::new();
            self.from.read_until(0, &mut bytes).unwrap();
            let said: Value = serde_json::from_slice(bytes.strip_suffix(b"\0").expect("the browser ended")).unwrap();
            if said["id"] == json!(self.calls) {
                assert!(said["error"].is_null(), "{method}: {said}");
                return said["result"].clone();
            }
            if ["Log.entryAdded", "Runtime.exceptionThrown"].iter().any(|event| said["method"] == json!(event)) {
                self.complaints.push(said["params"].to_string());
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
