//! Whether a zip has its end (decisions.md §9): a growing one must not be taken, whatever lies in it.

/// Length of an end record without its comment.
const END: usize = 22;
const END_MARK: &[u8] = b"PK\x05\x06";
/// Length of a directory entry without name, extra field and comment.
const ENTRY: usize = 46;
const ENTRY_MARK: &[u8] = b"PK\x01\x02";
/// In place of the numbers that stand in the large form of the end record.
const LARGE: u32 = u32::MAX;
const LARGE_MARK: &[u8] = b"PK\x06\x07";
/// Length of what points to the large form.
const LARGE_POINTER: usize = 20;
/// How far from the end the end record may begin: itself, and a comment of any length.
const REACH: usize = END + u16::MAX as usize;

/// Whether a file of `length` bytes that ends with `tail` (all of it, or its last 66 KiB at least) ends with an end record, the
/// comment that it announces, and before it the directory that it describes, at the place that it names.
///
/// The record alone does not do: a zip within a zip, a comment, or chance may put one just where a growing file ends.
pub fn has_end(tail: &[u8], length: u64) -> bool {
    let Some(before) = usize::try_from(length).ok().and_then(|length| length.checked_sub(tail.len())) else {
        return false;
    };
    end_marks(tail).any(|at| ends_here(tail, at, before).unwrap_or(false))
}

/// Whether an end record stands anywhere in reach of the end. Then waiting does not mend a zip that has not its end.
pub(super) fn has_end_mark(bytes: &[u8]) -> bool {
    end_marks(bytes).next().is_some()
}

fn end_marks(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let from = bytes.len().saturating_sub(REACH);
    let windows = bytes.get(from..).unwrap_or_default().windows(END_MARK.len()).enumerate();
    windows.filter(|(_, window)| *window == END_MARK).map(move |(at, _)| from + at)
}

/// `None` when a number points beyond what is there, of which the first byte has so many `before` it in the file.
fn ends_here(tail: &[u8], at: usize, before: usize) -> Option<bool> {
    let comment = usize::from(u16_at(tail, at + 20)?);
    let (entries, size, start) = (u16_at(tail, at + 10)?, u32_at(tail, at + 12)?, u32_at(tail, at + 16)?);
    if at + END + comment != tail.len() {
        return Some(false);
    }
    if size == LARGE || start == LARGE || entries == u16::MAX {
        // No request is that large; who writes this form all the same is left to the reader.
        return Some(tail.get(at.checked_sub(LARGE_POINTER)?..)?.starts_with(LARGE_MARK));
    }
    let (start, size) = (usize::try_from(start).ok()?.checked_sub(before)?, usize::try_from(size).ok()?);
    Some(start.checked_add(size)? == at && after_entries(tail, start, entries)? == at)
}

/// Where so many directory entries end that begin at `at`.
fn after_entries(bytes: &[u8], mut at: usize, entries: u16) -> Option<usize> {
    for _ in 0..entries {
        if !bytes.get(at..)?.starts_with(ENTRY_MARK) {
            return None;
        }
        let lengths = [28, 30, 32].map(|field| u16_at(bytes, at + field));
        at += ENTRY + lengths.into_iter().map(|length| length.map(usize::from)).sum::<Option<usize>>()?;
    }
    Some(at)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().copied().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().copied().map(u32::from_le_bytes)
}
