//! Where a PIN comes from when it must not stand on the command line.

use std::io::{BufRead, IsTerminal, Read, Write};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use zeroize::Zeroize;

use crate::cli::{Exit, Failure};
use crate::secret::Pin;

/// More than the longest secret of the card (署名用パスワード, 16 characters): what is longer must arrive as longer, so that it is refused
/// and not cut to something that the card counts as a miss.
const LONGEST: usize = 64;

/// The first line of file descriptor `fd`.
pub fn from_fd(fd: u32) -> Result<Pin, Failure> {
    let mut line = String::with_capacity(LONGEST);
    let limit = LONGEST as u64;
    let got = if fd == 0 {
        std::io::stdin().lock().take(limit).read_line(&mut line)
    } else {
        std::fs::File::open(format!("/dev/fd/{fd}"))
            .and_then(|file| std::io::BufReader::new(file).take(limit).read_line(&mut line))
    };
    let typed = Pin::new(line.trim_end_matches(['\r', '\n']));
    line.zeroize();
    match got {
        Ok(n) if n > 0 => Ok(typed),
        Ok(_) => {
            Err(Failure::new(Exit::Usage, format!("ファイル記述子 {fd} が空です / file descriptor {fd} is empty")))
        }
        Err(e) => Err(Failure::new(Exit::Usage, format!("ファイル記述子 {fd} が読めません / cannot read it: {e}"))),
    }
}

/// Asks on the terminal, without echo.
pub fn from_prompt(prompt: &str) -> Result<Pin, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(Exit::Usage, "端末ではないため暗証番号を尋ねられません / no terminal to ask on")
            .remedy("--pin-fd を使ってください / use --pin-fd"));
    }
    let raw = |e: std::io::Error| Failure::new(Exit::Outside, format!("端末 / terminal: {e}"));
    // Before it asks: who answers at once is not echoed either.
    enable_raw_mode().map_err(raw)?;
    eprint!("{prompt}");
    let _ = std::io::stderr().flush();
    let typed = type_in();
    disable_raw_mode().map_err(raw)?;
    eprintln!();
    typed
}

fn type_in() -> Result<Pin, Failure> {
    let mut typed = String::with_capacity(LONGEST);
    loop {
        let event = read().map_err(|e| Failure::new(Exit::Outside, format!("端末 / terminal: {e}")))?;
        let Event::Key(key) = event else { continue };
        if key.kind != KeyEventKind::Press {
            continue;
        }
        match key.code {
            KeyCode::Enter => return Ok(Pin::new(typed)),
            KeyCode::Esc => return Err(Failure::new(Exit::Usage, "中止しました / cancelled")),
            KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                return Err(Failure::new(Exit::Usage, "中止しました / cancelled"));
            }
            KeyCode::Backspace => drop(typed.pop()),
            KeyCode::Char(c) if typed.len() + c.len_utf8() <= LONGEST => typed.push(c),
            _ => {}
        }
    }
}
