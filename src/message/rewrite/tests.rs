//! Spans and bytes, in both encodings.

use proptest::prelude::*;

use super::*;

fn utf8(text: &str, changes: &[Change]) -> String {
    String::from_utf8(rewrite(text.as_bytes(), changes).unwrap().bytes).unwrap()
}

#[test]
fn each_form_of_an_element_gets_its_value_and_nothing_else_moves() {
    let change = [Change::new("R/H/T", "n&w")];
    for (before, after) in [
        ("<R><H><T>old</T></H></R>", "<R><H><T>n&amp;w</T></H></R>"),
        ("<R><H ><T \t>old</T\n></H></R>", "<R><H ><T \t>n&amp;w</T\n></H></R>"),
        ("<R><H><T></T></H></R>", "<R><H><T>n&amp;w</T></H></R>"),
        ("<R><H><T/></H></R>", "<R><H><T>n&amp;w</T></H></R>"),
        ("<R><H><T  /></H></R>", "<R><H><T  >n&amp;w</T></H></R>"),
        ("<R><H><T a='1>2'>x</T></H></R>", "<R><H><T a='1>2'>n&amp;w</T></H></R>"),
        ("<R><H><T a='/'/></H></R>", "<R><H><T a='/'>n&amp;w</T></H></R>"),
        ("<R><H><T><![CDATA[<T>old</T>]]></T></H></R>", "<R><H><T>n&amp;w</T></H></R>"),
        ("<R><H><T>a&amp;b&#x3042;</T></H></R>", "<R><H><T>n&amp;w</T></H></R>"),
        (
            "<R><H><T><!-- <T>c</T> -->old<!-- d --> er</T></H></R>",
            "<R><H><T><!-- <T>c</T> -->n&amp;w<!-- d --></T></H></R>",
        ),
        ("<R><H><T>1</T><T>2</T></H></R>", "<R><H><T>n&amp;w</T><T>n&amp;w</T></H></R>"),
        (
            "\u{feff}<?xml version='1.0'?>\r\n<R>\r\n<H><T>1</T></H></R>\r\n",
            "\u{feff}<?xml version='1.0'?>\r\n<R>\r\n<H><T>n&amp;w</T></H></R>\r\n",
        ),
    ] {
        assert_eq!(utf8(before, &change), after, "{before}");
    }
}

#[test]
fn what_is_not_meant_stays_as_it_is() {
    let change = [Change::new("R/H/T", "new")];
    for same in [
        "<R><B><T>x</T></B></R>",
        "<R><H><B><T>x</T></B></H></R>",
        "<R><T>x</T><H/></R>",
        "<R><H><T><U>x</U></T></H></R>",
        "<R><H><T>a<U/>b</T></H></R>",
        "<R><!-- <H><T>x</T></H> --><H><TT>x</TT></H></R>",
        "<R><![CDATA[<H><T>x</T></H>]]></R>",
    ] {
        assert_eq!(utf8(same, &change), same);
    }
}

#[test]
fn a_name_can_be_meant_wherever_it_stands() {
    let text = "<R><T>1</T><H><T>2</T><L>T</L></H></R>";
    assert_eq!(utf8(text, &[Change::new("//T", "x")]), "<R><T>x</T><H><T>x</T><L>T</L></H></R>");
}

#[test]
fn an_empty_value_leaves_an_empty_element_in_the_form_that_it_has() {
    let change = [Change::new("R/T", "")];
    assert_eq!(utf8("<R><T/></R>", &change), "<R><T/></R>");
    assert_eq!(utf8("<R><T>x</T></R>", &change), "<R><T></T></R>");
}

#[test]
fn a_character_that_the_file_cannot_hold_becomes_a_dot_and_is_told() {
    let text = text::encode("<?xml version='1.0' encoding='Shift_JIS'?><R>漢<T>a</T>ソ</R>", Encoding::ShiftJis).bytes;
    let rewritten = rewrite(&text, &[Change::new("R/T", "髙𠮷")]).unwrap();
    let back = text::decode(&rewritten.bytes, Some(Encoding::ShiftJis)).unwrap().text.into_owned();
    assert_eq!(back, "<?xml version='1.0' encoding='Shift_JIS'?><R>漢<T>髙●</T>ソ</R>");
    assert_eq!(rewritten.replaced, ['𠮷']);
}

#[test]
fn what_is_no_document_is_refused() {
    for bad in ["<R><T>x</R>", "plain", "", "<!DOCTYPE R><R/>"] {
        assert!(rewrite(bad.as_bytes(), &[]).is_err(), "{bad}");
    }
}

/// A piece of a document as it stands in the file, and what it must become; both are written down here, not computed from each other.
type Piece = (String, String);

fn both(text: String) -> Piece {
    (text.clone(), text)
}

/// Characters that both encodings hold, among them those whose second byte is an ASCII letter or a bracket in CP932 (ソ, 表, ー).
fn words() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 ソ表能ーｱ-ﾝ漢字〜～＜＞髙\\[\\]\\\\|]{0,12}"
}

fn noise() -> impl Strategy<Value = Piece> {
    let form = prop_oneof![
        words().prop_map(|w| format!("<X>{w}</X>")),
        words().prop_map(|w| format!("<X a=\"{w}\" b='<T>'/>").replace("<T>", "T")),
        words().prop_map(|w| format!("<!-- <T>{}</T> -->", w.replace('-', "_"))),
        words().prop_map(|w| format!("<X><![CDATA[<T>{}</T>]]></X>", w.replace(']', "_"))),
        words().prop_map(|w| format!("<Y><T>{w}</T><H><T>{w}</T></H></Y>")),
        Just("<T><T>1</T></T>".to_owned()),
        Just("\r\n\t".to_owned()),
        Just("<?p <T> ?>".to_owned()),
    ];
    form.prop_map(both)
}

fn meant(new: &'static str) -> impl Strategy<Value = Piece> {
    let blank = prop_oneof![Just(""), Just(" "), Just("\n  ")];
    (words(), blank, 0..5).prop_map(move |(old, blank, form)| match form {
        0 => (format!("<T{blank}>{old}</T{blank}>"), format!("<T{blank}>{new}</T{blank}>")),
        1 => (format!("<T{blank}/>"), format!("<T{blank}>{new}</T>")),
        2 => (format!("<T k='{old}'>x</T>"), format!("<T k='{old}'>{new}</T>")),
        3 => (format!("<T><!--c--><![CDATA[{}]]></T>", old.replace(']', "_")), format!("<T><!--c-->{new}</T>")),
        _ => (format!("<T>&lt;{}&amp;</T>", old.replace(['<', '&'], "_")), format!("<T>{new}</T>")),
    })
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    prop::collection::vec(prop_oneof![2 => noise(), 1 => meant("値ソ&amp;1")], 0..12)
}

proptest! {
    #[test]
    fn every_byte_outside_the_spans_is_the_same(pieces in pieces(), sjis: bool, bom: bool) {
        let encoding = if sjis { Encoding::ShiftJis } else { Encoding::Utf8 };
        let file = |side: fn(&Piece) -> &str| {
            let inside: String = pieces.iter().map(side).collect();
            let text = format!("<?xml version=\"1.0\" encoding=\"{}\"?>\n<R><H>{inside}</H></R>\n", encoding.label());
            let mut bytes = if bom && !sjis { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
            bytes.extend(text::encode(&text, encoding).bytes);
            bytes
        };
        let rewritten = rewrite(&file(|p| &p.0), &[Change::new("R/H/T", "値ソ&1")]).unwrap();
        prop_assert_eq!(rewritten.bytes, file(|p| &p.1));
        prop_assert!(rewritten.replaced.is_empty());
    }

    #[test]
    fn nothing_told_changes_nothing_and_nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(same) = rewrite(&bytes, &[]) {
            prop_assert_eq!(same.bytes, bytes);
        }
    }

    #[test]
    fn what_was_written_is_what_is_read(value in "\\PC{0,20}", sjis: bool) {
        let encoding = if sjis { Encoding::ShiftJis } else { Encoding::Utf8 };
        let text = format!("<?xml version='1.0' encoding='{}'?><R><T>ソ</T><U>ソ</U></R>", encoding.label());
        let rewritten = rewrite(&text::encode(&text, encoding).bytes, &[Change::new("R/T", value.as_str())]).unwrap();
        let root = xml::read(&rewritten.bytes).unwrap().root;
        let kept = text::encode(&value, encoding);
        let expected = text::decode(&kept.bytes, Some(encoding)).unwrap().text.into_owned();
        if !value.chars().any(|c| c == '\u{feff}') {
            prop_assert_eq!(root.child("T").unwrap().value(), expected);
        }
        prop_assert_eq!(root.child("U").unwrap().value(), "ソ");
    }
}
