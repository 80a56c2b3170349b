//! reset: a card as it was issued: counters full, PINs as personalised.

use serde_json::{Value, json};

use super::ResetArgs;
use crate::cli::{Exit, Outcome};
use crate::station::state::StateFolder;

pub(super) fn reset(args: &ResetArgs) -> Outcome {
    let was_kept = match &args.state {
        Some(folder) => {
            let folder = StateFolder::take(folder, "card reset")?;
            let mut kept = folder.read()?;
            let was_kept = kept.cards.forget_use(&args.person);
            if was_kept {
                folder.write(&kept)?;
            }
            was_kept
        }
        None => {
            let path = format!("/control/v1/people/{}/card/reset", args.person);
            let done: Value = args.station.client().post(&path, &json!({}))?;
            done["changed"].as_bool().unwrap_or_default()
        }
    };
    println!(
        "{}  {}",
        args.person,
        if was_kept {
            "発行時の状態に戻しました / as it was issued again"
        } else {
            "変わっていません / nothing had changed"
        }
    );
    Ok(Exit::Done)
}
