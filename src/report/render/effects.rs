//! `effects.csv`: every policy against the baseline by every primary number, with all that a comparison rests on.

use super::table::{Csv, text};
use super::{Form, RenderError, Report};
use crate::results::comparison::{Effect, Judged};
use crate::text::number::plain;

/// The form.
pub const FORM: Form = Form {
    name: None,
    file: Some("effects.csv"),
    about: "Every policy against the baseline as CSV",
    is_data: true,
    render,
};

fn render(report: &Report<'_>) -> Result<Vec<u8>, RenderError> {
    let (cube, comparison) = (report.cube(), report.against_baseline());
    let mut table = Csv::new([
        "policy",
        "against",
        "number",
        "unit",
        "word",
        "n",
        "mean",
        "mean_against",
        "difference",
        "sd",
        "low",
        "high",
        "method",
        "critical",
        "p",
        "level",
        "family",
        "percent",
        "percent_low",
        "percent_high",
        "gain",
        "differing",
        "runs_low",
        "runs_high",
    ])?;
    let optional = |value: Option<f64>| value.map_or(String::new(), plain);
    for effect in &comparison.effects {
        let primary = &comparison.primaries[effect.primary].query;
        let [low, high] = bounds(effect.interval);
        let percent = effect.percent;
        let [percent_low, percent_high] = bounds(percent.and_then(|percent| percent.interval));
        let (critical, p) = match effect.judged {
            Judged::MaxT { critical } => (Some(critical), None),
            Judged::Holm { p } | Judged::Sign { p } => (None, Some(p)),
            Judged::Identical | Judged::Exact | Judged::Preview => (None, None),
        };
        table.row([
            text(&cube.policies()[effect.policy].policy),
            text(&cube.policies()[comparison.against].policy),
            text(&primary.to_string()),
            text(primary.metric.unit.name()),
            text(effect.word.name()),
            effect.n.to_string(),
            plain(effect.mean),
            plain(effect.against),
            plain(effect.difference),
            plain(effect.sd),
            low,
            high,
            text(effect.judged.name()),
            optional(critical),
            optional(p),
            plain(comparison.level),
            family(effect, comparison.family),
            optional(percent.map(|percent| percent.value)),
            percent_low,
            percent_high,
            optional(effect.gain),
            effect.differing.to_string(),
            plain(effect.runs[0]),
            plain(effect.runs[1]),
        ])?;
    }
    table.bytes()
}

/// The size of the family in which a difference is judged, where it is.
fn family(effect: &Effect, size: usize) -> String {
    match effect.judged {
        Judged::MaxT { .. } | Judged::Holm { .. } => size.to_string(),
        _ => String::new(),
    }
}

fn bounds(interval: Option<[f64; 2]>) -> [String; 2] {
    interval.map_or([String::new(), String::new()], |bounds| bounds.map(plain))
}
