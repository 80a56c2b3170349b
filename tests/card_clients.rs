//! The card programs of the field (spec/known-clients.md K7–K10), played against the software card: what each of them sends, in its own
//! order and its own way of reading, and the answers it cannot do without. No reader is needed; tests/pcsc.rs has the real programs.
//!
//! A program is a table of conversations, `tests/card_clients/*.txt`:
//!
//! ```text
//! == name_of_the_conversation            each begins with a card fresh from personalisation
//! 00A4020C 02 0018 -> 9000               command and answer, in hexadecimal
//! 00840000 08 -> [8] 9000                eight bytes, whatever they are
//! 00CADF30 05 -> 6D00 or 6A88            both are answers that the program takes
//! 802A0080 … 00 -> signed by authentication    the key's signature over exactly the command's data, and 9000
//! head 4 of authentication               READ BINARY of the first four bytes of that certificate
//! blocks of authentication               … of the whole of it, 256 bytes at a time, the last Le exact
//! blocks of authentication by 255        … 255 at a time
//! object from 7: FF20 DF21 DF22="01" DF23=8950    READ BINARY of seven bytes and of the rest: this object, with just these in it
//! 00200080 0C {a} -> 9000                照合番号A; {b}: 照合番号B, {birthdate}: 和暦 YYMMDD, as they are printed on the card
//! power                                  the card is powered off and on
//! ```

#[path = "card_clients/table.rs"]
mod table;

use table::{Player, conversation, titles};

/// Makes a test of each conversation of a program's table, and one that none was left out.
macro_rules! client {
    ($client:ident, $file:literal, $sends:ident: $($rule:ident)+) => {
        mod $client {
            use super::*;

            const TABLE: &str = include_str!(concat!("card_clients/", $file));

            $(#[test]
            fn $rule() {
                Player::new(table::Sends::$sends).play($file, conversation(TABLE, stringify!($rule)));
            })+

            #[test]
            fn every_conversation_of_the_table_is_played() {
                assert_eq!(titles(TABLE), [$(stringify!($rule)),+]);
            }
        }
    };
}

client!(k7_opensc, "opensc.txt", Once:
    it_asks_for_many_other_kinds_of_card_before_it_finds_jpki
    binding_asks_both_pins_for_their_tries_and_reads_all_certificates_but_the_closed_one
    it_reads_the_signature_certificate_after_the_password
    it_signs_with_the_authentication_key
    it_verifies_the_signature_password_again_before_each_use
    it_selects_the_application_again_whenever_it_has_lost_sight_of_the_card
    a_wrong_pin_is_told_with_the_tries_left_and_a_blocked_one_still_has_a_counter
);

client!(k8_myna, "myna.txt", Once:
    every_jpki_command_reads_the_label_of_the_token_first
    it_reads_seven_bytes_of_a_certificate_and_then_the_rest_from_there
    it_signs_with_either_key
    text_commands_read_number_and_attributes_after_the_pin
    visual_commands_read_the_face_of_the_card
    pin_status_asks_for_the_tries_of_every_reference
);

client!(k9_jpki_cli, "jpki-cli.txt", Twice:
    it_reads_the_certificates_and_sends_every_command_twice
    it_reads_the_signature_certificate_after_the_password
    it_signs_a_sha_1_with_either_key
    asking_for_tries_twice_costs_none
    a_wrong_pin_costs_two_tries
    support_reads_number_and_attributes
    surface_opens_with_either_number
);

client!(k10_pyjpki, "pyjpki.txt", Once:
    a_digest_info_without_null_is_signed_as_it_is
);

client!(my_number_myna, "my-number-myna.txt", Once:
    it_knows_the_card_by_its_label
    it_selects_the_key_before_the_certificate_and_reads_255_bytes_at_a_time
    it_asks_for_tries_and_signs
);
