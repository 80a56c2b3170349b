//! Expectations of time: `at` (document time) and `within_s` (machine time) hold where they must, fail where not, and say what there was.

use super::*;

const HEAD: &str = "title = { ja = \"a\", en = \"a\" }\ngroup = \"normal\"\nsource = \"s [C]\"\n\
    bearing = { ja = \"b\", en = \"b\" }\nclock = \"20261121093000\"\n";

fn ran(steps: &str, consumer: &Consumer) -> Verdict {
    let read = scenario("timed", &format!("{HEAD}{steps}"));
    run::all(&[read], &own(), 1, Company { onlooker: &Nobody, consumer }).unwrap().remove(0)
}

fn sample(mistakes: &[Mistake]) -> Consumer {
    Consumer::Sample(mistakes.iter().copied().collect(), Edition::default())
}

#[test]
fn at_holds_at_the_second_in_which_a_file_came_out_and_tells_by_how_much_it_was_early_or_late() {
    // The face file comes out at 09:30:00; a minute later the answer to a request.
    let steps = |face: &str, answer: &str| {
        format!(
            "[[steps]]\nname = \"v\"\nvisit = {{ person = \"taro\" }}\n[[steps.expect]]\nfile = \"face\"\nat = \"${{now}}\"\n\
             [[steps]]\nadvance = {{ minutes = 1 }}\n[[steps]]\nrequest = {{ interface = \"OQSsiquc01\", person = \"taro\" }}\n\
             [[steps.expect]]\nfile = \"answer\"\nat = \"{answer}\"\n[[steps.expect]]\nfile = \"v.face\"\nat = \"{face}\"\n"
        )
    };
    let right = ran(&steps("20261121093000", "${now}"), &Consumer::Nobody);
    assert_eq!(right.state, State::Held, "{}", lines(&right));
    for (face, answer, says) in [
        ("${now}", "${now}", ["v.face は 20261121093100 に出る", "実際: 20261121093000（60 秒早い）"]),
        ("20261121092959", "${now}", ["v.face は 20261121092959 に出る", "実際: 20261121093000（1 秒遅い）"]),
        ("20261121093000", "20261121093000", ["answer は 20261121093000 に出る", "実際: 20261121093100（60 秒遅い）"]),
        ("soon", "${now}", ["期待が読める", "「soon」は時刻ではありません"]),
    ] {
        let verdict = ran(&steps(face, answer), &Consumer::Nobody);
        let told = lines(&verdict);
        assert_eq!(verdict.state, State::Failed, "{told}");
        assert!(says.iter().all(|word| told.contains(word)), "{says:?} in {told}");
    }
}

#[test]
fn within_s_gives_a_file_so_long_to_become_what_it_must_and_no_longer() {
    let steps = |seconds: u64| {
        format!(
            "[[steps]]\nvisit = {{ person = \"taro\" }}\n\
             [[steps.expect]]\nfile = \"face\"\nlife = \"collected\"\nwithin_s = {seconds}\n"
        )
    };
    let fetched = ran(&steps(60), &sample(&[]));
    assert_eq!(fetched.state, State::Held, "{}", lines(&fetched));
    // Nobody fetches it; somebody reads it and leaves it there.
    for consumer in [Consumer::Nobody, sample(&[Mistake::ForgetsToDelete])] {
        let verdict = ran(&steps(1), &consumer);
        let told = lines(&verdict);
        assert_eq!(verdict.state, State::Failed, "{told}");
        assert!(
            told.contains("1 秒待っても起こらない。face/OQSsiquc01res_face_") && told.contains("delivered"),
            "{told}"
        );
        assert!(verdict.millis >= 1000.0, "it did not wait: {}", verdict.millis);
    }
}

#[test]
fn within_s_gives_the_consumer_so_long_to_ask_and_what_comes_later_came_too_late() {
    // Hanako has no 照会番号: one is registered as soon as she is a patient, and not before.
    let steps = |early: &str| {
        format!(
            "[[steps]]\nvisit = {{ person = \"hanako\" }}\n{early}\
             [[steps]]\nask = {{ about = \"visits\", value = \"1\", ja = \"a\", en = \"a\" }}\n\
             [[steps]]\ndesk = {{ order = \"register\", ja = \"a\", en = \"a\" }}\n\
             [[steps.expect]]\nasked = {{ interface = \"OQSsiimm01\" }}\nwithin_s = 60\n"
        )
    };
    let right = ran(&steps(""), &sample(&[]));
    assert_eq!(right.state, State::Held, "{}", lines(&right));
    let early = "[[steps.expect]]\nasked = { interface = \"OQSsiimm01\" }\nwithin_s = 1\n";
    let verdict = ran(&steps(early), &sample(&[]));
    let told = lines(&verdict);
    assert_eq!(verdict.state, State::Failed, "{told}");
    assert!(told.contains("実際: 0 回") && told.matches("不合格").count() <= 1, "{told}");
    let held: Vec<_> = verdict.steps.iter().map(|step| step.held()).collect();
    assert_eq!(held, [Some(false), Some(true), Some(true)], "only the early one fails");
}
