//! `madoguchi doctor`: each check seen to hold and seen to fail, and nothing left behind.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{Said, command_in, madoguchi_in};

/// One run, as JSON.
pub struct Examined {
    code: i32,
    findings: Vec<Value>,
}

impl Examined {
    fn of(said: Said) -> Self {
        let told: Value =
            serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {} {}", said.out, said.err));
        assert_eq!(told["sound"], said.code == 0);
        Self { code: said.code, findings: told["findings"].as_array().unwrap().clone() }
    }

    /// Grade and finding of the worst of a check.
    fn worst(&self, check: &str) -> (&str, &Value) {
        let order = ["good", "note", "warning", "broken"];
        let rank = |finding: &&Value| order.iter().position(|grade| finding["grade"] == *grade);
        let of_check = self.findings.iter().filter(|finding| finding["check"] == check);
        let finding = of_check.max_by_key(rank).unwrap_or_else(|| panic!("no {check}: {:#?}", self.findings));
        (finding["grade"].as_str().unwrap(), finding)
    }

    /// Broken at `place`, with rule and remedy in both languages.
    fn is_broken(&self, check: &str, place: &str) {
        let (grade, finding) = self.worst(check);
        assert_eq!((self.code, grade), (1, "broken"), "{finding:#}");
        assert!(finding["place"].as_str().unwrap().contains(place), "{finding:#}");
        for key in ["found", "rule", "remedy"] {
            assert!(
                !finding[key]["ja"].as_str().unwrap().is_empty() && !finding[key]["en"].as_str().unwrap().is_empty()
            );
        }
    }
}

/// Port 0 of the control API: whoever has the usual one does not matter here. The folder is the usual one of Linux everywhere.
fn examine(place: &Path, more: &[&str]) -> Examined {
    let args = [&["doctor", "--json", "--control", "127.0.0.1:0"], more].concat();
    let variables = [("TZ", "Asia/Tokyo"), ("LANG", "ja_JP.UTF-8"), ("MADOGUCHI_TERMINAL_FOLDER", "oqs")];
    Examined::of(madoguchi_in(place, &args, &variables))
}

/// A program of ours, and the rest of its line of readiness.
fn running(command: &mut Command, ready: &str) -> (Child, String) {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = super::started(|| command.spawn());
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let told = said.by_ref().lines().map_while(Result::ok).find_map(|line| line.strip_prefix(ready).map(str::to_owned));
    // It goes on talking to somebody.
    child.stderr = Some(said.into_inner());
    (child, told.unwrap_or_else(|| panic!("it did not come up")))
}

/// Everything below `folder`, hidden or not.
fn listing(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        names.push(path.display().to_string());
        if path.is_dir() {
            names.extend(listing(&path));
        }
    }
    names.sort();
    names
}

#[test]
fn on_a_sound_machine_nothing_is_broken_and_nothing_stays_changed() {
    let place = tempfile::tempdir().unwrap();
    let told = examine(place.path(), &[]);
    assert_eq!(told.code, 0, "{:#?}", told.findings);
    for check in ["settings", "layouts", "people", "state", "folder.rights", "folder.free", "watcher", "clock", "zone"]
    {
        assert_eq!(told.worst(check).0, "good", "{:#}", told.worst(check).1);
    }
    assert!(listing(place.path()).is_empty(), "{:?}", listing(place.path()));
    for folder in ["req", "res", "face"] {
        fs::create_dir_all(place.path().join("oqs").join(folder)).unwrap();
    }
    let before = listing(place.path());
    assert_eq!(examine(place.path(), &[]).worst("watcher").0, "good");
    assert_eq!(listing(place.path()), before);
}

#[test]
fn for_people_what_is_broken_comes_with_its_rule_and_remedy_and_what_holds_is_a_line() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("madoguchi.toml"), "[station]\nsed = 3\n").unwrap();
    let said = madoguchi_in(place.path(), &["doctor", "--control", "127.0.0.1:0"], &[]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    let lines: Vec<&str> = said.out.lines().collect();
    assert!(lines[0].starts_with("× 不可") && lines[0].contains("madoguchi.toml:2: sed"), "{}", said.out);
    assert!(lines[1].contains("決まり") && lines[2].contains('→'), "{}", said.out);
    let english = madoguchi_in(place.path(), &["doctor", "--control", "127.0.0.1:0", "--lang", "en"], &[]).out;
    assert!(english.starts_with("broken") && english.contains("1 broken"), "{english}");
}

#[test]
fn broken_settings_layouts_people_and_state_are_told_with_their_place_and_the_rest_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("madoguchi.toml", "[[terminal]]\ndelivry = \"rename\"\n");
    let told = examine(folder.path(), &["--folder", "elsewhere"]);
    told.is_broken("settings", "madoguchi.toml");
    assert!(told.worst("settings").1["found"]["ja"].as_str().unwrap().contains("delivery"));
    assert!(told.worst("folder.rights").1["place"].as_str().unwrap().contains("elsewhere"));

    write("oqs/UserDefinition.property", "ResponseFileStayTime=soon\n");
    write("madoguchi.toml", "");
    examine(folder.path(), &[]).is_broken("settings", "madoguchi.toml");
    fs::remove_file(folder.path().join("oqs/UserDefinition.property")).unwrap();
    for (text, near) in
        [("[faults]\nface-mismach = true\n", "face-mismatch"), ("[[reader]]\nmodel = \"standart\"\n", "standard")]
    {
        write("madoguchi.toml", text);
        let told = examine(folder.path(), &[]);
        told.is_broken("settings", "madoguchi.toml");
        assert!(told.worst("settings").1.to_string().contains(near), "{:#}", told.worst("settings").1);
    }

    write("mine/errors.toml", "[[error]]\nname = \"centre-eror\"\ncode = \"X1\"\nmessage = \"x\"\n");
    write("madoguchi.toml", "[station]\nlayouts = \"mine\"\nstate = \"kept\"\n");
    write("kept/cards.json", "{");
    write("people/taro.toml", "nme = \"x\"\n");
    let told = examine(folder.path(), &["--people", "people"]);
    told.is_broken("layouts", "mine");
    told.is_broken("people", "people");
    told.is_broken("state", "kept");
    assert_eq!(told.worst("settings").0, "good");
    assert_eq!(told.worst("hub.municipalities").0, "good");

    write("madoguchi.toml", "[hub]\nregistration = \"127.0.0.1:0\"\nmunicipalities = \"towns.toml\"\n");
    examine(folder.path(), &[]).is_broken("hub.municipalities", "towns.toml");
    write("towns.toml", "[[municipality]]\ncode = \"131199\"\ntoken = \"short\"\n");
    let told = examine(folder.path(), &[]);
    told.is_broken("hub.municipalities", "towns.toml");
    assert!(told.worst("hub.municipalities").1["found"]["en"].as_str().unwrap().contains("eight or more"));
    write("towns.toml", "[[municipality]]\ncode = \"131199\"\ntoken = \"long-enough\"\n");
    assert_eq!(examine(folder.path(), &[]).worst("hub.municipalities").0, "good");
    assert_eq!(told.worst("folder.rights").0, "good");
}

#[test]
fn a_folder_that_is_a_file_is_broken() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("oqs")).unwrap();
    fs::write(place.path().join("oqs/req"), "").unwrap();
    examine(place.path(), &[]).is_broken("folder.rights", "req");
}

#[test]
fn the_folder_of_a_real_terminal_or_of_somebody_else_is_told_and_nothing_is_tried_there() {
    let place = tempfile::tempdir().unwrap();
    let theirs = place.path().join("oqs/OQSComApp");
    fs::create_dir_all(&theirs).unwrap();
    let told = examine(place.path(), &[]);
    told.is_broken("folder.owner", "oqs");
    assert!(!told.findings.iter().any(|finding| finding["check"] == "folder.rights" || finding["check"] == "watcher"));
    assert_eq!(examine(place.path(), &["--take-over"]).worst("folder.owner").0, "good");
    fs::remove_dir(theirs).unwrap();
    fs::create_dir(place.path().join("oqs/res")).unwrap();
    fs::write(place.path().join("oqs/res/予算.xlsx"), "").unwrap();
    examine(place.path(), &[]).is_broken("folder.owner", "oqs");
}

#[test]
fn a_real_terminal_that_runs_forbids_the_folder_it_was_started_from_unless_taken_over_and_is_told_of_elsewhere() {
    let place = tempfile::tempdir().unwrap();
    let program = place.path().join("oqs/bin").join(if cfg!(windows) { "OQSComApp.exe" } else { "OQSComApp" });
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    let ours = env!("CARGO_BIN_EXE_madoguchi");
    // Of two names of one file Wine tells either; a file that was just written cannot always be started on Linux.
    let linked = !cfg!(windows) && fs::hard_link(ours, &program).is_ok();
    if !linked {
        fs::copy(ours, &program).unwrap();
    }
    assert_eq!(examine(place.path(), &[]).worst("folder.owner").0, "good");

    let mut command = Command::new(&program);
    command.args(["hub", "--listen", "127.0.0.1:0"]).current_dir(place.path());
    let (mut real, _) = running(&mut command, "madoguchi hub ready url=");
    let pid = format!("pid {}", real.id());
    let told = [&[][..], &["--take-over"], &["--folder", "elsewhere"]].map(|more| examine(place.path(), more));
    let run = ["run", "--headless", "--control", "127.0.0.1:0", "--folder", "oqs"];
    let mut run = command_in(place.path(), &run);
    let mut refused = super::started(|| run.stdin(Stdio::null()).stderr(Stdio::piped()).spawn());
    // To its end, or to where it comes up all the same.
    let lines = BufReader::new(refused.stderr.take().unwrap()).lines().map_while(Result::ok);
    let said: Vec<String> = lines.take_while(|line| !line.starts_with("madoguchi ready")).collect();
    let said = said.concat();
    let _ = refused.kill();
    let _ = refused.wait();
    let _ = real.kill();
    let _ = real.wait();

    told[0].is_broken("folder.owner", "oqs");
    let found = told[0].worst("folder.owner").1["found"]["en"].as_str().unwrap();
    assert!(found.contains(&pid) && found.contains("OQSComApp") && found.contains("--take-over"), "{found}");
    for elsewhere in &told[1..] {
        assert_eq!(elsewhere.worst("folder.owner").0, "good");
        let (grade, finding) = elsewhere.worst("terminal.real");
        assert_eq!(grade, "note");
        assert!(finding["found"]["en"].as_str().unwrap().contains(&pid), "{finding:#}");
    }
    assert!(said.contains(&pid) && said.contains("--take-over"), "{said}");
    assert!(!place.path().join("oqs/req").exists(), "nothing is made in a folder that is refused");
    assert_eq!(examine(place.path(), &[]).worst("folder.owner").0, "good", "it has ended");
}

#[test]
fn a_port_that_another_program_has_is_told_with_the_remedy() {
    let place = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let args = ["doctor", "--json", "--control", &address];
    let told = Examined::of(madoguchi_in(place.path(), &args, &[]));
    told.is_broken("port.control", &address);
    let found = told.worst("port.control").1["found"]["en"].as_str().unwrap();
    // Wine tells of the port, and of nobody.
    let is_told = found.contains(&format!("pid {}", std::process::id()));
    assert!(is_told || (cfg!(windows) && found.contains("the system does not tell")), "{found}");
    examine(place.path(), &["--hub", &format!("http://{address}")]).is_broken("hub", &address);
    let open = ["doctor", "--json", "--control", "0.0.0.0:0"];
    Examined::of(madoguchi_in(place.path(), &open, &[])).is_broken("port.control", "0.0.0.0:0");
    let with_token = Examined::of(madoguchi_in(place.path(), &open, &[("MADOGUCHI_TOKEN", "x")]));
    assert_eq!(with_token.worst("port.control").0, "note");
    assert!(with_token.worst("port.control").1["found"]["en"].as_str().unwrap().contains("firewall"));
}

#[test]
fn a_station_or_hub_that_answers_is_named_with_its_version_and_folder_and_whoever_keeps_its_state_where_we_would() {
    let place = tempfile::tempdir().unwrap();
    let run =
        ["run", "--headless", "--control", "127.0.0.1:0", "--folder", "served", "--state", "kept", "--token", "secret"];
    let (mut station, ready) = running(&mut command_in(place.path(), &run), "madoguchi ready control=http://");
    let hub = ["hub", "--listen", "127.0.0.1:0"];
    let (mut hub, url) = running(&mut command_in(place.path(), &hub), "madoguchi hub ready url=");
    let pid = format!("run, pid {}", station.id());
    let control = ready.split(' ').next().unwrap();
    let args = ["doctor", "--json", "--control", control, "--state", "kept", "--folder", "oqs", "--hub", &url];
    let [ours, others] = [Some("secret"), None].map(|token| {
        let token: Vec<_> = token.map(|token| ("MADOGUCHI_TOKEN", token)).into_iter().collect();
        Examined::of(madoguchi_in(place.path(), &args, &token))
    });
    for process in [&mut station, &mut hub] {
        let _ = process.kill();
        let _ = process.wait();
    }
    let found = |told: &Examined, check| {
        let (grade, finding) = told.worst(check);
        (grade.to_owned(), finding["found"]["en"].as_str().unwrap().to_owned())
    };
    let version = env!("CARGO_PKG_VERSION");
    let (grade, text) = found(&ours, "port.control");
    assert_eq!(grade, "note");
    let named =
        text.strip_prefix(&format!("a station (version {version}, folder ")).unwrap_or_else(|| panic!("{text}"));
    let folder = Path::new(named.split(") runs there").next().unwrap());
    assert!(folder.is_absolute() && folder.ends_with("served"), "{text}");
    let (_, text) = found(&others, "port.control");
    assert!(text.starts_with(&format!("a station (version {version}) runs there")), "without its token: {text}");
    assert_eq!(found(&ours, "hub"), ("good".to_owned(), format!("a hub (version {version}) answers")));
    let (grade, text) = found(&ours, "state");
    assert!(grade == "note" && text.contains(&pid), "{text}");
    let after = examine(place.path(), &["--state", "kept"]);
    assert_eq!(found(&after, "state").0, "good", "nobody has it any more");
}

#[test]
fn a_zone_that_is_not_japans_and_a_locale_without_utf8_are_worth_knowing_and_a_pipe_is_not_measured() {
    let place = tempfile::tempdir().unwrap();
    let args = ["doctor", "--json", "--control", "127.0.0.1:0"];
    let told = Examined::of(madoguchi_in(place.path(), &args, &[("TZ", "Europe/Berlin"), ("LANG", "C")]));
    assert_eq!(told.worst("zone").0, "note");
    assert!(told.worst("zone").1["found"]["ja"].as_str().unwrap().contains("Europe/Berlin"));
    if cfg!(windows) {
        // By the code page of its console, which is the machine's: the words are a unit test.
        assert!(told.worst("tty.encoding").1["found"]["en"].as_str().unwrap().contains("UTF-8 into files"));
    } else {
        assert_eq!(told.worst("tty.encoding").0, "note");
    }
    assert!(told.worst("tty.width").1["found"]["en"].as_str().unwrap().contains("not on a terminal"));
}

/// What needs a world of its own: another user's rights, the usual ports, pcscd, limits of the system.
#[cfg(target_os = "linux")]
mod in_a_world_of_its_own {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    use super::super::{command_in, madoguchi_in, world};
    use super::{Examined, examine, running};

    #[test]
    fn a_folder_that_may_not_be_written_or_read_is_broken() {
        world::in_own_world(
            "doctor::in_a_world_of_its_own::a_folder_that_may_not_be_written_or_read_is_broken",
            || {
                let place = tempfile::tempdir().unwrap();
                for folder in ["req", "res", "face"] {
                    let path = place.path().join("oqs").join(folder);
                    fs::create_dir_all(&path).unwrap();
                    assert_eq!(examine(place.path(), &[]).worst("folder.rights").0, "good");
                    fs::set_permissions(&path, Permissions::from_mode(0o555)).unwrap();
                    examine(place.path(), &[]).is_broken("folder.rights", folder);
                    fs::set_permissions(&path, Permissions::from_mode(0o333)).unwrap();
                    examine(place.path(), &[]).is_broken("folder.rights", folder);
                    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
                }
                // The work folder is made beside them.
                fs::set_permissions(place.path().join("oqs"), Permissions::from_mode(0o555)).unwrap();
                examine(place.path(), &[]).is_broken("folder.rights", "oqs");
                fs::set_permissions(place.path().join("oqs"), Permissions::from_mode(0o755)).unwrap();
            },
        );
    }

    #[test]
    fn a_folder_that_is_a_mount_is_broken_and_a_machine_without_watchers_is_told_of_polling() {
        let test = "doctor::in_a_world_of_its_own::a_folder_that_is_a_mount_is_broken_and_a_machine_without_watchers_is_told_of_polling";
        world::in_own_world(test, || {
            let place = tempfile::tempdir().unwrap();
            for name in ["req", "res", "face"] {
                let folder = place.path().join("oqs").join(name);
                fs::create_dir_all(&folder).unwrap();
                assert_eq!(examine(place.path(), &[]).worst("folder.share").0, "good");
                world::own::run(Command::new("mount").args(["-t", "tmpfs", "tmpfs"]).arg(&folder));
                examine(place.path(), &[]).is_broken("folder.share", name);
                world::own::run(Command::new("umount").arg(&folder));
            }
            fs::write("/proc/sys/user/max_inotify_instances", "0").unwrap();
            let told = examine(place.path(), &[]);
            assert_eq!(told.worst("watcher").0, "note", "{:#}", told.worst("watcher").1);
            assert!(told.worst("watcher").1["remedy"]["en"].as_str().unwrap().contains("inotify"));
        });
    }

    #[test]
    fn a_station_that_runs_is_recognised_at_its_port_and_in_its_folder() {
        let test = "doctor::in_a_world_of_its_own::a_station_that_runs_is_recognised_at_its_port_and_in_its_folder";
        world::in_own_world(test, || {
            let place = tempfile::tempdir().unwrap();
            let mut run = command_in(place.path(), &["run", "--headless", "--pace", "instant"]);
            let (mut station, _) = running(&mut run, "madoguchi ready");
            let told = Examined::of(madoguchi_in(place.path(), &["doctor", "--json"], &[]));
            let pid = format!("pid {}", station.id());
            let _ = station.kill();
            let _ = station.wait();
            for check in ["port.control", "folder.free"] {
                let (grade, finding) = told.worst(check);
                assert_eq!(grade, "note", "{finding:#}");
                let found = finding["found"]["en"].as_str().unwrap();
                assert!(found.contains("a station") && found.contains(&pid), "{found}");
            }
            assert_eq!(told.code, 0);
        });
    }

    #[test]
    fn the_card_service_its_readers_and_drivers_are_told_with_and_without_them() {
        let test =
            "doctor::in_a_world_of_its_own::the_card_service_its_readers_and_drivers_are_told_with_and_without_them";
        world::in_own_world(test, || {
            let place = tempfile::tempdir().unwrap();
            let told = examine(place.path(), &[]);
            assert_eq!((told.code, told.worst("pcsc.service").0), (0, "warning"));
            let settings = place.path().join("madoguchi.toml");
            fs::write(&settings, "[[reader]]\nsource = \"pcsc:Virtual PCD\"\n").unwrap();
            examine(place.path(), &[]).is_broken("pcsc.service", "pcscd");
            let files = tempfile::tempdir().unwrap();
            let _service = world::start_service(files.path());
            let told = examine(place.path(), &[]);
            for check in ["pcsc.service", "pcsc.readers", "pcsc.drivers"] {
                assert_eq!(told.worst(check).0, "good", "{:#}", told.worst(check).1);
            }
            fs::write(&settings, "[[reader]]\nsource = \"pcsc:Sony\"\n").unwrap();
            examine(place.path(), &[]).is_broken("pcsc.readers", "pcsc:Sony");
        });
    }
}
