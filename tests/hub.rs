//! The hub through its public faces. Every rule of `rules` runs twice, in this process and over real HTTP: the two must not differ.

#[path = "hub/world.rs"]
mod world;

#[path = "hub/bulk.rs"]
mod bulk;
#[path = "hub/care.rs"]
mod care;
#[path = "hub/certificates.rs"]
mod certificates;
#[path = "hub/chain.rs"]
mod chain;
#[path = "hub/inquiries.rs"]
mod inquiries;
#[path = "hub/municipalities.rs"]
mod municipalities;
#[path = "hub/queries.rs"]
mod queries;
#[path = "hub/registrations.rs"]
mod registrations;
#[path = "hub/subsidies.rs"]
mod subsidies;
#[path = "hub/visits.rs"]
mod visits;

// openssl is installed where scripts/setup.sh installs it.
#[path = "hub/audited.rs"]
mod audited;
#[cfg(target_os = "linux")]
#[path = "hub/authority.rs"]
mod authority;
#[path = "hub/away.rs"]
mod away;
#[path = "hub/documented.rs"]
mod documented;
#[path = "hub/http.rs"]
mod http;
#[path = "hub/line.rs"]
mod line;
#[path = "hub/revoked.rs"]
mod revoked;
#[path = "hub/shipped.rs"]
mod shipped;
#[path = "hub/slow.rs"]
mod slow;

/// Each rule over each way to the hub.
macro_rules! rules {
    ($($room:ident: $($rule:ident)*;)*) => {
        mod in_process {
            $(mod $room { $(
                #[test]
                fn $rule() {
                    crate::$room::$rule(&crate::world::World::in_process());
                }
            )* })*
        }
        mod over_http {
            $(mod $room { $(
                #[test]
                fn $rule() {
                    crate::$room::$rule(&crate::world::World::over_http());
                }
            )* })*
        }
    };
}

rules! {
    certificates:
        the_dates_of_the_certificate_decide_its_status
        a_revoked_or_ended_certificate_ends_the_visit_without_a_document
        a_signature_must_verify_over_its_challenge
        an_unknown_issuer_does_not_stop_a_visit
        every_generation_is_known_and_vouches_for_its_own_certificates_only
        a_certificate_that_names_the_key_of_a_root_and_is_not_signed_by_it_is_forged
        an_operators_word_marks_a_certificate_that_was_never_issued_in_place_of_refusing_it
        a_certificate_that_its_authority_never_issued_ends_the_visit
        an_authority_that_cannot_be_asked_ends_the_visit_as_a_centre_that_cannot
        a_revocation_counts_from_its_own_time_on
        a_reissued_card_is_good_and_the_one_before_it_revoked
        after_its_end_a_certificate_gives_the_qualification_only
        a_certificate_near_its_end_is_told_in_the_document
        what_is_no_certificate_is_refused;
    visits:
        a_visit_with_all_consents_gets_one_record_with_the_time_of_the_answer
        refused_consents_are_flags_alone
        an_answer_to_a_screen_that_was_not_shown_is_not_heard
        the_limit_screen_ended_on_2024_10_06
        the_confirmation_key_begins_with_its_day
        specific_disease_is_asked_of_those_who_have_a_certificate
        the_prescription_form_is_asked_where_there_is_a_choice
        the_medical_assistance_switch_hides_its_records
        the_groups_of_emr_sharing_go_with_the_consent_that_covers_them_where_the_institution_uses_it
        medical_assistance_of_another_institution_is_valid_unregistered
        a_new_card_is_registered_at_the_reader_until_reset
        a_phone_cannot_be_registered_at_the_reader
        a_lost_insurance_is_shown_as_lost_and_a_new_one_instead_of_the_old
        a_card_that_no_serial_names_is_its_holders_by_the_operators_word
        an_unknown_card_and_a_person_without_insurance_have_no_qualification
        a_visit_is_answered_once
        a_steered_outcome_looks_like_the_real_one
        a_reference_gives_its_identifiers_again_and_another_gives_others
        people_come_and_go_while_the_hub_serves
        a_renewed_card_has_another_serial_and_the_same_subsidies
        who_left_and_came_back_registers_again
        no_secret_is_in_any_answer;
    queries:
        a_change_of_insurer_is_answered_as_it_was_known_on_the_day_asked_for
        insurance_data_find_their_record_with_the_limit_group_alone
        without_the_limit_flag_the_group_is_its_flag
        the_validity_follows_the_day_asked_for
        several_persons_are_told_apart_by_the_branch_only
        unknown_insurance_data_have_no_qualification_and_no_list
        what_was_sent_comes_back_as_it_was_sent
        a_steered_query_looks_like_the_real_one;
    chain:
        who_is_registered_and_not_linked_yet_has_no_subsidies_until_the_day_comes
        a_renewed_certificate_is_joined_again_at_its_first_use
        a_card_without_a_certificate_leaves_its_owner_to_be_found_by_insurance_data
        a_copied_number_makes_nobody_somebody_else
        whose_information_is_withheld_ends_as_not_registered;
    registrations:
        a_registered_number_is_in_every_later_result_until_reset
        a_number_survives_a_change_of_insurer
        a_number_is_its_institutions_own_and_goes_before_that_of_the_profile
        a_registration_that_names_nobody_or_several_fails_with_a_code_of_ours
        a_steered_failure_of_the_centre_registers_nothing;
    bulk:
        a_bulk_query_is_worked_on_and_then_has_a_unit_for_every_row
        a_unit_has_its_record_without_consents_and_its_number_beside_it
        a_certificate_that_began_within_a_month_is_told_as_changed
        a_reception_number_is_its_institutions_and_its_interfaces_own
        a_reception_number_hangs_on_the_stations_reference_and_is_never_given_twice
        a_bulk_registration_holds_at_once_and_tells_of_every_row
        a_steered_failure_of_the_centre_is_a_9_of_either_file
        a_request_beyond_the_size_of_a_single_one_is_answered
        a_reception_number_is_known_for_a_week;
    care:
        a_month_brings_whoever_has_a_ticket_and_of_both_insurances_a_record
        a_pharmacy_sees_dispensing_tickets_and_another_month_nobody
        a_period_brings_who_agreed_at_home_in_it
        an_online_period_may_be_of_consent_or_of_examination
        a_consent_that_has_ended_is_told_as_such
        a_period_that_cannot_be_is_a_9;
    inquiries:
        without_a_visit_nothing_is_shown_and_with_one_each_kind_by_its_consent
        a_consent_lasts_24_hours_of_document_time
        the_last_visit_to_an_institution_decides_for_it_alone
        a_consent_dies_with_its_person_and_one_of_a_visit_without_a_record_is_none
        a_family_is_told_apart_by_the_branch_number_only
        an_answer_names_its_person_and_echoes_what_was_sent
        only_the_months_asked_for_are_shown
        an_odd_category_gives_pages_and_an_unknown_one_or_another_kind_of_visit_a_reason
        a_consent_given_at_home_opens_its_kind_of_visit_until_its_own_end
        a_consent_at_a_reader_of_another_institution_or_of_another_kind_opens_no_home_visit
        a_steered_failure_of_the_centre_is_told_in_a_document;
    subsidies:
        agreed_subsidies_are_fetched_by_the_request_file_name
        declined_undisclosed_or_switched_off_subsidies_leave_no_trace
        a_request_holds_on_its_own_day_as_often_as_it_is_asked
        a_steered_failure_comes_with_a_code_of_ours;
}
