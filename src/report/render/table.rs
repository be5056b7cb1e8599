//! Tables of files: text in quotes and numbers without, so that programs that guess types take no label for a number.

use super::RenderError;
use crate::results::dimension::Dimension;
use crate::text::visible;

/// A table of comma-separated values.
pub struct Csv(csv::Writer<Vec<u8>>);

impl Csv {
    /// A table with these columns.
    ///
    /// # Errors
    /// If the writer fails, which in memory it does not.
    pub fn new<'c>(columns: impl IntoIterator<Item = &'c str>) -> Result<Self, RenderError> {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Never).from_writer(Vec::new());
        writer.write_record(columns)?;
        Ok(Self(writer))
    }

    /// Appends a row of fields, each made by [`text`], or a number.
    ///
    /// # Errors
    /// If the number of fields is not that of the columns.
    pub fn row(&mut self, fields: impl IntoIterator<Item = String>) -> Result<(), RenderError> {
        Ok(self.0.write_record(fields)?)
    }

    /// The whole table.
    ///
    /// # Errors
    /// If the writer fails, which in memory it does not.
    pub fn bytes(self) -> Result<Vec<u8>, RenderError> {
        self.0.into_inner().map_err(|error| csv::Error::from(error.into_error()).into())
    }
}

/// The columns of labels of a table: one for each dimension that a row has, other than the day.
pub struct LabelColumns(Vec<Dimension>);

impl LabelColumns {
    /// Those of rows with these margins.
    pub fn of<'m>(margins: impl Iterator<Item = &'m [Dimension]> + Clone) -> Self {
        let is_used = |column: &Dimension| margins.clone().any(|margin| margin.contains(column));
        Self(Dimension::ALL.iter().copied().filter(|column| *column != Dimension::At && is_used(column)).collect())
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|column| column.name())
    }

    /// The fields of a row with these labels, one for each dimension of its margin; empty where it has none.
    pub fn fields(&self, margin: &[Dimension], labels: &[&str]) -> impl Iterator<Item = String> {
        let label = |column: &Dimension| {
            let position = margin.iter().position(|dimension| dimension == column);
            position.map_or(String::new(), |position| text(labels[position]))
        };
        self.0.iter().map(label)
    }
}

/// A field of text: quoted, and without what a terminal would act on. An empty text is no value.
pub fn text(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\"{}\"", visible(text).replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_even_if_it_looks_like_a_number() {
        assert_eq!([text("6.23"), text("a \"b\""), text("")], ["\"6.23\"", "\"a \"\"b\"\"\"", ""]);
    }
}
