//! The keys at the top of a scenario file, and the headings of its sections.

use crate::scenario::parameter::keys;

keys! { KEYS of "" {
    SCHEMA: i64 = |v, sink| v.integer(1..=1, sink), "schema", "the version of the format", .required("1");
    ID: String = |v, sink| v.id(sink).map(str::to_owned), "id",
        "names the results folder; the file's stem where it is left out";
    TITLE: String = |v, sink| v.string(sink).map(str::to_owned), "title", "what the scenario is, in a line",
        .required("\"A study\"");
    STORY: String = |v, sink| v.string(sink).map(str::to_owned), "story",
        "what happened and what the scenario assumes, in several lines";
    TAGS: Vec<String> = |v, sink| v.array(sink)?.iter().map(|tag| tag.string(sink).map(str::to_owned)).collect(),
        "tags", "words to find the scenario by; `test` only checks one with the tag `long`, unless asked to run it";
    TIME, "time", "the window", .required("{ start = 2018-11-01, horizon = 2019-03-01 }");
    EXPERIMENT, "experiment", "seed, replications and the policy that the others are compared with";
    DCC, "dcc", "what the DCC does where its rules leave a choice";
    SUPPLIER, "supplier", "the suppliers";
    MARKET, "market", "meters and switches that are drawn at random";
    LAWS, "laws", "the distributions of delays";
    METER, "meter", "meters whose switches are scripted";
    SWITCH, "switch", "scripted switches";
    TRAFFIC, "traffic", "the messages of the whole estate";
    INJECT, "inject", "faults";
    POLICY, "policy", "what is done about late 6.23s";
    EXPECT, "expect", "what the results must show";
    PRIMARY, "primary",
        "the numbers by which policies are compared; leaked reads and unwanted alerts where it is left out";
    PUBLISHED, "published", "figures to show beside the baseline's numbers";
}}
