//! JUnit XML, as build servers read it: a suite per group, a test case per scenario.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::model::Group;
use super::verdict::{State, Verdict};
use crate::event::Lang;
use crate::message::xml::plain;

/// All verdicts.
///
/// # Errors
/// What the writer of XML says.
pub fn report(verdicts: &[Verdict], lang: Lang) -> io::Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all: Vec<&Verdict> = verdicts.iter().collect();
    let counts = counts(&all);
    let root = writer.create_element("testsuites").with_attributes(counts.iter().map(|(k, v)| (*k, v.as_str())));
    root.write_inner_content(|writer| {
        for group in Group::ALL {
            let mine: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.group == group).collect();
            if !mine.is_empty() {
                suite(writer, group, &mine, lang)?;
            }
        }
        Ok(())
    })?;
    String::from_utf8(writer.into_inner()).map(|text| text + "\n").map_err(io::Error::other)
}

fn counts(verdicts: &[&Verdict]) -> [(&'static str, String); 5] {
    let of = |state: State| verdicts.iter().filter(|verdict| verdict.state == state).count().to_string();
    let skipped = verdicts.iter().filter(|v| matches!(v.state, State::Skipped | State::Undecided)).count();
    let seconds = verdicts.iter().map(|verdict| verdict.millis).sum::<f64>() / 1000.0;
    [
        ("tests", verdicts.len().to_string()),
        ("failures", of(State::Failed)),
        ("errors", of(State::Unreachable)),
        ("skipped", skipped.to_string()),
        ("time", format!("{seconds:.3}")),
    ]
}

fn suite(writer: &mut Writer<Vec<u8>>, group: Group, verdicts: &[&Verdict], lang: Lang) -> io::Result<()> {
    let (name, counts) = (group.words(), counts(verdicts));
    let suite = writer.create_element("testsuite").with_attribute(("name", name.say(lang)));
    suite
        .with_attributes(counts.iter().map(|(k, v)| (*k, v.as_str())))
        .write_inner_content(|writer| verdicts.iter().try_for_each(|verdict| case(writer, verdict, lang)))?;
    Ok(())
}

fn case(writer: &mut Writer<Vec<u8>>, verdict: &Verdict, lang: Lang) -> io::Result<()> {
    let name = plain(&format!("{} {}", verdict.id, verdict.title.say(lang)));
    let time = format!("{:.3}", verdict.millis / 1000.0);
    let class = format!("scenario.{}", verdict.group.name());
    let case = writer.create_element("testcase").with_attributes([
        ("classname", class.as_str()),
        ("name", name.as_str()),
        ("time", time.as_str()),
    ]);
    let lines: Vec<String> = verdict.lines(lang).iter().map(|line| plain(line)).collect();
    let outcome = match verdict.state {
        State::Held => None,
        State::Failed => Some("failure"),
        State::Unreachable => Some("error"),
        State::Skipped | State::Undecided => Some("skipped"),
    };
    if outcome.is_none() && verdict.faults.is_empty() {
        case.write_empty()?;
        return Ok(());
    }
    case.write_inner_content(|writer| {
        faults(writer, &verdict.faults)?;
        let Some(outcome) = outcome else { return Ok(()) };
        let message = lines.first().cloned().unwrap_or_default();
        let element = writer.create_element(outcome).with_attribute(("message", message.as_str()));
        element.write_text_content(BytesText::new(&lines.join("\n")))?;
        Ok(())
    })?;
    Ok(())
}

/// The faults that came up meanwhile: who reads a failure wants to know what was done to the program.
fn faults(writer: &mut Writer<Vec<u8>>, faults: &[String]) -> io::Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    writer.create_element("properties").write_inner_content(|writer| {
        faults.iter().try_for_each(|fault| {
            let property = writer.create_element("property");
            property.with_attributes([("name", "fault"), ("value", fault.as_str())]).write_empty().map(drop)
        })
    })?;
    Ok(())
}
