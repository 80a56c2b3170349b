//! What the command prints and how it ends.

use serde_json::Value;

use super::*;

const GOOD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<XmlMsg>\n<MessageHeader><MedicalInstitutionCode>1319919997\
</MedicalInstitutionCode></MessageHeader>\n<MessageBody><ReceptionNumber>R-42</ReceptionNumber></MessageBody>\n</XmlMsg>\n";
const NAME: &str = "OQSmuquc02req_202611210001.xml";

/// A folder of a terminal with the files given.
fn root(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for folder in ["req", "res", "face"] {
        fs::create_dir(root.path().join(folder)).unwrap();
    }
    for (name, text) in files {
        fs::write(root.path().join(name), text).unwrap();
    }
    root
}

fn bad() -> String {
    GOOD.replace("1319919997", "131991999")
}

fn args(paths: &[&Path]) -> CheckArgs {
    CheckArgs { paths: paths.iter().map(|path| path.to_path_buf()).collect(), ..CheckArgs::default() }
}

fn found(args: &CheckArgs) -> (Vec<Found>, Levels) {
    let levels = Levels::new(args).unwrap();
    let (elements, layout) = args.tables.read().unwrap();
    let password = args.password.read().unwrap();
    let tables = Tables { elements: &elements, layout: &layout, password: password.as_ref() };
    let found = walk::groups(&args.paths).iter().flat_map(|group| look_at(group, &tables, &levels)).collect();
    (found, levels)
}

/// The path of a temporary folder is another one each time.
fn without(root: &tempfile::TempDir, text: &str) -> String {
    text.replace(&root.path().display().to_string().replace('\\', "/"), "oqs")
}

#[test]
fn people_read_place_rule_element_remedy_and_a_sum_in_their_language() {
    let root = root(&[(&format!("req/{NAME}"), &bad()), ("res/OQSsiquc01req_1.err", "x\ny"), ("req/Thumbs.db", "")]);
    let (found, _) = found(&args(&[root.path()]));
    insta::assert_snapshot!(without(&root, &text::report(&found, Lang::Ja)), @r#"
    oqs/req/OQSmuquc02req_202611210001.xml:3:16: エラー[number.institution] 医療機関コードの10桁ではありません「131991999」
        XmlMsg/MessageHeader/MedicalInstitutionCode
        → 都道府県2桁＋点数表1桁＋医療機関7桁です

    oqs/req/Thumbs.db: 参考[name.foreign] 共有フォルダのファイルではありません「Thumbs.db」
        → 端末は触れません。確かめるなら、ファイルを直接指定してください

    oqs/res/OQSsiquc01req_1.err: 警告[pair.err-request] .err があるのに、返却された要求がありません
        → 要求の写しを合図に .err を読むプログラムがあります（err = "err-only" ではこうなります）

    3 ファイル: エラー 1、警告 1、参考 1
    "#);
    insta::assert_snapshot!(without(&root, &text::report(&found, Lang::En)), @r#"
    oqs/req/OQSmuquc02req_202611210001.xml:3:16: error[number.institution] not an institution code of ten digits: "131991999"
        XmlMsg/MessageHeader/MedicalInstitutionCode
        → prefecture 2, fee table 1, institution 7

    oqs/req/Thumbs.db: note[name.foreign] not a file of the shared folder: "Thumbs.db"
        → a terminal leaves it alone; to check it, name the file itself

    oqs/res/OQSsiquc01req_1.err: warning[pair.err-request] an .err without the request that came back
        → some programs read the .err when the request comes back (err = "err-only" does this)

    files 3: errors 1, warnings 1, notes 1
    "#);
}

#[test]
fn exit_codes_are_0_without_errors_1_with_them_or_strict_warnings_2_for_wrong_names_3_for_what_cannot_be_read() {
    let good = root(&[(&format!("req/{NAME}"), GOOD)]);
    let warned = root(&[(&format!("req/{NAME}"), &GOOD.replace("1319919997", "1319919998"))]);
    let broken = root(&[(&format!("req/{NAME}"), &bad())]);
    let run = |args: &CheckArgs| run_to(args, Lang::En, &mut io::sink()).map_err(|failure| failure.report());
    let sarif = Some(good.path().join("out.sarif"));
    let quiet = |paths: &[&Path]| CheckArgs { sarif: sarif.clone(), ..args(paths) };
    assert_eq!(run(&quiet(&[good.path()])), Ok(Exit::Done));
    assert_eq!(run(&quiet(&[warned.path()])), Ok(Exit::Done));
    assert_eq!(run(&CheckArgs { strict: true, ..quiet(&[warned.path()]) }), Ok(Exit::DidNotHold));
    assert_eq!(
        run(&CheckArgs { deny: vec!["number.check-digit".into()], ..quiet(&[warned.path()]) }),
        Ok(Exit::DidNotHold)
    );
    assert_eq!(run(&quiet(&[broken.path()])), Ok(Exit::DidNotHold));
    assert_eq!(run(&CheckArgs { allow: vec!["number".into()], ..quiet(&[broken.path()]) }), Ok(Exit::Done));
    assert_eq!(run(&quiet(&[broken.path(), &good.path().join("none.xml")])), Ok(Exit::Outside));
    assert_eq!(run(&CheckArgs { allow: vec!["numbr".into()], ..quiet(&[good.path()]) }), Err(Exit::Usage));
    let both = CheckArgs { json: true, junit: Some("-".into()), ..quiet(&[good.path()]) };
    assert_eq!(run(&both), Err(Exit::Usage));
    let nowhere = CheckArgs { sarif: Some(good.path().join("no/such/folder.sarif")), ..quiet(&[good.path()]) };
    assert_eq!(run(&nowhere), Err(Exit::Outside));
}

#[test]
fn a_folder_of_one_kind_is_known_by_its_name_and_another_one_is_taken_as_it_is() {
    let root = root(&[(&format!("res/{NAME}"), GOOD)]);
    let rules = |path: &Path| -> Vec<&str> {
        let (found, _) = found(&args(&[path]));
        found.iter().flat_map(|file| file.violations.iter().map(|(_, violation)| violation.rule.id())).collect()
    };
    assert_eq!(rules(root.path()), ["pair.request-err"]);
    assert_eq!(rules(&root.path().join("res")), ["pair.request-err"]);
    assert_eq!(rules(&root.path().join("res").join(NAME)), [""; 0]);
    fs::rename(root.path().join("res").join(NAME), root.path().join("face").join(NAME)).unwrap();
    assert_eq!(rules(&root.path().join("face")), ["name.folder"]);
    let archive = tempfile::tempdir().unwrap();
    fs::write(archive.path().join(NAME), GOOD).unwrap();
    assert_eq!(rules(archive.path()), [""; 0]);
}

#[test]
fn json_is_one_object_with_every_violation_and_a_summary() {
    let root = root(&[(&format!("req/{NAME}"), &bad())]);
    let mut args = args(&[root.path()]);
    args.paths.push(root.path().join("none.xml"));
    let report: Value = serde_json::from_str(&json::report(&found(&args).0, Lang::En)).unwrap();
    let file = report["files"].as_array().unwrap().iter().find(|file| file["error"].is_null()).unwrap();
    let violation = &file["violations"][0];
    assert_eq!((&violation["rule"], &violation["severity"]), (&"number.institution".into(), &"error".into()));
    assert_eq!((&violation["line"], &violation["column"]), (&3.into(), &16.into()));
    assert_eq!(violation["seen"], "131991999");
    assert_eq!(
        report["summary"],
        serde_json::json!({"files": 2, "errors": 1, "warnings": 0, "notes": 0, "unreadable": 1})
    );
}

/// What the published schema of SARIF 2.1.0 asks for: required properties, and the values of its enumerations.
#[test]
fn sarif_has_what_its_schema_requires() {
    let root = root(&[("req/OQSmuquc02req_試験 1.xml", &bad())]);
    let (found, levels) = found(&args(&[root.path(), &root.path().join("none.xml")]));
    let log: Value = serde_json::from_str(&sarif::report(&found, &levels, Lang::Ja).unwrap()).unwrap();
    assert_eq!((&log["version"], log["runs"].as_array().unwrap().len()), (&"2.1.0".into(), 1));
    let run = &log["runs"][0];
    assert!(run["tool"]["driver"]["name"].is_string());
    assert!(["utf16CodeUnits", "unicodeCodePoints"].contains(&run["columnKind"].as_str().unwrap()));
    assert_eq!(run["invocations"][0]["executionSuccessful"], false, "one file could not be read");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), Rule::ALL.len());
    for rule in rules {
        assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string(), "{rule}");
        let level = rule["defaultConfiguration"]["level"].as_str().unwrap();
        assert!(["none", "note", "warning", "error"].contains(&level), "{rule}");
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], rules[index]["id"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.is_ascii() && uri.ends_with("%E8%A9%A6%E9%A8%93%201.xml"), "{uri}");
        if !place["region"].is_null() {
            assert!(
                place["region"]["startLine"].as_u64() >= Some(1) && place["region"]["startColumn"].as_u64() >= Some(1)
            );
        }
    }
}

#[test]
fn junit_has_a_case_per_file_and_fails_where_the_exit_code_would() {
    let root = root(&[(&format!("req/{NAME}"), &bad()), ("req/OQSmuimm02req_1.xml", GOOD)]);
    let (found, levels) = found(&args(&[root.path(), &root.path().join("none.xml")]));
    let report = without(&root, &junit::report(&found, &levels, Lang::En).unwrap());
    let report =
        report.lines().map(|line| if line.contains("<error") { "      <error …/>" } else { line }).collect::<Vec<_>>();
    insta::assert_snapshot!(report.join("\n"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites tests="3" failures="1" errors="1">
      <testsuite name="madoguchi check" tests="3" failures="1" errors="1">
        <testcase classname="check" name="oqs/none.xml">
          <error …/>
        </testcase>
        <testcase classname="check" name="oqs/req/OQSmuimm02req_1.xml">
          <system-out>note[name.free-part] the free part is not YYYYMMDD and a serial of four digits: &quot;1&quot; (expected: YYYYMMDDnnnn)</system-out>
        </testcase>
        <testcase classname="check" name="oqs/req/OQSmuquc02req_202611210001.xml">
          <failure type="number.institution" message="3:16: error[number.institution] not an institution code of ten digits: &quot;131991999&quot; [XmlMsg/MessageHeader/MedicalInstitutionCode]">3:16: error[number.institution] not an institution code of ten digits: &quot;131991999&quot; [XmlMsg/MessageHeader/MedicalInstitutionCode]</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn the_list_of_rules_has_each_of_them() {
    for lang in [Lang::Ja, Lang::En] {
        let text = text::rules(lang);
        assert_eq!(text.lines().count(), Rule::ALL.len());
        assert!(Rule::ALL.iter().zip(text.lines()).all(|(rule, line)| line.starts_with(rule.id())));
    }
}
