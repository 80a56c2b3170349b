//! When a command that serves is told to end, with a screen or without.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::cli::{Exit, Failure};
use crate::operate::tui::restore;

/// A screen looks up ten times a second; more than this only when its terminal does not take what it writes.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// Shows a screen until somebody quits it or the process is told to end; `screen` blocks, and ends when its flag is set.
///
/// # Errors
/// It cannot be shown.
pub async fn shown(screen: impl FnOnce(&AtomicBool) -> io::Result<()> + Send + 'static) -> Result<(), Failure> {
    let told = Arc::new(AtomicBool::new(false));
    let ending = told.clone();
    let mut screen = tokio::task::spawn_blocking(move || screen(&ending));
    let ended = tokio::select! {
        ended = &mut screen => ended,
        () = told_to_end() => {
            told.store(true, Ordering::Relaxed);
            // The screen gives the terminal back itself, so that it draws nothing afterwards. One that hangs in a stopped terminal is left there.
            match tokio::time::timeout(LAST_LOOK, screen).await {
                Ok(ended) => ended,
                Err(_) => {
                    restore();
                    return Ok(());
                }
            }
        }
    };
    ended.map_err(io::Error::other).and_then(|ended| ended).map_err(|error| {
        Failure::new(Exit::Outside, format!("画面を表示できません: {error} / cannot show the screen"))
            .remedy("--headless を使ってください / use --headless")
    })
}

/// Returns at Ctrl-C, or at SIGTERM where there is one. Where no signal can be had, never: what serves then, serves until it is killed.
pub async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
