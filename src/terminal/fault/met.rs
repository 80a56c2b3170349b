//! What one request meets on its way: what is armed for everybody or for it, and what it asked for itself.

use super::magic::Marks;
use super::{Drawn, Marked};
use crate::folder::Claim;
use crate::knob::Knob;
use crate::message::name::{Case, RequestName};
use crate::terminal::linkage::Decision;
use crate::terminal::{Terminal, lock};
use crate::wire::{Answer, Request};

/// Drawn once for a request, however often its answer is tried.
pub(in crate::terminal) struct Met {
    /// How its answer comes.
    pub drawn: Drawn,
    /// The names it goes by.
    targets: [String; 4],
    /// Ends what it asked for itself.
    _marked: Option<Marked>,
}

impl Met {
    /// The names that the request goes by, its own first.
    pub fn targets(&self) -> Vec<&str> {
        self.targets.iter().map(String::as_str).collect()
    }
}

impl Terminal {
    /// Draws for `claim`. `number` is its 番号 with its marks, where it has some.
    pub(in crate::terminal) fn meet(
        &self,
        claim: &Claim,
        decision: &Decision,
        number: Option<&str>,
        again: bool,
    ) -> Met {
        let alone = format!("exchange:{}", claim.seq);
        let (asked, unknown) = asked_for(&claim.name, decision, number);
        let marked =
            (self.settings.magic && !asked.is_empty()).then(|| Marked::arm(&self.knobs, alone.clone(), &asked));
        self.tell_marks(&claim.name, &asked, &unknown);
        let targets = [claim.name.clone(), format!("terminal:{}", self.number), "file:answer".to_owned(), alone];
        let drawn = Drawn::of_request(&self.knobs, &targets.each_ref().map(String::as_str), again);
        self.fill_disk(&drawn);
        Met { drawn, targets, _marked: marked }
    }

    /// Takes the marks off the 番号, so that the person is found; gives it back as it was sent.
    pub(in crate::terminal) fn take_marks_out(&self, decision: &mut Decision) -> Option<String> {
        let Decision::Ask(ask) = decision else { return None };
        let Request::Qualification(request) = &mut ask.request else { return None };
        let number = &mut request.search.insured_identification_number;
        let marks = Marks::of_number(number);
        if marks.codes.is_empty() || !self.settings.magic {
            return None;
        }
        let plain = number.chars().take(marks.before).collect();
        Some(std::mem::replace(number, plain))
    }

    fn tell_marks(&self, name: &str, asked: &[&'static Knob], unknown: &[String]) {
        let names = asked.iter().map(|knob| knob.name).collect::<Vec<_>>().join("、");
        if !self.settings.magic && !asked.is_empty() {
            self.notice(
                format!("{name} に障害の印 ({names}) があります。使うには [faults] magic = true にします"),
                format!("{name} carries marks ({names}), which are read with `magic = true` in [faults] only"),
            );
        }
        if self.settings.magic && !unknown.is_empty() {
            let codes = unknown.join("、");
            self.trouble(
                format!("{name} の印 {codes} に当たる障害はありません。docs/faults.md の表を見てください"),
                format!("no fault has the code {codes} that {name} carries; see the table in docs/faults.md"),
            );
        }
    }

    /// The terminal stops with this request in its hands.
    pub(in crate::terminal) fn stop_over(&self, claim: &Claim) {
        lock(&self.stopped).insert(claim.seq);
        self.restart.notify_one();
    }
}

/// The faults that a request asks for by its marks, and the codes that are none.
fn asked_for(name: &str, decision: &Decision, number: Option<&str>) -> (Vec<&'static Knob>, Vec<String>) {
    let mut marks = vec![RequestName::parse(name, Case::Ignore).map(|name| Marks::of_text(&name.free))];
    if let Decision::Ask(ask) = decision {
        marks.push(ask.request.file_identifier().map(Marks::of_text));
    }
    marks.push(number.map(Marks::of_number));
    let (mut asked, mut unknown): (Vec<&'static Knob>, Vec<String>) = (Vec::new(), Vec::new());
    for marks in marks.iter().flatten() {
        let (knobs, codes) = marks.meant();
        for knob in knobs {
            if asked.iter().all(|known| known.name != knob.name) {
                asked.push(knob);
            }
        }
        unknown.extend(codes.into_iter().map(str::to_owned));
    }
    (asked, unknown)
}

/// Puts the 番号 back as it was sent into the echo of the question.
pub(in crate::terminal) fn put_number_back(answer: &mut Answer, number: Option<String>) {
    if let (Answer::Qualification(result), Some(number)) = (answer, number)
        && let Some(search) = &mut result.search
    {
        search.insured_identification_number = number;
    }
}
