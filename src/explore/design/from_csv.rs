//! A design that another tool made, as CSV.

use std::io::Read;

use super::MOST_COORDINATES;
use crate::text::{cut, reason};

/// The most inputs of a file.
pub const MOST_INPUTS: usize = 1_000;
/// The most bytes that are read.
pub const MOST_BYTES: u64 = 256 << 20;

/// The first column of a design that the program wrote. It numbers the points.
pub const POINT: &str = "point";

/// Points as a file has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The names of the inputs in the order of the file, as data from outside: show them through
    /// [`visible`](crate::text::visible).
    pub names: Vec<String>,
    /// The points in the order of the file.
    pub points: Vec<Row>,
    /// Columns before the first input.
    before: usize,
}

impl Table {
    /// The column of an input, from 1.
    pub fn column(&self, input: usize) -> usize {
        self.before + input + 1
    }
}

/// A point as a file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its line, from 1.
    pub line: usize,
    record: csv::StringRecord,
    before: usize,
}

impl Row {
    /// A text for each input, without spaces around it, as data from outside.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.record.iter().skip(self.before)
    }
}

/// What is wrong with a file. Lines and columns count from 1; a column is a field.
#[derive(Debug, thiserror::Error)]
pub enum CsvError {
    /// The file cannot be read.
    #[error("{}", reason(.0))]
    Read(#[from] std::io::Error),
    /// The file is no CSV.
    #[error("{}", reason(.0))]
    Csv(#[from] csv::Error),
    /// The file is not UTF-8.
    #[error("line {line}: the text is not UTF-8: save the design as CSV in UTF-8")]
    NotText {
        /// The line.
        line: usize,
    },
    /// The file has no bytes but perhaps blank lines.
    #[error("the design is empty: its first line names the inputs, and each further line is a point")]
    Empty,
    /// A header and nothing else.
    #[error("the design has no points: each line after the first is a point")]
    NoPoints,
    /// More bytes than are read.
    #[error("the design is larger than {} MiB: divide it into several", MOST_BYTES >> 20)]
    TooLong,
    /// More coordinates than a design may have.
    #[error("line {line}: the design has more than {MOST_COORDINATES} values: divide it into several")]
    TooLarge {
        /// The line.
        line: usize,
    },
    /// More inputs than a design may have.
    #[error(
        "line {line}: the header names {inputs} inputs, and a design has at most {MOST_INPUTS}: leave out those that \
         do not vary"
    )]
    TooManyInputs {
        /// The line.
        line: usize,
        /// How many it names.
        inputs: usize,
    },
    /// A column without a name.
    #[error("line {line}, column {column}: the header has no name here: name the input or remove the column")]
    NoName {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// A name twice.
    #[error("line {line}, column {column}: '{}' is named in column {first} already: remove one of the two", cut(name))]
    Twice {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The column that has the name too.
        first: usize,
        /// The name.
        name: String,
    },
    /// A header that is not separated by commas.
    #[error("line {line}: the names are separated by '{separator}': separate them and all values by commas")]
    Separator {
        /// The line.
        line: usize,
        /// What separates them.
        separator: char,
    },
    /// A row of another length than the header.
    #[error("line {line}: {values} values, and the header names {inputs} inputs: give one value for each")]
    Length {
        /// The line.
        line: usize,
        /// How many values.
        values: usize,
        /// How many names.
        inputs: usize,
    },
}

/// Reads a design: the first line names the inputs in any order, each further line is a point with a value for each. A
/// first column [`point`](POINT) is no input. Blank lines are skipped, spaces around values ignored.
///
/// # Errors
///
/// If the file has no points, names are missing or repeated, or a row has another length.
pub fn read(file: impl Read) -> Result<Table, CsvError> {
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(CsvError::TooLong);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        CsvError::NotText { line: lines_before(&error.as_bytes()[..valid]) + 1 }
    })?;
    table(&text)
}

fn table(text: &str) -> Result<Table, CsvError> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = records.next().ok_or(CsvError::Empty)??;
    let mut names = names(&header, line_of(&header, text))?;
    let before = usize::from(names.len() > 1 && names[0] == POINT);
    names.drain(..before);
    let mut points = Vec::new();
    for record in records {
        let record = record?;
        let line = line_of(&record, text);
        if record.len() != before + names.len() {
            return Err(CsvError::Length { line, values: record.len(), inputs: before + names.len() });
        }
        if (points.len() + 1) * names.len() > MOST_COORDINATES {
            return Err(CsvError::TooLarge { line });
        }
        points.push(Row { line, record, before });
    }
    if points.is_empty() {
        return Err(CsvError::NoPoints);
    }
    Ok(Table { names, points, before })
}

/// The line on which a record begins. Its position is before the blank lines above it.
pub(crate) fn line_of(record: &csv::StringRecord, text: &str) -> usize {
    let Some(position) = record.position() else { return 1 };
    let from = text.as_bytes().get(position.byte() as usize..).unwrap_or_default();
    let blank = from.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    position.line() as usize + lines_before(&from[..blank])
}

fn lines_before(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

fn names(header: &csv::StringRecord, line: usize) -> Result<Vec<String>, CsvError> {
    if header.len() > MOST_INPUTS {
        return Err(CsvError::TooManyInputs { line, inputs: header.len() });
    }
    if let [only] = header.iter().collect::<Vec<_>>()[..]
        && let Some(separator) = [';', '\t'].into_iter().find(|separator| only.contains(*separator))
    {
        return Err(CsvError::Separator { line, separator });
    }
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (place, name) in header.iter().enumerate() {
        let column = place + 1;
        if name.is_empty() {
            return Err(CsvError::NoName { line, column });
        }
        if let Some(first) = names.iter().position(|earlier| earlier == name) {
            return Err(CsvError::Twice { line, column, first: first + 1, name: name.to_owned() });
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(table: &Table) -> Vec<Vec<&str>> {
        table.points.iter().map(|point| point.values().collect()).collect()
    }

    fn error(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_design_has_names_and_values_in_the_order_of_the_file() {
        let table = read("\u{feff}late-share,\"notice\"\r\n0.25, 28\r\n\r\n 1e-1 ,-3\r\n".as_bytes()).unwrap();
        assert_eq!(table.names, ["late-share", "notice"]);
        assert_eq!(values(&table), [["0.25", "28"], ["1e-1", "-3"]]);
        assert_eq!(table.points.iter().map(|point| point.line).collect::<Vec<_>>(), [2, 4]);
        assert_eq!([0, 1].map(|input| table.column(input)), [1, 2]);
    }

    #[test]
    fn a_first_column_that_numbers_the_points_is_no_input() {
        let table = read("point,a\n7,\"20 d\"\n9,word\n".as_bytes()).unwrap();
        assert_eq!((&*table.names, table.column(0)), (&["a".to_owned()][..], 2));
        assert_eq!(values(&table), [["20 d"], ["word"]]);
    }

    #[test]
    fn an_error_names_the_line() {
        assert_eq!(
            error("a,b\n1,2\n\n3\n"),
            "line 4: 1 values, and the header names 2 inputs: give one value for each"
        );
        assert!(error("\r\n\r\na,b\r\n\r\n1,2\r\n\"x\ny\",3\r\n\r\n4\r\n").starts_with("line 9: "));
    }

    #[test]
    fn a_header_names_each_input_once() {
        assert!(error("a,,b\n1,2,3\n").starts_with("line 1, column 2: the header has no name"));
        assert!(error("a,b,a\n1,2,3\n").starts_with("line 1, column 3: 'a' is named in column 1 already"));
        assert!(error(&format!("{}\n", vec!["x"; 1_001].join(","))).contains("names 1001 inputs"));
    }

    #[test]
    fn a_file_separated_by_semicolons_is_told_apart() {
        assert!(error("a;b\n1;2\n").contains("separated by ';'"));
    }

    #[test]
    fn a_file_without_points_is_refused() {
        assert!(matches!(read("".as_bytes()), Err(CsvError::Empty)));
        assert!(matches!(read("a,b\n".as_bytes()), Err(CsvError::NoPoints)));
    }

    #[test]
    fn text_of_the_file_is_shown_without_what_a_terminal_obeys() {
        assert!(error("\u{1b}[31m,\u{1b}[31m\n").contains("'\\u{1b}[31m' is named"));
    }

    #[test]
    fn a_file_that_is_not_text_is_refused() {
        assert!(matches!(read(&b"a\n\xff\n"[..]), Err(CsvError::NotText { line: 2 })));
    }
}
