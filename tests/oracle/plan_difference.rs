//! The first thing in which two plans of one meter differ, in words a reader can act on.

use meterchurn::model::plan::MeterPlan;

/// What the oracle expects and the library has, at the first place where the plans differ. Plans are compared as they
/// print, so that a new field cannot be forgotten here.
pub fn first_difference(oracle: &MeterPlan, library: &MeterPlan) -> Option<String> {
    if oracle == library {
        return None;
    }
    let (ours, theirs) = (format!("{oracle:#?}"), format!("{library:#?}"));
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (ours.lines().collect(), theirs.lines().collect());
    let place = ours.iter().zip(&theirs).position(|(a, b)| a != b).unwrap_or(ours.len().min(theirs.len()));
    let line = |lines: &[&str]| lines.get(place).map_or("nothing", |line| line.trim()).to_string();
    let difference = format!("expected `{}` (oracle), got `{}` (library)", line(&ours), line(&theirs));
    Some(format!("meter {}: {}: {difference}", oracle.id.0, path(&ours, place)))
}

/// The fields that a line of a printed plan lies in, outermost first, each item of a list by its place.
fn path(lines: &[&str], place: usize) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut wanted = lines.get(place).map_or(0, |line| depth(line));
    let mut path = Vec::new();
    for (n, line) in lines[..place].iter().enumerate().rev() {
        if wanted > 0 && depth(line) < wanted && !line.trim_start().starts_with(['}', ']', ')']) {
            let before = lines[..n].iter().rev().take_while(|before| depth(before) >= depth(line));
            let items = before.filter(|before| depth(before) == depth(line) && before.trim_start().starts_with('}'));
            let name = line.trim().trim_end_matches([' ', '{', '[', '(']);
            path.push(match name.split_once(':') {
                Some((field, _)) => field.to_string(),
                None => format!("{name} {}", items.count()),
            });
            wanted = depth(line);
        }
    }
    path.reverse();
    path.join(" > ")
}
