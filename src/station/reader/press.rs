//! One step of the dialogue as it is ordered from outside: `POST /control/v1/readers/{n}/events` and the buttons of a screen.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::face_reader::event::{Event, Staff, Touch};
use crate::secret::Pin;
use crate::visit::{FaceResult, PrescriptionForm, Question};

/// An event at a reader.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
#[schema(as = ReaderEvent)]
pub enum Press {
    /// A person's card (or phone) is put on the reader; what follows is answered step by step, unless `auto_pilot`.
    CardPlaced {
        /// Person id, `pcsc:READER` for the card that lies in a PC/SC reader, or `replay:FILE` for a recorded one.
        person: String,
        /// Let the person's habits answer.
        #[serde(default)]
        auto_pilot: bool,
    },
    /// The card is taken away.
    CardRemoved {},
    /// どなたのカードですか: this person's. It is recognised from now on; kept is a keyed hash.
    Bind {
        /// Person id.
        person: String,
    },
    /// どなたのカードですか: left unknown. The visit goes on, and the centre says what it knows.
    Decline {},
    /// 顔認証
    ChooseFace {},
    /// 暗証番号
    ChoosePin {},
    /// スマートフォン
    ChoosePhone {},
    /// Android
    ChooseAndroid {},
    /// iPhone
    ChooseIphone {},
    /// The camera's result.
    Face {
        /// `match`, `mismatch` or `unreadable`
        #[schema(value_type = String)]
        result: FaceResult,
    },
    /// A PIN typed on the pad.
    Pin {
        /// Four digits.
        #[schema(value_type = String)]
        pin: Pin,
    },
    /// 同意する / 同意しない, also 利用する / 利用しない and 登録する / 登録しない.
    Consent {
        /// The question answered; the one on the screen when left out.
        #[schema(value_type = Option<String>)]
        question: Option<Question>,
        /// Yes or no.
        agree: bool,
    },
    /// 全て同意する / 全て同意しない
    ConsentAll {
        /// Yes or no.
        agree: bool,
    },
    /// 個別に同意
    ConsentEach {},
    /// 処方箋の発行形態
    Prescription {
        /// `electronic` or `paper`
        #[schema(value_type = String)]
        form: PrescriptionForm,
    },
    /// 戻る, 中止
    Back {},
    /// 確認
    Next {},
    /// A command of the staff.
    Staff {
        /// `visual-on`, `visual-confirm`, `visual-off` or `cancel`
        #[schema(value_type = String)]
        command: Staff,
    },
    /// Who answers at this reader from now on: the auto-pilot, or whoever drives it.
    AutoPilot {
        /// On or off.
        on: bool,
    },
}

impl Press {
    /// The dialogue's event, for those that are one. `asked` is the question on the screen.
    pub fn dialogue_event(&self, asked: Option<Question>) -> Option<Event> {
        Some(match self {
            Self::CardPlaced { .. } | Self::AutoPilot { .. } | Self::Bind { .. } => return None,
            Self::Decline {} => Event::HolderTold,
            Self::CardRemoved {} => Event::CardRemoved,
            Self::ChooseFace {} => Event::Touch(Touch::ChooseFace),
            Self::ChoosePin {} => Event::Touch(Touch::ChoosePin),
            Self::ChoosePhone {} => Event::Touch(Touch::ChoosePhone),
            Self::ChooseAndroid {} => Event::Touch(Touch::ChooseAndroid),
            Self::ChooseIphone {} => Event::Touch(Touch::ChooseIphone),
            Self::Face { result } => Event::Face(*result),
            Self::Pin { pin } => Event::PinTyped(pin.clone()),
            Self::Consent { question, agree } => {
                Event::Touch(Touch::Answer { question: question.or(asked)?, agree: *agree })
            }
            Self::ConsentAll { agree } => Event::Touch(Touch::AnswerAll { agree: *agree }),
            Self::ConsentEach {} => Event::Touch(Touch::AnswerEach),
            Self::Prescription { form } => Event::Touch(Touch::Prescription { form: *form }),
            Self::Back {} => Event::Touch(Touch::Back),
            Self::Next {} => Event::Touch(Touch::Next),
            Self::Staff { command } => Event::Staff(*command),
        })
    }

    /// The JSON form of a touch, for the buttons of a screen.
    pub fn of_touch(touch: Touch) -> serde_json::Value {
        let form = |word: &str| serde_json::json!({ "event": word });
        match touch {
            Touch::Answer { question, agree } => {
                serde_json::json!({ "event": "consent", "question": question, "agree": agree })
            }
            Touch::AnswerAll { agree } => serde_json::json!({ "event": "consent-all", "agree": agree }),
            Touch::AnswerEach => form("consent-each"),
            Touch::Prescription { form } => serde_json::json!({ "event": "prescription", "form": form }),
            other => form(other.button()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_of_a_screen_is_an_event_that_the_control_api_takes() {
        let touches = [
            Touch::ChooseFace,
            Touch::ChoosePin,
            Touch::ChoosePhone,
            Touch::ChooseAndroid,
            Touch::ChooseIphone,
            Touch::Answer { question: Question::Operation, agree: true },
            Touch::AnswerAll { agree: false },
            Touch::AnswerEach,
            Touch::Prescription { form: PrescriptionForm::Paper },
            Touch::Back,
            Touch::Next,
        ];
        for touch in touches {
            let press: Press = serde_json::from_value(Press::of_touch(touch)).unwrap();
            assert_eq!(press.dialogue_event(None), Some(Event::Touch(touch)));
        }
    }

    #[test]
    fn an_unknown_event_is_refused_by_name() {
        let error = serde_json::from_str::<Press>(r#"{"event":"card-place","person":"x"}"#).unwrap_err().to_string();
        assert!(error.contains("card-placed"), "{error}");
    }
}
