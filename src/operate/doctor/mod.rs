//! What works on this machine, and what does not: looked at without a station, and nothing stays changed (docs/doctor.md).
//!
//! - here: what is looked at ([`CHECKS`]), a [`Finding`], and [`examine`]
//! - [`settings`]: settings, layouts, people, municipalities, kept state
//! - [`folder`]: a real terminal that runs, rights, who works there, shares, the watcher
//! - [`card`]: the PC/SC service, its readers and drivers
//! - [`port`]: the addresses, and who holds them
//! - [`time`]: the machine's clock and zone
//! - [`tty`]: how Japanese comes out on this terminal
//! - [`show`]: as plain text

pub mod card;
pub mod folder;
pub mod port;
pub mod settings;
pub mod show;
pub mod time;
pub mod tty;

use std::path::PathBuf;

use serde::Serialize;

use crate::clock::Clock;
use crate::event::Words;
use crate::station::settings::Settings;

/// One thing that is looked at: its name, what it is called, and what has to hold.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Stable name, for scripts.
    pub id: &'static str,
    /// What is looked at.
    pub title: (&'static str, &'static str),
    /// What has to hold.
    pub rule: (&'static str, &'static str),
}

macro_rules! checks {
    ($( $name:ident $id:literal, $ja:literal, $en:literal => $rule_ja:literal, $rule_en:literal; )+) => {
        $( #[doc = concat!($ja, " / ", $en)]
        pub static $name: Check = Check { id: $id, title: ($ja, $en), rule: ($rule_ja, $rule_en) }; )+
        /// Everything that is looked at, in the order in which it is told.
        pub static CHECKS: &[&Check] = &[$( &$name, )+];
    };
}

checks! {
    SETTINGS "settings", "設定", "settings"
        => "設定の項目と値は、docs/settings.md のとおりです", "keys and values of the settings are those of docs/settings.md";
    LAYOUTS "layouts", "レイアウト", "layouts"
        => "差し替えた表は、内蔵の表と同じ形です", "tables of your own have the form of the built-in ones";
    PEOPLE "people", "患者", "people"
        => "患者のファイルは、docs/card-profiles.md の形です", "files of people have the form of docs/card-profiles.md";
    HUB_MUNICIPALITIES "hub.municipalities", "自治体", "municipalities"
        => "[hub] municipalities のファイルは、docs/municipality.md の形です", "the file of [hub] municipalities has the form of docs/municipality.md";
    STATE "state", "保存した状態", "kept state"
        => "[station] state のフォルダは読み書きでき、使うのは一つの窓口だけです", "the folder of [station] state can be read and written, and one station has it";
    TERMINAL_REAL "terminal.real", "実端末", "real terminal"
        => "実際の資格確認端末のプログラムは、同じ共有フォルダで動きません", "no program of a real terminal works on the same shared folder";
    FOLDER_OWNER "folder.owner", "フォルダの持ち主", "whose folder"
        => "実端末のフォルダでも、知らないファイルのあるフォルダでもありません", "not the folder of a real terminal, and without files of which nothing is known";
    FOLDER_RIGHTS "folder.rights", "フォルダの権限", "folder rights"
        => "req、res、face では、ファイルの作成、改名、削除ができます", "files can be written, renamed and removed in req, res and face";
    FOLDER_FREE "folder.free", "フォルダの使用者", "folder in use"
        => "一つのフォルダには一つの窓口だけです", "one folder has one station";
    FOLDER_SHARE "folder.share", "フォルダの場所", "where the folder is"
        => "フォルダはこの機械にあり、親フォルダと同じファイルシステムです。ネットワークの向こうでは poll を使います",
           "the folder is on this machine and on the file system of its parent; across a network set poll";
    WATCHER "watcher", "フォルダの監視", "watching the folder"
        => "req に現れたファイルは、システムの通知で、または poll で見つかります", "a file that comes to req is found by the system's events, or by poll";
    PORT_CONTROL "port.control", "制御APIのポート", "port of the control API"
        => "[control] listen は空いています", "the address of [control] listen is free";
    PORT_HUB "port.hub", "ハブのポート", "port of the hub"
        => "madoguchi hub の既定のポートは空いています（内蔵ハブだけなら不要）", "the usual port of `madoguchi hub` is free; the embedded hub needs none";
    HUB "hub", "外部のハブ", "hub elsewhere"
        => "[hub] url のハブが答えます", "the hub of [hub] url answers";
    PCSC_SERVICE "pcsc.service", "PC/SC サービス", "PC/SC service"
        => "実カードと card serve には PC/SC サービスが必要です（ソフトウェアカードだけなら不要）",
           "real cards and `card serve` need the PC/SC service; software cards in the station do not";
    PCSC_READERS "pcsc.readers", "カードリーダー", "card readers"
        => "[[reader]] source のリーダーがつながっています", "the readers of [[reader]] source are attached";
    PCSC_DRIVERS "pcsc.drivers", "リーダーのドライバ", "reader drivers"
        => "USB のリーダーには CCID、card serve には vpcd のドライバが要ります", "USB readers need a CCID driver, `card serve` that of vpcd";
    CLOCK "clock", "時計", "clock"
        => "機械の時計は合っています（証明書と資格の期限を決めます）", "the machine's clock is right: it decides what has ended";
    ZONE "zone", "タイムゾーン", "time zone"
        => "文書の時刻は常に日本時間です。他のプログラムは機械のゾーンを使います", "documents are always in JST; other programs use the machine's zone";
    TTY_ENCODING "tty.encoding", "文字コード", "encoding"
        => "このプログラムの出力は UTF-8 です", "what this program prints is UTF-8";
    TTY_WIDTH "tty.width", "文字の幅", "width of characters"
        => "全角文字は2桁、半角カナは1桁です", "full-width characters take two columns, half-width kana one";
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// As it has to be.
    Good,
    /// Good, and something is worth knowing.
    Note,
    /// Something will not work that this station may not need.
    Warning,
    /// The station will not come up, or will not do its work.
    Broken,
}

/// What was found by one check at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Name of the check.
    pub check: &'static str,
    /// How it came out.
    pub grade: Grade,
    /// File, folder, address or reader that was looked at.
    pub place: String,
    /// What is so.
    pub found: Words,
    /// What has to hold.
    pub rule: Words,
    /// What to do, where something is to be done.
    pub remedy: Option<Words>,
    /// What is looked at.
    #[serde(skip)]
    title: (&'static str, &'static str),
}

impl Check {
    /// It holds.
    pub fn good(&self, place: impl Into<String>, found: Words) -> Finding {
        self.finding(Grade::Good, place.into(), found, None)
    }

    /// It does not, or something is worth knowing.
    pub fn told(&self, grade: Grade, place: impl Into<String>, found: Words, remedy: Words) -> Finding {
        self.finding(grade, place.into(), found, Some(remedy))
    }

    fn finding(&self, grade: Grade, place: String, found: Words, remedy: Option<Words>) -> Finding {
        let rule = Words::new(self.rule.0, self.rule.1);
        Finding { check: self.id, grade, place, found, rule, remedy, title: self.title }
    }
}

/// What a station would be opened with.
#[derive(Debug)]
pub struct Asked {
    /// The settings, complete; the defaults where those given cannot be used.
    pub settings: Settings,
    /// Where they were read; `None` where there is no file.
    pub file: Option<PathBuf>,
    /// What is wrong with those given.
    pub mistake: Option<Words>,
}

/// Looks at everything. Takes some seconds where a watcher stays silent; needs no tokio runtime and must not be called in one.
///
/// # Errors
/// No runtime for the watcher can be had.
pub fn examine(asked: &Asked) -> std::io::Result<Vec<Finding>> {
    let Asked { settings, .. } = asked;
    let today = settings.clock().unwrap_or_else(|_| Clock::real()).now().date();
    Ok([
        settings::settings(asked),
        settings::layouts(settings),
        settings::people(settings, today),
        settings::municipalities(settings),
        settings::state(settings),
        vec![folder::real_terminals()],
        folder::folders(settings)?,
        port::ports(settings),
        card::cards(settings),
        time::clock_and_zone(settings),
        tty::tty(),
    ]
    .concat())
}

/// Does everything hold that a station needs?
pub fn is_sound(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.grade < Grade::Broken)
}

/// A text of ours that has both languages on one line.
pub(super) fn both(text: &str) -> Words {
    text.split_once(" / ").map_or_else(|| Words::new(text, text), |(ja, en)| Words::new(ja, en))
}
