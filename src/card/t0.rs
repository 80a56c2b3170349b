//! Commands in the form of T=0, the older of the two protocols between reader and card (ISO 7816-3 §12).

#[cfg(test)]
mod tests;

use std::borrow::Cow;

/// A short command as T=0 carries it: always with P3, which is 00 where there is neither data nor answer, and never with an Le behind data,
/// for the card says by 61xx what it has. A command with a PIN has data and no Le, so no copy of it is made.
pub fn carried(command: &[u8]) -> Cow<'_, [u8]> {
    match command {
        [_, _, _, _] => Cow::Owned([command, &[0]].concat()),
        [_, _, _, _, lc, data_and_le @ ..] if *lc != 0 && data_and_le.len() == usize::from(*lc) + 1 => {
            Cow::Borrowed(command.get(..command.len() - 1).unwrap_or(command))
        }
        _ => Cow::Borrowed(command),
    }
}
