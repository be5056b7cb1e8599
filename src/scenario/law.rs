//! Laws of durations, as scenario files write them.

use super::diagnostics::{Mistake, Sink};
use super::quantity;
use super::table::Value;
use crate::engine::law::Law;

const WRITE: &str = "write a duration such as \"5 d\", \"never\", or one of { exponential = { mean = \"28 d\" } }, \
    { lognormal = { median = \"30 d\", sigma = 1.0 } }, { uniform = [\"1 d\", \"10 d\"] }, { mixture = [ { weight = \
    0.9, fixed = \"0 d\" }, … ] }; `cap = \"20 d\"` limits a law";

/// Reads a law: a duration, `"never"`, or a table with one of the families and optionally a `cap`.
pub(super) fn law(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Law> {
    if !value.is_table() {
        let read = |text: &str| if text == "never" { Ok(Law::Never) } else { not_negative(text).map(Law::Fixed) };
        return value.quantity("a law of durations", |text| read(text).map_err(|_| WRITE.to_owned()), sink);
    }
    let mut table = value.table(sink)?;
    table.get("weight"); // read by the mixture that this may be part of
    let mut found = Vec::new();
    if let Some(v) = table.get("fixed") {
        found.push(v.quantity("a duration", not_negative, sink).map(Law::Fixed));
    }
    if let Some(v) = table.get("exponential") {
        found.push(v.table_like("{ mean = \"12 d\" }", sink).and_then(|mut t| {
            let mean = t.required("mean", "\"12 d\"", sink).and_then(|m| seconds(&m, sink));
            t.finish(sink);
            Some(Law::Exponential { mean: mean? })
        }));
    }
    if let Some(v) = table.get("lognormal") {
        found.push(v.table_like("{ median = \"12 d\", sigma = 0.8 }", sink).and_then(|mut t| {
            let median = t.required("median", "\"12 d\"", sink).and_then(|m| seconds(&m, sink));
            let sigma = t.required("sigma", "0.8", sink).and_then(|s| s.number(0.0..=10.0, sink));
            t.finish(sink);
            Some(Law::LogNormal { median: median?, sigma: sigma? })
        }));
    }
    if let Some(v) = table.get("uniform") {
        found.push(v.array(sink).and_then(|ends| match ends.as_slice() {
            [low, high] => {
                let ends = (seconds(low, sink), seconds(high, sink));
                let (shorter, longer) = (ends.0?, ends.1?);
                if shorter > longer {
                    let text = |v: &Value<'_, '_>| v.string(&mut Sink::new()).unwrap_or_default().to_owned();
                    let right = format!("[\"{}\", \"{}\"]", text(high), text(low));
                    let said = (format!("write {right}"), right);
                    return v.refuse_for(Mistake::WrongOrder, "two durations, the shorter first", said, sink);
                }
                Some(Law::Uniform { low: shorter, high: longer })
            }
            _ => v.refuse(Mistake::WrongType, "two durations", WRITE, sink),
        }));
    }
    if let Some(v) = table.get("mixture") {
        found.push(v.array(sink).and_then(|parts| {
            let mut laws = Vec::with_capacity(parts.len());
            for part in &parts {
                let weight = part
                    .table_like("{ weight = 0.5, fixed = \"1 d\" }", sink)
                    .and_then(|mut t| t.required("weight", "0.5", sink)?.number(0.0..=1e9, sink));
                laws.push((weight?, law(part, sink)?));
            }
            if laws.iter().map(|(w, _)| w).sum::<f64>() > 0.0 {
                Some(Law::Mixture(laws))
            } else {
                v.refuse(Mistake::OutOfRange, "parts with weights above 0", WRITE, sink)
            }
        }));
    }
    let cap = match table.get("cap") {
        Some(v) => Some(v.quantity("a duration", not_negative, sink)?),
        None => None,
    };
    if !table.finish(sink) {
        return None;
    }
    match found.len() {
        1 => {
            let law = found.remove(0)?;
            Some(match cap {
                Some(cap) => Law::Capped(Box::new(law), cap),
                None => law,
            })
        }
        _ => value.refuse(Mistake::KeyOutOfPlace, "exactly one family", WRITE, sink),
    }
}

fn not_negative(text: &str) -> Result<crate::engine::time::Seconds, String> {
    quantity::duration(text)
        .and_then(|d| if d.0 < 0 { Err("write a duration that is not negative, as in \"5 d\"".into()) } else { Ok(d) })
}

fn seconds(value: &Value<'_, '_>, sink: &mut Sink) -> Option<f64> {
    value.quantity("a duration", quantity::seconds_f64, sink)
}

/// A law as a scenario would write it.
pub fn print(law: &Law) -> String {
    let of = |seconds: f64| {
        if seconds >= 86_400.0 && (seconds / 86_400.0 * 1_000.0).fract() == 0.0 {
            format!("\"{} d\"", seconds / 86_400.0)
        } else {
            format!("\"{seconds} s\"")
        }
    };
    match law {
        Law::Fixed(length) => format!("{{ fixed = \"{}\" }}", quantity::print_duration(*length)),
        Law::Uniform { low, high } => format!("{{ uniform = [{}, {}] }}", of(*low), of(*high)),
        Law::Exponential { mean } => format!("{{ exponential = {{ mean = {} }} }}", of(*mean)),
        Law::LogNormal { median, sigma } => {
            format!("{{ lognormal = {{ median = {}, sigma = {sigma:?} }} }}", of(*median))
        }
        Law::Never => "\"never\"".to_owned(),
        Law::Capped(law, cap) => {
            let inner = print(law);
            format!(
                "{}, cap = \"{}\" }}",
                inner.trim_end_matches(" }").to_owned() + closing(&inner),
                quantity::print_duration(*cap)
            )
        }
        Law::Mixture(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|(weight, law)| print(law).replacen('{', &format!("{{ weight = {weight},"), 1))
                .collect();
            format!("{{ mixture = [{}] }}", parts.join(", "))
        }
    }
}

/// The closing braces to restore to the text of a capped law's inner law after the last one was removed.
fn closing(inner: &str) -> &'static str {
    match inner.matches('{').count() {
        0 | 1 => "",
        _ => " }",
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{Table, parse};
    use super::*;
    use crate::engine::time::Seconds;
    use crate::model::laws::Laws;

    fn read(text: &str) -> Option<Law> {
        let source = format!("law = {text}");
        let mut sink = Sink::new();
        let document = parse(&source, &mut sink);
        let mut root = Table::root(&document);
        let law = law(&root.get("law")?, &mut sink);
        if sink.has_errors() { None } else { law }
    }

    #[test]
    fn every_default_law_reads_back_as_it_is_printed() {
        let mut laws = Laws::default();
        for (name, ..) in crate::model::laws::CATALOGUE {
            let law = laws.by_name(name).unwrap().clone();
            assert_eq!(read(&print(&law)), Some(law.clone()), "{name}: {}", print(&law));
        }
        let capped = Law::Capped(Box::new(crate::model::laws::log_normal(5.0, 0.6)), Seconds::days(20));
        assert_eq!(read(&print(&capped)), Some(capped.clone()), "{}", print(&capped));
    }

    #[test]
    fn a_law_of_two_families_is_refused() {
        assert_eq!(read("{ fixed = \"1 d\", exponential = { mean = \"2 d\" } }"), None);
        assert_eq!(read("5"), None);
        assert_eq!(read("{ uniform = [\"2 d\", \"1 d\"] }"), None);
    }
}
