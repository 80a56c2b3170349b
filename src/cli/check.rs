//! `madoguchi check FILE|DIR…`: are these well-formed requests and answers?
//!
//! - here: the options, which rules hold, exit codes
//! - `walk`: which files
//! - `text`, `json`, `sarif`, `junit`: what was found, for people, programs, code scanning and test reports

mod json;
mod junit;
mod sarif;
mod text;
mod walk;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::explain::worse;
use super::password::PasswordArgs;
use super::tables::TableArgs;
use super::{Exit, Failure, Outcome};
use crate::event::Lang;
use crate::message::check::{self, Checked, File, Rule, Severity, Tables, Violation};

/// 要求や回答のファイルが正しいかを調べる (名前、文字コード、項目、番号、組) / check requests and answers: names, encoding, elements, numbers, and
/// whether they go together
#[derive(Debug, Default, Args)]
pub struct CheckArgs {
    /// ファイルかフォルダ (req、res、face のあるフォルダは三つとも) / files or folders (one with req, res and face: all three)
    #[arg(required_unless_present = "rules", value_name = "FILE|DIR")]
    pub paths: Vec<PathBuf>,
    /// 警告があれば終了コード1にする / exit 1 on warnings as well
    #[arg(long)]
    pub strict: bool,
    /// 規則、またはその仲間 (name、number など) を除く / leave out a rule or a family of them (name, number …)
    #[arg(long, value_name = "ID")]
    pub allow: Vec<String>,
    /// 規則、またはその仲間をエラーにする / make a rule or a family of them an error
    #[arg(long, value_name = "ID")]
    pub deny: Vec<String>,
    /// JSONで出力 / print JSON
    #[arg(long, conflicts_with = "rules")]
    pub json: bool,
    /// SARIF 2.1.0 を書く (- は標準出力) / write SARIF 2.1.0 (- is standard output)
    #[arg(long, value_name = "FILE|-")]
    pub sarif: Option<PathBuf>,
    /// JUnit XML を書く (- は標準出力) / write JUnit XML (- is standard output)
    #[arg(long, value_name = "FILE|-")]
    pub junit: Option<PathBuf>,
    /// 規則の一覧を出力 / list the rules
    #[arg(long, conflicts_with_all = ["paths", "sarif", "junit"])]
    pub rules: bool,
    /// Tables in place of the program's own.
    #[command(flatten)]
    pub tables: TableArgs,
    /// Of sealed files.
    #[command(flatten)]
    pub password: PasswordArgs,
}

/// Which rules hold, and how strictly.
#[derive(Debug, Default)]
struct Levels {
    allowed: BTreeSet<Rule>,
    denied: BTreeSet<Rule>,
    strict: bool,
}

impl Levels {
    fn new(args: &CheckArgs) -> Result<Self, Failure> {
        let named = |names: &[String]| names.iter().map(|name| rules_named(name)).collect::<Result<Vec<_>, _>>();
        let set = |rules: Vec<Vec<Rule>>| rules.into_iter().flatten().collect();
        Ok(Self { allowed: set(named(&args.allow)?), denied: set(named(&args.deny)?), strict: args.strict })
    }

    /// `None` for a rule that is left out. What is denied stays, though its family be allowed.
    fn of(&self, rule: Rule) -> Option<Severity> {
        match (self.denied.contains(&rule), self.allowed.contains(&rule)) {
            (true, _) => Some(Severity::Error),
            (false, true) => None,
            (false, false) => Some(rule.severity()),
        }
    }

    fn fails(&self, severity: Severity) -> bool {
        severity == Severity::Error || (self.strict && severity == Severity::Warning)
    }
}

fn rules_named(name: &str) -> Result<Vec<Rule>, Failure> {
    let rules: Vec<Rule> = Rule::named(name).collect();
    if rules.is_empty() {
        let nearest = Rule::nearest(name);
        let message = format!("規則「{name}」はありません / there is no rule \"{name}\"");
        let remedy = format!(
            "「{nearest}」のことですか。一覧は check --rules / did you mean \"{nearest}\"? check --rules lists them"
        );
        return Err(Failure::new(Exit::Usage, message).remedy(remedy));
    }
    Ok(rules)
}

/// What was found in one file.
struct Found {
    /// As it was named, with `/` on every system.
    path: String,
    /// By place.
    violations: Vec<(Severity, Violation)>,
    /// How many more there are of this file.
    more: usize,
    /// Why it could not be read.
    unreadable: Option<String>,
}

impl Found {
    fn count(&self, severity: Severity) -> usize {
        self.violations.iter().filter(|(of, _)| *of == severity).count()
    }
}

/// Runs the command. Exit code: 0 nothing to complain of, 1 errors (with `--strict` warnings, too), 2 wrong usage, 3 a file cannot be read.
///
/// # Errors
/// A [`Failure`] about the options, the tables or an output.
pub fn run(args: &CheckArgs, lang: Lang) -> Outcome {
    run_to(args, lang, &mut io::stdout().lock())
}

fn run_to(args: &CheckArgs, lang: Lang, out: &mut dyn Write) -> Outcome {
    if args.rules {
        return say(out, &text::rules(lang)).map(|()| Exit::Done);
    }
    let to_stdout_too = [args.json, is_dash(&args.sarif), is_dash(&args.junit)];
    if to_stdout_too.iter().filter(|wanted| **wanted).count() > 1 {
        let message = "標準出力には一つしか書けません / only one thing can go to standard output";
        let remedy = "--sarif か --junit にファイル名を付けてください / name a file for --sarif or --junit";
        return Err(Failure::new(Exit::Usage, message).remedy(remedy));
    }
    let levels = Levels::new(args)?;
    let (elements, layout) = args.tables.read()?;
    let password = args.password.read()?;
    let tables = Tables { elements: &elements, layout: &layout, password: password.as_ref() };
    let found: Vec<Found> =
        walk::groups(&args.paths).iter().flat_map(|group| look_at(group, &tables, &levels)).collect();
    report(args, &found, &levels, lang, out)?;
    let broken = |file: &Found| file.violations.iter().any(|(severity, _)| levels.fails(*severity));
    let of_one = |file: &Found| match (&file.unreadable, broken(file)) {
        (Some(_), _) => Exit::Outside,
        (None, true) => Exit::DidNotHold,
        (None, false) => Exit::Done,
    };
    Ok(found.iter().map(of_one).fold(Exit::Done, worse))
}

fn is_dash(path: &Option<PathBuf>) -> bool {
    path.as_deref() == Some(Path::new("-"))
}

/// Checks the files of one group, each by itself and all together. The bytes of one file are held at a time.
fn look_at(group: &walk::Group, tables: &Tables<'_>, levels: &Levels) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut checked: Vec<(usize, Checked)> = Vec::new();
    for item in &group.items {
        let mut one = Found { path: item.shown(), violations: Vec::new(), more: 0, unreadable: None };
        match item.read() {
            Ok(bytes) => {
                let file = File { name: &item.name, folder: item.folder, listed: group.is_folder, bytes: &bytes };
                let mut result = check::file(&file, tables);
                one.more = result.more;
                one.violations =
                    std::mem::take(&mut result.violations).into_iter().filter_map(|v| levelled(v, levels)).collect();
                checked.push((found.len(), result));
            }
            Err(error) => one.unreadable = Some(error.to_string()),
        }
        found.push(one);
    }
    let (places, files): (Vec<usize>, Vec<Checked>) = checked.into_iter().unzip();
    for (index, violation) in check::together(&files, group.is_whole) {
        let file = places.get(index).and_then(|place| found.get_mut(*place));
        if let Some((file, violation)) = file.zip(levelled(violation, levels)) {
            file.violations.push(violation);
        }
    }
    found
}

fn levelled(violation: Violation, levels: &Levels) -> Option<(Severity, Violation)> {
    levels.of(violation.rule).map(|severity| (severity, violation))
}

fn report(args: &CheckArgs, found: &[Found], levels: &Levels, lang: Lang, out: &mut dyn Write) -> Result<(), Failure> {
    let reports = [
        args.sarif.as_deref().map(|path| (path, sarif::report(found, levels, lang).map_err(|error| error.to_string()))),
        args.junit.as_deref().map(|path| (path, junit::report(found, levels, lang).map_err(|error| error.to_string()))),
    ];
    let mut said = false;
    for (path, content) in reports.into_iter().flatten() {
        let content = content.map_err(|why| Failure::new(Exit::Internal, why))?;
        if path == Path::new("-") {
            say(out, &content)?;
            said = true;
        } else {
            fs::write(path, content).map_err(|error| {
                let why = format!("{} に書けません / cannot write it: {error}", path.display());
                Failure::new(Exit::Outside, why)
            })?;
        }
    }
    match (said, args.json) {
        (true, _) => {
            for file in found.iter().filter(|file| file.unreadable.is_some()) {
                eprintln!("{}: {}", file.path, file.unreadable.as_deref().unwrap_or_default());
            }
            Ok(())
        }
        (false, true) => say(out, &json::report(found, lang)),
        (false, false) => say(out, &text::report(found, lang)),
    }
}

fn say(out: &mut dyn Write, text: &str) -> Result<(), Failure> {
    match out.write_all(text.as_bytes()) {
        // Whoever reads our output has enough (`| head`).
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let why = format!("標準出力に書けません / cannot write to standard output: {error}");
            Err(Failure::new(Exit::Outside, why))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
