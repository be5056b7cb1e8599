//! Pages of text that fit the terminal.

use std::fmt::Display;

use super::machine::page_width;

/// Text beside what comes before it: further lines begin below the text, within `width` columns.
pub fn beside(first: &str, text: &str, width: usize) -> String {
    let indent = " ".repeat(textwrap::core::display_width(first));
    fill(text, width, first, &indent)
}

/// Text within `width` columns: its first line begins with `first`, the others with `rest`.
fn fill(text: &str, width: usize, first: &str, rest: &str) -> String {
    let options = textwrap::Options::new(width).initial_indent(first).subsequent_indent(rest);
    textwrap::fill(text, options.word_splitter(textwrap::WordSplitter::NoHyphenation)) + "\n"
}

/// A page of text.
#[derive(Debug)]
pub struct Page {
    text: String,
    width: usize,
}

impl Page {
    /// An empty page as wide as the terminal.
    pub fn new() -> Self {
        Self { text: String::new(), width: page_width() }
    }

    /// Adds a line, the further lines of which are indented.
    pub fn line(&mut self, text: impl Display) {
        self.text += &fill(&text.to_string(), self.width, "", "    ");
    }

    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// Adds a text beside its name.
    pub fn fact(&mut self, name: impl Display, text: impl Display) {
        self.text += &beside(&name.to_string(), &text.to_string(), self.width);
    }

    /// What is on it.
    pub fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_begin_below_the_text() {
        assert_eq!(beside("13b  ", "one two three", 12), "13b  one two\n     three\n");
    }
}
