//! Which PMH file goes with a face file of somebody else. Pure.
//!
//! Only a face file that names one (RequestPmhFileName) has a partner: nothing is added to a file, so no other could lead a client there.

use super::kind::Kind;
use super::shelf::OwnFile;

/// The name of the partner of `file` among `files`: the file of the name that the link announces, or its `.err`; else the PMH result whose
/// name differs in its last word only (`case01_face.xml`, `case01_pmh.xml`); else the one PMH result of a folder with one face result.
pub fn of<'a>(file: &OwnFile, files: &'a [OwnFile]) -> Option<&'a String> {
    let link = file.link.as_deref().filter(|_| file.kind.suits_a_visit())?;
    let (folder, _) = split(&file.name);
    let beside = || files.iter().filter(move |other| split(&other.name).0 == folder);
    let result = link.replacen("req_", "res_", 1);
    let short = link.strip_suffix(".xml").unwrap_or(link);
    let announced = [result, format!("{link}.err"), format!("{short}.err")];
    let by_link = beside().chain(files).find(|other| announced.iter().any(|name| split(&other.name).1 == name));
    let subsidies = || beside().filter(|other| other.kind == Kind::Pmh);
    let by_name = || subsidies().find(|other| stem(&other.name) == stem(&file.name));
    let alone = || {
        let faces = beside().filter(|other| other.kind == Kind::Face).count();
        subsidies().next().filter(|_| faces == 1 && subsidies().count() == 1)
    };
    by_link.or_else(by_name).or_else(alone).map(|partner| &partner.name)
}

fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}

/// The name without extension and without its last word.
fn stem(name: &str) -> &str {
    let name = split(name).1;
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    name.rsplit_once(['_', '-', ' ', '.']).map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, kind: Kind, link: Option<&str>) -> OwnFile {
        let link = link.map(str::to_owned);
        OwnFile { name: name.into(), kind, person: None, partner: None, listed: false, trouble: None, link }
    }

    const LINK: &str = "PMHsimsm01req_0123456789ABCDEF2026112109000000_face.xml";
    const RESULT: &str = "PMHsimsm01res_0123456789ABCDEF2026112109000000_face.xml";

    #[test]
    fn the_announced_name_goes_before_the_neighbour_and_the_neighbour_before_the_only_one() {
        let face = file("a/case01_face.xml", Kind::Face, Some(LINK));
        let linked = file(&format!("b/{RESULT}"), Kind::Pmh, None);
        let neighbour = file("a/case01_pmh.xml", Kind::Pmh, None);
        let other = file("a/case02_pmh.xml", Kind::Pmh, None);
        let err = file(&format!("a/{LINK}.err"), Kind::NotXml, None);
        let all = [face.clone(), other.clone(), neighbour.clone(), linked.clone()];
        assert_eq!(of(&face, &all), Some(&linked.name));
        assert_eq!(of(&face, &all[..3]), Some(&neighbour.name));
        assert_eq!(of(&face, &all[..2]), Some(&other.name));
        assert_eq!(of(&face, &[face.clone(), other.clone(), err.clone()]), Some(&err.name));
        assert_eq!(of(&face, &all[..1]), None);
    }

    #[test]
    fn a_face_file_without_link_and_a_folder_of_several_faces_have_none() {
        let other = file("a/x.xml", Kind::Pmh, None);
        let unlinked = file("a/case01_face.xml", Kind::Face, None);
        assert_eq!(of(&unlinked, &[unlinked.clone(), other.clone()]), None);
        let face = file("a/case01_face.xml", Kind::Face, Some(LINK));
        let second = file("a/case02_face.xml", Kind::Face, None);
        assert_eq!(of(&face, &[face.clone(), second, other]), None);
    }
}
