//! Parameters: every key of a scenario file is declared once, beside the section that reads it.
//!
//! From a declaration derive the reader ([`Field::read`]), the resolved file, `assumptions.csv`, `list` and `explain`.

use super::diagnostics::Sink;
use super::shape::Shape;
use super::table::{self, Table, Value};
use crate::model::laws::NumberKind;
use crate::model::varies::Varies;

/// A key of a scenario file.
#[derive(Debug)]
pub struct Parameter {
    /// The table that holds it, such as `market` or `switch.cos`; empty at the top of the file.
    pub section: &'static str,
    /// The key in that table.
    pub key: &'static str,
    /// What holds where a file leaves it out.
    pub absent: Absent,
    /// What kind of number the default is, and where it comes from; nothing for keys that describe a case, such as
    /// `copies`.
    pub origin: Option<(NumberKind, &'static str)>,
    /// The unit of its value, such as `share`; empty where the value has its own or needs none.
    pub unit: &'static str,
    /// How its value can vary; nothing for keys whose default is no number with an origin.
    pub varies: Option<Varies>,
    /// The key of the same table without which the default is not used.
    pub beside: Option<&'static str>,
    /// What a scenario may write for it.
    pub shape: Shape,
    /// What it means, in a line.
    pub about: &'static str,
    /// Whether its reader accepts a value, for the test of its shape; nothing where the section reads it.
    #[cfg(test)]
    pub(super) accepts: Option<fn(&Value<'_, '_>) -> bool>,
}

/// What holds where a file leaves a key out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// The scenario is refused; an example of what to write.
    Refused(&'static str),
    /// Nothing is set.
    Unset,
    /// This value, as a scenario would write it.
    Default(&'static str),
}

impl Parameter {
    /// A key that may be left out, without a default.
    pub(super) const fn new(section: &'static str, key: &'static str, shape: Shape, about: &'static str) -> Self {
        Self {
            section,
            key,
            absent: Absent::Unset,
            origin: None,
            unit: "",
            varies: None,
            beside: None,
            shape,
            about,
            #[cfg(test)]
            accepts: None,
        }
    }

    /// The reader of its values, for the test of its shape.
    #[cfg(test)]
    pub(super) const fn accepting(self, accepts: fn(&Value<'_, '_>) -> bool) -> Self {
        Self { accepts: Some(accepts), ..self }
    }

    /// The key must be there; `example` is what to write.
    pub(super) const fn required(self, example: &'static str) -> Self {
        Self { absent: Absent::Refused(example), ..self }
    }

    /// The value where the key is left out.
    pub(super) const fn default(self, value: &'static str) -> Self {
        Self { absent: Absent::Default(value), ..self }
    }

    /// Where the default, or a value that must be given, usually comes from.
    pub(super) const fn from(self, kind: NumberKind, source: &'static str) -> Self {
        Self { origin: Some((kind, source)), ..self }
    }

    /// The unit of the value.
    pub(super) const fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }

    /// The plausible values, and why these.
    pub(super) const fn varies(self, varies: Varies) -> Self {
        Self { varies: Some(varies), ..self }
    }

    /// Evenly between two values, both included.
    pub(super) const fn range(self, low: &'static str, high: &'static str, why: &'static str) -> Self {
        self.varies(Varies::between(low, high, why))
    }

    /// One of some values, each as a scenario would write it.
    pub(super) const fn one_of(self, values: &'static [&'static str], why: &'static str) -> Self {
        self.varies(Varies::one_of(values, why))
    }

    /// It does not vary.
    pub(super) const fn fixed(self, why: &'static str) -> Self {
        self.varies(Varies::fixed(why))
    }

    /// The default counts only where the table has this other key.
    pub(super) const fn beside(self, key: &'static str) -> Self {
        Self { beside: Some(key), ..self }
    }

    /// Section and key, such as `market.gas-share`.
    pub fn name(&self) -> String {
        if self.section.is_empty() { self.key.to_owned() } else { format!("{}.{}", self.section, self.key) }
    }

    /// Whether a scenario is refused without it.
    pub const fn is_required(&self) -> bool {
        matches!(self.absent, Absent::Refused(_))
    }

    /// The default as a scenario would write it, if there is one.
    pub fn default_text(&self) -> Option<&'static str> {
        match self.absent {
            Absent::Default(text) => Some(text),
            Absent::Refused(_) | Absent::Unset => None,
        }
    }

    /// A value that would be valid.
    pub(super) fn example(&self) -> &'static str {
        match self.absent {
            Absent::Default(text) | Absent::Refused(text) => text,
            Absent::Unset => "1",
        }
    }

    /// The value in a table; an error where it is required and missing.
    pub(super) fn get<'a, 's>(&self, table: &mut Table<'a, 's>, sink: &mut Sink) -> Option<Value<'a, 's>> {
        match self.absent {
            Absent::Refused(example) => table.required(self.key, example, sink),
            Absent::Unset | Absent::Default(_) => table.get(self.key),
        }
    }

    /// The default, read as a scenario's value would be.
    ///
    /// # Panics
    /// If there is no default or `read` refuses it: a mistake in the catalogue, which its tests would find.
    pub(super) fn usual<T>(&self, read: impl FnOnce(&Value<'_, '_>, &mut Sink) -> Option<T>) -> T {
        let text = self.default_text().unwrap_or_else(|| panic!("`{}` has no default", self.name()));
        let (source, mut sink) = (format!("default = {text}"), Sink::new());
        let document = table::parse(&source, &mut sink);
        let value = Table::root(&document).get("default").and_then(|v| read(&v, &mut sink));
        value.unwrap_or_else(|| panic!("the default of `{}` cannot be read", self.name()))
    }
}

/// A key whose value the section reads together with other things, such as the names of suppliers.
#[derive(Debug)]
pub(super) struct Key {
    pub parameter: Parameter,
}

impl Key {
    /// The value in a table; an error where it is required and missing.
    pub fn get<'a, 's>(&self, table: &mut Table<'a, 's>, sink: &mut Sink) -> Option<Value<'a, 's>> {
        self.parameter.get(table, sink)
    }

    /// What `read` makes of the value, or of the default where the table has none.
    pub fn read<T>(
        &self,
        table: &mut Table<'_, '_>,
        sink: &mut Sink,
        read: impl FnOnce(&Value<'_, '_>, &mut Sink) -> Option<T>,
    ) -> Option<T> {
        match self.get(table, sink) {
            Some(value) => read(&value, sink),
            None => self.parameter.default_text().map(|_| self.parameter.usual(read)),
        }
    }
}

/// Reads one value, or reports why it cannot.
pub(super) type Reader<T> = fn(&Value<'_, '_>, &mut Sink) -> Option<T>;

/// A key with the reader of its value.
#[derive(Debug)]
pub(super) struct Field<T: 'static> {
    pub parameter: Parameter,
    pub reader: Reader<T>,
}

impl<T> Field<T> {
    /// The value in a table, or else the default. Nothing where it is missing or has been refused.
    pub fn read(&self, table: &mut Table<'_, '_>, sink: &mut Sink) -> Option<T> {
        match self.parameter.get(table, sink) {
            Some(value) => (self.reader)(&value, sink),
            None => self.parameter.default_text().map(|_| self.usual()),
        }
    }

    /// The value in a table that may lack it: nothing inside where it does, nothing at all where it has been refused.
    pub fn optional(&self, table: &mut Table<'_, '_>, sink: &mut Sink) -> Option<Option<T>> {
        match table.get(self.parameter.key) {
            Some(value) => (self.reader)(&value, sink).map(Some),
            None => Some(None),
        }
    }

    /// The value in a table with its place, where it is there; nothing inside where it has been refused.
    pub fn with_value<'a, 's>(&self, table: &mut Table<'a, 's>, sink: &mut Sink) -> (Option<Value<'a, 's>>, Option<T>) {
        let value = self.parameter.get(table, sink);
        let read = value.as_ref().and_then(|v| (self.reader)(v, sink));
        (value, read)
    }

    /// The default.
    pub fn usual(&self) -> T {
        self.parameter.usual(self.reader)
    }
}

/// Declares the keys of a section, each as a separate static, and the list of them.
///
/// `NAME: Type = reader, "key", shape, "meaning", …` is a [`Field`], `NAME, "key", shape, "meaning", …` a [`Key`];
/// after the meaning come calls on [`Parameter`], such as `.default("1")`.
macro_rules! keys {
    ($keys:ident of $section:literal {
        $($name:ident $(: $type:ty = $reader:expr)?, $key:literal, $shape:expr, $about:literal
            $(, .$with:ident($($arg:expr),*))* ;)*
    }) => {
        $($crate::scenario::parameter::keys!(@one $name $(: $type = $reader)?,
            $crate::scenario::parameter::Parameter::new($section, $key, $shape, $about)$(.$with($($arg),*))*);)*
        pub(in crate::scenario) static $keys: &[&$crate::scenario::parameter::Parameter] = &[$(&$name.parameter),*];
    };
    (@one $name:ident: $type:ty = $reader:expr, $parameter:expr) => {
        pub(in crate::scenario) static $name: $crate::scenario::parameter::Field<$type> =
            $crate::scenario::parameter::Field {
                #[cfg(not(test))]
                parameter: $parameter,
                #[cfg(test)]
                parameter: $parameter.accepting(|value| {
                    let reader: $crate::scenario::parameter::Reader<$type> = $reader;
                    let mut sink = $crate::scenario::diagnostics::Sink::new();
                    reader(value, &mut sink).is_some() && !sink.has_errors()
                }),
                reader: $reader,
            };
    };
    (@one $name:ident, $parameter:expr) => {
        pub(in crate::scenario) static $name: $crate::scenario::parameter::Key =
            $crate::scenario::parameter::Key { parameter: $parameter };
    };
}
pub(super) use keys;
