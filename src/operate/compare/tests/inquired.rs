//! 薬剤情報 and 特定健診情報, asked again by the request that was captured with them.

use super::*;

/// A golden answer of YZK or TKK with the request that it belongs to.
fn inquired(kind: &str, stem: &str, change: impl Fn(&str) -> String) -> Vec<Captured> {
    let (_, root) = golden(&format!("{kind}siquc01res")).into_iter().find(|(found, _)| found == stem).unwrap();
    let value = |name: &str| root.at(&["MessageHeader", name]).unwrap().value().to_owned();
    let request = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><XmlMsg><MessageHeader><MedicalInstitutionCode>{}\
         </MedicalInstitutionCode><InsurerNumber>01139997</InsurerNumber><InsuranceCardSymbol>９</InsuranceCardSymbol>\
         <InsuredPersonIdentificationNumber>101</InsuredPersonIdentificationNumber><ArbitraryFileIdentifier>{}\
         </ArbitraryFileIdentifier></MessageHeader><MessageBody><FileCategory>{}</FileCategory></MessageBody></XmlMsg>",
        value("MedicalInstitutionCode"),
        value("ArbitraryFileIdentifier"),
        if kind == "YZK" { "4" } else { "2" },
    );
    let answer = written(&format!("res/{kind}siquc01res_1.xml"), root, &hand(ElementOrder::Hash, Encoding::Utf8));
    let answer = Captured { bytes: change(&String::from_utf8(answer.bytes).unwrap()).into_bytes(), ..answer };
    let request = Captured {
        path: format!("req/{kind}siquc01req_1.xml"),
        name: format!("{kind}siquc01req_1.xml"),
        bytes: request.into_bytes(),
    };
    vec![request, answer]
}

#[test]
fn medicines_and_checkups_are_adopted_and_asked_again_by_their_request() {
    for (kind, stem) in [("YZK", "taro"), ("YZK", "touseki"), ("TKK", "ichiro"), ("TKK", "kouki")] {
        let report = compared(inquired(kind, stem, str::to_owned));
        let answer = report.files.iter().find(|file| file.file.starts_with("res")).unwrap();
        assert_eq!((said(answer), &answer.problem), (vec![], &None), "{kind} {stem}");
        assert_eq!(report.compared, 1);
    }
    let strange = compared(inquired("YZK", "taro", |text| {
        text.replace("<QuaInf>", "<QuaInf><Odd>1</Odd>").replace("<ResultCode>1<", "<ResultCode>7<")
    }));
    let answer = strange.files.iter().find(|file| file.file.starts_with("res")).unwrap();
    let against = said(answer).join("\n");
    assert!(against.contains("QuaInf/Odd") && against.contains("ResultCode"), "{against}");
    let alone: Vec<_> = inquired("TKK", "ichiro", str::to_owned).into_iter().skip(1).collect();
    let report = compared(alone);
    assert!(report.files[0].problem.as_ref().is_some_and(|why| why.en.contains("its request was not captured")));
}
