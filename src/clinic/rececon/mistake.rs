//! What a レセコン gets wrong, as data: each row is one classic mistake, acts at one place of the room, and says which requirement it
//! breaks. The sample makes none; a mutant is the sample with one of them.

use std::fmt;
use std::str::FromStr;

use crate::handwritten::nearest;

/// What a mistake is, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The name that `--mistake` takes.
    pub name: &'static str,
    /// What the program does wrong, in Japanese.
    pub ja: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// Which requirement, scenario or observation it breaks.
    pub source: &'static str,
}

macro_rules! mistakes {
    ($( $variant:ident $name:literal, $ja:literal, $en:literal, $source:literal; )+) => {
        /// One classic mistake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mistake {
            $( #[doc = $en] $variant, )+
        }

        impl Mistake {
            /// All of them.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )+];

            /// Name, sentences and source.
            pub fn row(self) -> Row {
                match self {
                    $( Self::$variant => Row { name: $name, ja: $ja, en: $en, source: $source }, )+
                }
            }
        }
    };
}

mistakes! {
    NextFileIsMyPatient "next-file-is-my-patient",
        "次に来た受給者証のファイルを、いちばん新しい受付の患者のものとする",
        "takes the next subsidy file for that of the latest visit, whatever its name",
        "spec/pmh.md §11 S-37, S-38d, §8 P18";
    EndsOnEmpty "ends-on-empty",
        "受給者証の情報が来なかったら、登録済みの公費を前日で終わらせる",
        "ends a stored public expense when no subsidy came",
        "spec/pmh.md §11 S-07…S-10, §8 P2";
    ReadsAtCreate "reads-at-create",
        "ファイルが現れた瞬間に一度だけ読み、書きかけなら捨てる",
        "reads a file once, the moment it appears, and gives a half one up",
        "spec/pmh.md §11 S-35, S-38b";
    IgnoresErr "ignores-err",
        ".err を見ない",
        "does not look at .err files",
        "spec/pmh.md §5.4 R6, §11 S-29; spec/oqs-interface.md §4.1";
    WatchesOnlyFace "watches-only-face",
        "face だけを見て、res に届く受給者証を見ない",
        "watches `face` only and misses the subsidy that comes into `res`",
        "spec/pmh.md §10.9, R1";
    OverwritesWithoutAsking "overwrites-without-asking",
        "違いがあっても尋ねずに上書きする",
        "overwrites what differs without asking",
        "spec/pmh.md §5.4 R4, §11 S-14, S-15";
    LosesSecondRecord "loses-second-record",
        "資格が二つあるとき、二つめを捨てる",
        "loses the second record of a result",
        "spec/oqs-interface.md §2.2; scenario Q-08";
    MixesEncodings "mixes-encodings",
        "宣言にかかわらず UTF-8 として読む",
        "reads everything as UTF-8, whatever is declared",
        "spec/known-clients.md T1, K6";
    NotFoundIsError "not-found-is-error",
        "該当資格なしをエラーとして扱う",
        "treats *nobody found* as an error",
        "spec/oqs-interface.md §4.2; scenario Q-05";
    ForgetsToDelete "forgets-to-delete",
        "読み終えたファイルを消さない",
        "leaves the files that it has read",
        "spec/pmh.md §11 S-38, §1.1";
    NeedsOrder "needs-order",
        "要素が仕様書の順でないと読めない",
        "needs the elements in the order of the specification",
        "spec/oqs-interface.md §2.0";
    TakesEveryAnswer "takes-every-answer",
        "ほかの識別子の回答も自分のものとする",
        "takes answers to other identifiers for its own",
        "spec/oqs-interface.md §2.1; scenario Q-02";
    MatchesByName "matches-by-name",
        "氏名だけで患者を探す",
        "finds a patient by the name alone",
        "spec/pmh.md §11 S-38d";
    TrustsReferenceNumber "trusts-reference-number",
        "照会番号だけを信じ、生年月日を確かめない",
        "trusts the 照会番号 alone and does not look at the birth date",
        "scenario R-04";
    CountsWithReferenceNumber "counts-with-reference-number",
        "照会番号を数として扱い、先頭の零を落とす",
        "takes a 照会番号 for a number and drops its zeros",
        "spec/oqs-interface.md §2.2 row 38";
    KeepsOldReferenceNumber "keeps-old-reference-number",
        "登録した照会番号を覚えない",
        "does not note the 照会番号 that it has registered",
        "spec/oqs-interface.md §2.5; scenario R-01";
    NeverRegisters "never-registers",
        "照会番号がない患者を登録しない",
        "does not register a 照会番号 that is missing",
        "レセコンベンダ向け説明 (診察券 Q&A)";
    IgnoresKey "ignores-key",
        "資格確認キーを見ず、表記の違いだけで毎回確認を求める",
        "ignores the 資格確認キー and asks about every other spelling",
        "spec/pmh.md §5.5, §8 P4, P5; scenario Q-14";
    AlwaysAsks "always-asks",
        "受給者証が変わっていなくても毎回確認を求める",
        "asks about every certificate, changed or not",
        "spec/pmh.md §5.4 R7, §11 S-13, S-18";
    AbsenceIsError "absence-is-error",
        "受給者証の情報がないことをエラーとして扱う",
        "takes the absence of a subsidy for an error",
        "spec/pmh.md §5.4 R6, §11 S-11";
    ErrorIsAbsence "error-is-absence",
        "受給者証の取得失敗を「なし」として扱う",
        "takes a failed subsidy for none",
        "spec/pmh.md §5.4 R6, §11 S-29";
    ErrorStopsReception "error-stops-reception",
        "受給者証の取得に失敗すると、資格確認の結果も捨てる",
        "drops the qualification when the subsidy failed",
        "spec/pmh.md §5.4 R5, §11 S-29";
    WaitsForEver "waits-for-ever",
        "来ない回答をいつまでも待つ",
        "waits for ever for what does not come",
        "spec/pmh.md §11 S-31, S-34c";
    DropsLateFiles "drops-late-files",
        "遅れて届いた受給者証を捨てる",
        "drops a subsidy that comes after its time",
        "spec/pmh.md §11 S-34b";
    ReusesOneName "reuses-one-name",
        "いつも同じ名前で要求を書く",
        "writes every request under the same name",
        "spec/oqs-interface.md §1.1";
    FirstCertificateOnly "first-certificate-only",
        "受給者証が複数あるとき、一つめだけを取り込む",
        "takes the first certificate of a file only",
        "spec/pmh.md §5.4 R8, §11 S-03";
    PayerNumberIsKey "payer-number-is-key",
        "公費負担者番号だけで受給者証を見分ける",
        "tells certificates apart by the 公費負担者番号 alone",
        "spec/pmh.md §11 S-04, §7";
    IgnoresExpenseOrder "ignores-expense-order",
        "公費を届いた順に並べ、適用の順にしない",
        "keeps public expenses in the order of their arrival",
        "spec/pmh.md §6.4, §11 S-03";
    CutsRecipientNumber "cuts-recipient-number",
        "受給者番号を7桁に切る",
        "cuts a 受給者番号 to seven digits",
        "spec/pmh.md §8 P9, §11 S-19";
    RefusesCheckDigit "refuses-check-digit",
        "検証番号の合わない受給者証を受け付けない",
        "refuses a certificate whose check digit is wrong",
        "spec/pmh.md §8 P8, §11 S-21";
    RefusesUnknown "refuses-unknown",
        "知らない要素のあるファイルを受け付けない",
        "refuses a file with an element that it does not know",
        "spec/pmh.md §11 S-06, §1.4";
    ShowsOneLevel "shows-one-level",
        "券面項目の一段めだけを表示する",
        "shows the first level of the 券面項目 only",
        "spec/pmh.md §5.4 R3, §11 S-28";
    AcceptsInvalid "accepts-invalid",
        "無効な資格でも自動で受け付ける",
        "accepts a visit by itself although the qualification is not valid",
        "spec/pmh.md §8 P7; scenario Q-03";
    ReplacementIsName "replacement-is-name",
        "● の入った氏名を、別の氏名とみなす",
        "takes a name with ● for another name",
        "spec/pmh.md §8 P6, §11 S-25";
    ReducesReimbursed "reduces-reimbursed",
        "一律償還払いの受給者証でも、窓口で減額する",
        "reduces the amount at the window although it is reimbursed later",
        "spec/pmh.md §11 S-42, §1.6";
    OpensNoZip "opens-no-zip",
        "暗号化された .zip を見ず、.xml だけを待つ",
        "does not see a sealed .zip and waits for an .xml",
        "spec/pmh.md §11 S-32; spec/oqs-interface.md §5.5";
    ExpectsOneSealing "expects-one-sealing",
        "資格確認の結果が暗号化されていれば、受給者証も暗号化されて届くものとする",
        "takes for granted that the subsidy is sealed as the face file is",
        "spec/pmh.md §11 S-32, §8 P16";
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().name)
    }
}

/// No mistake of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("間違い「{name}」はありません。近い名前: {near} / no such mistake: the nearest is {near}")]
pub struct Unknown {
    name: String,
    near: &'static str,
}

impl FromStr for Mistake {
    type Err = Unknown;

    fn from_str(name: &str) -> Result<Self, Unknown> {
        Self::ALL.iter().copied().find(|mistake| mistake.row().name == name).ok_or_else(|| Unknown {
            name: name.to_owned(),
            near: nearest(name, Self::ALL.iter().map(|mistake| mistake.row().name)).unwrap_or("—"),
        })
    }
}
