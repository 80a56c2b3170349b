//! Colours and marks. Only the sixteen colours that every terminal's owner has chosen for themselves; colour is never the only sign
//! (words, brackets, bold and reverse say the same), so `NO_COLOR` loses nothing.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

/// How the screen is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// May colours be used?
    pub colour: bool,
    /// May lines be drawn with box-drawing characters? Where a terminal shows them two cells wide, `-` and `|` are safe.
    pub boxes: bool,
}

impl Look {
    /// As the environment wants it: `NO_COLOR` (any value that is not empty), `MADOGUCHI_BORDERS=ascii`.
    pub fn from_env() -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let ascii = std::env::var("MADOGUCHI_BORDERS").is_ok_and(|value| value == "ascii");
        Self { colour: !set("NO_COLOR"), boxes: !ascii }
    }

    fn paint(self, style: Style, colour: Color) -> Style {
        if self.colour { style.fg(colour) } else { style }
    }

    /// What explains, labels, or is over.
    pub fn dim(self) -> Style {
        self.paint(Style::new(), Color::DarkGray)
    }
    /// What may be pressed.
    pub fn key(self) -> Style {
        self.paint(Style::new().add_modifier(Modifier::BOLD), Color::Cyan)
    }
    /// What the eye should find first.
    pub fn accent(self) -> Style {
        self.paint(Style::new().add_modifier(Modifier::BOLD), Color::Cyan)
    }
    /// What went well.
    pub fn good(self) -> Style {
        self.paint(Style::new(), Color::Green)
    }
    /// What is armed, late or waits.
    pub fn warn(self) -> Style {
        self.paint(Style::new().add_modifier(Modifier::BOLD), Color::Yellow)
    }
    /// What went wrong.
    pub fn bad(self) -> Style {
        self.paint(Style::new().add_modifier(Modifier::BOLD), Color::Red)
    }
    /// An alarm over a whole row.
    pub fn alarm(self) -> Style {
        self.bad().add_modifier(Modifier::REVERSED)
    }
    /// The frame of a panel.
    pub fn frame(self, focused: bool) -> Style {
        if focused { self.paint(Style::new(), Color::Cyan) } else { self.dim() }
    }
    /// The title of a panel.
    pub fn title(self, focused: bool) -> Style {
        if focused { self.accent().add_modifier(Modifier::REVERSED) } else { Style::new().add_modifier(Modifier::BOLD) }
    }
    /// The row under the cursor.
    pub fn cursor(self, focused: bool) -> Style {
        Style::new().add_modifier(if focused { Modifier::REVERSED } else { Modifier::BOLD })
    }
    /// A button of the reader's screen.
    pub fn button(self, chosen: bool) -> Style {
        if chosen { self.accent().add_modifier(Modifier::REVERSED) } else { Style::new() }
    }

    /// The line around a panel.
    pub fn border(self) -> border::Set<'static> {
        if self.boxes { border::PLAIN } else { ASCII }
    }
    /// A line across.
    pub fn rule(self) -> &'static str {
        if self.boxes { "─" } else { "-" }
    }
}

const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};
