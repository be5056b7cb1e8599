//! How far a number of the model may lie from its default, and why: what an exploration of the guesses varies.

/// How a number can vary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Varies {
    /// Between two values. Of a law, these are values of its typical duration.
    Between(Span),
    /// Among these values, each as a scenario would write it.
    OneOf {
        /// The values.
        values: &'static [&'static str],
        /// Why these.
        why: &'static str,
    },
    /// Through numbers of its own, which keep its parts coherent.
    Through(&'static [Part]),
    /// It does not.
    Fixed {
        /// Why not.
        why: &'static str,
    },
}

/// The lowest and the highest plausible value, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The lowest, as a scenario would write it without quotes, such as `0.1` or `20 d`.
    pub low: &'static str,
    /// The highest, in the unit of the lowest.
    pub high: &'static str,
    /// How values are spread between them.
    pub scale: Scale,
    /// Why these bounds, in a line.
    pub why: &'static str,
}

/// How values are spread over a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// Evenly in their logarithms: for ranges whose ends differ many times over.
    Log,
    /// Evenly, and rounded to whole numbers of the unit.
    Whole,
}

/// A number through which a composite parameter varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Its name beneath the parameter's, such as `immature`; empty where the parameter has only this one.
    pub name: &'static str,
    /// What it means, in a line.
    pub about: &'static str,
    /// Its unit, if its values have none.
    pub unit: &'static str,
    /// Its range.
    pub span: Span,
}

impl Varies {
    /// Evenly between two values.
    pub const fn between(low: &'static str, high: &'static str, why: &'static str) -> Self {
        Self::Between(Span { low, high, scale: Scale::Linear, why })
    }

    /// Evenly in the logarithm between two values above 0.
    pub const fn over(low: &'static str, high: &'static str, why: &'static str) -> Self {
        Self::Between(Span { low, high, scale: Scale::Log, why })
    }

    /// Whole numbers between two of them.
    pub const fn whole(low: &'static str, high: &'static str, why: &'static str) -> Self {
        Self::Between(Span { low, high, scale: Scale::Whole, why })
    }

    /// Among some values.
    pub const fn one_of(values: &'static [&'static str], why: &'static str) -> Self {
        Self::OneOf { values, why }
    }

    /// Not at all.
    pub const fn fixed(why: &'static str) -> Self {
        Self::Fixed { why }
    }

    /// The range as a scenario would write it, or words where it does not vary.
    pub fn text(&self) -> String {
        match self {
            Varies::Between(span) => span.text(),
            Varies::OneOf { values, .. } => values.join(" or "),
            Varies::Through(parts) => {
                let part = |part: &Part| match part.name {
                    "" => part.in_words(),
                    name => format!("{name} {}", part.in_words()),
                };
                parts.iter().map(part).collect::<Vec<_>>().join(", ")
            }
            Varies::Fixed { .. } => "fixed".to_owned(),
        }
    }

    /// Why the range is what it is.
    pub fn why(&self) -> String {
        match self {
            Varies::Between(span) => span.why.to_owned(),
            Varies::OneOf { why, .. } | Varies::Fixed { why } => (*why).to_owned(),
            Varies::Through(parts) => parts.iter().map(|part| part.span.why).collect::<Vec<_>>().join("; "),
        }
    }
}

impl Span {
    /// Both ends, such as `0.1 to 0.9`.
    pub fn text(&self) -> String {
        format!("{} to {}", self.low, self.high)
    }
}

impl Part {
    /// The range with what it is a range of, where that is not the unit of the parameter.
    fn in_words(&self) -> String {
        match self.unit {
            "factor" => format!("all times {}", self.span.text()),
            "mean" => format!("mean {}", self.span.text()),
            _ => self.span.text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_reads_as_words() {
        const SPAN: Span = Span { low: "0.9", high: "1.1", scale: Scale::Linear, why: "a reason" };
        const PARTS: &[Part] = &[Part { name: "", about: "", unit: "factor", span: SPAN }];
        assert_eq!(Varies::between("20 d", "30 d", "w").text(), "20 d to 30 d");
        assert_eq!(Varies::one_of(&["false", "true"], "w").text(), "false or true");
        assert_eq!(Varies::fixed("w").text(), "fixed");
        assert_eq!(
            (Varies::Through(PARTS).text(), Varies::Through(PARTS).why()),
            ("all times 0.9 to 1.1".into(), "a reason".into())
        );
    }
}
