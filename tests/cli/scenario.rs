//! `madoguchi scenario`: exit codes and what is printed.

use std::fs;

use serde_json::{Value, json};

use super::{madoguchi, madoguchi_in};

#[test]
fn a_shipped_scenario_runs_from_anywhere_and_ends_with_zero() {
    let place = tempfile::tempdir().unwrap();
    let said = madoguchi_in(place.path(), &["scenario", "run", "q-02", "--junit", "out.xml"], &[]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("合格   Q-02") && said.out.contains("1 件: 合格 1"), "{}", said.out);
    let junit = fs::read_to_string(place.path().join("out.xml")).unwrap();
    assert!(junit.contains("<testsuite name=\"正常\" tests=\"1\" failures=\"0\""), "{junit}");
    // Nothing of its stations stays behind.
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
}

#[test]
fn the_faults_that_came_up_are_in_the_result() {
    let place = tempfile::tempdir().unwrap();
    let said = madoguchi_in(place.path(), &["scenario", "run", "S-29", "Q-02", "--json", "--junit", "out.xml"], &[]);
    let verdicts: Value = serde_json::from_str(&said.out).unwrap();
    let faults = |id: &str| {
        let verdict = verdicts.as_array().unwrap().iter().find(|verdict| verdict["id"] == id).unwrap();
        verdict["faults"].clone()
    };
    assert_eq!((faults("S-29"), faults("Q-02")), (json!(["pmh-err"]), json!([])));
    let junit = fs::read_to_string(place.path().join("out.xml")).unwrap();
    assert_eq!(junit.matches("<property name=\"fault\" value=\"pmh-err\"/>").count(), 1, "{junit}");
}

#[test]
fn what_does_not_hold_ends_with_one_and_is_in_the_json() {
    let place = tempfile::tempdir().unwrap();
    let text = madoguchi(&["scenario", "show", "S-01", "--toml"]).out;
    fs::write(place.path().join("wrong.toml"), text.replace("\"54139993\"", "\"54\"")).unwrap();
    let said = madoguchi_in(place.path(), &["scenario", "run", "wrong.toml", "--json"], &[]);
    assert_eq!(said.code, 1, "{}", said.err);
    let verdicts: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(verdicts[0]["state"], "failed");
    let said = madoguchi_in(place.path(), &["scenario", "run", ".", "--lang", "en"], &[]);
    assert!(said.code == 1 && said.out.contains("got: \"54139993\""), "{}", said.out);
}

#[test]
fn a_mistake_ends_with_two_and_a_station_that_is_away_with_three() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("typo.toml"), "titel = 1\n").unwrap();
    let said = madoguchi_in(place.path(), &["scenario", "run", "typo.toml"], &[]);
    assert!(said.code == 2 && said.err.contains("typo.toml:1: titel") && said.err.contains("title"), "{}", said.err);
    let said = madoguchi(&["scenario", "run", "S-0l"]);
    assert!(said.code == 2 && said.err.contains("S-0"), "{}", said.err);
    let away = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let said = madoguchi(&["scenario", "run", "S-01", "--station", &away]);
    assert!(said.code == 3 && said.out.contains("不通"), "{}{}", said.out, said.err);
    assert_eq!(madoguchi(&["scenario", "new", "--from-journal", "--station", &away]).code, 3);
}

#[test]
fn the_list_is_a_plan_by_group_and_what_new_writes_runs() {
    let plan = madoguchi(&["scenario", "list", "--markdown"]).out;
    for heading in ["正常", "欠落", "変化", "番号", "文字", "障害", "R6", "安全"] {
        assert!(plan.contains(&format!("## {heading}\n")), "{heading}");
    }
    let rows: Value = serde_json::from_str(&madoguchi(&["scenario", "list", "--json"]).out).unwrap();
    let rows = rows.as_array().unwrap().len();
    assert_eq!(plan.lines().filter(|line| line.ends_with("|  |")).count(), rows);
    let place = tempfile::tempdir().unwrap();
    assert_eq!(madoguchi_in(place.path(), &["scenario", "new", "--out", "mine.toml"], &[]).code, 0);
    let said = madoguchi_in(place.path(), &["scenario", "run", "mine.toml"], &[]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let again = madoguchi_in(place.path(), &["scenario", "new", "--out", "mine.toml"], &[]);
    assert_eq!(again.code, 3, "somebody's work is not written over");
}

#[test]
fn a_consumer_decides_what_stays_open_without_one_and_the_page_says_so() {
    let place = tempfile::tempdir().unwrap();
    let text = madoguchi(&["scenario", "new"]).out;
    let ask = |value: &str| {
        format!(
            "{text}\n[[steps]]\nask = {{ about = \"visits\", value = \"{value}\", within_s = 20, ja = \"何件\", en = \"how many\" }}\n"
        )
    };
    fs::write(place.path().join("right.toml"), ask("1")).unwrap();
    fs::write(place.path().join("wrong.toml"), ask("2").replace("within_s = 20", "within_s = 1")).unwrap();
    let run = |args: &[&str]| madoguchi_in(place.path(), &[&["scenario", "run"], args].concat(), &[]);
    let said = run(&["right.toml", "--report", "page.html", "--junit", "out.xml"]);
    assert!(
        said.code == 0 && said.out.contains("未決   right") && said.out.contains("合格 0"),
        "{}{}",
        said.out,
        said.err
    );
    assert!(fs::read_to_string(place.path().join("page.html")).unwrap().contains("<td class=\"open\">未決"));
    assert!(fs::read_to_string(place.path().join("out.xml")).unwrap().contains("skipped=\"1\""));
    let said = run(&["right.toml", "--consumer", "sample"]);
    assert!(said.code == 0 && said.out.contains("合格   right"), "{}{}", said.out, said.err);
    let said = run(&["wrong.toml", "--consumer", "sample"]);
    assert!(said.code == 1 && said.out.contains("実際: 「1」") && said.out.contains("wrong.toml:"), "{}", said.out);
    for (consumer, says) in [("http://127.0.0.1:9", "--station"), ("sample:ends-on-emtpy", "ends-on-empty")] {
        let said = run(&["right.toml", "--consumer", consumer]);
        assert!(said.code == 2 && said.err.contains(says), "{}", said.err);
    }
}

#[test]
fn the_plan_is_a_page_for_paper_with_a_row_for_each() {
    let rows: Value = serde_json::from_str(&madoguchi(&["scenario", "list", "--json"]).out).unwrap();
    let page = madoguchi(&["scenario", "list", "--html"]).out;
    assert_eq!(page.matches("<td class=\"box\">").count(), rows.as_array().unwrap().len());
    assert!(page.contains("@page") && !page.contains("http"), "nothing of it comes from elsewhere");
}
