//! Requests of one name are delivered in the order in which they were taken, so that the last one wins; all others go their own way.
//! Names that differ in letter case only are one name: their answers may be one file, be it because the system does not tell them apart
//! or because the interface is spelt as in the catalogue.

use std::collections::HashMap;

use tokio::sync::oneshot;

/// Ended turns are swept out when so many names are held.
const SWEEP_AT: usize = 1_000;

/// Who was last with each name.
#[derive(Debug, Default)]
pub(super) struct Turns(HashMap<String, oneshot::Receiver<()>>);

/// A place in the queue of a name; dropping it lets the next one go.
#[derive(Debug)]
pub(super) struct Turn {
    before: Option<oneshot::Receiver<()>>,
    _done: oneshot::Sender<()>,
}

impl Turns {
    /// Queues up behind whoever has the same name.
    pub(super) fn take(&mut self, name: &str) -> Turn {
        if self.0.len() >= SWEEP_AT {
            self.0.retain(|_, turn| matches!(turn.try_recv(), Err(oneshot::error::TryRecvError::Empty)));
        }
        let (done, waiting) = oneshot::channel();
        Turn { before: self.0.insert(name.to_lowercase(), waiting), _done: done }
    }
}

impl Turn {
    /// Waits until those before are done.
    pub(super) async fn comes(&mut self) {
        if let Some(before) = self.before.take() {
            // Done is told by dropping the sender.
            let _ = before.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks once, without waiting.
    fn not_yet(turn: &mut Turn) -> bool {
        turn.before.as_mut().is_some_and(|before| before.try_recv() == Err(oneshot::error::TryRecvError::Empty))
    }

    #[tokio::test]
    async fn one_name_waits_for_its_predecessor_and_another_name_for_nobody() {
        let mut turns = Turns::default();
        let first = turns.take("a");
        let mut second = turns.take("a");
        turns.take("b").comes().await;
        assert!(not_yet(&mut second));
        let mut third = turns.take("a");
        drop(first);
        second.comes().await;
        assert!(not_yet(&mut third), "the third waits for the second, not for the first");
    }

    #[test]
    fn names_that_differ_in_letter_case_wait_for_each_other() {
        let mut turns = Turns::default();
        let _first = turns.take("OQSsiquc01req_a.xml");
        assert!(not_yet(&mut turns.take("oqssiquc01REQ_A.XML")));
    }

    #[test]
    fn ended_turns_are_swept_out() {
        let mut turns = Turns::default();
        let _busy = turns.take("busy");
        for i in 0..SWEEP_AT * 3 {
            turns.take(&i.to_string());
        }
        assert!(turns.0.len() <= SWEEP_AT && turns.0.contains_key("busy"));
    }
}
