//! How Japanese comes out on this terminal: written, and the cursor asked where it stands; without a terminal, by the locale.

use std::io::{self, IsTerminal, Write};

use crossterm::cursor::{MoveToColumn, position};
use crossterm::terminal::{Clear, ClearType, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};

use super::{Finding, Grade, TTY_ENCODING, TTY_WIDTH};
use crate::event::Words;
use crate::text::width::columns;

/// What the screens are made of: full width, half-width kana with its mark, box lines.
const SAMPLES: [&str; 3] = ["窓口", "ｶﾞｷﾞ", "─│"];

/// Encoding, then width.
pub fn tty() -> Vec<Finding> {
    let locale = locale();
    let is_tty = io::stdin().is_terminal() && io::stdout().is_terminal();
    let measured = is_tty.then(measure);
    vec![encoding(locale.as_deref()), width(measured)]
}

fn encoding(locale: Option<&str>) -> Finding {
    // The console of Windows is written to as UTF-16, whatever its code page.
    if cfg!(windows) {
        let found = Words::new(
            "コンソールには Unicode で書きます。パイプには UTF-8 です",
            "Unicode on a console, UTF-8 into a pipe",
        );
        return TTY_ENCODING.good("-", found);
    }
    let folded = locale.unwrap_or_default().to_ascii_lowercase().replace('-', "");
    match folded.contains("utf8") {
        true => TTY_ENCODING
            .good("LC_ALL, LC_CTYPE, LANG", Words::new(locale.unwrap_or_default(), locale.unwrap_or_default())),
        false => {
            let name = locale.filter(|locale| !locale.is_empty()).unwrap_or("-");
            TTY_ENCODING.told(
                Grade::Note,
                "LC_ALL, LC_CTYPE, LANG",
                Words::new(format!("{name} は UTF-8 とわかりません"), format!("{name} does not say UTF-8")),
                Words::new(
                    "文字が化けるなら LANG=C.UTF-8 か ja_JP.UTF-8 にしてください",
                    "where characters are garbled set LANG=C.UTF-8 or ja_JP.UTF-8",
                ),
            )
        }
    }
}

fn width(measured: Option<io::Result<Vec<(&'static str, usize)>>>) -> Finding {
    let place = std::env::var("TERM").unwrap_or_else(|_| "-".to_owned());
    let fonts = Words::new(
        "四角や ? に見えるなら、日本語のフォントを入れてください（fonts-noto-cjk、BIZ UDゴシックなど）",
        "where you see boxes or ?, install a Japanese font (fonts-noto-cjk, BIZ UDGothic)",
    );
    let look = "窓口 ｶﾞｷﾞ 髙﨑 〜 ●";
    match measured {
        None => TTY_WIDTH.good("-", Words::new("端末ではないので測っていません", "not measured: not on a terminal")),
        Some(Err(cause)) => TTY_WIDTH.told(
            Grade::Note,
            place,
            Words::new(format!("測れません ({cause})。見本: {look}"), format!("cannot be measured ({cause}); sample: {look}")),
            fonts,
        ),
        Some(Ok(widths)) => match widths.iter().find(|(sample, seen)| columns_of(sample) != *seen) {
            None => TTY_WIDTH.told(
                Grade::Good,
                place,
                Words::new(format!("幅は合っています。見本: {look}"), format!("widths are right; sample: {look}")),
                fonts,
            ),
            Some((sample, seen)) => TTY_WIDTH.told(
                Grade::Warning,
                place,
                Words::new(
                    format!("「{sample}」が {seen} 桁です（{} 桁のはず）。画面の列がずれます", columns_of(sample)),
                    format!("\"{sample}\" takes {seen} columns, not {}: columns of the screen are shifted", columns_of(sample)),
                ),
                Words::new(
                    "端末の設定で曖昧な幅の文字を1桁に、フォントを等幅の日本語フォントにしてください",
                    "set ambiguous characters to one column, and a monospaced Japanese font, in the terminal's settings",
                ),
            ),
        },
    }
}

/// Columns that the screens count on: a sound mark of half-width kana takes one of its own.
fn columns_of(sample: &str) -> usize {
    sample.chars().map(|c| if matches!(c, '\u{ff9e}' | '\u{ff9f}') { 1 } else { columns(&c.to_string()) }).sum()
}

/// Where the cursor stands after each sample. The line is empty again afterwards.
fn measure() -> io::Result<Vec<(&'static str, usize)>> {
    enable_raw_mode()?;
    let measured = SAMPLES.iter().map(|sample| measure_one(sample).map(|seen| (*sample, seen))).collect();
    let cleared = execute!(io::stdout(), MoveToColumn(0), Clear(ClearType::CurrentLine));
    disable_raw_mode()?;
    cleared.and(measured)
}

fn measure_one(sample: &str) -> io::Result<usize> {
    let mut out = io::stdout();
    queue!(out, MoveToColumn(0))?;
    write!(out, "{sample}")?;
    out.flush()?;
    position().map(|(column, _)| usize::from(column))
}

fn locale() -> Option<String> {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_counts_otherwise_is_warned_of_with_what_it_counted() {
        let right = SAMPLES.map(|sample| (sample, columns_of(sample))).to_vec();
        assert_eq!(right.iter().map(|(_, columns)| *columns).collect::<Vec<_>>(), [4, 4, 2]);
        assert_eq!(width(Some(Ok(right.clone()))).grade, Grade::Good);
        let mut wrong = right;
        wrong[2].1 = 4;
        let found = width(Some(Ok(wrong)));
        assert_eq!(found.grade, Grade::Warning);
        assert!(found.found.en.contains("\"─│\" takes 4 columns, not 2"), "{found:?}");
        assert_eq!(width(Some(Err(io::Error::other("silent")))).grade, Grade::Note);
        assert_eq!(width(None).grade, Grade::Good);
    }

    #[test]
    #[cfg(unix)]
    fn a_locale_without_utf8_is_worth_knowing() {
        let grades =
            [Some("ja_JP.UTF-8"), Some("C.utf8"), Some("ja_JP.eucJP"), None].map(|locale| encoding(locale).grade);
        assert_eq!(grades, [Grade::Good, Grade::Good, Grade::Note, Grade::Note]);
    }
}
