//! `include`: parameter packs, which give sections of a scenario in files of their own.
//!
//! A scenario and its packs are read as one text. A table that a pack gives and another file has too is continued; a
//! key is given once. Packs lie in the folder of the scenario or below it.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostics::{Files, Invalid, Mistake, Sink, Source};
use super::sections::top;
use super::table::{LARGEST_FILE, Table, Value, parse};
use crate::text::{read_file, reason, visible};

/// Most files that a scenario consists of.
const MOST_FILES: usize = 100;

/// The files of a scenario, and the text that they make up.
#[derive(Debug)]
pub struct Gathered {
    /// The files.
    pub files: Files,
    /// The text, in which no `include` is left.
    pub text: String,
    /// The packs, with all links resolved.
    pub packs: Vec<PathBuf>,
}

/// Reads the packs that a scenario includes, and those that they include. `name` identifies the file in messages;
/// `path` is where it is, if it is a file.
///
/// # Errors
/// What is wrong with an `include`, with the file that has it.
pub fn gather(name: &str, path: Option<&Path>, text: &str) -> Result<Gathered, (Files, Invalid)> {
    let first = Source { name: name.to_owned(), text: text.to_owned() };
    if !text.contains(top::INCLUDE.parameter.key) {
        return Ok(Gathered { files: Files::one(name, text), text: text.to_owned(), packs: Vec::new() });
    }
    let folder =
        path.map(|path| path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")));
    let mut gathering =
        Gathering { root: folder.and_then(|folder| folder.canonicalize().ok()), ..Gathering::default() };
    gathering.add(first, folder, path.and_then(|path| path.canonicalize().ok()));
    let packs = gathering.paths.iter().skip(1).cloned().collect();
    match gathering.refused.take() {
        Some((place, invalid)) => Err((gathering.with_the_text_of(place), invalid)),
        None => {
            let (files, text) = gathering.pieced();
            Ok(Gathered { files, text, packs })
        }
    }
}

/// A file with the blocks into which its headings divide it.
struct Parsed {
    source: Source,
    blocks: Vec<Block>,
    /// Keys at the top that are not part of the scenario as a whole.
    left_out: Vec<Range<usize>>,
}

/// A heading with what follows it, up to the next one.
struct Block {
    /// The tables of its heading; none for the keys before the first heading.
    path: Vec<String>,
    /// Whether it begins an entry of a list of tables, or belongs to one.
    in_list: bool,
    whole: Range<usize>,
    /// Without the line of the heading.
    body: Range<usize>,
}

/// What has been read so far.
#[derive(Default)]
struct Gathering {
    /// The folder in which packs must lie.
    root: Option<PathBuf>,
    files: Vec<Parsed>,
    paths: Vec<PathBuf>,
    /// The keys that are given, each with the place of its file and where it is in that file.
    keys: BTreeMap<Vec<String>, (usize, Range<usize>)>,
    /// What is wrong with the first file that is refused, by place.
    refused: Option<(usize, Invalid)>,
}

impl Gathering {
    /// Reads a file's `include`, and then the files that it names; also those of a file that is refused, so that they
    /// are known to be packs.
    fn add(&mut self, source: Source, folder: Option<&Path>, path: Option<PathBuf>) {
        let text = source.text.clone();
        let at = self.files.len();
        let is_pack = at > 0;
        let mut syntax = Sink::new();
        let document = parse(&text, &mut syntax);
        if is_pack && syntax.has_errors() {
            self.refuse(at, syntax);
        }
        let mut sink = Sink::new();
        let mut root = Table::root(&document);
        let include = root.get(top::INCLUDE.parameter.key);
        let mut left_out: Vec<Range<usize>> = include.iter().map(whole_of).collect();
        if let Some(schema) = root.get(top::SCHEMA.parameter.key).filter(|_| is_pack) {
            (top::SCHEMA.reader)(&schema, &mut sink);
            left_out.push(whole_of(&schema));
        }
        left_out.sort_by_key(|span| span.start);
        let named: Vec<(Value<'_, '_>, String)> = match &include {
            Some(list) => {
                let items = list.array(&mut sink).unwrap_or_default();
                items.into_iter().filter_map(|item| Some((item.clone(), item.string(&mut sink)?.to_owned()))).collect()
            }
            None => Vec::new(),
        };
        let mut given = Vec::new();
        find_keys(document.get_ref(), &mut Vec::new(), &text, &mut given);
        let is_left_out = |key: &Range<usize>| left_out.iter().any(|out| out.start == key.start);
        for (path, key) in given.into_iter().filter(|(_, key)| !is_left_out(key)) {
            self.take_key(path, (at, key), &source);
        }
        self.files.push(Parsed { blocks: blocks(&document, &text), source, left_out });
        self.paths.extend(path);
        for (value, file) in named {
            match self.pack(&file, folder) {
                Ok((pack, joined, at)) => self.add(pack, joined.parent(), Some(at)),
                Err((due, help)) => _ = value.refuse::<()>(Mistake::BadInclude, &due, help, &mut sink),
            }
        }
        // What is wrong with the rest of the scenario is found when it is read.
        if sink.has_errors() {
            self.refuse(at, sink);
        }
    }

    /// Notes a key of a file, and refuses it where an earlier file has it.
    fn take_key(&mut self, path: Vec<String>, (place, span): (usize, Range<usize>), source: &Source) {
        let name = path.join(".");
        let Some((before, given)) = self.keys.get(&path).cloned() else {
            self.keys.insert(path, (place, span));
            return;
        };
        // Twice in one file is a mistake of its own.
        if before != place {
            let message = format!("`{}` is also given in {}", visible(&name), visible(&source.name));
            let mut sink = Sink::new();
            sink.error(Mistake::BadInclude, given, message, "leave it out in one of the two files");
            self.refuse(before, sink);
        }
    }

    /// Keeps why a file is refused, if none is yet.
    fn refuse(&mut self, place: usize, sink: Sink) {
        self.refused.get_or_insert_with(|| (place, sink.into_invalid()));
    }

    /// The files, with the text of one of them, whose spans its findings count.
    fn with_the_text_of(self, place: usize) -> Files {
        let sources: Vec<Source> = self.files.into_iter().map(|file| file.source).collect();
        let whole = 0..sources[place].text.len();
        Files::pieced(sources, [(place, whole)]).0
    }

    /// The pack of a name in a folder: its text, and where it is, as it is named and with all links resolved.
    ///
    /// # Errors
    /// What it should be, and what to write instead.
    fn pack(&self, file: &str, folder: Option<&Path>) -> Result<(Source, PathBuf, PathBuf), (String, String)> {
        let (Some(root), Some(folder)) = (&self.root, folder) else {
            let help = "load the scenario from a file, with the pack beside it".to_owned();
            return Err(("left out of a scenario that is not read from a file".to_owned(), help));
        };
        let inside = || "a file in the folder of the scenario, or below it".to_owned();
        let copy = || "copy the pack there and write its path, as in \"packs/laws.toml\", or leave it out".to_owned();
        let path = Path::new(file);
        if path
            .components()
            .any(|part| !matches!(part, Component::Normal(_) | Component::CurDir | Component::ParentDir))
        {
            return Err((inside(), copy()));
        }
        let joined = folder.join(path);
        let unreadable = |error: &io::Error| {
            let help = format!(
                "write the path of a pack, from the folder of this file, as in \"packs/laws.toml\", or leave it out \
                 ({})",
                reason(error)
            );
            ("a file that can be read".to_owned(), help)
        };
        let at = joined.canonicalize().map_err(|error| unreadable(&error))?;
        if !at.starts_with(root) {
            return Err((inside(), copy()));
        }
        if self.paths.contains(&at) {
            return Err(("a file that is included once, and not by itself".to_owned(), "leave it out here".to_owned()));
        }
        let sizes: usize = self.files.iter().map(|file| file.source.text.len()).sum();
        let left = LARGEST_FILE.saturating_sub(sizes);
        if self.files.len() >= MOST_FILES {
            return Err((format!("one of at most {MOST_FILES} files"), "put several packs into one file".to_owned()));
        }
        let bytes = read_file(&at, left as u64).map_err(|error| unreadable(&error))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| ("text in UTF-8".to_owned(), format!("save {} as UTF-8", visible(file))))?;
        Ok((Source { name: joined.display().to_string(), text }, joined, at))
    }

    /// The files as one text. A table that an earlier file has is continued there, everything else follows at the end.
    fn pieced(self) -> (Files, String) {
        // For each block of the first files that is kept, the pieces that continue it.
        let mut kept: Vec<Vec<(usize, Range<usize>)>> = Vec::new();
        let mut tables: BTreeMap<Vec<String>, usize> = BTreeMap::new();
        for (place, file) in self.files.iter().enumerate() {
            for block in &file.blocks {
                let continued = tables.get(&block.path).filter(|_| !block.in_list).copied();
                let (at, range) = match continued {
                    Some(at) => (at, &block.body),
                    None => {
                        kept.push(Vec::new());
                        if !block.in_list {
                            tables.insert(block.path.clone(), kept.len() - 1);
                        }
                        (kept.len() - 1, &block.whole)
                    }
                };
                kept[at].extend(without(range.clone(), &file.left_out).into_iter().map(|range| (place, range)));
            }
        }
        let sources = self.files.into_iter().map(|file| file.source).collect();
        Files::pieced(sources, kept.into_iter().flatten())
    }
}

/// A key with its value.
fn whole_of(value: &Value<'_, '_>) -> Range<usize> {
    value.key_span().start..value.span().end
}

/// A range without some others, which are sorted.
fn without(range: Range<usize>, out: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut left = Vec::new();
    let mut start = range.start;
    for out in out.iter().filter(|out| range.start <= out.start && out.end <= range.end) {
        left.push(start..out.start);
        start = out.end;
    }
    left.push(start..range.end);
    left.retain(|range| !range.is_empty());
    left
}

/// The blocks of a document.
fn blocks(document: &Spanned<DeTable<'_>>, text: &str) -> Vec<Block> {
    let mut headings = BTreeMap::new();
    let mut path = Vec::new();
    find_headings(document.get_ref(), (&mut path, false), text, &mut headings);
    // A heading may be indented.
    let line_of = |at: usize| text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let starts: Vec<usize> = headings.keys().map(|at| line_of(*at)).collect();
    let end_of = |place: usize| starts.get(place).copied().unwrap_or(text.len());
    let first = 0..end_of(0);
    let mut blocks = vec![Block { path: Vec::new(), in_list: false, whole: first.clone(), body: first }];
    for (place, (at, (path, in_list))) in headings.into_iter().enumerate() {
        let whole = starts[place]..end_of(place + 1);
        let heading_end = text[at..whole.end].find('\n').map_or(whole.end, |newline| at + newline + 1);
        blocks.push(Block { path, in_list, body: heading_end..whole.end, whole });
    }
    blocks
}

/// Finds the headings in a table: where each begins, its tables, and whether it is in a list.
fn find_headings(
    table: &DeTable<'_>,
    (path, in_list): (&mut Vec<String>, bool),
    text: &str,
    headings: &mut BTreeMap<usize, (Vec<String>, bool)>,
) {
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) => {
                note_heading(value.span(), (path, in_list), text, headings);
                find_headings(inner, (path, in_list), text, headings);
            }
            // Only a list of tables under headings has entries that begin with a bracket and hold tables.
            DeValue::Array(items) => {
                for item in items {
                    if let DeValue::Table(inner) = item.get_ref() {
                        note_heading(item.span(), (path, true), text, headings);
                        find_headings(inner, (path, true), text, headings);
                    }
                }
            }
            _ => {}
        }
        path.pop();
    }
}

/// Finds the keys of a file that no other file may give: those outside lists of tables.
fn find_keys(table: &DeTable<'_>, path: &mut Vec<String>, text: &str, keys: &mut Vec<(Vec<String>, Range<usize>)>) {
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        let begins_with =
            |span: Range<usize>, bracket| text.get(span.start..).is_some_and(|rest| rest.starts_with(bracket));
        let is_under_a_heading =
            |item: &Spanned<DeValue<'_>>| item.get_ref().is_table() && begins_with(item.span(), '[');
        match value.get_ref() {
            DeValue::Table(inner) if !begins_with(value.span(), '{') => find_keys(inner, path, text, keys),
            DeValue::Array(items) if items.iter().any(is_under_a_heading) => {}
            _ => keys.push((path.clone(), key.span())),
        }
        path.pop();
    }
}

/// Notes a table under a heading. A table within another of the same heading is the one that it names.
fn note_heading(
    span: Range<usize>,
    (path, in_list): (&[String], bool),
    text: &str,
    headings: &mut BTreeMap<usize, (Vec<String>, bool)>,
) {
    if text.get(span.start..).is_some_and(|rest| rest.starts_with('[')) {
        headings.insert(span.start, (path.to_vec(), in_list));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn gathered(files: &[(&str, &str)]) -> Result<Gathered, String> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        let path = folder.path().join(files[0].0);
        gather(files[0].0, Some(&path), files[0].1)
            .map_err(|(files, invalid)| format!("{}: {invalid}", files.locate(&invalid[0].span).0.name))
    }

    fn text(files: &[(&str, &str)]) -> String {
        gathered(files).expect("packs that can be read").text
    }

    #[test]
    fn a_pack_adds_sections_and_continues_those_that_are_there() {
        let own = "include = [\"p.toml\"]\na = 1\n[market]\nx = 1\n[[supplier]]\nid = 'a'\n";
        let pack = "schema = 1\nb = 2\n[laws.l]\nl = 1\n[market] # more\ny = 2\n[[supplier]]\nid = 'b'\n\
                    [supplier.reads]\nr = 1\n";
        assert_eq!(
            text(&[("s.toml", own), ("p.toml", pack)]),
            "\na = 1\n\nb = 2\n[market]\nx = 1\ny = 2\n[[supplier]]\nid = 'a'\n[laws.l]\nl = 1\n[[supplier]]\nid = \
             'b'\n[supplier.reads]\nr = 1\n"
        );
    }

    #[test]
    fn packs_include_packs_from_their_own_folder() {
        let own = "include = [\"packs/p.toml\"]\n";
        let files =
            [("s.toml", own), ("packs/p.toml", "include = [\"q.toml\"]\n[a]\n"), ("packs/q.toml", "[b]\nx = 1\n")];
        let gathered = gathered(&files).expect("packs that can be read");
        let at = gathered.text.find("x = 1").expect("it is there");
        let (file, span) = gathered.files.locate(&(at..at + 1));
        assert!(file.name.ends_with("packs/q.toml"), "{}", file.name);
        let named = |pack: &str| Path::new(&gathered.files.iter().nth(1).expect("a pack").name).with_file_name(pack);
        assert_eq!(Path::new(&file.name), named("q.toml"), "it is named by the way to it");
        assert_eq!(span, 4..5);
    }

    #[test]
    fn a_pack_that_includes_itself_is_refused_where_it_does() {
        let error = gathered(&[("s.toml", "include = [\"p.toml\"]\n"), ("p.toml", "include = [\"./p.toml\"]\n")]);
        let error = error.expect_err("a circle");
        assert!(error.contains("p.toml: `include[0]` must be a file that is included once"), "{error}");
        let error = gathered(&[("s.toml", "include = [\"p.toml\"]\n"), ("p.toml", "include = [\"s.toml\"]\n")]);
        assert!(error.expect_err("a circle").contains("included once"));
    }

    #[test]
    fn a_key_that_two_files_give_is_refused_in_the_first_with_the_name_of_the_other() {
        let of = |own: &str, pack: &str| {
            gathered(&[("s.toml", &format!("include = [\"p.toml\"]\n{own}")), ("p.toml", pack)]).map(|_| ())
        };
        let error = of("[market]\nx.y = 1\n", "z = 2\n[market.x]\ny = 2\n").expect_err("twice");
        assert!(error.contains("s.toml: `market.x.y` is also given in "), "{error}");
        assert!(of("a = [{ b = 1 }]\n", "a = []\n").is_err(), "a list in one value is a key");
        assert_eq!(
            of("[[supplier]]\nid = 1\n[market]\nx = 1\n", "schema = 1\n[[supplier]]\nid = 1\n[market]\ny = 1\n"),
            Ok(())
        );
    }

    #[test]
    fn packs_outside_the_folder_of_the_scenario_are_refused() {
        for file in ["/etc/passwd", "../p.toml", "a/../../p.toml"] {
            let error = gathered(&[("s/s.toml", &format!("include = [\"{file}\"]\n")), ("p.toml", ""), ("s/a/x", "")]);
            assert!(error.expect_err("outside").contains("in the folder of the scenario"), "{file}");
        }
        #[cfg(unix)]
        {
            let folder = tempfile::tempdir().expect("a folder");
            let inner = folder.path().join("s");
            fs::create_dir(&inner).expect("a folder");
            fs::write(folder.path().join("p.toml"), "").expect("a file");
            std::os::unix::fs::symlink(folder.path().join("p.toml"), inner.join("link.toml")).expect("a link");
            let error = gather("s.toml", Some(&inner.join("s.toml")), "include = [\"link.toml\"]\n");
            assert!(error.expect_err("a link to the outside").1.to_string().contains("in the folder of the scenario"));
        }
    }

    #[test]
    fn a_missing_pack_and_a_text_that_is_no_file_are_refused() {
        let error = gathered(&[("s.toml", "include = [\"p.toml\"]\n")]).expect_err("no such file");
        assert!(error.contains("must be a file that can be read"), "{error}");
        let error = gather("stdin", None, "include = [\"p.toml\"]\n").expect_err("no file").1.to_string();
        assert!(error.contains("must be left out of a scenario that is not read from a file"), "{error}");
    }

    #[test]
    fn a_broken_pack_is_reported_in_the_pack() {
        let error = gathered(&[("s.toml", "include = [\"p.toml\"]\n"), ("p.toml", "x = \n")]).expect_err("broken");
        assert!(error.contains("p.toml: the value is missing"), "{error}");
    }

    #[test]
    fn brackets_in_texts_are_no_headings() {
        let own = "include = [\"p.toml\"]\n[a]\nx = \"\"\"\n[b]\n\"\"\"\n";
        assert_eq!(
            text(&[("s.toml", own), ("p.toml", "[a]\ny = [[1], [2]]\n")]),
            format!("{}y = [[1], [2]]\n", &own[20..])
        );
    }
}
