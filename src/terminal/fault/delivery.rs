//! How a file comes, when somebody wants it to come wrong.

use crate::knob::{Amount, Knob, Layer, said};

/// The file comes so many seconds late (10).
pub static LATE: Knob = Knob {
    name: "file-late",
    room: "terminal",
    layer: Layer::Folder,
    ja: "ファイルの出力を遅らせる（=秒。既定は10）",
    en: "the file comes so many seconds late (10)",
    at: said("どの回答も、顔認証と PMH の結果も", "any answer, face and PMH files"),
    bearing: said("待つ間も受付を止めず、来たら取り込む", "goes on meanwhile, and imports it when it comes"),
    remedy: said("待つ", "wait"),
    source: "spec/pmh.md §11 S-34 [C], spec/oqs-interface.md §5.4 [B]",
    amount: Some(Amount { unit: "s", least: 1, most: 3600, usual: 10 }),
};

/// The file never comes.
pub static NEVER: Knob = Knob {
    name: "file-never",
    room: "terminal",
    layer: Layer::Folder,
    ja: "ファイルを出力しない",
    en: "the file never comes",
    at: said("どの回答も、顔認証と PMH の結果も", "any answer, face and PMH files"),
    bearing: said(
        "待ち時間を切り、職員に「来ていない」と見せる",
        "stops waiting and tells the staff that it did not come",
    ),
    remedy: said("要求を出し直す", "send the request again"),
    source: "spec/pmh.md §11 S-34, S-36 [C]",
    amount: None,
};

/// The file ends early, after so many percent (50).
pub static TORN: Knob = Knob {
    name: "file-torn",
    room: "terminal",
    layer: Layer::Folder,
    ja: "ファイルが途中で切れている（=何パーセントまで。既定は50）",
    en: "the file ends early, after so many percent (50)",
    at: said("どの回答も、顔認証と PMH の結果も", "any answer, face and PMH files"),
    bearing: said(
        "取り込まず、少し後で読み直し、直らなければ知らせる",
        "imports nothing, reads again a little later, then says so",
    ),
    remedy: said("要求を出し直す", "send the request again"),
    source: "spec/pmh.md §8.2 P19, §11 S-38b [B]",
    amount: Some(Amount { unit: "percent", least: 0, most: 99, usual: 50 }),
};

/// The file is written in pieces under its final name (1.4 s).
pub static SLOW: Knob = Knob {
    name: "file-slow",
    room: "terminal",
    layer: Layer::Folder,
    ja: "最後の名前のまま少しずつ書く（1.4秒）",
    en: "the file is written in pieces under its final name (1.4 s)",
    at: said("どの回答も、顔認証と PMH の結果も", "any answer, face and PMH files"),
    bearing: said(
        "閉じるまで、または大きさが変わらなくなるまで待つ",
        "waits until it is closed or does not grow any more",
    ),
    remedy: said("待つ", "wait"),
    source: "spec/pmh.md §11 S-35 [C], spec/known-clients.md §1 K3 [B]",
    amount: None,
};

/// The file cannot be opened for so many seconds (5).
pub static LOCKED: Knob = Knob {
    name: "file-locked",
    room: "terminal",
    layer: Layer::Folder,
    ja: "ファイルがしばらく開けない（=秒。既定は5）",
    en: "the file cannot be opened for so many seconds (5)",
    at: said("どの回答も、顔認証と PMH の結果も", "any answer, face and PMH files"),
    bearing: said("開けるまで繰り返す", "tries again until it can be opened"),
    remedy: said("待つ", "wait"),
    source: "spec/pmh.md §8.2 P19, §11 S-35, S-38b [B]",
    amount: Some(Amount { unit: "s", least: 1, most: 3600, usual: 5 }),
};

/// The same file comes once more a second later.
pub static DUPLICATE: Knob = Knob {
    name: "file-duplicate",
    room: "terminal",
    layer: Layer::Folder,
    ja: "同じ名前のファイルを1秒後にもう一度出力する",
    en: "the same file comes once more a second later",
    at: said("どの回答も、顔認証と PMH の結果も", "any answer, face and PMH files"),
    bearing: said("二度取り込まない", "does not import it twice"),
    remedy: said("二つ目を消す", "remove the second one"),
    source: "spec/pmh.md §11 S-35 [C]",
    amount: None,
};

/// The next file overtakes it, for 3 s at the most; in a visit PMH comes first.
pub static REORDERED: Knob = Knob {
    name: "file-reordered",
    room: "terminal",
    layer: Layer::Folder,
    ja: "次のファイルに追い越させる（3秒まで待つ。受付では PMH が先になる）",
    en: "the next file overtakes it, for 3 s at the most; in a visit PMH comes first",
    at: said("どの回答も、顔認証と PMH の結果も", "any answer, face and PMH files"),
    bearing: said("来た順ではなく、名前と識別子で結び付ける", "links by name and identifier, not by arrival"),
    remedy: said("待つ", "wait"),
    source: "spec/pmh.md §11 S-34, S-37, S-38d [C]",
    amount: None,
};

/// Another file comes under a name that nobody asked for.
pub static ORPHAN: Knob = Knob {
    name: "file-orphan",
    room: "terminal",
    layer: Layer::Folder,
    ja: "だれも頼んでいない名前のファイルが、もう一つ出る",
    en: "another file comes under a name that nobody asked for",
    at: said("どの回答も、顔認証と PMH の結果も", "any answer, face and PMH files"),
    bearing: said("だれの結果とも結び付けず、残っていると知らせる", "links it to nobody and says that it is there"),
    remedy: said("消す", "remove it"),
    source: "spec/pmh.md §11 S-36 [A]",
    amount: None,
};

/// The file is written under a temporary name in its folder and renamed there.
pub static RENAMED_WITHIN: Knob = Knob {
    name: "file-renamed-within",
    room: "terminal",
    layer: Layer::Folder,
    ja: "res や face の中で仮の名前に書いてから改名する",
    en: "the file is written under a temporary name in its folder and renamed there",
    at: said("どの回答も、顔認証と PMH の結果も", "any answer, face and PMH files"),
    bearing: said("作成だけでなく改名でも気付く", "notices a rename as well as a creation"),
    remedy: said("フォルダを一覧し直す", "list the folder again"),
    source: "spec/known-clients.md §1 K3, §3 T2 [B]",
    amount: None,
};

/// A refused request comes back half a second before its .err.
pub static ERR_LATE: Knob = Knob {
    name: "err-late",
    room: "terminal",
    layer: Layer::Folder,
    ja: "差し戻した要求が .err より0.5秒先に出る",
    en: "a refused request comes back half a second before its .err",
    at: said("差し戻される要求", "requests that are refused"),
    bearing: said(".err が来るまで待つ", "waits for the .err"),
    remedy: said("待つ", "wait"),
    source: "spec/known-clients.md §1 K3, §3 T3 [B]",
    amount: None,
};

/// Encryption is on at one side only: what should be plain is a zip, what should be a zip is plain.
pub static HALF_SEALED: Knob = Knob {
    name: "encryption-half",
    room: "terminal",
    layer: Layer::Folder,
    ja: "暗号化が片側だけになる（平文のはずのものがZIP、ZIPのはずのものが平文）",
    en: "encryption is on at one side only: what should be plain is a zip, what should be a zip is plain",
    at: said("どの回答も、顔認証と PMH の結果も", "any answer, face and PMH files"),
    bearing: said(
        "読めるものは読み、開けないZIPは暗号化の設定の食い違いと知らせる",
        "reads what it can, and says of a zip that it cannot open that the settings differ",
    ),
    remedy: said("encrypt.conf と encrypt_face.conf をそろえる", "make encrypt.conf and encrypt_face.conf agree"),
    source: "spec/pmh.md §8.2 P16, §11 S-32 [B]",
    amount: None,
};

/// The disk of the work folder is full for so many seconds (3).
pub static DISK_FULL: Knob = Knob {
    name: "disk-full",
    room: "terminal",
    layer: Layer::Folder,
    ja: "作業フォルダのディスクがいっぱいになる（=秒。既定は3）",
    en: "the disk of the work folder is full for so many seconds (3)",
    at: said("端末のどの出力も", "everything that the terminal writes"),
    bearing: said("待つ間も受付を止めない", "goes on meanwhile"),
    remedy: said("空きができるまで待つ。端末は繰り返す", "make room; the terminal tries again by itself"),
    source: "spec/oqs-interface.md §4.2 [C]",
    amount: Some(Amount { unit: "s", least: 1, most: 3600, usual: 3 }),
};

/// The terminal stops between taking a request and answering it, and starts again.
pub static RESTART: Knob = Knob {
    name: "restart-midway",
    room: "terminal",
    layer: Layer::Folder,
    ja: "要求を受け取ってから回答するまでの間に、端末が止まって起動し直す",
    en: "the terminal stops between taking a request and answering it, and starts again",
    at: said("要求", "requests"),
    bearing: said("待ち、二度送らない", "waits, and does not send it twice"),
    remedy: said("待つ。起動し直した端末が回答する", "wait: the terminal answers when it is back"),
    source: "spec/oqs-interface.md §5.1 [A]",
    amount: None,
};

/// The clock of the terminal is so many minutes behind (1440, a day).
pub static CLOCK_WRONG: Knob = Knob {
    name: "clock-wrong",
    room: "terminal",
    layer: Layer::Clock,
    ja: "端末の時計が遅れている（=分。既定は1440、一日）",
    en: "the clock of the terminal is so many minutes behind (1440, a day)",
    at: said("受付と要求。ファイルの名前と中の時刻", "visits and requests: the times in names and files"),
    bearing: said(
        "名前の日付だけで「今日の受付」と決めず、違えば知らせる",
        "does not take the date of a name for today, and says where it is not",
    ),
    remedy: said("端末の時計を合わせる", "set the clock of the terminal"),
    source: "spec/known-clients.md §1 K5 [B]",
    amount: Some(Amount { unit: "minutes", least: 1, most: 5256000, usual: 1440 }),
};

/// All of them.
pub static KNOBS: [&Knob; 14] = [
    &LATE,
    &NEVER,
    &TORN,
    &SLOW,
    &LOCKED,
    &DUPLICATE,
    &REORDERED,
    &ORPHAN,
    &RENAMED_WITHIN,
    &ERR_LATE,
    &HALF_SEALED,
    &DISK_FULL,
    &RESTART,
    &CLOCK_WRONG,
];
