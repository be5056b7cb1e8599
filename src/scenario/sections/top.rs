//! The keys at the top of a scenario file, and the headings of its sections.

use crate::scenario::diagnostics::{Mistake, Sink};
use crate::scenario::parameter::keys;
use crate::scenario::shape::Shape;
use crate::scenario::table::Value;

keys! { KEYS of "" {
    SCHEMA: i64 = schema, "schema", Shape::Whole(1, 1), "the version of the format", .required("1");
    INCLUDE: () = |v, sink| v.array(sink)?.iter().map(|file| file.string(sink).map(drop)).collect(), "include",
        Shape::List(&Shape::Text), "files that give further sections, in the folder of the scenario or below it";
    ID: String = |v, sink| v.id(sink).map(str::to_owned), "id", Shape::Id,
        "names the results folder; the file's stem where it is left out";
    TITLE: String = |v, sink| v.string(sink).map(str::to_owned), "title", Shape::Text,
        "what the scenario is, in a line",
        .required("\"A study\"");
    STORY: String = |v, sink| v.string(sink).map(str::to_owned), "story", Shape::Text,
        "what happened and what the scenario assumes, in several lines";
    TAGS: Vec<String> = |v, sink| v.array(sink)?.iter().map(|tag| tag.string(sink).map(str::to_owned)).collect(),
        "tags", Shape::List(&Shape::Text),
        "words to find the scenario by; `test` only checks one with the tag `long`, unless asked to run it";
    TIME, "time", Shape::Section("time"), "the window", .required("{ start = 2018-11-01, horizon = 2019-03-01 }");
    EXPERIMENT, "experiment", Shape::Section("experiment"),
        "seed, replications and the policy that the others are compared with";
    DCC, "dcc", Shape::Section("dcc"), "what the DCC does where its rules leave a choice";
    SUPPLIER, "supplier", Shape::List(&Shape::Section("supplier")), "the suppliers";
    MARKET, "market", Shape::Section("market"), "meters and switches that are drawn at random";
    LAWS, "laws", Shape::Laws, "the distributions of delays";
    METER, "meter", Shape::List(&Shape::Section("meter")), "meters whose switches are scripted";
    SWITCH, "switch", Shape::List(&Shape::Section("switch")), "scripted switches";
    TRAFFIC, "traffic", Shape::Section("traffic"), "the messages of the whole estate";
    INJECT, "inject", Shape::List(&Shape::Section("inject")), "faults";
    POLICY, "policy", Shape::List(&Shape::Section("policy")), "what is done about late 6.23s";
    EXPECT, "expect", Shape::List(&Shape::Section("expect")), "what the results must show";
    PRIMARY, "primary", Shape::List(&Shape::Section("primary")),
        "the numbers by which policies are compared; leaked reads and unwanted alerts where it is left out";
    PUBLISHED, "published", Shape::List(&Shape::Section("published")), "figures to show beside the baseline's numbers";
}}

/// The version of the format, of which this program knows one.
fn schema(value: &Value<'_, '_>, sink: &mut Sink) -> Option<i64> {
    match value.integer(1..=i64::MAX, &mut Sink::new()) {
        Some(newer) if newer > 1 => {
            let help = "write 1, or read the file with a newer version of this program".to_owned();
            value.refuse_for(
                Mistake::NewerFormat,
                "1, the only version that this program knows",
                (help, "1".to_owned()),
                sink,
            )
        }
        _ => value.integer(1..=1, sink),
    }
}
