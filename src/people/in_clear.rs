//! How secrets stand in a profile: in clear. It is the one place where synthetic secrets live; wherever else they go, their types
//! mask them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::secret::{MyNumber, Pin};

pub trait InClear: Sized {
    fn conceal(text: String) -> Self;
    fn in_clear(&self) -> &str;
}

impl InClear for Pin {
    fn conceal(text: String) -> Self {
        Self::new(text)
    }
    fn in_clear(&self) -> &str {
        self.reveal()
    }
}

impl InClear for MyNumber {
    fn conceal(text: String) -> Self {
        Self::new(text)
    }
    fn in_clear(&self) -> &str {
        self.reveal()
    }
}

pub(super) fn serialize<T: InClear, S: Serializer>(secret: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(T::in_clear).serialize(serializer)
}

pub(super) fn deserialize<'de, T: InClear, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(T::conceal))
}
