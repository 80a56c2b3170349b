//! JUnit XML, as build servers read it: a test case per file, failed when the file is not well-formed.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::text::message;
use super::{Found, Levels};
use crate::event::Lang;
use crate::message::check::{Severity, Violation};
use crate::message::xml::plain;

/// Everything that was found, as one suite.
///
/// # Errors
/// What the writer of XML says.
pub(super) fn report(found: &[Found], levels: &Levels, lang: Lang) -> io::Result<String> {
    let failed = found.iter().filter(|file| fails(file, levels)).count();
    let unreadable = found.iter().filter(|file| file.unreadable.is_some()).count();
    let counts =
        [("tests", found.len().to_string()), ("failures", failed.to_string()), ("errors", unreadable.to_string())];
    let counts = || counts.iter().map(|(name, count)| (*name, count.as_str()));
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("testsuites").with_attributes(counts()).write_inner_content(|writer| {
        let suite = writer.create_element("testsuite").with_attribute(("name", "madoguchi check"));
        suite
            .with_attributes(counts())
            .write_inner_content(|writer| found.iter().try_for_each(|file| test_case(writer, file, levels, lang)))?;
        Ok(())
    })?;
    let text = String::from_utf8(writer.into_inner()).map_err(io::Error::other)?;
    Ok(text + "\n")
}

fn fails(file: &Found, levels: &Levels) -> bool {
    file.violations.iter().any(|(severity, _)| levels.fails(*severity))
}

fn test_case(writer: &mut Writer<Vec<u8>>, file: &Found, levels: &Levels, lang: Lang) -> io::Result<()> {
    let lines = |failing: bool| -> Vec<String> {
        let wanted = file.violations.iter().filter(|(severity, _)| levels.fails(*severity) == failing);
        wanted.map(|(severity, violation)| line(*severity, violation, lang)).collect()
    };
    let name = plain(&file.path);
    let case = writer.create_element("testcase").with_attributes([("classname", "check"), ("name", name.as_str())]);
    let (failing, others) = (lines(true), lines(false));
    if failing.is_empty() && others.is_empty() && file.unreadable.is_none() {
        case.write_empty()?;
        return Ok(());
    }
    case.write_inner_content(|writer| {
        if let Some(why) = &file.unreadable {
            let why = plain(why);
            writer.create_element("error").with_attribute(("message", why.as_str())).write_empty()?;
        }
        if let Some(first) = failing.first() {
            let rule = file.violations.iter().find(|(severity, _)| levels.fails(*severity));
            let rule = rule.map_or("", |(_, violation)| violation.rule.id());
            let failure =
                writer.create_element("failure").with_attributes([("type", rule), ("message", first.as_str())]);
            failure.write_text_content(BytesText::new(&failing.join("\n")))?;
        }
        if !others.is_empty() {
            writer.create_element("system-out").write_text_content(BytesText::new(&others.join("\n")))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn line(severity: Severity, violation: &Violation, lang: Lang) -> String {
    let place = violation.place.map(|(line, column)| format!("{line}:{column}: ")).unwrap_or_default();
    let element = violation.path.as_deref().map(|path| format!(" [{path}]")).unwrap_or_default();
    plain(&format!("{place}{severity}[{}] {}{element}", violation.rule.id(), message(violation, lang)))
}
