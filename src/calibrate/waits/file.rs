//! A CSV file of waits.

use std::io::Read;

use crate::explore::design::from_csv::line_of;
use crate::text::{cut, listed, nearest, reason};

/// The most waits of a file.
pub const MOST_WAITS: usize = 50_000;
/// The most bytes that are read.
const MOST_BYTES: u64 = 16 << 20;
/// The longest wait in days: longer ones are mistakes.
const LONGEST: f64 = 36_525.0;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// The 6.23 was sent.
    Sent,
    /// The meter was returned to the losing supplier first.
    Returned,
    /// Another change of supplier came first.
    Superseded,
    /// It had not ended when it was last observed.
    Open,
}

impl Ended {
    /// All of them with their names in files.
    pub const ALL: [(&'static str, Ended); 4] = [
        ("sent", Ended::Sent),
        ("returned", Ended::Returned),
        ("superseded", Ended::Superseded),
        ("open", Ended::Open),
    ];
}

/// An observed wait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wait {
    /// Its length so far, in days, at least 0.
    pub days: f64,
    /// How it ended.
    pub ended: Ended,
}

/// What is wrong with a file of waits. Lines and columns count from 1; a column is a field.
#[derive(Debug, thiserror::Error)]
pub enum WaitsError {
    /// The file cannot be read.
    #[error("{}", reason(.0))]
    Read(#[from] std::io::Error),
    /// The file is no CSV.
    #[error("{}", reason(.0))]
    Csv(#[from] csv::Error),
    /// The file is not UTF-8.
    #[error("the text is not UTF-8\nhelp: save the waits as CSV in UTF-8")]
    NotText,
    /// More bytes than are read.
    #[error("it is larger than {} MiB\nhelp: {DRAW}", MOST_BYTES >> 20)]
    TooLong,
    /// More waits than are fitted.
    #[error("line {line}: it has more than {MOST_WAITS} waits\nhelp: {DRAW}")]
    TooMany {
        /// The line of the first wait too many.
        line: usize,
    },
    /// The header lacks a column.
    #[error("line 1: the header has no column `{name}`{}\nhelp: begin the file with the line `days,ended`", hint(near))]
    NoColumn {
        /// The column.
        name: &'static str,
        /// A column with a similar name.
        near: Option<String>,
    },
    /// A header names a column twice.
    #[error("line 1, column {column}: `{name}` is the name of two columns\nhelp: remove one of them")]
    Twice {
        /// The second of them.
        column: usize,
        /// The name.
        name: &'static str,
    },
    /// No waits.
    #[error(
        "it has no waits\nhelp: begin with the line `days,ended`, and write a wait on each further line, \
         as in `12.5,sent`"
    )]
    Empty,
    /// A length that is none.
    #[error(
        "line {line}, column {column} (days): '{}' is no length of a wait\nhelp: write a number of days from 0 to \
         {LONGEST}, as in 12.5",
        cut(value)
    )]
    Days {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// What is written.
        value: String,
    },
    /// An end that is none.
    #[error("line {line}, column {column} (ended): '{}' is no end of a wait\nhelp: {help}", cut(value))]
    Ended {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// What is written.
        value: String,
        /// What to write.
        help: String,
    },
    /// A row without the fields.
    #[error(
        "line {line}: a row of {fields} fields, and the header has {columns}\nhelp: write one value for each column"
    )]
    Length {
        /// The line.
        line: usize,
        /// Its fields.
        fields: usize,
        /// Those of the header.
        columns: usize,
    },
}

const DRAW: &str = "draw a random part of the waits, which gives nearly the same law";

fn hint(near: &Option<String>) -> String {
    near.as_ref().map_or(String::new(), |near| format!("; is it '{}'?", cut(near)))
}

/// Reads waits: the first line names the columns, among them `days` and `ended`, and each further line is a wait.
/// Other columns are ignored, and so are blank lines.
///
/// # Errors
/// The first mistake in the file.
pub fn read(file: impl Read) -> Result<Vec<Wait>, WaitsError> {
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(WaitsError::TooLong);
    }
    let text = String::from_utf8(bytes).map_err(|_| WaitsError::NotText)?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Err(WaitsError::Empty);
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let [days, ended] = [column(&header, "days")?, column(&header, "ended")?];
    let mut waits = Vec::new();
    for record in reader.records() {
        let record = record?;
        let line = || line_of(&record, text);
        if record.len() != header.len() {
            return Err(WaitsError::Length { line: line(), fields: record.len(), columns: header.len() });
        }
        if waits.len() == MOST_WAITS {
            return Err(WaitsError::TooMany { line: line() });
        }
        waits.push(Wait { days: length(&record[days], line, days + 1)?, ended: end(&record[ended], line, ended + 1)? });
    }
    if waits.is_empty() { Err(WaitsError::Empty) } else { Ok(waits) }
}

fn column(header: &csv::StringRecord, name: &'static str) -> Result<usize, WaitsError> {
    let mut found = header.iter().enumerate().filter(|(_, field)| *field == name).map(|(place, _)| place);
    let Some(first) = found.next() else {
        return Err(WaitsError::NoColumn { name, near: nearest(name, header.iter()).map(str::to_owned) });
    };
    match found.next() {
        Some(second) => Err(WaitsError::Twice { column: second + 1, name }),
        None => Ok(first),
    }
}

fn length(value: &str, line: impl Fn() -> usize, column: usize) -> Result<f64, WaitsError> {
    let days = value.parse::<f64>().ok().filter(|days| (0.0..=LONGEST).contains(days));
    // −0 becomes 0.
    days.map(|days| days + 0.0).ok_or_else(|| WaitsError::Days { line: line(), column, value: value.to_owned() })
}

fn end(value: &str, line: impl Fn() -> usize, column: usize) -> Result<Ended, WaitsError> {
    let names = || Ended::ALL.iter().map(|(name, _)| *name);
    let known = Ended::ALL.iter().find(|(name, _)| *name == value).map(|(_, ended)| *ended);
    known.ok_or_else(|| {
        let help = match nearest(value, names()) {
            Some(near) => format!("write {near}"),
            None => format!("write one of {}", listed(names(), "`")),
        };
        WaitsError::Ended { line: line(), column, value: value.to_owned(), help }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        read(text.as_bytes()).expect_err(text).to_string()
    }

    #[test]
    fn waits_are_read_from_columns_in_any_order() {
        let waits = read("\u{feff}ended, meter ,days\r\nsent,a,12.5\n\nopen,b, 0\n".as_bytes()).expect("waits");
        assert_eq!(waits, [Wait { days: 12.5, ended: Ended::Sent }, Wait { days: 0.0, ended: Ended::Open }]);
    }

    #[test]
    fn a_mistake_is_named_with_line_column_and_remedy() {
        for (text, parts) in [
            ("", ["no waits", "`days,ended`"]),
            ("days,ended\n", ["no waits", "`12.5,sent`"]),
            ("day,ended\n1,sent\n", ["line 1: the header has no column `days`; is it 'day'?", "begin the file with"]),
            ("days,ended,days\n1,sent,2\n", ["line 1, column 3: `days`", "remove one"]),
            ("days,ended\n1,sent\n-2,sent\n", ["line 3, column 1 (days): '-2'", "from 0 to 36525"]),
            ("days,ended\n1,sent\n\n\n-2,sent\n", ["line 5, column 1 (days): '-2'", "from 0 to 36525"]),
            ("days,ended\nNaN,sent\n", ["line 2, column 1 (days): 'NaN'", "as in 12.5"]),
            ("days,ended\n1,send\n", ["line 2, column 2 (ended): 'send'", "help: write sent"]),
            ("days,ended\n1,\u{1b}[31m\n", ["'\\u{1b}[31m'", "write one of `sent`, `returned`, `superseded`, `open`"]),
            ("days,ended\n1\n", ["line 2: a row of 1 fields", "one value for each column"]),
        ] {
            let error = error(text);
            assert!(parts.iter().all(|part| error.contains(part)), "{text:?}: {error}");
        }
        assert!(read(&b"days,ended\n1,\xff\n"[..]).expect_err("bytes").to_string().contains("UTF-8"));
    }

    #[test]
    fn a_file_of_too_many_waits_is_refused() {
        let text = format!("days,ended\n{}", "1,sent\n".repeat(MOST_WAITS + 1));
        assert!(error(&text).starts_with("line 50002: it has more than 50000 waits"));
    }
}
