//! A station that has something of everything: people, two readers, a folder, a journal, knobs.

use jiff::SignedDuration;
use jiff::civil::{DateTime, datetime};
use madoguchi::event::Words;
use madoguchi::event::{FileLife, FolderKind, Lang};
use madoguchi::station::view::*;
use serde_json::{Value, json};

pub const START: DateTime = datetime(2026, 9, 29, 16, 1, 12, 0);

pub fn words(ja: &str, en: &str) -> Words {
    Words { ja: ja.into(), en: en.into() }
}

pub fn button(ja: &str, en: &str, event: Value, staff: bool) -> ButtonView {
    ButtonView { words: words(ja, en), event, staff }
}

pub fn rich(lang: Lang) -> View {
    View {
        time: START + SignedDuration::from_secs(33),
        frozen: false,
        hub: "embedded".into(),
        control: Some("http://127.0.0.1:8790".into()),
        lang,
        pace: "brisk".into(),
        terminals: vec![terminal(1)],
        readers: vec![choosing(1), idle(2)],
        people: people(),
        files: files(),
        journal: journal(),
        chains: Vec::new(),
        faults: faults(),
    }
}

/// As it looks right after the start.
pub fn fresh(lang: Lang) -> View {
    let mut first = idle(1);
    first.auto_pilot = true;
    let ready = line(1, 0, "準備完了 フォルダ ./oqs", "ready, folder ./oqs", false);
    View { readers: vec![first], files: Vec::new(), journal: vec![ready], faults: faults(), ..rich(lang) }
}

pub fn terminal(number: usize) -> TerminalView {
    TerminalView {
        number,
        institution: format!("131234567{number}"),
        req: "/home/dev/oqs/req".into(),
        res: "/home/dev/oqs/res".into(),
        face: "/home/dev/oqs/face".into(),
    }
}

pub fn idle(number: usize) -> ReaderView {
    ReaderView {
        possible: Vec::new(),
        visual_mode: false,
        number,
        source: if number == 1 { "soft".into() } else { "Virtual PCD 00 00".into() },
        terminal: 1,
        state: "idle".into(),
        auto_pilot: number != 1,
        person: None,
        person_name: None,
        card: None,
        proof: None,
        screen: ScreenView {
            title: words("マイナンバーカードを置いてください", "Please put your My Number Card here"),
            lines: vec![words("顔写真のある面を上にして置きます。", "The side with the photograph goes up.")],
            buttons: Vec::new(),
        },
        alarm: false,
        own: None,
    }
}

/// A reader with a card that nobody knows.
pub fn asking(number: usize) -> ReaderView {
    ReaderView {
        state: "who-is-this".into(),
        card: Some("実カード".into()),
        possible: ["card-removed", "bind", "decline", "staff"].map(str::to_owned).into(),
        screen: ScreenView {
            title: words("しばらくお待ちください", "Please wait a moment"),
            lines: vec![words("カードはそのままにしてください。", "Please leave your card where it is.")],
            buttons: vec![
                button("患者を選ぶ", "choose the person", json!({"event": "bind", "person": null}), true),
                button("不明のまま", "leave unknown", json!({"event": "decline"}), true),
            ],
        },
        ..idle(number)
    }
}

pub fn choosing(number: usize) -> ReaderView {
    ReaderView {
        state: "method-select".into(),
        person: Some("yamada".into()),
        person_name: Some("山田 太郎".into()),
        card: Some("ソフトカード".into()),
        proof: Some("pin-signature".into()),
        screen: ScreenView {
            title: words("本人確認の方法を選んでください", "How would you like to be verified?"),
            lines: vec![words("顔認証または暗証番号で本人確認をします。", "By your face, or by your PIN.")],
            buttons: vec![
                button("顔認証", "Face", json!({"event": "choose-face"}), false),
                button("暗証番号", "PIN", json!({"event": "pin", "pin": null}), false),
                button("目視確認", "Visual check", json!({"event": "staff-visual"}), true),
            ],
        },
        ..idle(number)
    }
}

fn people() -> Vec<PersonView> {
    let rows = [
        ("yamada", "山田 太郎", "ﾔﾏﾀﾞ ﾀﾛｳ", "協会けんぽ 本人", "employees' insurance, insured"),
        ("sato", "佐藤 花子", "ｻﾄｳ ﾊﾅｺ", "国保 限度額認定証あり", "national insurance, limit certificate"),
        ("suzuki", "鈴木 一郎", "ｽｽﾞｷ ｲﾁﾛｳ", "後期高齢者 2 割", "late-stage elderly, 20 %"),
        ("takahashi", "髙橋 結衣", "ﾀｶﾊｼ ﾕｲ", "乳幼児医療費助成 1 件", "infant subsidy, one certificate"),
        ("tanaka", "田中 悠真", "ﾀﾅｶ ﾕｳﾏ", "育成医療と乳幼児 計 3 件", "three subsidies"),
        ("ito", "伊藤 さくら", "ｲﾄｳ ｻｸﾗ", "医療扶助のみ 医療券あり", "public assistance only, medical ticket"),
        ("watanabe", "渡邉 修", "ﾜﾀﾅﾍﾞ ｵｻﾑ", "資格喪失 (退職)", "lost insurance (retired)"),
        ("yamamoto", "山本 𠮷雄", "ﾔﾏﾓﾄ ﾖｼｵ", "氏名に ● になる文字", "a name that CP932 cannot write"),
        ("nakamura", "中村 恵", "ﾅｶﾑﾗ ﾒｸﾞﾐ", "特定疾病療養受療証", "specific disease certificate"),
        ("kobayashi", "小林 翔", "ｺﾊﾞﾔｼ ｼｮｳ", "PIN ロック中", "PIN locked"),
        ("kato", "加藤 マリア フェルナンダ ダ シルバ", "ｶﾄｳ ﾏﾘｱ", "長い氏名、外国籍", "a long name"),
        ("yoshida", "吉田 凛", "ﾖｼﾀﾞ ﾘﾝ", "利用者証明用電子証明書の失効", "certificate revoked"),
    ];
    rows.iter()
        .map(|(id, name, kana, ja, en)| PersonView {
            plastic: false,
            id: (*id).into(),
            name: (*name).into(),
            name_kana: (*kana).into(),
            shows: words(ja, en),
        })
        .collect()
}

pub fn file(folder: FolderKind, name: &str, life: &[(FileLife, i64)], note: Option<&str>) -> FileView {
    FileView {
        seq: 1,
        terminal: 1,
        folder,
        name: name.into(),
        path: format!("/home/dev/oqs/{folder}/{name}"),
        exchange: None,
        life: life
            .iter()
            .map(|(life, ms)| LifeStep { life: *life, time: START + SignedDuration::from_millis(*ms) })
            .collect(),
        note: note.map(Into::into),
    }
}

/// A visit, and after it a request that was answered; both answers were collected.
pub fn exchanged() -> Vec<FileView> {
    use FileLife::{Answered, Arrived, Claimed, Collected, Delivered};
    let request = "OQSsiquc01req_202609290001.xml";
    let of = |id: &str, file: FileView| FileView { exchange: Some(id.into()), ..file };
    vec![
        of("1-7", file(FolderKind::Face, FACE, &[(Delivered, 400), (Collected, 2_150)], None)),
        of("1-8", file(FolderKind::Req, request, &[(Arrived, 18_000), (Claimed, 18_004), (Answered, 18_012)], None)),
        of(
            "1-8",
            file(FolderKind::Res, "OQSsiquc01res_202609290001.xml", &[(Delivered, 18_014), (Collected, 19_000)], None),
        ),
    ]
}

pub const FACE: &str = "OQSsiquc01res_face_13123456714da5260a16de5a3d3ad7_20260929160112.xml";

fn files() -> Vec<FileView> {
    use FileLife::{Answered, Arrived, Claimed, Collected, Delivered, LeftAlone, Refused, Stale};
    use FolderKind::{Face, Req, Res};
    vec![
        file(Req, "memo.txt", &[(LeftAlone, -60_000)], None),
        file(Res, "OQSsiquc01res_1312345671_20260929150000001.xml", &[(Delivered, -3_600_000), (Stale, -1_000)], None),
        file(Face, FACE, &[(Delivered, 400), (Collected, 2_150)], None),
        file(Res, "PMHsimsm01res_1312345671_20260929160112_face.xml", &[(Delivered, 1_150)], None),
        file(
            Req,
            "OQSsiquc01req_1312345671_20260929160130001.xml",
            &[(Arrived, 18_000), (Claimed, 18_004), (Answered, 18_012)],
            None,
        ),
        file(
            Req,
            "OQSsiquc01req_broken.xml",
            &[(Arrived, 25_000), (Claimed, 25_003), (Refused, 25_004)],
            Some("必須項目 Birthdate がありません。生年月日を yyyyMMdd で入れてください。"),
        ),
    ]
}

pub fn line(seq: u64, ms: i64, ja: &str, en: &str, loud: bool) -> JournalLine {
    JournalLine { seq, time: START + SignedDuration::from_millis(ms), words: words(ja, en), loud, adopts: None }
}

fn journal() -> Vec<JournalLine> {
    vec![
        line(1, -90_000, "準備完了 フォルダ ./oqs", "ready, folder ./oqs", false),
        line(2, 0, "リーダー1 にカード yamada (ソフトカード)", "card of yamada (software card) on reader 1", false),
        line(3, 400, &format!("face/{FACE} 出力 0.4 ms"), &format!("face/{FACE} delivered 0.4 ms"), false),
        line(
            4,
            2_150,
            "リーダー1 yamada 受付終了: 資格あり (2150 ms)",
            "reader 1 yamada visit ended: valid (2150 ms)",
            false,
        ),
        line(
            5,
            25_004,
            "req/OQSsiquc01req_broken.xml 差戻し — 必須項目 Birthdate",
            "req/OQSsiquc01req_broken.xml refused",
            true,
        ),
        line(
            6,
            33_000,
            "リーダー1 にカード yamada (ソフトカード)",
            "card of yamada (software card) on reader 1",
            false,
        ),
    ]
}

fn faults() -> Vec<FaultView> {
    let rows = [
        ("face-mismatch", "顔が一致しない", "the face does not match", false, 0),
        ("pin-locked", "暗証番号がロックされている", "the PIN is locked", false, 0),
        ("no-card", "カードを認識できない", "the card is not recognised", false, 0),
        ("validity-2", "資格喪失と答える", "answers: insurance lost", false, 0),
        ("validity-3", "該当資格の一部が喪失と答える", "answers: partly lost", false, 0),
        ("validity-4", "該当者なしと答える", "answers: no such person", true, 0),
        (
            "hub-down",
            "オンライン資格確認等システムにつながらず、処理結果区分 9 で答える",
            "no connection to the hub: SegmentOfResult 9",
            false,
            0,
        ),
        ("pmh-err", "PMH が .err を返す", "PMH returns an .err", false, 3),
        ("pmh-never", "PMH の答えが来ない", "PMH never answers", false, 0),
        ("pmh-late", "PMH の答えが 10 秒遅れる", "PMH answers ten seconds late", false, 1),
    ];
    rows.iter()
        .map(|(name, ja, en, armed, hits)| FaultView {
            name: (*name).into(),
            words: words(ja, en),
            more: words("受付", "visits"),
            armed: *armed,
            hits: *hits,
        })
        .collect()
}

/// Files of the operator's own, one of each kind.
pub fn own_files() -> Vec<OwnFile> {
    use madoguchi::terminal::own::Kind::{Broken, Face, NotXml, OtherXml, Pmh, Query, Request};
    let rows = [
        ("official/case01/face.xml", Face, Some("試験　花子"), Some("official/case01/pmh.xml"), None),
        ("official/case01/pmh.xml", Pmh, None, None, None),
        (
            "official/case02_very_long_name_of_a_file_that_somebody_was_given_by_the_office.xml",
            Face,
            Some("試験　太郎左衛門之丞"),
            None,
            None,
        ),
        ("official/query.xml", Query, Some("試験　次郎"), None, None),
        ("other.xml", OtherXml, None, None, None),
        ("qr.pdf", NotXml, None, None, None),
        ("request.xml", Request, None, None, None),
        (
            "torn.xml",
            Broken,
            None,
            None,
            Some(words(
                "整形式のXMLではありません [4:205]。示された位置を直してください",
                "not well-formed XML [4:205]: correct the file at the place given",
            )),
        ),
    ];
    rows.into_iter()
        .map(|(name, kind, person, partner, trouble)| OwnFile {
            name: name.into(),
            kind,
            person: person.map(Into::into),
            partner: partner.map(Into::into),
            listed: name == "qr.pdf",
            trouble,
            link: None,
        })
        .collect()
}
