//! What a file says, when somebody wants it wrong.

use crate::knob::{Knob, Layer, said};
use crate::message::tree::{Content, Element};
use crate::text::Encoding;

/// The declaration names the other encoding than the bytes are in.
pub static OTHER_ENCODING: Knob = Knob {
    name: "file-other-encoding",
    room: "terminal",
    layer: Layer::Folder,
    ja: "宣言と違う文字コードで書く（UTF-8 なら Shift_JIS と宣言する。逆も）",
    en: "the declaration names the other encoding than the bytes are in",
    at: said("文書の回答、顔認証と PMH の結果", "answers that are documents, face and PMH files"),
    bearing: said(
        "文字化けした氏名を取り込まず、読めないと知らせる",
        "imports no garbled name, says that it cannot be read",
    ),
    remedy: said("output_encoding を確かめる", "see output_encoding"),
    source: "spec/known-clients.md §2 [A]",
    amount: None,
};

/// The file begins with a byte order mark.
pub static BOM: Knob = Knob {
    name: "file-bom",
    room: "terminal",
    layer: Layer::Folder,
    ja: "先頭に BOM (EF BB BF) を付ける",
    en: "the file begins with a byte order mark",
    at: said("文書の回答、顔認証と PMH の結果", "answers that are documents, face and PMH files"),
    bearing: said("BOM があっても読む", "reads it all the same"),
    remedy: said("XML の読み取りを標準の部品に任せる", "let an XML parser read the bytes"),
    source: "spec/known-clients.md §2 [A]",
    amount: None,
};

/// The elements come in another order, by the seed.
pub static SHUFFLED: Knob = Knob {
    name: "file-shuffled",
    room: "terminal",
    layer: Layer::Folder,
    ja: "要素の順序を混ぜる（種で決まる）",
    en: "the elements come in another order, by the seed",
    at: said("文書の回答、顔認証と PMH の結果", "answers that are documents, face and PMH files"),
    bearing: said("順序に頼らず名前で読む", "reads by name, not by place"),
    remedy: said("設定 element_order、layout も見る", "see element_order and layout of the settings"),
    source: "spec/known-clients.md §4 6.3 [B], spec/oqs-interface.md §2.0 [C]",
    amount: None,
};

/// There are elements that nobody knows.
pub static UNKNOWN_ELEMENT: Knob = Knob {
    name: "file-unknown-element",
    room: "terminal",
    layer: Layer::Folder,
    ja: "知らない要素を加える",
    en: "there are elements that nobody knows",
    at: said("文書の回答、顔認証と PMH の結果", "answers that are documents, face and PMH files"),
    bearing: said("知らない要素は読み飛ばす", "passes over what it does not know"),
    remedy: said("設定 element_order、layout も見る", "see element_order and layout of the settings"),
    source: "spec/known-clients.md §1 K4 [B]",
    amount: None,
};

/// Optional elements come empty instead of not at all.
pub static EMPTY_ELEMENT: Knob = Knob {
    name: "file-empty-element",
    room: "terminal",
    layer: Layer::Folder,
    ja: "省かれるはずの要素を空で書く（InsuredBranchNumber など）",
    en: "optional elements come empty instead of not at all",
    at: said("文書の回答、顔認証と PMH の結果", "answers that are documents, face and PMH files"),
    bearing: said(
        "空の要素を「無い」と同じに扱い、保存した値を空で上書きしない",
        "takes an empty element for a missing one and clears nothing it has stored",
    ),
    remedy: said("設定 element_order、layout も見る", "see element_order and layout of the settings"),
    source: "spec/known-clients.md §2 [A], spec/oqs-interface.md §1.4 [A]",
    amount: None,
};

/// A later layout: groups of repeating elements and a version that nobody knows.
pub static FUTURE_LAYOUT: Knob = Knob {
    name: "file-future-layout",
    room: "terminal",
    layer: Layer::Folder,
    ja: "将来の配置で書く（知らない繰り返しの組と版の要素）",
    en: "a later layout: groups of repeating elements and a version that nobody knows",
    at: said("文書の回答、顔認証と PMH の結果", "answers that are documents, face and PMH files"),
    bearing: said(
        "知っている要素を読み、知らない組は読み飛ばす",
        "reads what it knows, passes over groups that it does not",
    ),
    remedy: said("spec_year と layouts を確かめる", "see spec_year and layouts"),
    source: "spec/pmh.md §11 S-06 [A], §1.6 [C]",
    amount: None,
};

/// XmlMsg is in a default namespace.
pub static NAMESPACE: Knob = Knob {
    name: "file-namespace",
    room: "terminal",
    layer: Layer::Folder,
    ja: "XmlMsg に既定の名前空間を付ける",
    en: "XmlMsg is in a default namespace",
    at: said("文書の回答、顔認証と PMH の結果", "answers that are documents, face and PMH files"),
    bearing: said("名前空間があっても読むか、読めないと知らせる", "reads it, or says that it cannot"),
    remedy: said("XML の読み取りの設定を確かめる", "see how the XML is read"),
    source: "spec/known-clients.md §2 [A]",
    amount: None,
};

/// ArbitraryFileIdentifier is not the one that was sent.
pub static OTHER_IDENTIFIER: Knob = Knob {
    name: "file-other-identifier",
    room: "terminal",
    layer: Layer::Folder,
    ja: "ArbitraryFileIdentifier を要求と違うものにする",
    en: "ArbitraryFileIdentifier is not the one that was sent",
    at: said("文書の回答、顔認証と PMH の結果", "answers that are documents, face and PMH files"),
    bearing: said("自分の要求への回答と取り違えない", "does not take it for the answer to its request"),
    remedy: said("識別子を突き合わせる", "compare the identifier"),
    source: "spec/known-clients.md §1 K3 [B]",
    amount: None,
};

/// All of them.
pub static KNOBS: [&Knob; 8] =
    [&OTHER_ENCODING, &BOM, &SHUFFLED, &UNKNOWN_ELEMENT, &EMPTY_ELEMENT, &FUTURE_LAYOUT, &NAMESPACE, &OTHER_IDENTIFIER];

/// What is done to the document of one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spoiled {
    /// [`OTHER_ENCODING`]
    pub other_encoding: bool,
    /// [`BOM`]
    pub bom: bool,
    /// [`SHUFFLED`]
    pub shuffled: bool,
    /// [`UNKNOWN_ELEMENT`]
    pub unknown_element: bool,
    /// [`EMPTY_ELEMENT`]
    pub empty_element: bool,
    /// [`FUTURE_LAYOUT`]
    pub future_layout: bool,
    /// [`NAMESPACE`]
    pub namespace: bool,
    /// [`OTHER_IDENTIFIER`]
    pub other_identifier: bool,
}

/// What a knob spoils.
type Spoil = fn(&mut Spoiled);

/// Each knob and what it spoils.
pub(super) const SPOILS: [(&Knob, Spoil); 8] = [
    (&OTHER_ENCODING, |spoiled| spoiled.other_encoding = true),
    (&BOM, |spoiled| spoiled.bom = true),
    (&SHUFFLED, |spoiled| spoiled.shuffled = true),
    (&UNKNOWN_ELEMENT, |spoiled| spoiled.unknown_element = true),
    (&EMPTY_ELEMENT, |spoiled| spoiled.empty_element = true),
    (&FUTURE_LAYOUT, |spoiled| spoiled.future_layout = true),
    (&NAMESPACE, |spoiled| spoiled.namespace = true),
    (&OTHER_IDENTIFIER, |spoiled| spoiled.other_identifier = true),
];

/// Where optional elements are left out, and which: header and record as in spec/known-clients.md §4 6.1, 6.2 [A], the subsidy as in
/// the built-in layout.
const OPTIONAL: [(&str, &[&str]); 3] = [
    ("MessageHeader", &["ErrorCode", "ErrorMessage"]),
    (
        "ResultOfQualificationConfirmation",
        &[
            "InsuredCardSymbol",
            "InsuredBranchNumber",
            "NameOfOther",
            "NameOfOtherKana",
            "Address",
            "PostNumber",
            "ReasonOfLoss",
        ],
    ),
    ("MedicalSubsidies", &["MedicalSubsidyRecipientNumber", "IncomeSegment", "AdditionalConditions"]),
];
/// What holds facts about a person: where a later layout would bring more of them.
const RECORDS: [&str; 3] = ["ResultOfQualificationConfirmation", "MedicalSubsidies", "MessageBody"];
/// A name that no edition has. Ours, so that nobody looks for it.
const UNKNOWN: &str = "MadoguchiUnknown";
/// A group of a later layout. Ours as well.
const FUTURE: [&str; 3] = ["MadoguchiFutureList", "MadoguchiFutureInfo", "MadoguchiFutureCode"];
/// The version that a later layout would tell.
const VERSION: &str = "MadoguchiLayoutVersion";
/// The namespace of a client's own invention.
const DECLARED: &str = " xmlns=\"urn:madoguchi:namespace\"";
const BOM_BYTES: &[u8] = b"\xEF\xBB\xBF";
/// Why the identifier is another one: its last letter.
const OTHER_LETTER: [char; 2] = ['X', 'Y'];

impl Spoiled {
    /// Spoils the tree of a document, in specification order.
    pub fn tree(self, root: &mut Element) {
        let value = || Element::text(UNKNOWN, "1");
        if self.unknown_element {
            each(root, &["MessageHeader"], &mut |header| header.push(value()));
            each(root, &RECORDS, &mut |record| record.push(value()));
        }
        if self.empty_element {
            for (parent, names) in OPTIONAL {
                each(root, &[parent], &mut |children| {
                    let missing = names.iter().filter(|name| children.iter().all(|child| child.name != **name));
                    let empty: Vec<Element> = missing.map(|name| Element::text(*name, "")).collect();
                    children.extend(empty);
                });
            }
        }
        if self.future_layout {
            let [list, info, code] = FUTURE;
            let entry = |value: &str| Element::parent(info, vec![Element::text(code, value)]);
            each(root, &["MessageHeader"], &mut |header| header.push(Element::text(VERSION, "9.0")));
            each(root, &RECORDS, &mut |record| record.push(Element::parent(list, vec![entry("Z1"), entry("Z2")])));
        }
        if self.other_identifier
            && let Some(identifier) = root.at_mut(&["MessageHeader", "ArbitraryFileIdentifier"])
            && let Content::Text(value) = &mut identifier.content
        {
            let last = value.pop();
            value.push(OTHER_LETTER.into_iter().find(|letter| Some(*letter) != last).unwrap_or_default());
        }
    }

    /// Spoils the bytes of a document.
    pub fn bytes(self, mut bytes: Vec<u8>) -> Vec<u8> {
        if self.other_encoding {
            let (utf8, sjis) = (Encoding::Utf8.label(), Encoding::ShiftJis.label());
            let (from, to) = if find(&bytes, utf8.as_bytes()).is_some() { (utf8, sjis) } else { (sjis, utf8) };
            replace(&mut bytes, from.as_bytes(), to.as_bytes());
        }
        if self.namespace {
            replace(&mut bytes, b"<XmlMsg", format!("<XmlMsg{DECLARED}").as_bytes());
        }
        if self.bom {
            bytes.splice(0..0, BOM_BYTES.iter().copied());
        }
        bytes
    }
}

/// Shows `act` the children of every element of one of these names.
fn each(element: &mut Element, names: &[&str], act: &mut dyn FnMut(&mut Vec<Element>)) {
    let is_one = names.contains(&element.name.as_ref());
    let Content::Children(children) = &mut element.content else { return };
    children.iter_mut().for_each(|child| each(child, names, act));
    if is_one {
        act(children);
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// Replaces the first `from`. Without one nothing changes.
fn replace(bytes: &mut Vec<u8>, from: &[u8], to: &[u8]) {
    if let Some(at) = find(bytes, from) {
        bytes.splice(at..at + from.len(), to.iter().copied());
    }
}
