//! Against every list of spec/oqs-interface.md §8 and the published face file (spec/known-clients.md §4, 6.3).

use super::*;

fn arranged(names: &[&'static str]) -> Vec<String> {
    let mut root = Element::parent("Root", names.iter().map(|name| Element::text(*name, "x")).collect());
    ElementOrder::Hash.arrange(&mut root);
    root.children().iter().map(|child| child.name.to_string()).collect()
}

fn words(text: &'static str) -> Vec<&'static str> {
    text.split_whitespace().collect()
}

fn check(specification: &'static str, expected: &'static str) {
    assert_eq!(arranged(&words(specification)), words(expected));
}

#[test]
fn header_of_a_single_result() {
    check(
        "ProcessExecutionTime QualificationConfirmationDate MedicalInstitutionCode ArbitraryFileIdentifier ReferenceClassification SegmentOfResult ErrorCode ErrorMessage CharacterCodeIdentifier",
        "ProcessExecutionTime CharacterCodeIdentifier SegmentOfResult QualificationConfirmationDate ReferenceClassification ArbitraryFileIdentifier MedicalInstitutionCode ErrorCode ErrorMessage",
    );
}

#[test]
fn header_of_a_bulk_result() {
    check(
        "ProcessExecutionTime QualificationConfirmationDate MedicalInstitutionCode ArbitraryFileIdentifier ReceptionNumber SegmentOfResult ErrorCode ErrorMessage NumberOfProcessingResult NumberOfNormalProcessing NumberOfError CharacterCodeIdentifier",
        "ProcessExecutionTime CharacterCodeIdentifier SegmentOfResult NumberOfNormalProcessing QualificationConfirmationDate NumberOfError ReceptionNumber NumberOfProcessingResult ArbitraryFileIdentifier MedicalInstitutionCode ErrorCode ErrorMessage",
    );
}

#[test]
fn body_with_the_search_info_first_in_its_bucket() {
    check(
        "PrescriptionIssueSelect ProcessingResultStatus ProcessingResultCode ProcessingResultMessage QualificationValidity ResultList QualificationConfirmSearchInfo",
        "ProcessingResultCode ResultList QualificationConfirmSearchInfo PrescriptionIssueSelect ProcessingResultMessage ProcessingResultStatus QualificationValidity",
    );
}

#[test]
fn bulk_confirm_unit() {
    check(
        "QualificationConfirmSearchInfo ProcessingResultStatus ProcessingResultCode ProcessingResultMessage QualificationValidity ResultOfQualificationConfirmation ReferenceNumber",
        "ProcessingResultCode QualificationConfirmSearchInfo ProcessingResultMessage ResultOfQualificationConfirmation ReferenceNumber ProcessingResultStatus QualificationValidity",
    );
}

#[test]
fn search_info_and_registration_info() {
    check(
        "InsurerNumber InsuredCardSymbol InsuredIdentificationNumber InsuredBranchNumber Birthdate LimitApplicationCertificateRelatedConsFlg ArbitraryIdentifier",
        "LimitApplicationCertificateRelatedConsFlg InsurerNumber ArbitraryIdentifier InsuredIdentificationNumber InsuredCardSymbol InsuredBranchNumber Birthdate",
    );
    check(
        "ReferenceNumber InsurerNumber InsuredCardSymbol InsuredIdentificationNumber InsuredBranchNumber",
        "InsurerNumber InsuredIdentificationNumber ReferenceNumber InsuredCardSymbol InsuredBranchNumber",
    );
}

#[test]
fn groups_of_the_record() {
    check(
        "LimitApplicationCertificateClassification LimitApplicationCertificateClassificationFlag LimitApplicationCertificateDate LimitApplicationCertificateValidStartDate LimitApplicationCertificateValidEndDate LimitApplicationCertificateLongTermDate",
        "LimitApplicationCertificateLongTermDate LimitApplicationCertificateValidEndDate LimitApplicationCertificateClassificationFlag LimitApplicationCertificateValidStartDate LimitApplicationCertificateClassification LimitApplicationCertificateDate",
    );
    check(
        "ElderlyRecipientCertificateDate ElderlyRecipientValidStartDate ElderlyRecipientValidEndDate ElderlyRecipientContributionRatio",
        "ElderlyRecipientCertificateDate ElderlyRecipientContributionRatio ElderlyRecipientValidStartDate ElderlyRecipientValidEndDate",
    );
    check(
        "SpecificDiseasesDiseaseCategory SpecificDiseasesCertificateDate SpecificDiseasesValidStartDate SpecificDiseasesValidEndDate SpecificDiseasesSelfPay",
        "SpecificDiseasesValidStartDate SpecificDiseasesSelfPay SpecificDiseasesDiseaseCategory SpecificDiseasesValidEndDate SpecificDiseasesCertificateDate",
    );
}

/// The record in specification order (§2.2, rows 1–39).
pub(crate) const RECORD: &str = "InsuredCardClassification InsurerNumber InsuredCardSymbol InsuredIdentificationNumber InsuredBranchNumber PersonalFamilyClassification InsuredName Name NameOfOther NameKana NameOfOtherKana Sex1 Sex2 Birthdate Address PostNumber QualificationDate DisqualificationDate InsuredCertificateIssuanceDate InsuredCardValidDate InsuredCardExpirationDate InsuredPartialContributionRatio PreschoolClassification ReasonOfLoss InsurerName ElderlyRecipientCertificateInfo LimitApplicationCertificateRelatedConsFlg LimitApplicationCertificateRelatedConsTime LimitApplicationCertificateRelatedInfo SpecificDiseasesCertificateRelatedConsFlg SpecificDiseasesCertificateRelatedConsTime SpecificDiseasesCertificateList PublicExpenseResultList SpecificHealthCheckupsInfoConsFlg SpecificHealthCheckupsInfoConsTime SpecificHealthCheckupsInfoAvailableTime PharmacistsInfoConsFlg PharmacistsInfoConsTime PharmacistsInfoAvailableTime DiagnosisInfoConsFlg DiagnosisInfoConsTime DiagnosisInfoAvailableTime OperationInfoConsFlg OperationInfoConsTime OperationInfoAvailableTime ReferenceNumber QualificationConfirmationKey";

#[test]
fn a_full_record_in_64_buckets() {
    let listed = "Address[4] InsuredName[7] SpecificHealthCheckupsInfoConsTime[7] DiagnosisInfoConsFlg[7] QualificationDate[9] SpecificHealthCheckupsInfoAvailableTime[9] PersonalFamilyClassification[10] Sex2[11] Sex1[12] SpecificDiseasesCertificateRelatedConsFlg[12] OperationInfoConsFlg[12] ReasonOfLoss[13] SpecificDiseasesCertificateRelatedConsTime[14] Name[15] InsurerNumber[18] InsuredCardSymbol[24] SpecificDiseasesCertificateList[26] NameKana[31] InsuredCardValidDate[32] LimitApplicationCertificateRelatedConsFlg[32] InsuredCardClassification[35] DiagnosisInfoAvailableTime[35] LimitApplicationCertificateRelatedConsTime[37] ReferenceNumber[39] NameOfOther[40] OperationInfoAvailableTime[40] InsuredBranchNumber[41] DiagnosisInfoConsTime[41] QualificationConfirmationKey[41] Birthdate[44] InsuredCardExpirationDate[44] InsuredCertificateIssuanceDate[46] InsuredIdentificationNumber[52] PreschoolClassification[52] PharmacistsInfoAvailableTime[52] SpecificHealthCheckupsInfoConsFlg[53] ElderlyRecipientCertificateInfo[54] PharmacistsInfoConsTime[54] DisqualificationDate[55] PharmacistsInfoConsFlg[57] NameOfOtherKana[59] InsurerName[59] InsuredPartialContributionRatio[61] PostNumber[62] PublicExpenseResultList[62] LimitApplicationCertificateRelatedInfo[63] OperationInfoConsTime[63]";
    let expected: Vec<&str> = words(listed).iter().map(|word| word.split('[').next().unwrap()).collect();
    assert_eq!(arranged(&words(RECORD)), expected);
    for word in words(listed) {
        let (name, bucket) = word.trim_end_matches(']').split_once('[').unwrap();
        assert_eq!(spread(name) & 63, bucket.parse::<u32>().unwrap(), "{name}");
    }
}

/// The consent groups of 電子カルテ情報共有, after those of 手術.
const EMR_SHARING: &str = "DiagnosisNameConsFlg DiagnosisNameConsTime DiagnosisNameAvailableTime InfectiousInfoConsFlg InfectiousInfoConsTime InfectiousInfoAvailableTime AllergyInfoConsFlg AllergyInfoConsTime AllergyInfoAvailableTime ContraindicationInfoConsFlg ContraindicationInfoConsTime ContraindicationInfoAvailableTime TestInfoConsFlg TestInfoConsTime TestInfoAvailableTime PrescriptionInfoConsFlg PrescriptionInfoConsTime PrescriptionInfoAvailableTime";

#[test]
fn a_full_record_with_the_groups_of_emr_sharing_in_128_buckets() {
    // Computed apart from this program; [C] as all sizes beyond 64.
    let listed = "TestInfoConsTime[0] AllergyInfoAvailableTime[8] PrescriptionInfoAvailableTime[23] TestInfoConsFlg[37] DiagnosisNameAvailableTime[41] ContraindicationInfoAvailableTime[41] TestInfoAvailableTime[48] DiagnosisNameConsFlg[50] AllergyInfoConsFlg[62] PrescriptionInfoConsTime[64] InfectiousInfoAvailableTime[69] ContraindicationInfoConsTime[70] PrescriptionInfoConsFlg[92] DiagnosisNameConsTime[95] AllergyInfoConsTime[95] ContraindicationInfoConsFlg[107] InfectiousInfoConsTime[119] InfectiousInfoConsFlg[127]";
    let after = RECORD.find(" ReferenceNumber").unwrap();
    let (before, rest) = RECORD.split_at(after);
    let whole = [words(before), words(EMR_SHARING), words(rest)].concat();
    let arranged = arranged(&whole);
    let groups = words(EMR_SHARING);
    let of_it: Vec<&str> = arranged.iter().map(String::as_str).filter(|name| groups.contains(name)).collect();
    let expected: Vec<&str> = words(listed).iter().map(|word| word.split('[').next().unwrap()).collect();
    assert_eq!(of_it, expected);
    for word in words(listed) {
        let (name, bucket) = word.trim_end_matches(']').split_once('[').unwrap();
        assert_eq!(spread(name) & 127, bucket.parse::<u32>().unwrap(), "{name}");
    }
    assert_eq!((arranged[0].as_str(), arranged[1].as_str()), ("TestInfoConsTime", "Address"), "among the others");
}

#[test]
fn the_published_face_file_with_24_elements_in_its_record() {
    let published = "Address SpecificHealthCheckupsInfoConsTime DiagnosisInfoConsFlg SpecificHealthCheckupsInfoAvailableTime PersonalFamilyClassification Sex1 SpecificDiseasesCertificateRelatedConsFlg Name InsurerNumber InsuredCardSymbol NameKana InsuredCardValidDate LimitApplicationCertificateRelatedConsFlg InsuredCardClassification InsuredBranchNumber Birthdate InsuredCertificateIssuanceDate InsuredIdentificationNumber PharmacistsInfoAvailableTime SpecificHealthCheckupsInfoConsFlg PharmacistsInfoConsTime PharmacistsInfoConsFlg InsurerName PostNumber";
    let published = words(published);
    let specification: Vec<_> = words(RECORD).into_iter().filter(|name| published.contains(name)).collect();
    assert_eq!(specification.len(), 24);
    assert_eq!(arranged(&specification), published);
    check(
        "ProcessingResultStatus QualificationValidity ResultList",
        "ResultList ProcessingResultStatus QualificationValidity",
    );
    check(
        "ProcessExecutionTime QualificationConfirmationDate MedicalInstitutionCode ArbitraryFileIdentifier ReferenceClassification SegmentOfResult CharacterCodeIdentifier",
        "ProcessExecutionTime CharacterCodeIdentifier SegmentOfResult QualificationConfirmationDate ReferenceClassification ArbitraryFileIdentifier MedicalInstitutionCode",
    );
}

fn with_lists() -> Element {
    let item = |n: &str| Element::text("Item", n.to_owned());
    Element::parent(
        "Root",
        vec![item("1"), Element::text("Other", "o"), item("2"), Element::text("Name", "n"), item("3")],
    )
}

fn items(root: &Element) -> Vec<(usize, &str)> {
    root.children().iter().enumerate().filter(|(_, c)| c.name == "Item").map(|(i, c)| (i, c.value())).collect()
}

#[test]
fn elements_of_one_name_are_a_list_that_stays_together_and_in_order() {
    for order in
        [ElementOrder::Hash, ElementOrder::Shuffled(Seed(1), "a".into()), ElementOrder::Shuffled(Seed(2), "b".into())]
    {
        let mut root = with_lists();
        order.arrange(&mut root);
        let items = items(&root);
        assert_eq!(items.iter().map(|(_, v)| *v).collect::<Vec<_>>(), ["1", "2", "3"], "{order:?}");
        assert!(items.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1), "{order:?}");
    }
}

#[test]
fn a_shuffle_repeats_with_seed_and_label_and_differs_with_another() {
    let shuffled = |seed, label: &str| {
        let mut root = Element::parent("R", words(RECORD).into_iter().map(|name| Element::text(name, "")).collect());
        ElementOrder::Shuffled(Seed(seed), label.into()).arrange(&mut root);
        root
    };
    assert_eq!(shuffled(1, "a"), shuffled(1, "a"));
    assert_ne!(shuffled(1, "a"), shuffled(1, "b"));
    assert_ne!(shuffled(1, "a"), shuffled(2, "a"));
}

#[test]
fn the_order_of_a_file_is_recognised() {
    let mut root = Element::parent("R", words(RECORD).into_iter().map(|name| Element::text(name, "")).collect());
    assert_eq!(seen_order(&root), SeenOrder::Other);
    ElementOrder::Hash.arrange(&mut root);
    assert_eq!(seen_order(&root), SeenOrder::Hash);
    assert_eq!(seen_order(&Element::text("R", "")), SeenOrder::Unknown);
}
