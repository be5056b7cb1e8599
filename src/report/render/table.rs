//! Tables of files: text in quotes and numbers without, so that programs that guess types take no label for a number.

use super::RenderError;
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
