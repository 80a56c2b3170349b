//! The rules, each once: id, severity, how sure, source, what is broken, what to do. `docs/check.md` and `check --rules` are made of this.
//!
//! Ids are a promise to whoever names them in a build: a rule may be added or retired, an id never changes its meaning.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::code::Confidence;
use crate::event::{Lang, say};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing to correct.
    Note,
    /// Real files have it now and then, or some program trips over it.
    Warning,
    /// Not a well-formed request or answer.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

struct Row {
    id: &'static str,
    severity: Severity,
    confidence: Confidence,
    source: &'static str,
    title: (&'static str, &'static str),
    remedy: (&'static str, &'static str),
}

/// One row per rule: name, id, severity, confidence, source keys; what is broken (Japanese, English); what to do.
macro_rules! rules {
    ($( $name:ident $id:literal $severity:ident $confidence:ident $source:literal, $ja:literal, $en:literal
        => $remedy_ja:literal, $remedy_en:literal; )+) => {
        /// A rule that a file, or the files of a folder, keep or break.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $( #[doc = concat!($ja, " / ", $en)] $name, )+
        }

        impl Rule {
            /// All rules, in the order in which they are listed.
            pub const ALL: &'static [Self] = &[$( Self::$name, )+];

            fn row(self) -> Row {
                match self {
                    $( Self::$name => Row {
                        id: $id,
                        severity: Severity::$severity,
                        confidence: Confidence::$confidence,
                        source: $source,
                        title: ($ja, $en),
                        remedy: ($remedy_ja, $remedy_en),
                    }, )+
                }
            }
        }
    };
}

rules! {
    NameGrammar "name.grammar" Error A "sanox smart-test oqsdrug2", "ファイル名が規則に合いません", "the name is not one of the interfaces'"
        => "OQSsiquc01req_202611210001.xml のように付けてください", "name it like OQSsiquc01req_202611210001.xml";
    NameForeign "name.foreign" Note A "sanox", "共有フォルダのファイルではありません", "not a file of the shared folder"
        => "端末は触れません。確かめるなら、ファイルを直接指定してください", "a terminal leaves it alone; to check it, name the file itself";
    NameTemporary "name.temporary" Note B "mynareception", "書きかけの名前です", "a name for files in the making"
        => "書き終えたら正しい名前に改名してください", "rename it when it is written";
    NameCase "name.case" Warning B "oqsdrug2 emr-cloud", "インターフェイス名の大文字と小文字が違います", "upper and lower case differ from the interface's spelling"
        => "一覧のとおりに書いてください。区別するプログラムがあります", "spell it as the catalogue does: some programs tell them apart";
    NameExtension "name.extension" Error A "sanox oqsdrug2", "このインターフェイスの拡張子ではありません", "not an extension of this interface"
        => "要求は .xml（暗号化するなら .zip）にしてください", "requests are .xml, or .zip when encrypted";
    NameFreePart "name.free-part" Note A "oqsdrug2 mynareception smart-test", "可変部が YYYYMMDD と4桁の連番ではありません", "the free part is not YYYYMMDD and a serial of four digits"
        => "実端末は受けますが、資料の形は12桁の数字です", "real terminals take it; the manuals show twelve digits";
    NameFace "name.face" Warning B "mynareception sikakuxml", "顔認証結果の名前の形ではありません", "not the form of a face file's name"
        => "…_face_<10桁+20桁>_<yyyyMMddHHmmss>.xml の形です", "the form is …_face_<10 digits + 20>_<yyyyMMddHHmmss>.xml";
    NamePmh "name.pmh" Warning C "pmh-slides", "PMHの結果の名前の形ではありません", "not the form of a PMH file's name"
        => "PMHsimsm01res_<英数16桁><数字16桁>_face.xml の形です（見本は一つ）", "the form is PMHsimsm01res_<16 letters or digits><16 digits>_face.xml (one sample)";
    NameFolder "name.folder" Warning A "sanox mynareception", "このフォルダに置くファイルではありません", "this file does not belong into this folder"
        => "要求は req、回答は res、顔認証結果は face です", "requests go to req, answers to res, face files to face";

    FileSize "file.size" Error C "mynareception oqs-inference", "ファイルが大きすぎます", "the file is too big"
        => "1件は4MiB、一括の要求は64MiBまでにしてください（公開された上限はありません）", "keep to 4 MiB, bulk requests to 64 MiB (no limit is public)";
    FileZip "file.zip" Error B "tanaka", "一つのファイルを持つZIPとして読めません", "cannot be read as a zip with one file"
        => "一つのXMLをAES-256（または暗号化なし）のZIPにし、最後まで書いてから置いてください", "zip one XML with AES-256 or unencrypted, and write it whole before it is put in place";
    FilePassword "file.password" Error B "tanaka", "このパスワードでは開きません", "this password does not open it"
        => "--password-env か --password-file を確かめてください", "see what --password-env or --password-file gives";
    FilePdf "file.pdf" Error B "oqsdrug2", "PDFの始まりと終わりがありません", "does not begin and end as a PDF"
        => "最後まで書かれたか確かめてください", "see whether it was written whole";
    FileUnread "file.unread" Note C "oqs-inference", "中身は調べていません", "the content was not looked into"
        => "暗号化ZIPは --password-env か --password-file を付けると調べます。PDFの中身は対象外です", "with --password-env or --password-file sealed zips are checked; what a PDF says is not";
    FileErr "file.err" Warning B "emr-cloud", "理由が書かれていません", "gives no reason"
        => "コードと内容を書いてください。そのまま画面に出すプログラムがあります", "write code and message: some programs show the text as it is";

    EncodingUnknown "encoding.unknown" Error A "sanox mynareception", "使えない文字コードです", "an encoding that is not used here"
        => "UTF-8 か Shift_JIS にしてください", "use UTF-8 or Shift_JIS";
    EncodingDeclaration "encoding.declaration" Error A "mynareception myclinic", "宣言した文字コードと中身が違います", "the bytes are not in the declared encoding"
        => "宣言と書き込みの文字コードを一致させてください", "make declaration and bytes agree";
    EncodingUndeclared "encoding.undeclared" Warning B "mynareception", "XML宣言に文字コードがありません", "the XML declaration names no encoding"
        => "encoding=\"UTF-8\" か \"Shift_JIS\" を宣言してください", "declare encoding=\"UTF-8\" or \"Shift_JIS\"";
    EncodingBom "encoding.bom" Note C "oqs-inference", "BOMがあります", "begins with a byte order mark"
        => "公開された見本にBOMはありません。読めるプログラムが多数です", "no published sample has one; most programs read it";
    EncodingIdentifier "encoding.identifier" Error A "myclinic reswatcher", "CharacterCodeIdentifier が中身と違います", "CharacterCodeIdentifier does not tell what the bytes are"
        => "0 は UTF-8、1 は Shift_JIS です", "0 is UTF-8, 1 is Shift_JIS";

    XmlWellFormed "xml.well-formed" Error A "sanox mynareception", "整形式のXMLではありません", "not well-formed XML"
        => "示した位置の書き方を直してください", "correct the file at the place given";
    XmlDoctype "xml.doctype" Error B "mynareception", "DOCTYPE宣言があります", "has a document type declaration"
        => "DOCTYPEを取り除いてください", "remove the DOCTYPE";
    XmlDepth "xml.depth" Error C "oqs-inference", "入れ子が深すぎます", "nested too deeply"
        => "仕様の構造に合わせてください", "keep to the structure of the interface";
    XmlRoot "xml.root" Error A "sanox mynareception smart-test", "XmlMsg の下に MessageHeader と MessageBody が一つずつ、ではありません", "not XmlMsg with one MessageHeader and one MessageBody"
        => "最上位の構造を直してください", "correct the top of the document";
    XmlNamespace "xml.namespace" Error A "smart-test mynareception", "名前空間があります", "has a namespace"
        => "xmlns と接頭辞を取り除いてください。読めなくなるプログラムがあります", "remove xmlns and prefixes: there are programs that cannot read it";
    XmlAttribute "xml.attribute" Warning A "myclinic sanox", "属性があります", "has an attribute"
        => "実物のファイルに属性はありません", "real files have none";
    XmlStrayText "xml.stray-text" Warning A "myclinic sanox", "要素の間に文字があります", "has text between elements"
        => "空白と改行だけにしてください", "leave nothing but blanks between elements";

    InterfaceUnpublished "interface.unpublished" Note C "tanaka oqs-inference", "項目は公開されていません", "its elements are not public"
        => "XMLの形だけを調べました", "only the form of the XML was checked";
    HeaderMissing "header.missing" Error A "spec-table sanox smart-test", "ヘッダの必須項目がありません", "a mandatory element of the header is missing"
        => "値を入れてください", "give it a value";
    BodyMissing "body.missing" Error A "spec-table sanox smart-test", "本体の必須項目がありません", "a mandatory element of the body is missing"
        => "値を入れてください", "give it a value";
    ElementMisspelt "element.misspelt" Error A "spec-table oqsdrug2 reswatcher", "要素名の綴りが違います", "the element's name is misspelt"
        => "示した名前に直してください", "use the name shown";
    ElementUnknown "element.unknown" Warning B "spec-table", "知られていない要素です", "an element that nobody has described"
        => "名前を確かめてください。端末は読みとばします", "check the name: a terminal passes over it";
    ElementMisplaced "element.misplaced" Error B "spec-table oqsdrug2", "この場所の要素ではありません", "this element does not belong here"
        => "示した場所に移すか、取り除いてください", "move it to the place shown, or remove it";
    ElementForm "element.form" Error A "spec-table", "値の代わりに要素が、または要素の代わりに値があります", "elements where a value belongs, or a value where elements belong"
        => "構造を直してください", "correct the structure";
    ElementEmpty "element.empty" Note A "myclinic sanox", "空の要素です", "an empty element"
        => "実物では、値のない任意の項目は省かれます", "real files leave optional elements out";
    DuplicateElement "duplicate.element" Error A "mynareception spec-table", "一度だけの項目が繰り返されています", "an element that may stand once is repeated"
        => "一つにしてください", "keep one of them";

    IdentifierBlank "identifier.blank" Warning B "emr-cloud", "識別子の前後や途中に空白があります", "blanks in the identifier"
        => "空白と改行を除いてください。文字どおり比べるプログラムがあります", "leave blanks and line ends out: some programs compare it letter by letter";
    LengthMax "length.max" Error B "sanox smart-test mynareception", "桁数を超えています", "longer than the interface says"
        => "桁数に収めてください", "keep to the length";
    FormDate "form.date" Error A "spec-table myclinic", "実在する日付の YYYYMMDD ではありません", "not an existing day as YYYYMMDD"
        => "8桁の数字で書いてください", "write eight digits";
    FormDatetime "form.datetime" Error A "spec-table myclinic", "実在する日時の YYYYMMDDHHmmss ではありません", "not an existing time as YYYYMMDDHHmmss"
        => "14桁の数字で書いてください（日本標準時）", "write fourteen digits (JST)";
    FormMonth "form.month" Error A "oqsdrug2", "年月の YYYYMM ではありません", "not a month as YYYYMM"
        => "6桁の数字で書いてください", "write six digits";
    FormNumber "form.number" Error B "spec-table smart-test", "数ではありません", "not a number"
        => "半角数字だけで書いてください", "write half-width digits only";
    FormRatio "form.ratio" Error A "spec-table myclinic", "割合の3桁ではありません", "not a ratio of three digits"
        => "1割は 010 です", "10 percent is 010";
    FormKana "form.kana" Warning A "myclinic mynareception", "半角カナではありません", "not half-width katakana"
        => "ｼﾝﾘｮｳ ﾀﾛｳ のように半角で書いてください", "write it like ｼﾝﾘｮｳ ﾀﾛｳ";
    FormPostNumber "form.post-number" Warning A "spec-table myclinic", "郵便番号の nnn-nnnn ではありません", "not a postal code nnn-nnnn"
        => "半角数字とハイフンの8文字で書いてください", "write eight characters, digits and a hyphen";
    CodeValue "code.value" Error A "js-codes myclinic", "コード表にない値です", "not in its code table"
        => "コード表の値にしてください", "use a value of the table";

    NumberInsurer "number.insurer" Error A "myclinic mynareception sanox", "保険者番号の8文字ではありません", "not an insurer number of eight characters"
        => "半角数字8桁、6桁の国保は左に空白か0を二つ補ってください", "eight digits; pad the six of 国保 with two blanks or zeros on the left";
    NumberInstitution "number.institution" Error A "mynareception sanox", "医療機関コードの10桁ではありません", "not an institution code of ten digits"
        => "都道府県2桁＋点数表1桁＋医療機関7桁です", "prefecture 2, fee table 1, institution 7";
    NumberCheckDigit "number.check-digit" Warning A "mhlw", "検証番号が合いません", "fails its check digit"
        => "写し間違いか確かめてください。実在する例外もあります", "look for a slip; real numbers break the rule now and then";
    NumberPrefecture "number.prefecture" Warning A "mhlw", "ない都道府県番号です", "no prefecture has this number"
        => "01–47 か 51–97 です", "01 to 47, or 51 to 97";
    NumberPublicExpense "number.public-expense" Warning A "mhlw pmh-api", "公費負担者番号の形ではありません", "not the form of a public expense payer number"
        => "公費の法別番号で始まる8桁です", "eight digits that begin with the number of a public expense law";
    NumberMyNumber "number.my-number" Warning A "pmh-slides mhlw", "個人番号に見えます", "looks like a My Number"
        => "個人番号はフォルダのどのファイルにも書けません（値は表示しません）", "no file of the folder may hold one (the value is not shown)";
    DateRange "date.range" Error A "spec-table oqsdrug2", "終わりが始まりより前です", "ends before it begins"
        => "開始と終了を確かめてください", "check both ends";
    DateBirth "date.birth" Warning C "oqs-inference", "生年月日が資格確認日より後です", "born after the confirmation date"
        => "生年月日と資格確認日を確かめてください", "check both dates";

    ConsentTime "consent.time" Error A "spec-table myclinic", "同意ありなのに日時がありません", "agreed, but no time is given"
        => "フラグ 1 には ConsTime（閲覧の同意には AvailableTime も）が付きます", "flag 1 comes with its ConsTime, and its AvailableTime where there is one";
    ConsentWithoutFlag "consent.without-flag" Error B "myclinic", "同意なしなのに日時があります", "not agreed, but a time is given"
        => "フラグ 0 のときは日時を省きます", "leave the times out with flag 0";
    ConsentAvailable "consent.available" Warning A "myclinic sikakuxml", "有効期限が同意の24時間後ではありません", "not available until 24 hours after the consent"
        => "AvailableTime は ConsTime の24時間後です", "AvailableTime is ConsTime and 24 hours";
    ConsentGroup "consent.group" Error A "spec-table myclinic", "同意なしなのに情報があります", "not agreed, but the information is there"
        => "フラグ 1 のときだけ出力されます", "it is given with flag 1 only";
    TicketClassification "ticket.classification" Warning B "oqsdrug2", "医療扶助の区分、番号、医療券が食い違います", "classification, number and tickets of 医療扶助 do not go together"
        => "区分 A1 と、12 で始まる公費負担者番号と、医療券・調剤券は組になります", "A1, a number that begins with 12, and tickets go together";
    RecordSeveral "record.several" Note B "myclinic mynareception oqsdrug2", "資格が複数あります", "holds several qualifications"
        => "一つだけ、または一つの形だけを読むプログラムがあります", "some programs read one only, or one form of the list";

    ResultErrorCode "result.error-code" Error A "spec-table mynareception", "処理結果区分とエラーコードが食い違います", "SegmentOfResult and ErrorCode do not go together"
        => "ErrorCode と ErrorMessage は異常終了 (9) のときに、そのときだけ付きます", "ErrorCode and ErrorMessage come with 9, and only then";
    ResultSegment "result.segment" Error A "smart-test oqsdrug2", "処理中 (2) の結果ではありません", "not an answer that is still worked on (2)"
        => "2 は一括結果 (02res) だけで、まだ結果を持ちません", "2 is for bulk results (02res) that hold no rows yet";
    ResultStatus "result.status" Error A "spec-table myclinic", "処理結果状況とコードが食い違います", "ProcessingResultStatus and its code do not go together"
        => "エラー (2) には ProcessingResultCode が、コードには ProcessingResultMessage が付きます", "2 comes with a ProcessingResultCode, a code with its ProcessingResultMessage";
    ResultValidity "result.validity" Error B "js-codes myclinic", "資格有効性と資格の有無が食い違います", "QualificationValidity and the records do not go together"
        => "4 と 5 に資格はなく、ほかの値には一つ以上あります", "4 and 5 have no record, all others have one at least";
    ResultSearch "result.search" Warning B "spec-table", "照会区分と照会情報が食い違います", "ReferenceClassification and the echoed query do not go together"
        => "QualificationConfirmSearchInfo は照会区分 2 のときに返ります", "QualificationConfirmSearchInfo comes back with 2";
    ResultClassification "result.classification" Warning A "myclinic mynareception", "ファイル名と照会区分が食い違います", "the file's name and ReferenceClassification do not go together"
        => "顔認証の結果は 1、要求への回答は 2 です", "1 in a face file, 2 in the answer to a request";
    ResultCode "result.code" Error B "oqsdrug2", "ResultCode も MessageContents もありません", "neither ResultCode nor MessageContents"
        => "成功は ResultCode 1、失敗は MessageContents に理由が入ります", "success is ResultCode 1, failure has its reason in MessageContents";

    BulkEmpty "bulk.empty" Error B "smart-test mynareception", "一括なのに一件もありません", "a bulk file without a row"
        => "一件以上入れてください", "put at least one in";
    BulkCounts "bulk.counts" Error B "smart-test", "件数が合いません", "the counts do not add up"
        => "処理結果件数は正常とエラーの和で、明細の数です", "NumberOfProcessingResult is normal and error together, and the number of rows";
    BulkReception "bulk.reception" Error A "smart-test mynareception", "受付番号がありません", "no reception number"
        => "受け付けた一括要求には ReceptionNumber が返ります", "a bulk request that was received has a ReceptionNumber";
    DuplicateArbitraryIdentifier "duplicate.arbitrary-identifier" Warning B "smart-test", "任意の識別子が重なっています", "two rows have the same ArbitraryIdentifier"
        => "明細ごとに変えてください。結果をこれで結び付けるプログラムがあります", "give each row its own: results are joined by it";
    DuplicateRow "duplicate.row" Warning C "oqs-inference", "同じ明細が二つあります", "the same row twice"
        => "一つにしてください", "keep one of them";
    DuplicateReferenceNumber "duplicate.reference-number" Warning C "oqs-inference", "同じ照会番号を違う人に付けています", "one reference number for two people"
        => "照会番号は患者ごとに変えてください", "give each patient a number of their own";

    PmhCertificates "pmh.certificates" Warning A "pmh-slides", "受給者証が一つもありません", "holds no certificate"
        => "受給者証がないとき、または使わないときは、ファイルがありません", "without a certificate, or when it is not used, there is no file";
    PmhHash "pmh.hash" Warning C "pmh-slides pmh-inference", "R6の項目があるのにハッシュ値がありません", "has items of R6 but no hash"
        => "R6からは受給者証ごとにハッシュ値が付きます（仮）", "since R6 each certificate has a hash (provisional)";
    PmhRepeat "pmh.repeat" Note C "pmh-inference", "受給者証が一つのリストの下で繰り返されています", "certificates repeat below one list"
        => "何が繰り返すかは公開されていません。両方の形を読めるようにしてください", "what repeats is not public: be ready for both readings";

    LinkPmhName "link.pmh-name" Warning C "pmh-slides", "PMH要求の名前ではありません", "not the name of a PMH request"
        => "PMHsimsm01req_…_face.xml の形です", "the form is PMHsimsm01req_…_face.xml";
    LinkPmhMissing "link.pmh-missing" Warning A "pmh-slides", "名指しされたPMHの結果も .err もありません", "neither the PMH result that is named nor its .err is there"
        => "まだ届いていないか、読み取られたかです。受付はこれなしで続けます", "not there yet, or collected; reception goes on without it";
    LinkPmhOrphan "link.pmh-orphan" Warning A "pmh-slides", "このPMHの結果を名指しする顔認証結果がありません", "no face file names this PMH result"
        => "RequestPmhFileName で結び付けてください。順番や時刻では結べません", "link by RequestPmhFileName, never by order or time";
    LinkPmhBoth "link.pmh-both" Warning C "pmh-inference", "PMHの結果と .err の両方があります", "both the PMH result and its .err are there"
        => "どちらかが古いものです", "one of them is an old one";
    PairErrRequest "pair.err-request" Warning B "emr-cloud", ".err があるのに、返却された要求がありません", "an .err without the request that came back"
        => "要求の写しを合図に .err を読むプログラムがあります（err = \"err-only\" ではこうなります）", "some programs read the .err when the request comes back (err = \"err-only\" does this)";
    PairRequestErr "pair.request-err" Warning B "emr-cloud", "返却された要求に .err がありません", "a request came back without its .err"
        => ".err は要求の写しより先に置かれます", "the .err is put in place before the request";
    PairRequestMissing "pair.request-missing" Note B "oqsdrug2", "この回答の要求がありません", "the request of this answer is not here"
        => "端末は受け取った要求を req から取り除きます", "a terminal takes requests away from req";
    PairIdentifier "pair.identifier" Error A "emr-cloud mynareception", "任意のファイル識別子が要求と違います", "ArbitraryFileIdentifier is not that of the request"
        => "要求の値がそのまま返ります（02res には 01req の値）", "it comes back as it was sent (in a 02res that of the 01req)";
    PairInstitution "pair.institution" Error A "mynareception", "医療機関コードが要求と違います", "MedicalInstitutionCode is not that of the request"
        => "要求の値がそのまま返ります", "it comes back as it was sent";
    PairReception "pair.reception" Error A "emr-cloud smart-test", "受付番号が要求と違います", "ReceptionNumber is not that of the request"
        => "02req の値がそのまま返ります", "it comes back as it was sent in the 02req";
    PairRows "pair.rows" Warning B "smart-test", "一括の明細の数が要求と違います", "not as many rows as the bulk request had"
        => "要求の一行に結果が一つです", "one result for each row of the request";
    PairFormat "pair.format" Warning B "oqsdrug2", "求めたファイル種別と違います", "not the kind of file that was asked for"
        => "FileCategory の奇数はPDF、偶数はXMLです", "an odd FileCategory asks for a PDF, an even one for XML";
    DuplicateFileIdentifier "duplicate.file-identifier" Warning B "emr-cloud", "同じ任意のファイル識別子が二つのファイルにあります", "two files have the same ArbitraryFileIdentifier"
        => "ファイルごとに変えてください。回答をこれで結び付けるプログラムがあります", "give each file its own: answers are matched by it";
}

impl Rule {
    /// Its stable name.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// How bad it is, unless whoever checks says otherwise.
    pub fn severity(self) -> Severity {
        self.row().severity
    }

    /// How sure the rule is.
    pub fn confidence(self) -> Confidence {
        self.row().confidence
    }

    /// Keys of [`crate::code::provenance::citation`], joined by blanks.
    pub fn source(self) -> &'static str {
        self.row().source
    }

    /// What is broken.
    pub fn title(self, lang: Lang) -> &'static str {
        let (ja, en) = self.row().title;
        say(lang, ja, en)
    }

    /// What to do about it.
    pub fn remedy(self, lang: Lang) -> &'static str {
        let (ja, en) = self.row().remedy;
        say(lang, ja, en)
    }

    /// The rules of an id (`code.value`) or of a whole family (`code`); none for a name that nobody has.
    pub fn named(name: &str) -> impl Iterator<Item = Self> {
        let is_named = move |id: &str| id == name || id.split_once('.').is_some_and(|(family, _)| family == name);
        Self::ALL.iter().copied().filter(move |rule| is_named(rule.id()))
    }

    /// The id nearest to a name that nobody has.
    pub fn nearest(name: &str) -> &'static str {
        let distance = |rule: &&Self| strsim::damerau_levenshtein(rule.id(), name);
        Self::ALL.iter().min_by_key(distance).map_or("", |rule| rule.id())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::provenance::citation;

    #[test]
    fn every_rule_has_an_id_of_its_own_of_two_words_and_known_sources() {
        let ids: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            let parts: Vec<&str> = rule.id().split('.').collect();
            let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            assert!(parts.len() == 2 && parts.into_iter().all(plain), "{}", rule.id());
            assert!(rule.source().split_whitespace().all(|key| citation(key).is_some()), "{}", rule.id());
        }
    }

    #[test]
    fn a_family_names_its_rules_and_a_slip_the_nearest() {
        assert_eq!(Rule::named("encoding").count(), 5);
        assert_eq!(Rule::named("code.value").collect::<Vec<_>>(), [Rule::CodeValue]);
        assert_eq!(Rule::named("code.vale").count(), 0);
        assert_eq!(Rule::nearest("code.vale"), "code.value");
    }
}
