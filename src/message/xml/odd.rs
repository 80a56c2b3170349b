//! Bytes that cannot stay as they are. Values are short, and for those a table is quicker than a search.

/// Bytes of UTF-8 text that have to be looked at.
pub(super) struct Odd([bool; 256]);

impl Odd {
    /// Control characters but for tabs and ends of lines, the first byte of the characters at the end of the plane, of which XML lacks two,
    /// and these.
    pub const fn and(others: &[u8]) -> Self {
        let mut odd = [false; 256];
        let mut control = 0;
        while control < b' ' {
            odd[control as usize] = !matches!(control, b'\t' | b'\n');
            control += 1;
        }
        odd[0xEF] = true;
        let mut other = 0;
        while other < others.len() {
            odd[others[other] as usize] = true;
            other += 1;
        }
        Self(odd)
    }

    pub fn is_in(&self, text: &str) -> bool {
        text.bytes().any(|byte| self.0.get(usize::from(byte)).is_some_and(|odd| *odd))
    }
}
