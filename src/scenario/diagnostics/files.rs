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

/// The files that a scenario was read from, its own first, and which pieces of them make up the text that was read.
/// Spans of findings count the bytes of that text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    files: Vec<Source>,
    /// In the order of the text. None if it is the text of the first file.
    pieces: Vec<Piece>,
}

/// A piece of a file in the text that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// Where it begins in the text.
    start: usize,
    file: usize,
    /// Where it is in its file.
    from: Range<usize>,
}

impl Files {
    /// One file, which is the text.
    pub fn one(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { files: vec![Source { name: name.into(), text: text.into() }], pieces: Vec::new() }
    }

    /// Several files, of which pieces make up a text: the file of each, by place, and where it is in that file. Returns
    /// that text, too. Each piece begins on a line of its own.
    pub fn pieced(files: Vec<Source>, pieces: impl IntoIterator<Item = (usize, Range<usize>)>) -> (Self, String) {
        let mut text = String::new();
        let mut placed = Vec::new();
        for (file, from) in pieces {
            let piece = files.get(file).and_then(|source| source.text.get(from.clone())).unwrap_or("");
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            placed.push(Piece { start: text.len(), file, from });
            text.push_str(piece);
        }
        (Self { files, pieces: placed }, text)
    }

    /// The scenario's own file.
    pub fn first(&self) -> &Source {
        &self.files[0]
    }

    /// All of them, the scenario's own first.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// The file of a span, and the span within its text.
    pub fn locate(&self, span: &Range<usize>) -> (&Source, Range<usize>) {
        let length = span.end.saturating_sub(span.start);
        let at = self.pieces.partition_point(|piece| piece.start <= span.start);
        let Some(piece) = at.checked_sub(1).and_then(|at| self.pieces.get(at)) else {
            return (self.first(), span.start..span.start.saturating_add(length));
        };
        let start = (piece.from.start + (span.start - piece.start)).min(piece.from.end);
        (&self.files[piece.file], start..start.saturating_add(length).min(piece.from.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_has_the_spans_of_its_text() {
        let files = Files::one("a", "0123");
        assert_eq!(files.locate(&(1..3)), (files.first(), 1..3));
    }

    #[test]
    fn a_span_belongs_to_the_piece_in_which_it_begins() {
        let source = |name: &str, text: &str| Source { name: name.to_owned(), text: text.to_owned() };
        let (files, text) =
            Files::pieced(vec![source("a", "0123\n45"), source("b", "xyz")], [(0, 0..5), (1, 1..3), (0, 5..7)]);
        assert_eq!(text, "0123\nyz\n45");
        let place = |span| {
            let (file, span) = files.locate(&span);
            (file.name.as_str(), span)
        };
        assert_eq!(place(1..3), ("a", 1..3));
        assert_eq!(place(5..7), ("b", 1..3));
        assert_eq!(place(7..9), ("b", 3..3), "the line end between two pieces is the end of the first");
        assert_eq!(place(8..10), ("a", 5..7));
    }
}
