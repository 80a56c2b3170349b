//! `madoguchi.toml`: every setting with its default, from file, environment and command line, in that order of growing weight.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Time;
use serde::Deserialize;

use crate::card::soft::Timing;
use crate::clock::Clock;
use crate::event::Lang;
use crate::face_reader::settings::{ReaderSettings, Timers};
use crate::handwritten::{self, Mistake, nearest};
use crate::hub::PastDays;
use crate::hub::storage::StoreUrl;
use crate::message::subsidy::Edition;
use crate::number::InstitutionCode;
use crate::secret::Secret;
use crate::station::faults::{FaultEntry, check_magic, take_magic};
use crate::station::reader::Source;
use crate::terminal::sealing::Sealing;
use crate::terminal::{Pace, TerminalSettings};
use crate::visit::Uses;
use crate::wire::latency::Latency;
use crate::wire::tls::Files;

/// Prefix of environment variables: `MADOGUCHI_<TABLE>_<KEY>`, for instance `MADOGUCHI_STATION_SEED`.
const PREFIX: &str = "MADOGUCHI_";
/// A 医科 of the 999-series (spec/pmh.md §6.5): a valid code that is unlikely to be somebody's.
const DEFAULT_INSTITUTION: &str = "1319919997";
/// Where the control API listens when nobody says otherwise.
pub const DEFAULT_CONTROL: &str = "127.0.0.1:8790";

/// All settings of a station.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `[station]`
    pub station: StationTable,
    /// `[[terminal]]`; one with defaults when there is none.
    pub terminal: Vec<TerminalSettings>,
    /// `[[reader]]`; one with defaults when there is none.
    pub reader: Vec<ReaderTable>,
    /// `[hub]`
    pub hub: HubTable,
    /// `[card]`
    pub card: CardTable,
    /// `[control]`
    pub control: ControlTable,
    /// `[faults]`: knobs armed at the start, and `magic`.
    pub faults: BTreeMap<String, FaultEntry>,
}

/// `[station]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StationTable {
    /// 医療機関コード; its 点数表番号 decides 医科, 歯科 or 薬局.
    pub institution: String,
    /// Name of the institution, for screens.
    pub name: String,
    /// `ja` or `en`; by the locale when left out.
    pub lang: Option<Lang>,
    /// As `--clock`.
    pub clock: Option<String>,
    /// Seed of all chance.
    pub seed: u64,
    /// `instant`, `brisk` or `real`
    pub pace: Pace,
    /// Folder of card-profiles.
    pub people: Option<PathBuf>,
    /// Folder in which PIN counters and the like are kept between runs; in memory only when left out.
    pub state: Option<PathBuf>,
    /// 環境設定情報
    pub uses: Uses,
    /// When the 受給者証 question is put.
    pub subsidy_question: SubsidyQuestion,
    /// What becomes of an insurance query that names nobody. The embedded hub's only.
    pub unknown_people: UnknownPeople,
    /// Folder of layouts, code tables and error codes in place of the built-in ones (docs/layouts.md).
    pub layouts: Option<PathBuf>,
}

impl Default for StationTable {
    fn default() -> Self {
        Self {
            institution: DEFAULT_INSTITUTION.to_owned(),
            name: "窓口クリニック".to_owned(),
            lang: None,
            clock: None,
            seed: 1,
            pace: Pace::default(),
            people: None,
            state: None,
            uses: Uses::default(),
            subsidy_question: SubsidyQuestion::default(),
            unknown_people: UnknownPeople::default(),
            layouts: None,
        }
    }
}

/// `unknown_people`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownPeople {
    /// 該当資格なし, and the journal offers to adopt them.
    #[default]
    None,
    /// They are adopted, and answered.
    Adopt,
}

/// `subsidy_question`: sources disagree whether the screen comes without data (spec/pmh.md §10.5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubsidyQuestion {
    /// Only when PMH knows a certificate.
    #[default]
    WhenKnown,
    /// At every visit of an institution that uses 医療費助成情報.
    Always,
}

/// One `[[reader]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReaderTable {
    /// `soft`, or `pcsc:NAME`: a PC/SC reader whose card starts a visit.
    pub source: String,
    /// The terminal it belongs to, from 1.
    pub terminal: usize,
    /// At which pace software cards answer there: `instant`, or that of plastic at a bit rate.
    pub card_timing: Timing,
    /// Its own face folder, when it is tied to a 再来受付機.
    pub face_folder: Option<PathBuf>,
    /// Does the auto-pilot answer for patients whose card an operator puts there?
    pub auto_pilot: bool,
    /// `standard`, `reception` or a model file.
    pub model: String,
    /// Are phones accepted?
    pub phone: bool,
    /// Has the staff the command 目視確認?
    pub staff_visual: bool,
    /// How long is waited for what.
    pub timers: Timers,
}

impl Default for ReaderTable {
    fn default() -> Self {
        let ReaderSettings { model, phone, staff_visual, timers } = ReaderSettings::default();
        Self {
            source: "soft".to_owned(),
            terminal: 1,
            card_timing: Timing::default(),
            face_folder: None,
            auto_pilot: true,
            model,
            phone,
            staff_visual,
            timers,
        }
    }
}

impl ReaderTable {
    /// The part that the dialogue obeys.
    pub fn dialogue(&self) -> ReaderSettings {
        ReaderSettings {
            model: self.model.clone(),
            phone: self.phone,
            staff_visual: self.staff_visual,
            timers: self.timers,
        }
    }
}

/// `[hub]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HubTable {
    /// A hub elsewhere; embedded when left out.
    pub url: Option<String>,
    /// The authority of that hub's certificate, PEM.
    pub ca: Option<PathBuf>,
    /// The certificate that this station shows, PEM.
    pub certificate: Option<PathBuf>,
    /// Its key, PEM.
    pub key: Option<PathBuf>,
    /// Where the embedded hub writes down who asked what.
    pub audit: Option<PathBuf>,
    /// Edition of the subsidy document: `R5`, `R6` or `R8`.
    pub spec_year: Edition,
    /// Seconds of document time from a bulk request to its result; 5 when left out. Of the embedded hub.
    pub bulk_ready_after: Option<u64>,
    /// Days of document time for which a 受付番号 is known; 7 when left out. Of the embedded hub.
    pub bulk_kept_for: Option<u64>,
    /// Codes and messages of the centre (errors.toml), over those of the layout folder. Of the embedded hub.
    pub error_codes: Option<PathBuf>,
    /// New links stop from 03:00 to 06:00 and on the third week-end; visits go on. Of the embedded hub.
    pub maintenance: bool,
    /// Hour at which who was registered at PMH is linked; at once when left out. Of the embedded hub.
    #[serde(deserialize_with = "handwritten::time_of_day")]
    pub link_at: Option<Time>,
    /// What the centre knew when, in answers about days that are past. Of the embedded hub.
    pub past_days: PastDays,
    /// Where what is registered is kept: `memory`, or `sqlite:FILE`. Of the embedded hub.
    pub store: StoreUrl,
    /// How long it takes. Of the embedded hub.
    pub latency: Latency,
    /// `HOST:PORT` where municipalities register at the embedded hub; nowhere when left out.
    pub registration: Option<String>,
    /// Municipalities and their tokens (docs/municipality.md); the token `demo` when left out. Of the embedded hub.
    pub municipalities: Option<PathBuf>,
    /// 受給者証 reach a clinic before their first day, too. Of the embedded hub.
    pub future_subsidies: bool,
}

impl HubTable {
    /// The certificates for a hub elsewhere. File, environment and command line may each say a part of it, so it is asked of all together.
    ///
    /// # Errors
    /// There are some, and no hub that would look at them.
    pub fn files(&self) -> Result<Files, SettingsError> {
        let files = Files { ca: self.ca.clone(), certificate: self.certificate.clone(), key: self.key.clone() };
        let is_secure = self.url.as_deref().is_some_and(|url| url.starts_with("https://"));
        if files.are_named() && !is_secure {
            let en = "ca, certificate and key are for a url that begins with https://";
            return Err(wrong("hub.url", "ca、certificate、key は https:// の url と使います", en).into());
        }
        Ok(files)
    }
}

/// `[card]`: for the commands that read cards.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CardTable {
    /// Roots to trust besides the test authority, PEM or DER.
    pub roots: Vec<PathBuf>,
}

/// `[control]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ControlTable {
    /// `HOST:PORT`; port 0 lets the system choose. Loopback unless told.
    pub listen: String,
    /// Token that callers must show; demanded when `listen` is not loopback.
    #[serde(deserialize_with = "token")]
    pub token: Option<Secret>,
}

impl Default for ControlTable {
    fn default() -> Self {
        Self { listen: DEFAULT_CONTROL.to_owned(), token: None }
    }
}

fn token<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(input)?.map(Secret::new))
}

impl Settings {
    /// Reads `file` (none: defaults), then the environment over it.
    pub fn read(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let name = file.map_or_else(|| "madoguchi.toml".to_owned(), |path| path.display().to_string());
        let text = match file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|cause| SettingsError::Unreadable { file: name.clone(), cause: cause.to_string() })?,
            None => String::new(),
        };
        // Read once as it stands, so that mistakes come with their line; then again with the environment in it.
        let plain: Self = handwritten::from_toml(&name, &text)?;
        plain.check().map_err(|mistake| mistake.placed(&name, &text))?;
        let mut table: toml::Table = handwritten::from_toml(&name, &text)?;
        let settings = if lay_over(&mut table, environment)? {
            let merged = toml::to_string(&table).map_err(|cause| SettingsError::Environment(cause.to_string()))?;
            handwritten::from_toml("MADOGUCHI_…", &merged)?
        } else {
            plain
        };
        settings.check_passwords().map_err(|mistake| {
            let in_file = mistake.clone().placed(&name, &text);
            if in_file.line.is_some() { in_file } else { mistake }
        })?;
        Ok(settings)
    }

    /// Whoever asks for encryption has a password for it. Asked of file and environment together: one may name what the other wants.
    fn check_passwords(&self) -> Result<(), Box<Mistake>> {
        self.terminal.iter().try_for_each(|terminal| {
            Sealing::new(&terminal.encryption, &[], terminal.encryption_password.as_ref()).map(drop)
        })
    }

    /// Checks what no type says, and fills in the one terminal and the one reader of a station without settings.
    pub fn complete(mut self) -> Result<Self, SettingsError> {
        if self.terminal.is_empty() {
            self.terminal.push(TerminalSettings::default());
        }
        if self.reader.is_empty() {
            self.reader.push(ReaderTable::default());
        }
        self.check()?;
        let magic = take_magic(&mut self.faults);
        let code = InstitutionCode::new(&self.station.institution);
        for terminal in &mut self.terminal {
            // Other programs are told these folders and stand elsewhere.
            terminal.folder = absolute(&terminal.folder);
            for folder in
                [&mut terminal.req, &mut terminal.res, &mut terminal.face, &mut terminal.answers].into_iter().flatten()
            {
                *folder = absolute(folder);
            }
            terminal.institution = code.as_str().to_owned();
            terminal.pace = self.station.pace;
            terminal.edition = self.hub.spec_year;
            terminal.magic = magic.unwrap_or(terminal.magic);
        }
        for reader in &mut self.reader {
            reader.face_folder = reader.face_folder.as_deref().map(absolute);
        }
        Ok(self)
    }

    /// What no type says.
    fn check(&self) -> Result<(), Box<Mistake>> {
        let code = InstitutionCode::new(&self.station.institution);
        if code.as_str().len() != 10 || !code.as_str().bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong("station.institution", "医療機関コードは数字10桁です", "ten digits"));
        }
        let is_web = |url: &&str| ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
        if let Some(url) = self.hub.url.as_deref().filter(|url| !is_web(url)) {
            let ja = format!("「{url}」は http:// または https:// で始まるURLではありません");
            return Err(wrong("hub.url", &ja, "a URL that begins with http:// or https://"));
        }
        if let Some(Err(error)) = self.station.clock.as_deref().map(Clock::parse) {
            return Err(wrong("station.clock", &error.to_string(), "see --clock"));
        }
        check_magic(&self.faults)?;
        let terminals = self.terminal.len().max(1);
        for reader in &self.reader {
            if reader.terminal == 0 || reader.terminal > terminals {
                let ja = format!("端末 {} はありません (1–{terminals})", reader.terminal);
                return Err(wrong("reader.terminal", &ja, "no such [[terminal]]"));
            }
            match Source::parse(&reader.source) {
                Ok(Source::Soft | Source::Pcsc(_)) => {}
                // It would lie there for ever: nobody puts it down, and nobody takes it away.
                Ok(Source::Replay(_)) => {
                    let ja = "記録したカードは置きっぱなしにできません。tap --card replay:FILE で置いてください";
                    let en = "a recorded card is put down for a visit, with tap --card replay:FILE";
                    return Err(wrong("reader.source", ja, en));
                }
                Err(error) => return Err(wrong("reader.source", &error.to_string(), "soft or pcsc:READER")),
            }
        }
        Ok(())
    }

    /// The clock that `[station] clock` asks for.
    pub fn clock(&self) -> Result<Clock, SettingsError> {
        self.station.clock.as_deref().map_or_else(
            || Ok(Clock::real()),
            |spec| Clock::parse(spec).map_err(|e| wrong("station.clock", &e.to_string(), "see --clock").into()),
        )
    }
}

fn absolute(path: &Path) -> PathBuf {
    // Only an empty path has no absolute form; opening it says what is wrong.
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A mistake in a value that may have come from anywhere: file, environment or command line.
fn wrong(key: &str, ja: &str, en: &str) -> Box<Mistake> {
    Mistake::of_key("設定 / settings", key, ja, en)
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("設定ファイル {file} を読めません: {cause} / cannot read the settings")]
    Unreadable {
        /// Which.
        file: String,
        /// Why.
        cause: String,
    },
    /// Something in it is wrong.
    #[error(transparent)]
    Mistake(#[from] Box<Mistake>),
    /// An environment variable that is no setting.
    #[error("環境変数 {0}")]
    Environment(String),
}

const TABLES: [&str; 7] = ["station", "terminal", "reader", "hub", "card", "control", "faults"];
/// Variables that have a meaning of their own: where a station is, its token, the settings file, the language, a municipality's line.
const OTHERS: [&str; 7] = [
    "MADOGUCHI_STATION",
    "MADOGUCHI_CONTROL",
    "MADOGUCHI_TOKEN",
    "MADOGUCHI_CONFIG",
    "MADOGUCHI_LANG",
    "MADOGUCHI_MUNICIPALITY_TOKEN",
    "MADOGUCHI_MUNICIPALITY_CA",
];

/// Lays `MADOGUCHI_<TABLE>_<KEY>` over the file's tables; terminals and readers all get it. True when there was any.
fn lay_over(
    table: &mut toml::Table,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<bool, SettingsError> {
    let mut any = false;
    for (variable, value) in environment {
        let Some(rest) = variable.strip_prefix(PREFIX) else { continue };
        if OTHERS.contains(&variable.as_str()) {
            continue;
        }
        let rest = rest.to_lowercase();
        let Some((name, key)) = rest.split_once('_').filter(|(name, _)| TABLES.contains(name)) else {
            let first = rest.split('_').next().unwrap_or_default();
            let near = nearest(first, TABLES).map(|n| n.to_uppercase()).unwrap_or_else(|| "STATION".to_owned());
            return Err(SettingsError::Environment(format!(
                "{variable} に当たる設定はありません (例 {PREFIX}{near}_…) / names no setting"
            )));
        };
        let value = read_value(&value);
        match name {
            "terminal" | "reader" => {
                let list = table.entry(name).or_insert_with(|| toml::Value::Array(vec![toml::Table::new().into()]));
                for entry in list.as_array_mut().into_iter().flatten() {
                    if let Some(entry) = entry.as_table_mut() {
                        entry.insert(key.to_owned(), value.clone());
                    }
                }
            }
            _ => {
                let entry = table.entry(name).or_insert_with(|| toml::Table::new().into());
                if let Some(entry) = entry.as_table_mut() {
                    entry.insert(key.to_owned(), value);
                }
            }
        }
        any = true;
    }
    Ok(any)
}

/// `true`, `42` and `{ … }` are what they look like; everything else is text.
fn read_value(text: &str) -> toml::Value {
    toml::from_str::<toml::Table>(&format!("v = {text}"))
        .ok()
        .and_then(|mut table| table.remove("v"))
        // Ten digits are a code, not a number.
        .filter(|value| !(value.is_integer() && text.len() >= 10))
        .unwrap_or_else(|| toml::Value::String(text.to_owned()))
}
