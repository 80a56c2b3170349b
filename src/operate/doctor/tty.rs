//! How Japanese comes out on this terminal: written, and the cursor asked where it stands; without a terminal, by the locale.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

use crossterm::cursor::{MoveToColumn, position};
use crossterm::terminal::{Clear, ClearType, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};

use super::{Finding, Grade, TTY_ENCODING, TTY_WIDTH};
use crate::event::Words;
use crate::text::width::columns;

/// What the screens are made of: full width, half-width kana with its mark, box lines.
const SAMPLES: [&str; 3] = ["窓口", "ｶﾞｷﾞ", "─│"];

/// What `chcp` calls UTF-8.
const UTF_8: u32 = 65001;
/// Consoles that count East Asian ambiguous characters, those of the frames among them, as full width.
const NARROW: (&str, &str) = if cfg!(windows) {
    (
        "Windows Terminal を使うか、コンソールのフォントを BIZ UDゴシックなどにして chcp 65001 としてください",
        "use Windows Terminal, or chcp 65001 and another font in the properties of the console",
    )
} else {
    (
        "端末の設定で曖昧な幅の文字を1桁に、フォントを等幅の日本語フォントにしてください",
        "set ambiguous characters to one column, and a monospaced Japanese font, in the terminal's settings",
    )
};

/// Encoding, then width.
pub fn tty() -> Vec<Finding> {
    let locale = locale();
    let is_tty = io::stdin().is_terminal() && io::stdout().is_terminal();
    let measured = is_tty.then(measure);
    vec![encoding(locale.as_deref()), width(measured)]
}

fn encoding(locale: Option<&str>) -> Finding {
    if cfg!(windows) {
        return on_windows(code_page());
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

/// The console of Windows is written to as UTF-16, whatever its code page; files and pipes get UTF-8, and whoever reads those takes them
/// for text of the code page.
fn on_windows(code_page: Option<u32>) -> Finding {
    let ja = "コンソールには Unicode で、ファイルとパイプには UTF-8 で書きます";
    let en = "Unicode on the console, UTF-8 into files and pipes";
    match code_page {
        Some(code_page) if code_page != UTF_8 => TTY_ENCODING.told(
            Grade::Note,
            "chcp",
            Words::new(format!("コードページ {code_page}。{ja}"), format!("code page {code_page}; {en}")),
            Words::new(
                "出力をほかのコマンドで読むなら chcp 65001、PowerShell では [Console]::OutputEncoding = [Text.Encoding]::UTF8",
                "where other commands read the output: chcp 65001; in PowerShell [Console]::OutputEncoding = [Text.Encoding]::UTF8",
            ),
        ),
        _ => TTY_ENCODING.good("chcp", Words::new(ja, en)),
    }
}

/// The code page of the console; nothing else tells it without a call of the system.
fn code_page() -> Option<u32> {
    let said = Command::new("cmd").args(["/c", "chcp"]).stdin(Stdio::null()).output().ok()?;
    // Without a console there is none, and it says 0.
    number_in(&String::from_utf8_lossy(&said.stdout)).filter(|code_page| *code_page != 0)
}

/// The number of `Active code page: 932`, in whatever language that is said.
fn number_in(said: &str) -> Option<u32> {
    said.rsplit(|c: char| !c.is_ascii_digit()).find(|number| !number.is_empty())?.parse().ok()
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
            Words::new(
                format!("測れません ({cause})。見本: {look}"),
                format!("cannot be measured ({cause}); sample: {look}"),
            ),
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
                    format!(
                        "\"{sample}\" takes {seen} columns, not {}: columns of the screen are shifted",
                        columns_of(sample)
                    ),
                ),
                Words::new(NARROW.0, NARROW.1),
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
    fn a_code_page_that_is_not_utf8_is_worth_knowing_in_whatever_language_the_system_tells_it() {
        let told = |said: &str| on_windows(number_in(said));
        for said in ["Active code page: 932\r\n", "現在のコード ページ: 932\r\n", "Aktive Codepage: 932."] {
            let found = told(said);
            assert_eq!(found.grade, Grade::Note, "{said}");
            assert!(found.found.en.contains("932") && found.remedy.unwrap().en.contains("chcp 65001"));
        }
        assert_eq!((told("Active code page: 65001").grade, told("").grade), (Grade::Good, Grade::Good));
    }

    #[test]
    #[cfg(unix)]
    fn a_locale_without_utf8_is_worth_knowing() {
        let grades =
            [Some("ja_JP.UTF-8"), Some("C.utf8"), Some("ja_JP.eucJP"), None].map(|locale| encoding(locale).grade);
        assert_eq!(grades, [Grade::Good, Grade::Good, Grade::Note, Grade::Note]);
    }
}
