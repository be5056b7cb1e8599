//! The section `[[policy]]`.

use jiff::civil::Date;

use super::diagnostics::Sink;
use super::names::{EARLIEST, Names, positive};
use super::provenance::{Origin, Sources, origin};
use super::quantity;
use super::read_law;
use super::read_script::Context;
use super::table::{self, Table, Value};
use super::{Assumption, Policy};
use crate::engine::time::{Instant, Seconds};
use crate::model::civil::date_of;
use crate::model::laws::Kind;
use crate::model::lever::{Adopter, Adoption, Pull, Scope};
use crate::model::mitigation::{self, Mitigation, REGISTRY, Setting, Settings};
use crate::text::nearest;

/// `[[policy]]`, and their names; a baseline that changes nothing is there where the file declares none.
pub(super) fn policies(
    value: Option<Value<'_, '_>>,
    context: &Context<'_>,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> (Vec<Policy>, Declared) {
    let mut policies: Vec<Policy> = Vec::new();
    let mut declared = Declared { ids: Vec::new(), all: true };
    let items = match &value {
        None => Vec::new(),
        Some(value) => value.array(sink).unwrap_or_else(|| {
            declared.all = false;
            Vec::new()
        }),
    };
    for item in items {
        let (id, policy) = policy(&item, context, sources, sink);
        let Some(id) = id else {
            declared.all = false;
            continue;
        };
        if declared.ids.contains(&id) {
            sink.error(
                item.span(),
                format!("a second policy `{}`", table::cut(&id)),
                "give every policy an id of its own",
            );
            continue;
        }
        declared.ids.push(id);
        policies.extend(policy);
    }
    if !declared.ids.iter().any(|id| id == "baseline") {
        let title = "Existing practice: nothing is changed".to_owned();
        policies.insert(0, Policy { id: "baseline".into(), title, pulls: Vec::new() });
        declared.ids.push("baseline".into());
    }
    (policies, declared)
}

/// The policies that a file declares, those with mistakes of their own too.
pub(super) struct Declared {
    ids: Vec<String>,
    /// Whether each has told its id.
    all: bool,
}

impl Declared {
    /// The id of a policy of this file; tells one that is none.
    pub fn policy_named<'v>(&self, value: &Value<'v, '_>, sink: &mut Sink) -> Option<&'v str> {
        let id = value.string(sink)?;
        if !self.all || self.ids.iter().any(|known| known == id) {
            return Some(id);
        }
        let help = match nearest(id, self.ids.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"? Policies are declared in [[policy]]"),
            None => "declare it in [[policy]], or name one that is".to_owned(),
        };
        value.refuse("a policy of this file", help, sink)
    }
}

/// What a policy is called, if it says so, and the policy itself.
fn policy(
    value: &Value<'_, '_>,
    context: &Context<'_>,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> (Option<String>, Option<Policy>) {
    let Some(mut table) = value.table(sink) else { return (None, None) };
    let id_value = table.required("id", "\"prompt\"", sink);
    let written = id_value.as_ref().and_then(|v| v.string(&mut Sink::new())).map(str::to_owned);
    let id = id_value.and_then(|v| v.id(sink));
    (written, policy_of(id, table, context, sources, sink))
}

fn policy_of(
    id: Option<&str>,
    mut table: Table<'_, '_>,
    &Context { names, window, civil, .. }: &Context<'_>,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Option<Policy> {
    let title = table.get("title").and_then(|v| v.string(sink));
    let start_value = table.get("start");
    let start = start_value.as_ref().map_or(Some(window.start), |v| names.instant(v, None, sink));
    if let (Some(v), Some(start)) = (&start_value, start)
        && start >= window.horizon
    {
        v.refuse::<()>("before the horizon", "let it start within the window of [time], or leave the policy out", sink);
    }
    let start_is_known = start_value.is_some() || window.start > EARLIEST.utc_midnight();
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
        let start_is_known = start_is_known || used.start.is_some();
        let start = used.start.or(start);
        if let (Some(start), true) = (start, start_is_known && !what_if) {
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
        let only = names.suppliers(value, sink)?;
        if only.is_empty() {
            return value.refuse("at least one supplier", "name suppliers, or write \"all\"", sink);
        }
        return Some(Scope::Only(only));
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
    let example = match value.is_string().then(|| value.string(sink)).flatten() {
        Some(name) if mitigation::by_name(name).is_some() => format!("{{ mitigation = \"{name}\" }}"),
        _ => "{ mitigation = \"prompt-6.23\" }".to_owned(),
    };
    let mut table = value.table_like(&example, sink)?;
    let named = table.required("mitigation", "\"prompt-6.23\"", sink)?;
    let name = named.string(sink)?;
    let Some(mitigation) = mitigation::by_name(name) else {
        let known = REGISTRY.iter().flat_map(|m| [m.name, m.number]);
        let help = match nearest(name, known) {
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
