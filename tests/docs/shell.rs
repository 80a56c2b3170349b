//! One shell per document, in an empty folder, as a reader of the document would have it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use super::console::{Step, agree};
use super::world::LIMIT;

/// Stands before the exit code, after everything a command printed.
const END: &str = "--end-of-step--";

/// A running bash.
pub struct Shell {
    bash: Child,
    keyboard: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Of the step before, where it failed and nobody has looked at it yet.
    failed: Option<String>,
}

impl Shell {
    /// Opens one in `folder`, with the program under test on its path.
    pub fn open(folder: &Path, locale: &str) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_madoguchi"));
        let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
        let (reader, writer) = std::io::pipe().unwrap();
        let mut bash = Command::new("bash")
            .args(["--norc", "--noprofile"])
            .env_clear()
            .env("PATH", path)
            .env("LANG", locale)
            .env("HOME", folder)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(writer.try_clone().unwrap())
            .stderr(writer)
            .spawn()
            .unwrap();
        let keyboard = bash.stdin.take();
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
            }
        });
        let mut shell = Self { bash, keyboard, lines, failed: None };
        // What a document leaves running ends with its shell.
        shell.type_text("trap 'kill $(jobs -p) 2>/dev/null' EXIT\n");
        shell
    }

    /// Runs a step; an error where it does not print what the document says, or fails and the document does not say so.
    pub fn run(&mut self, step: &Step) -> Result<(), String> {
        let looks_at_it = step.command == "echo $?";
        if let Some(failed) = self.failed.take().filter(|_| !looks_at_it) {
            return Err(failed);
        }
        self.type_text(&format!("{}\n__exit=$?; printf '\\n%s %s\\n' '{END}' $__exit; (exit $__exit)\n", step.command));
        let (exit, printed) = self.listen(step)?;
        if exit != "0" && !looks_at_it {
            self.failed =
                Some(format!("{}: `{}` ended with {exit}:\n{}", step.place, step.command, printed.join("\n")));
        }
        if agree(&step.prints, &printed) {
            return Ok(());
        }
        let (expected, printed) = (step.prints.join("\n"), printed.join("\n"));
        Err(format!("{}: `{}` should print\n{expected}\n--- but printed\n{printed}", step.place, step.command))
    }

    /// Nothing may be left unsaid at the end.
    pub fn close(mut self) -> Result<(), String> {
        self.failed.take().map_or(Ok(()), Err)
    }

    /// The exit code, and what is printed until then; what goes on in the background may still have something to say.
    fn listen(&mut self, step: &Step) -> Result<(String, Vec<String>), String> {
        let limit = Instant::now() + LIMIT;
        let (mut exit, mut printed) = (None, Vec::new());
        loop {
            if let Some(exit) = exit.clone().filter(|_| !step.command.ends_with('&') || agree(&step.prints, &printed)) {
                return Ok((exit, printed));
            }
            let left = limit.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => match line.strip_prefix(END) {
                    Some(code) => {
                        // The line end that we put before the mark.
                        if printed.last().is_some_and(String::is_empty) {
                            printed.pop();
                        }
                        exit = Some(code.trim().to_owned());
                    }
                    None => printed.push(line),
                },
                Err(_) => {
                    let (expected, printed) = (step.prints.join("\n"), printed.join("\n"));
                    let what = format!("{}: `{}` within {LIMIT:?}", step.place, step.command);
                    return Err(format!("{what} should print\n{expected}\n--- but printed\n{printed}"));
                }
            }
        }
    }

    fn type_text(&mut self, text: &str) {
        if let Some(keyboard) = &mut self.keyboard {
            keyboard.write_all(text.as_bytes()).unwrap();
            keyboard.flush().unwrap();
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Without its keyboard it ends, and takes its jobs along.
        drop(self.keyboard.take());
        let _ = self.bash.wait();
    }
}
