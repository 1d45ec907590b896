//! How results and progress are shown.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::{io::Write, time::Duration};

/// Shows results.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Whether results are JSON.
    pub json: bool,
}

impl Output {
    /// Show a result: `text` to people, `value` to programs.
    pub fn show(&self, text: impl AsRef<str>, value: Value) {
        if self.json {
            print_line(&value.to_string());
        } else {
            print_line(text.as_ref().trim_end());
        }
    }
}

/// Print a line to standard output. Whoever reads it may stop reading early, as `head` does.
pub fn print_line(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// A bar that counts to `total`. Hidden unless standard error is a terminal.
pub fn bar(total: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {elapsed}, {eta} left");
    ProgressBar::new(total)
        .with_style(style.expect("the template is well-formed; qed").progress_chars("=> "))
        .with_message(what)
}

/// A sign that something is being waited for. Hidden unless standard error is a terminal.
pub fn spinner(what: impl Into<String>) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("the template is well-formed; qed");
    let spinner = ProgressBar::new_spinner().with_style(style).with_message(what.into());
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

/// Lines of names and values, aligned.
pub fn lines(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    pairs.iter().map(|(name, value)| format!("{name:width$}  {value}\n")).collect()
}

/// A table with a header, columns aligned.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(|name| name.to_string()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&header).chain(rows).collect();
    let width = |column: usize| all.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..header.len()).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &&Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    all.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_lines_are_aligned() {
        let rows = [vec!["1".into(), "ä".into()], vec!["22".into(), "b".into()]];
        assert_eq!(table(&["id", "name"], &rows), "id  name\n1   ä\n22  b\n");
        assert_eq!(lines(&[("a", "1".into()), ("long", "2".into())]), "a     1\nlong  2\n");
    }

    #[test]
    fn templates_are_well_formed() {
        bar(3, "counting").finish_and_clear();
        spinner("waiting").finish_and_clear();
    }
}
