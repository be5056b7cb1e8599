//! The texts that findings are about.

use std::ops::Range;

/// A file with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What identifies it in messages.
    pub name: String,
    /// Its text, or the beginning of what is not text.
    pub text: String,
}

/// The files that a scenario was read from: its own, and those that it includes. Spans of findings count bytes through
/// all of them, one after another, as if each file began where the one before it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    first: Source,
    others: Vec<Source>,
}

impl Files {
    /// One file.
    pub fn one(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { first: Source { name: name.into(), text: text.into() }, others: Vec::new() }
    }

    /// The scenario's own file.
    pub fn first(&self) -> &Source {
        &self.first
    }

    /// Adds a file and returns where its text begins in spans.
    pub fn add(&mut self, file: Source) -> usize {
        let start = self.iter().map(|file| file.text.len() + 1).sum();
        self.others.push(file);
        start
    }

    /// All of them, the scenario's own first.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        [&self.first].into_iter().chain(&self.others)
    }

    /// The file of a span, and the span within its text.
    pub fn locate(&self, span: &Range<usize>) -> (&Source, Range<usize>) {
        let mut start = 0;
        for file in self.iter() {
            let end = start + file.text.len();
            if span.start <= end {
                return (file, span.start - start..span.end.max(span.start) - start);
            }
            start = end + 1;
        }
        // A span that no file has is shown at the end of the first.
        (&self.first, self.first.text.len()..self.first.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_belongs_to_the_file_in_which_it_begins() {
        let mut files = Files::one("a", "0123");
        assert_eq!(files.add(Source { name: "b".to_owned(), text: "56".to_owned() }), 5);
        assert_eq!(files.add(Source { name: "c".to_owned(), text: String::new() }), 8);
        let place = |span| {
            let (file, span) = files.locate(&span);
            (file.name.as_str(), span)
        };
        assert_eq!(place(0..2), ("a", 0..2));
        assert_eq!(place(4..4), ("a", 4..4));
        assert_eq!(place(5..7), ("b", 0..2));
        assert_eq!(place(8..8), ("c", 0..0));
        assert_eq!(place(100..101), ("a", 4..4));
    }
}
