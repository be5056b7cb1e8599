//! `list` and `explain`: what a scenario can name, with sources.

use super::args::Kind;
use super::exit::Exit;
use crate::experiment::metric::METRICS;
use crate::experiment::scenario::{BUILT_IN, BUILT_IN_ID, diagnostics::visible, print_law, read, table::nearest};
use crate::model::laws::CATALOGUE;
use crate::model::mitigation::{self, Mitigation, REGISTRY, Setting};

/// Lists a kind of thing, a line each.
pub fn list(kind: Kind) -> Exit {
    match kind {
        Kind::Mitigations => {
            for m in REGISTRY {
                println!("{:<4} {:<28} {}", m.number, m.name, m.line);
            }
        }
        Kind::Metrics => {
            for m in METRICS {
                println!("{:<28} {:<10} {}", m.name, m.unit.name(), m.about);
            }
        }
        Kind::Parameters => {
            // The built-in scenario changes no law, so its values are the defaults.
            if let Ok((scenario, _)) = read(BUILT_IN_ID, BUILT_IN) {
                for a in &scenario.assumptions {
                    println!("{:<32} {} [{}; {}]\n    {}", a.name, a.about, a.kind.name(), a.source, a.value);
                }
            }
        }
    }
    Exit::Success
}

/// Explains one name.
pub fn explain(name: &str) -> Exit {
    if let Some((_, mitigation)) = mitigation::by_name(name) {
        explain_mitigation(mitigation);
        return Exit::Success;
    }
    if let Some(metric) = METRICS.iter().find(|m| m.name == name) {
        println!("{} ({})\n{}", metric.name, metric.unit.name(), metric.about);
        if metric.daily {
            println!(
                "A stock, seen just before the local midnight that ends a day: name the day with {{at=2018-12-31}}."
            );
        }
        return Exit::Success;
    }
    if let Some((name, kind, source, about)) = CATALOGUE.iter().find(|(n, ..)| *n == name) {
        println!("{name}: {about}\nkind: {}\nsource: {source}", kind.name());
        return Exit::Success;
    }
    let known =
        REGISTRY.iter().map(|m| m.name).chain(METRICS.iter().map(|m| m.name)).chain(CATALOGUE.iter().map(|l| l.0));
    let hint = nearest(name, known).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    eprintln!("error: nothing is called `{}`{hint}", visible(name));
    Exit::NothingSelected
}

fn explain_mitigation(m: &Mitigation) {
    println!("{} {}: {}", m.number, m.name, m.line);
    println!("who acts:  {}", m.actor);
    println!("how:       {}", m.does);
    println!("limits:    {}", m.limits);
    println!("source:    {}", m.source);
    for p in (m.parameters)() {
        let default = written(&p.default);
        println!("parameter: {} = {default}\n           {} [{}; {}]", p.name, p.about, p.kind.name(), p.source);
    }
}

/// A setting as a scenario would write it.
fn written(setting: &Setting) -> String {
    match setting {
        Setting::Codes(codes) => {
            let codes: Vec<String> = codes.iter().map(|code| format!("\"0x{code:04X}\"")).collect();
            format!("[{}]", codes.join(", "))
        }
        Setting::Flag(flag) => flag.to_string(),
        Setting::Law(law) => print_law(law),
        Setting::Length(length) => format!("\"{length}\""),
        Setting::Share(share) => format!("{share:.3}"),
        Setting::TimeOfDay(second) => format!("\"{:02}:{:02}\"", second / 3_600, second / 60 % 60),
    }
}
