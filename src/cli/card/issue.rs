//! issue: a person gets another card, at a running station or in their file.

use std::path::Path;

use serde_json::{Value, json};

use super::IssueArgs;
use crate::authority::{Generation, Reason};
use crate::card::apdu::hex;
use crate::cli::{Exit, Failure, Outcome};
use crate::clock::{Clock, date8};
use crate::people::reissue::{Reissue, ReissueError, rewrite};
use crate::people::{self, People};

pub(super) fn issue(args: &IssueArgs, clock: &Clock) -> Outcome {
    let issued = match &args.people {
        Some(folder) => in_file(folder, args, clock)?,
        None => {
            let path = format!("/control/v1/people/{}/card", args.person);
            args.station.client().post(&path, &json!({ "reason": args.reason, "generation": args.generation }))?
        }
    };
    if args.json {
        println!("{issued:#}");
        return Ok(Exit::Done);
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    println!("{}", text(&issued["id"]));
    println!("  シリアル番号 / serial       {}", text(&issued["serial"]));
    println!("  世代 / generation           {}", issued["generation"]);
    println!("  有効期限 / valid until      {}", text(&issued["valid_until"]));
    let former = &issued["former"];
    let (serial, day, reason) = (text(&former["serial"]), text(&former["revoked_on"]), text(&former["reason"]));
    println!("  前のカード / card before    {serial}  {day} 失効 / revoked ({reason})");
    Ok(Exit::Done)
}

/// Rewrites the person's file. The hub and the stations that read it later know the card before as revoked.
fn in_file(folder: &Path, args: &IssueArgs, clock: &Clock) -> Result<Value, Failure> {
    let usage = |error: &dyn std::fmt::Display| Failure::new(Exit::Usage, error.to_string());
    let today = clock.now().date();
    let people = people::load(folder, today).map_err(|error| usage(&error))?;
    let id = people.find(&args.person).map_err(|error| usage(&error))?.id.clone();
    let reason = Reason::ALL.into_iter().find(|reason| reason.word() == args.reason).unwrap_or_default();
    let generation = Generation::try_from(args.generation).map_err(|error| usage(&error))?;
    let card = people.reissued_card(&id, today, Reissue { reason, generation }).map_err(|error| usage(&error))?;
    rewrite(&folder.join(format!("{id}.toml")), &card).map_err(|error| match error {
        ReissueError::File { .. } => Failure::new(Exit::Outside, error.to_string()),
        error => usage(&error),
    })?;
    described(&people::load(folder, today).map_err(|error| usage(&error))?, &id)
}

/// What the control API says too.
fn described(people: &People, id: &str) -> Result<Value, Failure> {
    let card = people.get(id).map(|person| &person.card);
    let last = card.and_then(|card| Some((card, card.former.last()?)));
    let (card, former) = last.ok_or_else(|| Failure::new(Exit::Internal, format!("{id}: no card before")))?;
    Ok(json!({
        "id": id,
        "serial": hex(&card.serial),
        "generation": card.generation,
        "valid_until": date8(card.valid_until),
        "former": {
            "serial": hex(&former.serial),
            "revoked_on": date8(former.revocation.at.date()),
            "reason": former.revocation.reason,
        },
    }))
}
