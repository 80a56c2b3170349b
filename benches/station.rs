//! The promises about the station, measured on the program as it is shipped: size, answer, readiness, memory, silence, visits.
//!
//! `cargo bench --bench station` runs everything in about two minutes; `-- --quick` is silent for 10 s instead of 60. Each figure stands
//! beside its promise, or beside what the machine itself needs for the same; a broken promise makes the exit code 1.
//!
//! - `stand`: a station as a child process · `crowd`: a thousand people
//! - `answer`, `start`, `visit`, `silence`: what is measured · `figure`: how it is told

#[path = "station/answer.rs"]
mod answer;
#[path = "station/crowd.rs"]
mod crowd;
#[path = "station/figure.rs"]
mod figure;
#[cfg(target_os = "linux")]
#[path = "../tests/tui_pty/pty.rs"]
mod pty;
#[cfg(target_os = "linux")]
#[path = "station/silence.rs"]
mod silence;
#[path = "station/stand.rs"]
mod stand;
#[path = "station/start.rs"]
mod start;
#[path = "station/visit.rs"]
mod visit;

use std::process::ExitCode;
use std::time::Duration;

use figure::Figures;

/// Most megabytes of 10^6 bytes that somebody downloads.
const SIZE_MB: f64 = 20.0;

/// Whatever keeps a bench from measuring.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let mut figures = Figures::default();
    match measure(&mut figures, Duration::from_secs(if quick { 10 } else { 60 })) {
        Ok(()) => figures.verdict(),
        Err(cause) => {
            eprintln!("cannot be measured: {cause}");
            ExitCode::FAILURE
        }
    }
}

fn measure(figures: &mut Figures, silence: Duration) -> Outcome {
    figures.about("The program:");
    figures.judge("its file, stripped", std::fs::metadata(stand::PROGRAM)?.len() as f64 / 1e6, "MB", SIZE_MB);
    let crowd = crowd::Crowd::gather()?;
    answer::measure(figures)?;
    start::measure(figures, &crowd)?;
    visit::measure(figures, &crowd)?;
    #[cfg(target_os = "linux")]
    silence::measure(figures, &crowd, silence)?;
    #[cfg(not(target_os = "linux"))]
    stand::absent(&format!("{} s idle in a pseudo-terminal", silence.as_secs()), "needs Linux");
    Ok(())
}
