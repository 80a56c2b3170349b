//! Settings, layouts, people, municipalities and kept state: read as a station reads them.

use std::path::Path;

use jiff::civil::Date;

use super::{Asked, Check, Finding, Grade, HUB_MUNICIPALITIES, LAYOUTS, PEOPLE, SETTINGS, STATE, both};
use crate::event::Words;
use crate::folder::{lock, probe};
use crate::hub::medical_hub::registration::Enrolled;
use crate::people;
use crate::station::layouts::{Layouts, LayoutsError};
use crate::station::settings::Settings;
use crate::station::{check_named, state};

/// The settings.
pub fn settings(asked: &Asked) -> Vec<Finding> {
    let Asked { settings, file, mistake } = asked;
    let place = file.as_deref().map_or_else(|| "-".to_owned(), shown);
    if let Some(mistake) = mistake {
        let remedy = Words::new(
            "示された所を直してください。ほかの項目は既定の設定で調べました",
            "correct it there; everything else was looked at with the defaults",
        );
        return vec![SETTINGS.told(Grade::Broken, place, mistake.clone(), remedy)];
    }
    vec![match (check_named(settings), file) {
        (Err(error), _) => {
            let remedy = error.remedy().map(|remedy| both(&remedy));
            let remedy = remedy.unwrap_or_else(|| Words::new("示された所を直してください", "correct it there"));
            SETTINGS.told(Grade::Broken, place, both(&error.to_string()), remedy)
        }
        (Ok(()), Some(_)) => SETTINGS.good(place, Words::new("読めます", "can be used")),
        (Ok(()), None) => SETTINGS.good(place, Words::new("ファイルはなく、既定値です", "no file: the defaults")),
    }]
}

/// The layout folder, where there is one.
pub fn layouts(settings: &Settings) -> Vec<Finding> {
    let named = [settings.station.layouts.as_deref(), settings.hub.error_codes.as_deref()];
    let place = named.into_iter().flatten().map(shown).collect::<Vec<_>>().join(", ");
    if place.is_empty() {
        return vec![LAYOUTS.good("-", Words::new("内蔵の表を使います", "the built-in tables are used"))];
    }
    vec![match read_layouts(settings) {
        Ok(_) => LAYOUTS.good(place, Words::new("読めます", "can be used")),
        Err(error) => LAYOUTS.told(
            Grade::Broken,
            place,
            both(&error.to_string()),
            Words::new(
                "直すか、madoguchi layout export の表から始めてください",
                "correct it, or begin with the tables of `madoguchi layout export`",
            ),
        ),
    }]
}

fn read_layouts(settings: &Settings) -> Result<Layouts, LayoutsError> {
    let mut layouts = Layouts::read(settings.station.layouts.as_deref())?;
    layouts.take_error_codes(settings.hub.error_codes.as_deref())?;
    Ok(layouts)
}

/// The people.
pub fn people(settings: &Settings, today: Date) -> Vec<Finding> {
    let folder = settings.station.people.as_deref();
    let place = folder.map_or_else(|| "card-profiles, 内蔵 / built in".to_owned(), shown);
    let people = match people::load_or_built_in(folder, today) {
        Ok(people) => people,
        Err(error) => {
            let remedy = Words::new(
                "示された所を直すか、--people で別のフォルダを指定してください",
                "correct it there, or name another folder with --people",
            );
            return vec![PEOPLE.told(Grade::Broken, place, both(&error.to_string()), remedy)];
        }
    };
    let count = people.to_vec().len();
    if count == 0 {
        let found = Words::new("患者が一人もいません", "there is nobody");
        let remedy = Words::new(
            "--people で card-profiles のあるフォルダを指定してください",
            "name a folder of card-profiles with --people",
        );
        return vec![PEOPLE.told(Grade::Broken, place, found, remedy)];
    }
    let layouts = read_layouts(settings).unwrap_or_else(|_| Layouts::built_in());
    let meant = |finding: &people::Finding| finding.intended || layouts.knows(finding);
    let unmeant: Vec<_> = people.findings().into_iter().filter(|finding| !meant(finding)).collect();
    vec![match unmeant.first() {
        None => PEOPLE.good(place, Words::new(format!("{count}人"), format!("{count} people"))),
        Some(first) => {
            let (first, more) = (both(&first.to_string()), unmeant.len());
            let found = Words::new(
                format!("{count}人。規則に合わない値が{more}個: {}", first.ja),
                format!("{count} people; {more} values break a rule: {}", first.en),
            );
            let remedy = Words::new(
                "直すか、わざとなら irregular に書いてください",
                "correct them, or list them under irregular where they are meant",
            );
            PEOPLE.told(Grade::Note, place, found, remedy)
        }
    }]
}

/// The municipalities that may register, where they can.
pub fn municipalities(settings: &Settings) -> Vec<Finding> {
    let hub = &settings.hub;
    let place = hub.municipalities.as_deref().map_or_else(|| "-".to_owned(), shown);
    let enrolled = match Enrolled::load(hub.municipalities.as_deref()) {
        Ok(enrolled) => enrolled,
        Err(error) => {
            let remedy = Words::new(
                "示された所を直すか、[hub] municipalities で別のファイルを指定してください",
                "correct it there, or name another file in [hub] municipalities",
            );
            // Without a face to municipalities nobody reads it.
            let grade = if hub.registration.is_some() { Grade::Broken } else { Grade::Warning };
            return vec![HUB_MUNICIPALITIES.told(grade, place, both(&error.to_string()), remedy)];
        }
    };
    vec![HUB_MUNICIPALITIES.good(
        place,
        match (&hub.registration, enrolled.is_demo()) {
            (None, _) => Words::new("自治体は登録しません", "municipalities do not register here"),
            (Some(_), true) => Words::new("トークン demo を受け付けます", "the token `demo` is taken"),
            (Some(_), false) => Words::new("読めます", "can be used"),
        },
    )]
}

/// The folder of kept state, where there is one.
pub fn state(settings: &Settings) -> Vec<Finding> {
    let Some(folder) = settings.station.state.as_deref() else {
        return vec![STATE.good("-", Words::new("メモリだけに持ちます", "kept in memory only"))];
    };
    if let Err(error) = state::read(folder) {
        let remedy = Words::new("ファイルを直すか消してください", "correct the file, or remove it");
        return vec![STATE.told(Grade::Broken, shown(folder), both(&error.to_string()), remedy)];
    }
    if let Some(holder) = lock::holder(folder) {
        let remedy = Words::new(
            "もう一つ起動するなら --state で別のフォルダを",
            "for a second station choose another folder with --state",
        );
        let found = Words::new(
            format!("別の madoguchi ({holder}) が使っています"),
            format!("another madoguchi ({holder}) keeps its state there"),
        );
        return vec![STATE.told(Grade::Note, shown(folder), found, remedy)];
    }
    let place = probe::nearest_existing(folder).unwrap_or_else(|| folder.to_owned());
    vec![match probe::try_out(&place, &place) {
        Ok(()) => STATE.good(shown(folder), Words::new("読み書きできます", "can be read and written")),
        Err(refused) => refusal(&STATE, folder, &refused),
    }]
}

/// A folder that refuses what a station must be able to do there.
pub(super) fn refusal(check: &Check, folder: &Path, refused: &probe::Refused) -> Finding {
    let (ja, en) = match refused.step {
        probe::Step::Write => ("書き込めません", "cannot be written"),
        probe::Step::Rename => ("改名して入れられません", "nothing can be renamed into it"),
        probe::Step::Remove => ("削除できません", "nothing can be removed from it"),
    };
    let (place, cause) = (shown(&refused.place), &refused.cause);
    let left = refused.left.as_deref().map(shown);
    let (left_ja, left_en) = left.map_or_else(Default::default, |left| {
        (format!("。残ったファイル {left} は消してください"), format!("; remove {left}, which was left there"))
    });
    check.told(
        Grade::Broken,
        shown(folder),
        Words::new(format!("{place} に{ja}: {cause}{left_ja}"), format!("{place} {en}: {cause}{left_en}")),
        Words::new(
            "このユーザーに、フォルダとその親フォルダの変更の権限を与えるか、--folder で別のフォルダを指定してください",
            "give this user the right to change the folder and the one above it, or choose another with --folder",
        ),
    )
}

/// A path as people read it.
pub(super) fn shown(path: &Path) -> String {
    path.display().to_string()
}
