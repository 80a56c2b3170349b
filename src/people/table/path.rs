//! Values in a profile as JSON, by keys such as `qualifications.0.branch`.

use serde_json::{Map, Value};

/// The value at `key`.
pub fn get<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(value, |value, step| match value {
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

/// Takes the value at `key` out.
pub fn take(value: &mut Value, key: &str) {
    let Some((above, last)) = key.rsplit_once('.') else {
        value.as_object_mut().map(|table| table.remove(key));
        return;
    };
    let above = above.split('.').try_fold(value, |value, step| match value {
        Value::Array(list) => list.get_mut(step.parse::<usize>().ok()?),
        other => other.get_mut(step),
    });
    above.and_then(Value::as_object_mut).map(|table| table.remove(last));
}

/// Puts `new` at `key`; tables and lists on the way are made. What stands on the way and is neither is replaced.
pub fn put(value: &mut Value, key: &str, new: Value) {
    let mut place = value;
    for step in key.split('.') {
        place = match step.parse::<usize>() {
            Ok(at) => {
                if !place.is_array() {
                    *place = Value::Array(Vec::new());
                }
                let Value::Array(list) = place else { return };
                while list.len() <= at {
                    list.push(Value::Object(Map::new()));
                }
                match list.get_mut(at) {
                    Some(place) => place,
                    None => return,
                }
            }
            Err(_) => {
                if !place.is_object() {
                    *place = Value::Object(Map::new());
                }
                let Value::Object(table) = place else { return };
                table.entry(step).or_insert(Value::Null)
            }
        };
    }
    *place = new;
}

/// Takes out what is the same in `plain`, everything that is null, and tables that nothing is left of.
pub fn without(value: &mut Value, plain: &Value) {
    if let Value::Array(list) = value {
        list.iter_mut().for_each(bare);
    }
    if let Value::Object(table) = value {
        let keys: Vec<String> = table.keys().cloned().collect();
        for key in keys {
            let same = plain.get(&key).unwrap_or(&Value::Null);
            let Some(inner) = table.get_mut(&key) else { continue };
            without(inner, same);
            let empty = matches!(inner, Value::Object(left) if left.is_empty());
            if *inner == *same || inner.is_null() || empty {
                table.remove(&key);
            }
        }
    }
}

/// The same of a row of a list: of what is left out there, nothing is the default.
fn bare(value: &mut Value) {
    match value {
        Value::Object(table) => {
            table.values_mut().for_each(bare);
            table.retain(|_, inner| match inner {
                Value::Null => false,
                Value::Array(list) => !list.is_empty(),
                Value::Object(table) => !table.is_empty(),
                _ => true,
            });
        }
        Value::Array(list) => list.iter_mut().for_each(bare),
        _ => {}
    }
}
