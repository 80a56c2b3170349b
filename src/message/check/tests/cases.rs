//! Good files, and for each rule the change of one of them that breaks it.

use super::{FolderKind, Rule};

/// A file that breaks no rule.
pub struct Sample {
    pub name: &'static str,
    pub text: &'static str,
}

/// A file, changed.
pub struct Case {
    pub rule: Rule,
    pub name: &'static str,
    pub folder: Option<FolderKind>,
    pub text: &'static str,
    /// What stands instead of what; everywhere in the text.
    pub change: (&'static str, &'static str),
}

impl Case {
    pub fn bytes(&self) -> Vec<u8> {
        let (from, to) = self.change;
        assert!(from.is_empty() || self.text.contains(from), "{}: no {from}", self.name);
        if from.is_empty() { self.text.as_bytes().to_vec() } else { self.text.replace(from, to).into_bytes() }
    }
}

const REQUEST: Sample = Sample {
    name: "OQSsiquc01req_202611210001.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg>
  <MessageHeader>
    <QualificationConfirmationDate>20261121</QualificationConfirmationDate>
    <MedicalInstitutionCode>1319919997</MedicalInstitutionCode>
    <ArbitraryFileIdentifier>20261121093000-1</ArbitraryFileIdentifier>
  </MessageHeader>
  <MessageBody>
    <QualificationConfirmSearchInfo>
      <InsurerNumber>01139997</InsurerNumber>
      <InsuredCardSymbol>９９０１</InsuredCardSymbol>
      <InsuredIdentificationNumber>101</InsuredIdentificationNumber>
      <Birthdate>19850412</Birthdate>
      <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>
    </QualificationConfirmSearchInfo>
  </MessageBody>
</XmlMsg>
"#,
};

pub const FACE: Sample = Sample {
    name: "OQSsiquc01res_face_13199199974da5260a16de5a3d3ad7_20261121093000.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<XmlMsg>
  <MessageHeader>
    <ProcessExecutionTime>20261121093000</ProcessExecutionTime>
    <CharacterCodeIdentifier>0</CharacterCodeIdentifier>
    <SegmentOfResult>1</SegmentOfResult>
    <QualificationConfirmationDate>20261121</QualificationConfirmationDate>
    <ReferenceClassification>1</ReferenceClassification>
    <ArbitraryFileIdentifier>ArnHCeDfNjMCFzg=</ArbitraryFileIdentifier>
    <MedicalInstitutionCode>1319919997</MedicalInstitutionCode>
  </MessageHeader>
  <MessageBody>
    <ResultList>
      <ResultOfQualificationConfirmation>
        <InsuredCardClassification>01</InsuredCardClassification>
        <InsurerNumber>  139998</InsurerNumber>
        <Name>診療　太郎</Name>
        <NameKana>ｼﾝﾘｮｳ ﾀﾛｳ</NameKana>
        <Sex1>1</Sex1>
        <Birthdate>19500321</Birthdate>
        <PostNumber>100-0013</PostNumber>
        <InsuredCardValidDate>20250401</InsuredCardValidDate>
        <InsuredCardExpirationDate>20270331</InsuredCardExpirationDate>
        <InsuredPartialContributionRatio>010</InsuredPartialContributionRatio>
        <InsurerName>窓口市</InsurerName>
        <LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>
        <LimitApplicationCertificateRelatedConsTime>20261121093000</LimitApplicationCertificateRelatedConsTime>
        <LimitApplicationCertificateRelatedInfo><LimitApplicationCertificateClassificationFlag>A03</LimitApplicationCertificateClassificationFlag></LimitApplicationCertificateRelatedInfo>
        <SpecificDiseasesCertificateRelatedConsFlg>0</SpecificDiseasesCertificateRelatedConsFlg>
        <PharmacistsInfoConsFlg>1</PharmacistsInfoConsFlg>
        <PharmacistsInfoConsTime>20261121093000</PharmacistsInfoConsTime>
        <PharmacistsInfoAvailableTime>20261122093000</PharmacistsInfoAvailableTime>
        <DiagnosisInfoConsFlg>0</DiagnosisInfoConsFlg>
        <ReferenceNumber>00012345</ReferenceNumber>
      </ResultOfQualificationConfirmation>
    </ResultList>
    <ProcessingResultStatus>1</ProcessingResultStatus>
    <QualificationValidity>1</QualificationValidity>
    <PmhInfo><RequestPmhFileName>PMHsimsm01req_1234567890ABCDEF2026112109300000_face.xml</RequestPmhFileName></PmhInfo>
  </MessageBody>
</XmlMsg>
"#,
};

const ASSISTANCE: Sample = Sample {
    name: "OQSsiquc01res_face_20261121093001.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><ProcessExecutionTime>20261121093001</ProcessExecutionTime><QualificationConfirmationDate>20261121</QualificationConfirmationDate><MedicalInstitutionCode>1319919997</MedicalInstitutionCode><ArbitraryFileIdentifier>B4u_QfxBNjMCL4w=</ArbitraryFileIdentifier><ReferenceClassification>1</ReferenceClassification><SegmentOfResult>1</SegmentOfResult><CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader><MessageBody><ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>1</QualificationValidity><ResultList><ResultOfQualificationConfirmation><InsuredCardClassification>A1</InsuredCardClassification><InsurerNumber>12139994</InsurerNumber><Name>扶助　花子</Name><Sex1>2</Sex1><Birthdate>19700101</Birthdate><InsurerName>窓口市福祉事務所</InsurerName><PublicExpenseResultList><MedicalTicketInfo><TicketType>01</TicketType><SelfPayAmount>1500</SelfPayAmount></MedicalTicketInfo></PublicExpenseResultList></ResultOfQualificationConfirmation></ResultList></MessageBody></XmlMsg>"#,
};

const ANSWER: Sample = Sample {
    name: "OQSsiquc01res_202611210001.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><ProcessExecutionTime>20261121093001</ProcessExecutionTime><QualificationConfirmationDate>20261121</QualificationConfirmationDate><MedicalInstitutionCode>1319919997</MedicalInstitutionCode><ArbitraryFileIdentifier>20261121093000-1</ArbitraryFileIdentifier><ReferenceClassification>2</ReferenceClassification><SegmentOfResult>1</SegmentOfResult><CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader><MessageBody><ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>4</QualificationValidity><QualificationConfirmSearchInfo><InsurerNumber>01139997</InsurerNumber></QualificationConfirmSearchInfo></MessageBody></XmlMsg>"#,
};

const BULK: Sample = Sample {
    name: "OQSmuquc01req_202611210002.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><QualificationConfirmationDate>20261121</QualificationConfirmationDate><MedicalInstitutionCode>1319919997</MedicalInstitutionCode><ArbitraryFileIdentifier>20261121093000-2</ArbitraryFileIdentifier></MessageHeader><MessageBody><QualificationConfirmSearchInfo><InsurerNumber>01139997</InsurerNumber><InsuredIdentificationNumber>101</InsuredIdentificationNumber><Birthdate>19850412</Birthdate><LimitApplicationCertificateRelatedConsFlg>0</LimitApplicationCertificateRelatedConsFlg><ArbitraryIdentifier>v_1</ArbitraryIdentifier></QualificationConfirmSearchInfo><QualificationConfirmSearchInfo><InsurerNumber>01139997</InsurerNumber><InsuredIdentificationNumber>102</InsuredIdentificationNumber><Birthdate>19850412</Birthdate><LimitApplicationCertificateRelatedConsFlg>0</LimitApplicationCertificateRelatedConsFlg><ArbitraryIdentifier>v_2</ArbitraryIdentifier></QualificationConfirmSearchInfo></MessageBody></XmlMsg>"#,
};

const RECEIVED: Sample = Sample {
    name: "OQSmuquc01res_202611210002.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><ProcessExecutionTime>20261121093001</ProcessExecutionTime><MedicalInstitutionCode>1319919997</MedicalInstitutionCode><ArbitraryFileIdentifier>20261121093000-2</ArbitraryFileIdentifier><SegmentOfResult>1</SegmentOfResult><CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader><MessageBody><ReceptionNumber>R-42</ReceptionNumber><ReceptionDateTime>20261121093001</ReceptionDateTime></MessageBody></XmlMsg>"#,
};

const DOWNLOAD: Sample = Sample {
    name: "OQSmuquc02req_202611210003.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><MedicalInstitutionCode>1319919997</MedicalInstitutionCode></MessageHeader><MessageBody><ReceptionNumber>R-42</ReceptionNumber></MessageBody></XmlMsg>"#,
};

const FETCHED: Sample = Sample {
    name: "OQSmuquc02res_202611210003.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><ProcessExecutionTime>20261121093500</ProcessExecutionTime><QualificationConfirmationDate>20261121</QualificationConfirmationDate><MedicalInstitutionCode>1319919997</MedicalInstitutionCode><ArbitraryFileIdentifier>20261121093000-2</ArbitraryFileIdentifier><ReceptionNumber>R-42</ReceptionNumber><SegmentOfResult>1</SegmentOfResult><NumberOfProcessingResult>2</NumberOfProcessingResult><NumberOfNormalProcessing>1</NumberOfNormalProcessing><NumberOfError>1</NumberOfError><CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader><MessageBody><BulkConfirmUnit><ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>4</QualificationValidity></BulkConfirmUnit><BulkConfirmUnit><ProcessingResultStatus>2</ProcessingResultStatus><ProcessingResultCode>MDG-1</ProcessingResultCode><ProcessingResultMessage>試験</ProcessingResultMessage></BulkConfirmUnit></MessageBody></XmlMsg>"#,
};

const NUMBERS: Sample = Sample {
    name: "OQSmuimm01req_202611210004.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><MedicalInstitutionCode>1319919997</MedicalInstitutionCode></MessageHeader><MessageBody><ReferenceNumberRegistrationInfo><ReferenceNumber>K-1</ReferenceNumber><InsurerNumber>01139997</InsurerNumber><InsuredIdentificationNumber>101</InsuredIdentificationNumber></ReferenceNumberRegistrationInfo><ReferenceNumberRegistrationInfo><ReferenceNumber>K-2</ReferenceNumber><InsurerNumber>00139998</InsurerNumber><InsuredIdentificationNumber>102</InsuredIdentificationNumber></ReferenceNumberRegistrationInfo></MessageBody></XmlMsg>"#,
};

const ONLINE: Sample = Sample {
    name: "OQSmuonq01req_202611210005.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><MedicalInstitutionCode>1319919997</MedicalInstitutionCode><ArbitraryFileIdentifier>20261121093000123-PC1</ArbitraryFileIdentifier></MessageHeader><MessageBody><QualificationConfirmSearchInfo><ExaminationDateFrom>20261101</ExaminationDateFrom><ExaminationDateTo>20261121</ExaminationDateTo><MedicalTreatmentFlag>3</MedicalTreatmentFlag></QualificationConfirmSearchInfo></MessageBody></XmlMsg>"#,
};

const TICKETS: Sample = Sample {
    name: "OQSmutic01req_202611210006.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><MedicalInstitutionCode>1319919997</MedicalInstitutionCode></MessageHeader><MessageBody><QualificationConfirmSearchInfo><MedicalTreatmentMonth>202611</MedicalTreatmentMonth></QualificationConfirmSearchInfo></MessageBody></XmlMsg>"#,
};

const MEDICINES: Sample = Sample {
    name: "YZKsiquc01req_202611210007.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><MedicalInstitutionCode>1319919997</MedicalInstitutionCode><InsurerNumber>01139997</InsurerNumber><InsuranceCardSymbol>９９</InsuranceCardSymbol><InsuredPersonIdentificationNumber>101</InsuredPersonIdentificationNumber><BranchNumber>00</BranchNumber></MessageHeader><MessageBody><StartDate>202601</StartDate><EndDate>202611</EndDate><FileCategory>2</FileCategory><PrDiInfClassification>1</PrDiInfClassification><MedicalTreatmentFlag>1</MedicalTreatmentFlag></MessageBody></XmlMsg>"#,
};

const FAILED: Sample = Sample {
    name: "YZKsiquc01res_202611210007.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><MedicalInstitutionCode>1319919997</MedicalInstitutionCode><ResultCode>9</ResultCode><MessageContents>同意がありません</MessageContents></MessageHeader><MessageBody></MessageBody></XmlMsg>"#,
};

const PMH: Sample = Sample {
    name: "PMHsimsm01res_1234567890ABCDEF2026112109300000_face.xml",
    text: r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><ProcessExecutionTime>20261121093001</ProcessExecutionTime><QualificationConfirmationDate>20261121</QualificationConfirmationDate><MedicalInstitutionCode>1319919997</MedicalInstitutionCode></MessageHeader><MessageBody><MedicalSubsidies><MedicalSubsidyInsurerNumber>54139993</MedicalSubsidyInsurerNumber><CertificationName>特定医療費受給者証</CertificationName><MedicalSubsidyRecipientNumber>0000018</MedicalSubsidyRecipientNumber><IsAlwaysReimbursement>0</IsAlwaysReimbursement><MaxCopaymentAmount><Kind>0</Kind><AmountMonth>10000</AmountMonth></MaxCopaymentAmount><ValidFrom>20260401</ValidFrom><ValidTo>20270331</ValidTo><HashValue>9f86d081884c7d65</HashValue></MedicalSubsidies></MessageBody></XmlMsg>"#,
};

const LISTED: &str = r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><ProcessExecutionTime>20261121093001</ProcessExecutionTime><QualificationConfirmationDate>20261121</QualificationConfirmationDate></MessageHeader><MessageBody><MedicalSubsidies><CertificationDetail><CertificationName>一</CertificationName><ValidFrom>20260401</ValidFrom><ValidTo>20270331</ValidTo></CertificationDetail><CertificationDetail><CertificationName>二</CertificationName><ValidFrom>20260401</ValidFrom><ValidTo>20270331</ValidTo></CertificationDetail></MedicalSubsidies></MessageBody></XmlMsg>"#;

const ERR: Sample =
    Sample { name: "OQSsiquc01req_202611210001.err", text: "MDG-D001\r\n必須の項目がありません\r\n" };

pub const GOOD: &[Sample] = &[
    REQUEST, FACE, ASSISTANCE, ANSWER, BULK, RECEIVED, DOWNLOAD, FETCHED, NUMBERS, ONLINE, TICKETS, MEDICINES, FAILED,
    PMH, ERR,
];

const fn of(rule: Rule, sample: &Sample, from: &'static str, to: &'static str) -> Case {
    Case { rule, name: sample.name, folder: None, text: sample.text, change: (from, to) }
}

const fn named(rule: Rule, name: &'static str, folder: Option<FolderKind>, text: &'static str) -> Case {
    Case { rule, name, folder, text, change: ("", "") }
}

const REQ: Option<FolderKind> = Some(FolderKind::Req);
const RES: Option<FolderKind> = Some(FolderKind::Res);
const FACES: Option<FolderKind> = Some(FolderKind::Face);

/// A file where it lies; good by itself.
pub struct Lies {
    pub name: &'static str,
    pub folder: Option<FolderKind>,
    text: &'static str,
    change: (&'static str, &'static str),
}

impl Lies {
    pub fn bytes(&self) -> Vec<u8> {
        assert!(self.text.contains(self.change.0), "{}: no {}", self.name, self.change.0);
        self.text.replacen(self.change.0, self.change.1, usize::from(!self.change.0.is_empty())).into_bytes()
    }
}

const fn lies(sample: &Sample, folder: Option<FolderKind>) -> Lies {
    changed(sample, folder, "", "")
}

const fn changed(sample: &Sample, folder: Option<FolderKind>, from: &'static str, to: &'static str) -> Lies {
    Lies { name: sample.name, folder, text: sample.text, change: (from, to) }
}

const fn other(name: &'static str, folder: Option<FolderKind>, sample: &Sample) -> Lies {
    Lies { name, folder, text: sample.text, change: ("", "") }
}

pub const CASES: &[Case] = &[
    named(Rule::NameGrammar, "OQSsiqcu01req_202611210001.xml", REQ, REQUEST.text),
    named(Rule::NameGrammar, "request.xml", None, REQUEST.text),
    named(Rule::NameForeign, "Thumbs.db", REQ, "\u{1}"),
    named(Rule::NameTemporary, "OQSsiquc01req_202611210001.xml.tmp", REQ, "<Xml"),
    named(Rule::NameTemporary, ".receptionagent-0123456789abcdef.tmp", REQ, ""),
    named(Rule::NameCase, "oqsSIQUC01req_202611210001.xml", REQ, REQUEST.text),
    named(Rule::NameCase, "OQSsiquc01req_202611210001.XML", REQ, REQUEST.text),
    named(Rule::NameExtension, "OQSsiquc01req_202611210001.txt", None, REQUEST.text),
    named(Rule::NameFreePart, "OQSsiquc01req_2021081611906.xml", REQ, REQUEST.text),
    named(Rule::NameFreePart, "OQSsiquc01req_202613010001.xml", REQ, REQUEST.text),
    named(Rule::NameFace, "OQSsiquc01res_face_4da5260a16de5a3d3ad7_20261121093000.xml", None, FACE.text),
    named(Rule::NameFace, "OQSsiquc01res_face_20261321093000.xml", None, FACE.text),
    named(Rule::NamePmh, "PMHsimsm01res_1234_face.xml", RES, PMH.text),
    named(Rule::NameFolder, "OQSsiquc01res_202611210001.xml", REQ, ANSWER.text),
    named(Rule::NameFolder, FACE.name, RES, FACE.text),
    named(Rule::NameFolder, "OQSsiquc01req_202611210001.xml", FACES, REQUEST.text),
    named(Rule::FileZip, "OQSmutic02res_202611210001.zip", RES, "PK\u{3}\u{4}"),
    named(Rule::FilePdf, "YZKsiquc01res_202611210007.pdf", RES, "%PDF-1.7\n1 0 obj"),
    named(Rule::FileUnread, "YZKsiquc01res_202611210007.pdf", RES, "%PDF-1.7\n%%EOF\n"),
    named(Rule::FileErr, ERR.name, RES, " \r\n"),
    of(Rule::EncodingUndeclared, &REQUEST, " encoding=\"UTF-8\"", ""),
    of(Rule::EncodingIdentifier, &FACE, "<CharacterCodeIdentifier>0", "<CharacterCodeIdentifier>1"),
    of(Rule::XmlWellFormed, &REQUEST, "</MessageBody>", ""),
    of(Rule::XmlWellFormed, &REQUEST, "</XmlMsg>", "</XmlMsg><XmlMsg/>"),
    of(Rule::XmlDoctype, &REQUEST, "<XmlMsg>", "<!DOCTYPE XmlMsg><XmlMsg>"),
    of(Rule::XmlRoot, &REQUEST, "XmlMsg>", "Message>"),
    of(Rule::XmlRoot, &REQUEST, "MessageHeader>", "MessageHead>"),
    of(Rule::XmlNamespace, &REQUEST, "<XmlMsg>", "<XmlMsg xmlns=\"urn:x\">"),
    of(Rule::XmlNamespace, &REQUEST, "<Birthdate>", "<oqs:x/><Birthdate>"),
    of(Rule::XmlAttribute, &REQUEST, "<Birthdate>", "<Birthdate type=\"date\">"),
    of(Rule::XmlStrayText, &REQUEST, "<MessageBody>", "<MessageBody>;"),
    named(Rule::InterfaceUnpublished, "OQSsihvq01req_202611210001.xml", REQ, DOWNLOAD.text),
    of(Rule::HeaderMissing, &REQUEST, "<MedicalInstitutionCode>1319919997</MedicalInstitutionCode>", ""),
    of(Rule::HeaderMissing, &REQUEST, ">1319919997<", "> <"),
    of(Rule::HeaderMissing, &MEDICINES, "<InsurerNumber>01139997</InsurerNumber>", ""),
    of(Rule::BodyMissing, &REQUEST, "<Birthdate>19850412</Birthdate>", ""),
    of(Rule::BodyMissing, &ONLINE, "<ExaminationDateTo>20261121</ExaminationDateTo>", ""),
    of(Rule::BodyMissing, &NUMBERS, "<ReferenceNumber>K-2</ReferenceNumber>", ""),
    of(Rule::BodyMissing, &FACE, "<Sex1>1</Sex1>", ""),
    of(Rule::BodyMissing, &PMH, "<ValidTo>20270331</ValidTo>", ""),
    of(Rule::ElementMisspelt, &FACE, "DiagnosisInfoConsFlg", "DiagnosisInfoConsFl"),
    of(
        Rule::ElementMisspelt,
        &ASSISTANCE,
        "<SelfPayAmount>1500</SelfPayAmount>",
        "<StatusOfInfection>02</StatusOfInfection>",
    ),
    of(
        Rule::ElementMisspelt,
        &FACE,
        "<PostNumber>",
        "<PharmaceuticalInfoConsFlg>0</PharmaceuticalInfoConsFlg><PostNumber>",
    ),
    of(
        Rule::ElementMisspelt,
        &FACE,
        "<PostNumber>",
        "<OperationInfoAcquisitionTime>1</OperationInfoAcquisitionTime><PostNumber>",
    ),
    of(Rule::ElementUnknown, &FACE, "<PostNumber>", "<Telephone>0312345678</Telephone><PostNumber>"),
    of(
        Rule::ElementMisspelt,
        &MEDICINES,
        "<BranchNumber>00</BranchNumber>",
        "<InsuredCardSymbol>1</InsuredCardSymbol>",
    ),
    of(Rule::ElementMisplaced, &REQUEST, "<MedicalInst", "<EndDate>202611</EndDate><MedicalInst"),
    of(
        Rule::ElementMisplaced,
        &REQUEST,
        "<Birthdate>",
        "<MedicalTreatmentMonth>202611</MedicalTreatmentMonth><Birthdate>",
    ),
    of(
        Rule::ElementForm,
        &FACE,
        "<PmhInfo><RequestPmhFileName>PMHsimsm01req_1234567890ABCDEF2026112109300000_face.xml</RequestPmhFileName></PmhInfo>",
        "<PmhInfo>1</PmhInfo>",
    ),
    of(Rule::ElementEmpty, &REQUEST, "<Birthdate>", "<InsuredBranchNumber></InsuredBranchNumber><Birthdate>"),
    of(Rule::DuplicateElement, &REQUEST, "<Birthdate>", "<InsurerNumber>01139997</InsurerNumber><Birthdate>"),
    named(Rule::DuplicateElement, REQUEST.name, REQ, BULK.text),
    of(Rule::IdentifierBlank, &REQUEST, ">20261121093000-1<", "> 20261121093000-1<"),
    of(Rule::LengthMax, &REQUEST, ">101<", ">123456789012345678901<"),
    of(Rule::FormDate, &REQUEST, ">19850412<", ">19850230<"),
    of(Rule::FormDate, &REQUEST, ">19850412<", ">1985/4/1<"),
    of(Rule::FormDatetime, &FACE, "<ProcessExecutionTime>20261121093000", "<ProcessExecutionTime>20261121253000"),
    of(Rule::FormMonth, &TICKETS, ">202611<", ">202613<"),
    of(Rule::FormNumber, &ASSISTANCE, ">1500<", ">1,500<"),
    of(Rule::FormRatio, &FACE, ">010<", ">10<"),
    of(Rule::FormKana, &FACE, "ｼﾝﾘｮｳ ﾀﾛｳ", "シンリョウ　タロウ"),
    of(Rule::FormPostNumber, &FACE, "100-0013", "1000013"),
    of(Rule::CodeValue, &REQUEST, "RelatedConsFlg>1<", "RelatedConsFlg>2<"),
    of(Rule::CodeValue, &MEDICINES, "<FileCategory>2", "<FileCategory>5"),
    of(Rule::CodeValue, &ONLINE, "Flag>3<", "Flag>2<"),
    of(Rule::CodeValue, &PMH, "<Kind>0", "<Kind>9"),
    of(Rule::CodeValue, &PMH, "Reimbursement>0<", "Reimbursement>2<"),
    of(Rule::NumberInsurer, &REQUEST, ">01139997<", ">139998<"),
    of(Rule::NumberInsurer, &REQUEST, ">01139997<", ">０１１３９９９７<"),
    of(Rule::NumberInstitution, &REQUEST, ">1319919997<", ">9919997<"),
    of(Rule::NumberCheckDigit, &REQUEST, ">01139997<", ">01139998<"),
    of(Rule::NumberCheckDigit, &PMH, ">0000018<", ">0000019<"),
    of(Rule::NumberPrefecture, &REQUEST, ">1319919997<", ">4819919996<"),
    of(Rule::NumberPublicExpense, &PMH, ">54139993<", ">39139993<"),
    of(Rule::NumberPublicExpense, &PMH, ">54139993<", ">5413999<"),
    of(Rule::NumberMyNumber, &REQUEST, ">101<", ">123456789018<"),
    of(Rule::DateRange, &FACE, ">20270331<", ">20250331<"),
    of(Rule::DateRange, &MEDICINES, "<StartDate>202601", "<StartDate>202612"),
    of(Rule::DateBirth, &REQUEST, ">19850412<", ">20261122<"),
    of(Rule::ConsentTime, &FACE, "<PharmacistsInfoAvailableTime>20261122093000</PharmacistsInfoAvailableTime>", ""),
    of(
        Rule::ConsentTime,
        &FACE,
        "<LimitApplicationCertificateRelatedConsTime>20261121093000</LimitApplicationCertificateRelatedConsTime>",
        "",
    ),
    of(
        Rule::ConsentWithoutFlag,
        &FACE,
        "<DiagnosisInfoConsFlg>0</DiagnosisInfoConsFlg>",
        "<DiagnosisInfoConsFlg>0</DiagnosisInfoConsFlg><DiagnosisInfoConsTime>20261121093000</DiagnosisInfoConsTime>",
    ),
    of(Rule::ConsentAvailable, &FACE, ">20261122093000<", ">20261122093001<"),
    of(
        Rule::ConsentGroup,
        &FACE,
        "<LimitApplicationCertificateRelatedConsFlg>1</LimitApplicationCertificateRelatedConsFlg>\n        <LimitApplicationCertificateRelatedConsTime>20261121093000</LimitApplicationCertificateRelatedConsTime>",
        "",
    ),
    of(Rule::TicketClassification, &ASSISTANCE, ">12139994<", ">54139993<"),
    of(
        Rule::TicketClassification,
        &FACE,
        "<PostNumber>",
        "<PublicExpenseResultList><MedicalTicketInfo><TicketType>01</TicketType></MedicalTicketInfo></PublicExpenseResultList><PostNumber>",
    ),
    of(
        Rule::RecordSeveral,
        &ASSISTANCE,
        "</ResultList>",
        "<ResultOfQualificationConfirmation><InsuredCardClassification>01</InsuredCardClassification><Name>一</Name><Sex1>1</Sex1><Birthdate>19700101</Birthdate><InsurerName>二</InsurerName></ResultOfQualificationConfirmation></ResultList>",
    ),
    of(Rule::ResultErrorCode, &ANSWER, "</SegmentOfResult>", "</SegmentOfResult><ErrorCode>E001</ErrorCode>"),
    of(
        Rule::ResultErrorCode,
        &ANSWER,
        "<SegmentOfResult>1</SegmentOfResult>",
        "<SegmentOfResult>9</SegmentOfResult><ErrorCode>E001</ErrorCode>",
    ),
    of(Rule::ResultSegment, &ANSWER, "<SegmentOfResult>1", "<SegmentOfResult>2"),
    of(Rule::ResultSegment, &FETCHED, "<SegmentOfResult>1", "<SegmentOfResult>2"),
    of(Rule::ResultStatus, &ANSWER, "ResultStatus>1<", "ResultStatus>2<"),
    of(Rule::ResultValidity, &ANSWER, "Validity>4<", "Validity>1<"),
    of(Rule::ResultValidity, &ASSISTANCE, "Validity>1<", "Validity>4<"),
    of(
        Rule::ResultSearch,
        &ANSWER,
        "<QualificationConfirmSearchInfo><InsurerNumber>01139997</InsurerNumber></QualificationConfirmSearchInfo>",
        "",
    ),
    of(Rule::ResultClassification, &FACE, "Classification>1<", "Classification>2<"),
    of(Rule::ResultCode, &FAILED, "<MessageContents>同意がありません</MessageContents>", ""),
    of(Rule::BulkCounts, &FETCHED, "<NumberOfError>1", "<NumberOfError>2"),
    of(
        Rule::BulkCounts,
        &FETCHED,
        "<BulkConfirmUnit><ProcessingResultStatus>1</ProcessingResultStatus><QualificationValidity>4</QualificationValidity></BulkConfirmUnit>",
        "",
    ),
    of(Rule::BulkReception, &RECEIVED, "<ReceptionNumber>R-42</ReceptionNumber>", ""),
    named(
        Rule::BulkEmpty,
        BULK.name,
        None,
        r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><QualificationConfirmationDate>20261121</QualificationConfirmationDate><MedicalInstitutionCode>1319919997</MedicalInstitutionCode></MessageHeader><MessageBody></MessageBody></XmlMsg>"#,
    ),
    of(Rule::DuplicateArbitraryIdentifier, &BULK, "v_2", "v_1"),
    of(Rule::DuplicateRow, &BULK, ">102<", ">101<"),
    of(Rule::DuplicateReferenceNumber, &NUMBERS, "K-2", "K-1"),
    named(
        Rule::PmhCertificates,
        PMH.name,
        RES,
        r#"<?xml version="1.0" encoding="UTF-8"?><XmlMsg><MessageHeader><ProcessExecutionTime>20261121093001</ProcessExecutionTime><QualificationConfirmationDate>20261121</QualificationConfirmationDate></MessageHeader><MessageBody></MessageBody></XmlMsg>"#,
    ),
    of(Rule::PmhHash, &PMH, "<HashValue>9f86d081884c7d65</HashValue>", ""),
    named(Rule::PmhRepeat, PMH.name, RES, LISTED),
    of(Rule::LinkPmhName, &FACE, "PMHsimsm01req_1234567890ABCDEF", "PMHsimsm01req_"),
];

/// Files that are good each by itself, in their folders, and what they break together.
pub const TOGETHER: &[(Option<Rule>, &[Lies])] = &[
    (
        None,
        &[
            lies(&REQUEST, REQ),
            lies(&ANSWER, RES),
            lies(&BULK, REQ),
            lies(&RECEIVED, RES),
            lies(&DOWNLOAD, REQ),
            lies(&FETCHED, RES),
            lies(&FACE, FACES),
            lies(&PMH, RES),
            lies(&MEDICINES, REQ),
            lies(&FAILED, RES),
        ],
    ),
    (None, &[lies(&REQUEST, RES), lies(&ERR, RES)]),
    (None, &[lies(&FACE, FACES), other("PMHsimsm01req_1234567890ABCDEF2026112109300000_face.xml.err", RES, &ERR)]),
    (None, &[lies(&FACE, FACES), other("PMHsimsm01req_1234567890ABCDEF2026112109300000_face.err", RES, &ERR)]),
    (None, &[lies(&ANSWER, RES), lies(&FETCHED, RES)]),
    (Some(Rule::LinkPmhMissing), &[lies(&FACE, FACES)]),
    (Some(Rule::LinkPmhOrphan), &[lies(&ASSISTANCE, FACES), lies(&PMH, RES)]),
    (
        Some(Rule::LinkPmhBoth),
        &[
            lies(&FACE, FACES),
            lies(&PMH, RES),
            other("PMHsimsm01req_1234567890ABCDEF2026112109300000_face.xml.err", RES, &ERR),
        ],
    ),
    (Some(Rule::PairErrRequest), &[lies(&ERR, RES)]),
    (Some(Rule::PairErrRequest), &[other("OQSsiquc01req_202611210001.xml.err", RES, &ERR)]),
    (Some(Rule::PairRequestErr), &[lies(&REQUEST, RES)]),
    (Some(Rule::PairRequestMissing), &[lies(&REQUEST, REQ), lies(&FAILED, RES)]),
    (
        Some(Rule::PairIdentifier),
        &[lies(&REQUEST, REQ), changed(&ANSWER, RES, ">20261121093000-1<", ">20261121093000-9<")],
    ),
    (
        Some(Rule::PairIdentifier),
        &[lies(&RECEIVED, RES), changed(&FETCHED, RES, ">20261121093000-2<", ">20261121093000-9<")],
    ),
    (Some(Rule::PairInstitution), &[lies(&REQUEST, REQ), changed(&ANSWER, RES, ">1319919997<", ">1319920011<")]),
    (Some(Rule::PairReception), &[lies(&DOWNLOAD, REQ), changed(&FETCHED, RES, ">R-42<", ">R-43<")]),
    (
        Some(Rule::PairRows),
        &[
            lies(&BULK, REQ),
            lies(&RECEIVED, RES),
            lies(&DOWNLOAD, REQ),
            changed(
                &FETCHED,
                RES,
                "<NumberOfProcessingResult>2</NumberOfProcessingResult><NumberOfNormalProcessing>1</NumberOfNormalProcessing><NumberOfError>1</NumberOfError><CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader><MessageBody>",
                "<CharacterCodeIdentifier>0</CharacterCodeIdentifier></MessageHeader><MessageBody><BulkConfirmUnit><ProcessingResultStatus>1</ProcessingResultStatus></BulkConfirmUnit>",
            ),
        ],
    ),
    (
        Some(Rule::DuplicateFileIdentifier),
        &[lies(&REQUEST, REQ), other("OQSsiquc01req_202611210008.xml", REQ, &REQUEST)],
    ),
    (
        Some(Rule::DuplicateFileIdentifier),
        &[lies(&ASSISTANCE, FACES), other("OQSsiquc01res_face_20261121093002.xml", FACES, &ASSISTANCE)],
    ),
];
