//! bind, bindings, unbind: whose a real card is, at a running station. Nothing of the card is shown or kept in clear.

use serde_json::{Map, Value};

use super::{BindArgs, BindingsArgs, UnbindArgs};
use crate::cli::{Exit, Outcome};
use crate::station::bindings::BindingRow;

pub(super) fn bind(args: &BindArgs) -> Outcome {
    let mut order = Map::from_iter([("person".to_owned(), Value::from(args.person.as_str()))]);
    if let Some(card) = &args.card {
        order.insert("card".to_owned(), Value::from(card.as_str()));
    }
    let row: BindingRow = args.station.client().post("/control/v1/bindings", &order)?;
    show(&[row], args.json);
    Ok(Exit::Done)
}

pub(super) fn list(args: &BindingsArgs) -> Outcome {
    let rows: Vec<BindingRow> = args.station.client().get("/control/v1/bindings")?;
    if args.json {
        println!("{:#}", Value::from_iter(rows.iter().map(as_json)));
    } else if rows.is_empty() {
        println!("登録されたカードはありません / no card was bound");
    } else {
        show(&rows, false);
    }
    Ok(Exit::Done)
}

pub(super) fn unbind(args: &UnbindArgs) -> Outcome {
    let client = args.station.client();
    let labels = match &args.label {
        Some(label) => vec![label.clone()],
        None => client.get::<Vec<BindingRow>>("/control/v1/bindings")?.into_iter().map(|row| row.label).collect(),
    };
    for label in &labels {
        let gone: BindingRow = client.take(&format!("/control/v1/bindings/{label}"))?;
        println!("{}  {}  登録を取り消しました / unbound", gone.label, gone.person);
    }
    Ok(Exit::Done)
}

fn show(rows: &[BindingRow], json: bool) {
    for row in rows {
        if json {
            println!("{:#}", as_json(row));
        } else {
            println!("{}  {}  {}", row.label, row.bound_on, row.person);
        }
    }
}

fn as_json(row: &BindingRow) -> Value {
    serde_json::json!({ "label": row.label, "person": row.person, "bound_on": row.bound_on })
}
