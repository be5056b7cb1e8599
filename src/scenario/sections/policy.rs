//! `[[policy]]`: what is done about late 6.23s.

use std::ops::Range;

use jiff::civil::Date;

use super::context::Context;
use crate::engine::time::{Instant, Seconds};
use crate::model::civil::date_of;
use crate::model::laws::NumberKind;
use crate::model::lever::{Adopter, Adoption, Pull, Scope};
use crate::model::mitigation::{self, Mitigation, REGISTRY, Setting, Settings};
use crate::scenario::diagnostics::{Lint, Mistake, Sink};
use crate::scenario::names::{EARLIEST, Names, positive};
use crate::scenario::parameter::keys;
use crate::scenario::provenance::{About, Origin, Sources, origin};
use crate::scenario::shape::Shape;
use crate::scenario::table::{self, Table, Value};
use crate::scenario::{Assumption, Policy, law, quantity};
use crate::text::nearest;

keys! { KEYS of "policy" {
    ID, "id", Shape::Id, "its name", .required("\"prompt\"");
    TITLE: String = |v, sink| v.string(sink).map(str::to_owned), "title", Shape::Text,
        "what it is, in a line; from its mitigations where it is left out";
    START, "start", Shape::Moment, "when it starts; the start of the window where it is left out";
    ADOPTION: Adoption = adoption, "adoption", Shape::Either(&[Shape::Share, Shape::Section("policy.adoption")]),
        "the share that takes it up, or a table", .default("1.0"),
        .unit("share");
    WHAT_IF: bool = |v, sink| v.boolean(sink), "what-if", Shape::Truth,
        "whether a measure may start before it was in force",
        .default("false");
    SCOPE, "scope", SCOPE_SHAPE, "the suppliers that take it up: `all`, or a list", .default("\"all\"");
    USE, "use", Shape::List(&Shape::Section("policy.use")), "its mitigations, with their settings", .default("[]");
}}

keys! { ADOPTION_KEYS of "policy.adoption" {
    SHARE: f64 = |v, sink| v.share(sink), "share", Shape::Share, "the share that takes it up in the end",
        .required("0.5"),
        .unit("share");
    OVER: Seconds = positive, "over", Shape::Length, "the time over which it is taken up; at once where it is left out";
    BY: Adopter = |v, sink| v.one_of(&[("meter", Adopter::Meter), ("supplier", Adopter::Supplier)], sink), "by",
        Shape::Words(|| vec!["meter", "supplier"]),
        "who takes it up: each `meter` or each `supplier`", .default("\"meter\"");
}}

keys! { USE_KEYS of "policy.use" {
    MITIGATION, "mitigation", Shape::Words(|| REGISTRY.iter().flat_map(|m| [m.name, m.number]).collect()),
        "a mitigation, by number or name; see `meterchurn list mitigations`",
        .required("\"prompt-6.23\"");
    OWN_START, "start", Shape::Moment, "when this mitigation starts; the policy's start where it is left out";
    OWN_SCOPE, "scope", SCOPE_SHAPE, "the suppliers that take this mitigation up; the policy's where it is left out";
}}

/// All suppliers, or those of a list.
const SCOPE_SHAPE: Shape = Shape::Either(&[Shape::Words(|| vec!["all"]), Shape::List(&Shape::Id)]);

/// The id of the policy that changes nothing.
pub(in crate::scenario) const BASELINE: &str = "baseline";

impl Policy {
    /// The baseline of scenarios that declare none.
    pub(in crate::scenario) fn existing_practice() -> Self {
        let title = "Existing practice: nothing is changed".to_owned();
        Self { id: BASELINE.to_owned(), title, mitigations: Vec::new(), pulls: Vec::new() }
    }
}

/// `[[policy]]`, and their names; a baseline that changes nothing is there where the file declares none.
pub(in crate::scenario) fn policies(
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
    let mut spans: Vec<Range<usize>> = Vec::new();
    for item in items {
        let (id, policy) = policy(&item, context, sources, sink);
        let Some((id, span)) = id else {
            declared.all = false;
            continue;
        };
        if let Some(place) = declared.ids.iter().position(|known| *known == id) {
            // Who names an unknown one may mean one of the two.
            declared.all = false;
            let message = format!("two policies have the id `{}`", table::cut(&id));
            let spans = (span, spans[place].clone());
            sink.repeated(Mistake::NameTwice, spans, message, "give every policy its own id");
            continue;
        }
        declared.ids.push(id);
        spans.push(span);
        policies.extend(policy);
    }
    if !declared.ids.iter().any(|id| id == BASELINE) {
        policies.insert(0, Policy::existing_practice());
        declared.ids.push(BASELINE.into());
    }
    (policies, declared)
}

/// The policies that a file declares, refused ones included.
pub(in crate::scenario) struct Declared {
    ids: Vec<String>,
    /// Whether the id of each is known.
    all: bool,
}

impl Declared {
    /// The id of a policy of this file; an error where there is no such policy.
    pub fn policy_named<'v>(&self, value: &Value<'v, '_>, sink: &mut Sink) -> Option<&'v str> {
        let id = value.string(sink)?;
        if !self.all || sink.has_broken_lines() || self.ids.iter().any(|known| known == id) {
            return Some(id);
        }
        let known = self.ids.iter().map(String::as_str);
        value.refuse_name("a policy of this file", (id, known), "[[policy]]", sink)
    }
}

/// The id of a policy and where it is written, if it has one, and the policy itself.
fn policy(
    value: &Value<'_, '_>,
    context: &Context<'_>,
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> (Option<(String, Range<usize>)>, Option<Policy>) {
    let Some(mut table) = value.table(sink) else { return (None, None) };
    let id_value = ID.get(&mut table, sink);
    let written = id_value.as_ref().and_then(|v| Some((v.string(&mut Sink::new())?.to_owned(), v.span())));
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
    let title = TITLE.optional(&mut table, sink).flatten();
    let start_value = START.get(&mut table, sink);
    let start = start_value.as_ref().map_or(Some(window.start), |v| names.instant(v, None, sink));
    if let (Some(v), Some(start)) = (&start_value, start)
        && start >= window.horizon
    {
        v.refuse::<()>(
            Mistake::OutsideWindow,
            "before the horizon",
            "write a start within the window of [time], or leave the policy out",
            sink,
        );
    }
    let start_is_known = start_value.is_some() || window.start > EARLIEST.utc_midnight();
    let adoption = ADOPTION.read(&mut table, sink);
    // Where it is refused, what it permits is not reported as well.
    let what_if = WHAT_IF.read(&mut table, sink).unwrap_or(true);
    let scope = SCOPE.read(&mut table, sink, |v, sink| scope(v, names, sink));
    let said = Origin::of(&mut table, sink);
    let example = "[{ mitigation = \"prompt-6.23\" }]";
    let uses = USE.get(&mut table, sink).and_then(|v| v.array_like(example, sink)).unwrap_or_default();
    // An unknown key may be `what-if` with a slip.
    let what_if = !table.finish(sink) || what_if;
    let mut pulls: Vec<Pull> = Vec::new();
    let (mut lines, mut mitigations) = (Vec::new(), Vec::new());
    for (entry, item) in (0..).zip(&uses) {
        let Some(used) = used(item, id.unwrap_or_default(), names, &said, sources, sink) else {
            continue; // its mistake has been reported; those of the others will be
        };
        lines.push(used.mitigation.line);
        mitigations.push(used.mitigation.name);
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
    let title = title.unwrap_or_else(|| lines.join(" "));
    Some(Policy { id: id?.to_owned(), title, mitigations, pulls })
}

/// A share, at once or over a time, of meter points or of suppliers.
fn adoption(value: &Value<'_, '_>, sink: &mut Sink) -> Option<Adoption> {
    if !value.is_table() {
        return Some(Adoption { share: value.share(sink)?, ..Adoption::FULL });
    }
    let mut table = value.table(sink)?;
    let share = SHARE.read(&mut table, sink);
    let over = OVER.optional(&mut table, sink);
    let by = BY.read(&mut table, sink);
    table.finish(sink);
    Some(Adoption { share: share?, over: over?.unwrap_or(Seconds(0)), by: by? })
}

/// Warns of a measure that was in force only later, unless the policy is a what-if.
fn warn_of_anachronism(item: &Value<'_, '_>, mitigation: &Mitigation, start: Date, sink: &mut Sink) {
    let Some((year, month, day)) = mitigation.since else { return };
    let since = jiff::civil::date(year, month, day);
    if start < since {
        let message = format!("{} was not in force before {since}, but this policy starts on {start}", mitigation.name);
        sink.warning(Lint::WhatIf, item.span(), message, "if you mean that, write what-if = true in the policy");
    }
}

fn scope(value: &Value<'_, '_>, names: &Names, sink: &mut Sink) -> Option<Scope> {
    if value.is_array() {
        let only = names.suppliers(value, sink)?;
        if only.is_empty() {
            return value.refuse(Mistake::WrongType, "at least one supplier", "name suppliers, or write \"all\"", sink);
        }
        return Some(Scope::Only(only));
    }
    if value.is_string() && value.string(sink) == Some("all") {
        return Some(Scope::All);
    }
    let code = if value.is_string() { Mistake::UnknownWord } else { Mistake::WrongType };
    value.refuse(code, "\"all\" or a list of suppliers", "write \"all\", or suppliers as in [\"gaining\"]", sink)
}

/// An entry of `use`, read.
struct Used {
    mitigation: &'static Mitigation,
    settings: Settings,
    /// In place of the policy's.
    start: Option<Instant>,
    scope: Option<Scope>,
}

/// An entry of `use`: a mitigation by number or name, with settings, and a start and scope if it has them.
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
    let mitigation = named(&MITIGATION.get(&mut table, sink)?, sink)?;
    let settings = settings(mitigation, &mut table, (policy, of_policy), sources, sink);
    let start = OWN_START.get(&mut table, sink).map(|v| names.instant(&v, None, sink));
    let scope = OWN_SCOPE.get(&mut table, sink).map(|v| scope(&v, names, sink));
    table.finish(sink);
    // The policy's does not replace one that has been refused.
    let (start, scope) = match (start, scope) {
        (Some(None), _) | (_, Some(None)) => return None,
        (start, scope) => (start.flatten(), scope.flatten()),
    };
    Some(Used { mitigation, settings, start, scope })
}

/// The mitigation that a value names.
fn named(value: &Value<'_, '_>, sink: &mut Sink) -> Option<&'static Mitigation> {
    let name = value.string(sink)?;
    if let Some(mitigation) = mitigation::by_name(name) {
        return Some(mitigation);
    }
    let known = REGISTRY.iter().flat_map(|m| [m.name, m.number]);
    let due = "a mitigation, by number or name";
    match nearest(name, known) {
        Some(near) => {
            let right = format!("\"{near}\"");
            let help = format!("write {right}, or another mitigation of `meterchurn list mitigations`");
            value.refuse_for(Mistake::UnknownName, due, (help, right), sink)
        }
        None => {
            let help = "write a mitigation of `meterchurn list mitigations`, as in \"prompt-6.23\"";
            value.refuse(Mistake::UnknownName, due, help, sink)
        }
    }
}

/// The settings of a mitigation: what the entry gives, or else the defaults.
fn settings(
    mitigation: &'static Mitigation,
    table: &mut Table<'_, '_>,
    (policy, of_policy): (&str, &Origin),
    sources: &mut Sources<'_>,
    sink: &mut Sink,
) -> Settings {
    let mut settings = Settings::defaults(mitigation);
    for parameter in (mitigation.parameters)() {
        let name = format!("policy.{policy}.{}.{}", mitigation.name, parameter.name);
        let unit = setting_unit(&parameter.default);
        let Some(entry) = table.get(parameter.name) else {
            let (value, origin) = (print_setting(&parameter.default), (parameter.kind, parameter.source));
            let assumption = Assumption::new(&name, value, origin, parameter.about);
            sources.add(Assumption { unit, ..assumption }.varying(parameter.varies));
            continue;
        };
        let Some((v, said)) = origin(&entry, &print_setting(&parameter.default), sink) else { continue };
        if let Some(setting) = setting(&parameter.default, &v, sink) {
            // What a policy sets is its author's choice unless the file says more.
            let said = Origin {
                kind: said.kind.or(of_policy.kind).or(Some(NumberKind::PolicyLever)),
                source: said.source.or_else(|| of_policy.source.clone()).or_else(|| Some("the scenario".to_owned())),
                ..said
            };
            // What is chosen has no range.
            let varies = parameter.varies.filter(|_| said.kind != Some(NumberKind::PolicyLever));
            let about = About { about: parameter.about, unit, varies };
            sources.note_with(&name, about, &v, said, entry.key_span());
            settings.set(parameter.name, setting);
        }
    }
    settings
}

/// Largest setting that is a number of things.
const MOST_COUNTED: i64 = 1_000_000;

fn setting(like: &Setting, value: &Value<'_, '_>, sink: &mut Sink) -> Option<Setting> {
    Some(match like {
        Setting::Codes(_) => Setting::Codes(value.array(sink)?.iter().map(|v| v.code(sink)).collect::<Option<_>>()?),
        Setting::Count(_) => Setting::Count(value.integer(1..=MOST_COUNTED, sink)? as u32),
        Setting::Flag(_) => Setting::Flag(value.boolean(sink)?),
        Setting::Law(_) => Setting::Law(law::law(value, sink)?),
        Setting::Length(_) => Setting::Length(positive(value, sink)?),
        Setting::Share(_) => Setting::Share(value.share(sink)?),
        Setting::TimeOfDay(_) => {
            Setting::TimeOfDay(value.quantity("a time of day", quantity::time_of_day, sink)?.0 as u32)
        }
    })
}

/// What a scenario may write for a setting like this one.
pub(in crate::scenario) fn setting_shape(like: &Setting) -> Shape {
    match like {
        Setting::Codes(_) => Shape::List(&Shape::Code),
        Setting::Count(_) => Shape::Whole(1, MOST_COUNTED),
        Setting::Flag(_) => Shape::Truth,
        Setting::Law(_) => Shape::Law,
        Setting::Length(_) => Shape::Length,
        Setting::Share(_) => Shape::Share,
        Setting::TimeOfDay(_) => Shape::TimeOfDay,
    }
}

/// The setting that a text of TOML stands for; the default where it is the default's text, which may be rounded.
pub(in crate::scenario) fn read_setting(default: &Setting, text: &str) -> Option<Setting> {
    if text == print_setting(default) {
        return Some(default.clone());
    }
    let (source, mut sink) = (format!("value = {text}"), Sink::new());
    let document = table::parse(&source, &mut sink);
    setting(default, &Table::root(&document).get("value")?, &mut sink)
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
        Setting::Law(law) => crate::scenario::law::print(law),
        Setting::Length(length) => format!("\"{length}\""),
        Setting::Share(share) => format!("{share:.3}"),
        Setting::TimeOfDay(second) => format!("\"{:02}:{:02}\"", second / 3_600, second / 60 % 60),
    }
}

/// The unit of a mitigation's setting, if its value has none.
pub(in crate::scenario) fn setting_unit(setting: &Setting) -> &'static str {
    match setting {
        Setting::Share(_) => "share",
        Setting::Count(_) => "count",
        Setting::TimeOfDay(_) => "time of day",
        Setting::Codes(_) | Setting::Flag(_) | Setting::Law(_) | Setting::Length(_) => "",
    }
}
