//! The section `[[policy]]`.

use jiff::civil::Date;

use super::diagnostics::Sink;
use super::names::{Names, positive};
use super::provenance::{Origin, Sources, origin};
use super::quantity;
use super::read_law;
use super::table::{self, Value};
use super::{Assumption, Policy};
use crate::engine::time::{Instant, Seconds};
use crate::model::civil::{Civil, date_of};
use crate::model::laws::Kind;
use crate::model::ledger::Window;
use crate::model::lever::{Adopter, Adoption, Pull, Scope};
use crate::model::mitigation::{self, Mitigation, REGISTRY, Setting, Settings};

/// `[[policy]]`; a baseline that changes nothing is there where the file declares none.
pub(super) fn policies(
    value: Option<Value<'_, '_>>,
    names: &Names,
    (window, civil): (Window, &Civil),
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Vec<Policy> {
    let mut policies: Vec<Policy> = Vec::new();
    for item in value.and_then(|v| v.array(sink)).unwrap_or_default() {
        if let Some(policy) = policy(&item, names, (window, civil), sources, sink) {
            if policies.iter().any(|p| p.id == policy.id) {
                sink.error(
                    item.span(),
                    format!("a second policy `{}`", policy.id),
                    "give every policy an id of its own",
                );
            } else {
                policies.push(policy);
            }
        }
    }
    if !policies.iter().any(|p| p.id == "baseline") {
        let title = "Existing practice: nothing is changed".to_owned();
        policies.insert(0, Policy { id: "baseline".into(), title, pulls: Vec::new() });
    }
    policies
}

fn policy(
    value: &Value<'_, '_>,
    names: &Names,
    (window, civil): (Window, &Civil),
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<Policy> {
    let mut table = value.table(sink)?;
    let id = table.required("id", "\"prompt\"", sink).and_then(|v| v.id(sink));
    let title = table.get("title").and_then(|v| v.string(sink));
    let start = table.get("start").map_or(Some(window.start), |v| names.instant(&v, None, sink));
    let adoption = table.get("adoption").map_or(Some(Adoption::FULL), |v| adoption(&v, sink));
    let what_if = table.get("what-if").and_then(|v| v.boolean(sink)).unwrap_or(false);
    let scope = table.get("scope").map_or(Some(Scope::All), |v| scope(&v, names, sink));
    let said = Origin::of(&mut table, sink);
    let uses = table.get("use").and_then(|v| v.array(sink)).unwrap_or_default();
    table.finish(sink);
    let mut pulls: Vec<Pull> = Vec::new();
    let mut lines = Vec::new();
    for (entry, item) in (0..).zip(&uses) {
        let Some(used) = used(item, id.unwrap_or_default(), names, &said, sources, sink) else {
            continue; // The mistake is told; so are those of the others.
        };
        lines.push(used.mitigation.line);
        let start = used.start.or(start);
        if let (Some(start), false) = (start, what_if) {
            warn_of_anachronism(item, used.mitigation, date_of(civil.date(start)), sink);
        }
        for lever in (used.mitigation.levers)(&used.settings) {
            let occurrence = pulls.iter().filter(|pull| pull.lever.kind() == lever.kind()).count() as u32;
            let scope = used.scope.clone().or_else(|| scope.clone());
            pulls.push(Pull { lever, start: start?, adoption: adoption?, scope: scope?, entry, occurrence });
        }
    }
    let title = title.map_or_else(|| lines.join(" "), str::to_owned);
    Some(Policy { id: id?.to_owned(), title, pulls })
}

/// A share, at once or over a time, of meter points or of suppliers.
fn adoption(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Adoption> {
    if !value.is_table() {
        return Some(Adoption { share: value.share(sink)?, ..Adoption::FULL });
    }
    let mut table = value.table(sink)?;
    let share = table.required("share", "0.5", sink).and_then(|v| v.share(sink));
    let over = table.get("over").map_or(Some(Seconds(0)), |v| positive(&v, sink));
    let adopters = [("meter", Adopter::Meter), ("supplier", Adopter::Supplier)];
    let by = table.get("by").map_or(Some(Adopter::Meter), |v| v.one_of(&adopters, sink));
    table.finish(sink);
    Some(Adoption { share: share?, over: over?, by: by? })
}

/// A measure that was in force only later is a what-if, and says so.
fn warn_of_anachronism(item: &Value<'_, '_>, mitigation: &Mitigation, start: Date, sink: &mut Sink) {
    let Some((year, month, day)) = mitigation.since else { return };
    let since = jiff::civil::date(year, month, day);
    if start < since {
        let message = format!("{} was in force from {since} only; this policy starts on {start}", mitigation.name);
        sink.warning(item.span(), message, "if that is meant, say so with what-if = true in the policy");
    }
}

fn scope(value: &Value<'_, '_>, names: &Names, sink: &mut Sink) -> Option<Scope> {
    if value.is_array() {
        return names.suppliers(value, sink).map(Scope::Only);
    }
    value.one_of(&[("all", ())], sink).map(|()| Scope::All)
}

/// An entry of `use`.
struct Used {
    mitigation: &'static Mitigation,
    settings: Settings,
    // In place of the policy's own.
    start: Option<Instant>,
    scope: Option<Scope>,
}

/// An entry of `use`: a mitigation by number or name, with settings, and its own start and scope if it has them.
fn used(
    value: &Value<'_, '_>,
    policy: &str,
    names: &Names,
    of_policy: &Origin,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<Used> {
    let mut table = value.table(sink)?;
    let named = table.required("mitigation", "\"prompt-6.23\"", sink)?;
    let name = named.string(sink)?;
    let Some(mitigation) = mitigation::by_name(name) else {
        let known = REGISTRY.iter().flat_map(|m| [m.name, m.number]);
        let help = match table::nearest(name, known) {
            Some(near) => format!("did you mean \"{near}\"? See `meterchurn list mitigations`"),
            None => "see `meterchurn list mitigations`".to_owned(),
        };
        return named.refuse("a mitigation, by number or name", help, sink);
    };
    let mut settings = Settings::defaults(mitigation);
    for parameter in (mitigation.parameters)() {
        let name = format!("policy.{policy}.{}.{}", mitigation.name, parameter.name);
        let Some(entry) = table.get(parameter.name) else {
            sources.put(Assumption {
                name,
                value: print_setting(&parameter.default),
                kind: parameter.kind,
                source: parameter.source.to_owned(),
                about: parameter.about.to_owned(),
            });
            continue;
        };
        let Some((v, said)) = origin(&entry, sink) else { continue };
        if let Some(setting) = setting(&parameter.default, &v, sink) {
            // What a policy sets is its author's choice unless the file says more.
            let said = Origin {
                kind: said.kind.or(of_policy.kind).or(Some(Kind::PolicyLever)),
                source: said.source.or_else(|| of_policy.source.clone()).or_else(|| Some("the scenario".to_owned())),
                beside: said.beside,
            };
            sources.note(&name, parameter.about, &v, said, entry.key_span());
            settings.set(parameter.name, setting);
        }
    }
    let start = table.get("start").map(|v| names.instant(&v, None, sink));
    let scope = table.get("scope").map(|v| scope(&v, names, sink));
    table.finish(sink);
    // One that cannot be read is told, and does not give way to the policy's.
    let (start, scope) = match (start, scope) {
        (Some(None), _) | (_, Some(None)) => return None,
        (start, scope) => (start.flatten(), scope.flatten()),
    };
    Some(Used { mitigation, settings, start, scope })
}

fn setting(like: &Setting, value: &Value<'_, '_>, sink: &mut Sink) -> Option<Setting> {
    Some(match like {
        Setting::Codes(_) => Setting::Codes(value.array(sink)?.iter().map(|v| v.code(sink)).collect::<Option<_>>()?),
        Setting::Count(_) => Setting::Count(value.integer(1..=1_000_000, sink)? as u32),
        Setting::Flag(_) => Setting::Flag(value.boolean(sink)?),
        Setting::Law(_) => Setting::Law(read_law::law(value, sink)?),
        Setting::Length(_) => Setting::Length(positive(value, sink)?),
        Setting::Share(_) => Setting::Share(value.share(sink)?),
        Setting::TimeOfDay(_) => {
            Setting::TimeOfDay(value.quantity("a time of day", quantity::time_of_day, sink)?.0 as u32)
        }
    })
}

/// The id of a policy of this file; tells one that is none.
pub(super) fn policy_named<'v>(value: &Value<'v, '_>, policies: &[Policy], sink: &mut Sink) -> Option<&'v str> {
    let id = value.string(sink)?;
    if policies.iter().any(|policy| policy.id == id) {
        return Some(id);
    }
    let help = match table::nearest(id, policies.iter().map(|policy| policy.id.as_str())) {
        Some(near) => format!("did you mean \"{near}\"? Policies are declared in [[policy]]"),
        None => "declare it in [[policy]], or name one that is".to_owned(),
    };
    value.refuse("a policy of this file", help, sink)
}

/// A setting as a scenario would write it.
pub fn print_setting(setting: &Setting) -> String {
    match setting {
        Setting::Codes(codes) => {
            let codes: Vec<String> = codes.iter().map(|code| format!("\"0x{code:04X}\"")).collect();
            format!("[{}]", codes.join(", "))
        }
        Setting::Count(count) => count.to_string(),
        Setting::Flag(flag) => flag.to_string(),
        Setting::Law(law) => read_law::print(law),
        Setting::Length(length) => format!("\"{length}\""),
        Setting::Share(share) => format!("{share:.3}"),
        Setting::TimeOfDay(second) => format!("\"{:02}:{:02}\"", second / 3_600, second / 60 % 60),
    }
}
