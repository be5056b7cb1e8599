//! One meter under two policies: what is the same, what differs, and the totals of both.

use std::collections::VecDeque;

use comfy_table::{CellAlignment, presets};
use textwrap::core::display_width;

use super::events::{Event, events, local};
use super::page::{DayCount, TIMES, beside, paragraph, row};
use super::{Sums, facts};
use crate::engine::time::Seconds;
use crate::model::civil::Civil;
use crate::scenario::Scenario;
use crate::study::follow::Traced;
use crate::text::number::number;
use crate::text::visible;

/// The narrowest page on which two policies have a column each.
const TWO_COLUMNS: usize = 100;

/// Under which of two policies an event happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Under {
    Both,
    First,
    Second,
}

impl Under {
    /// The mark before an event.
    const fn mark(self) -> &'static str {
        match self {
            Under::Both => "  ",
            Under::First => "< ",
            Under::Second => "> ",
        }
    }
}

/// Describes one meter under two policies, or in two scenarios, within a page of `width` columns: events that both have
/// once, events that only one has with a mark, the first of these, and the totals. `names` are the policies or
/// scenarios in the order of `traced`.
pub fn difference(
    scenario: &Scenario,
    traced: [&Traced; 2],
    names: [&str; 2],
    replication: u32,
    width: usize,
) -> String {
    let full = names.map(visible);
    let names = &in_short(&full);
    let days = traced.map(|traced| DayCount::of(&traced.plan));
    let [first, second] = traced.map(|traced| events(scenario, &traced.plan, &traced.followed));
    let all = merged(&scenario.civil, first, second);
    let mut out = facts::head(scenario, traced[0], replication, width);
    if *names == full {
        out += &paragraph(&format!("Compared: < {}, > {}", names[0], names[1]), width);
    } else {
        for (under, (short, full)) in [Under::First, Under::Second].into_iter().zip(names.iter().zip(&full)) {
            // A path stays whole, so that it can be copied.
            out += &format!("{}{short}: {full}\n", under.mark());
        }
    }
    let legend = "Events that both have are not marked; < marks what only the first has, > what only the second has";
    out += &paragraph(legend, width);
    out += &paragraph(TIMES, width);
    out.push('\n');
    out += &paragraph(&first_difference(&all, names), width);
    out.push('\n');
    out += &if width >= TWO_COLUMNS { in_columns(&all, &days, names, width) } else { in_rows(&all, &days, width) };
    out.push('\n');
    out + &totals(traced, names, width)
}

/// The names of two policies or scenarios, or shorter ones if they are too long for the head of a column.
fn in_short(names: &[String; 2]) -> [String; 2] {
    /// Columns of the longest name that is used.
    const LONGEST: usize = 20;
    match names.iter().all(|name| display_width(name) <= LONGEST) {
        true => names.clone(),
        false => ["the first", "the second"].map(str::to_owned),
    }
}

/// Says where the two first lead to different events.
fn first_difference(all: &[(Under, Event)], names: &[String; 2]) -> String {
    match all.iter().find(|(under, _)| *under != Under::Both) {
        None => "No difference: both lead to the same events".to_owned(),
        Some((under, event)) => {
            let only = &names[usize::from(*under == Under::Second)];
            format!("First difference: {}, only under {only}: {}", local(event.at), event.text)
        }
    }
}

fn in_rows(all: &[(Under, Event)], days: &[DayCount; 2], width: usize) -> String {
    let of = |(under, event): &(Under, Event)| {
        row(under.mark(), event, &days[usize::from(*under == Under::Second)], &event.whole_text(), width)
    };
    all.iter().map(of).collect()
}

/// What both have across the page; what differs in a column of its policy, beside what the other has in that second.
fn in_columns(all: &[(Under, Event)], days: &[DayCount; 2], names: &[String; 2], width: usize) -> String {
    let columns = |under: Under, event: &Event| {
        Under::Both.mark().to_owned() + &days[usize::from(under == Under::Second)].columns(event.at)
    };
    let (mut out, mut rest) = (String::new(), all);
    if let Some((under, event)) = all.first() {
        let blank = " ".repeat(columns(*under, event).len());
        out += &beside(&blank, [(Under::First.mark(), &names[0]), (Under::Second.mark(), &names[1])], width);
    }
    while let [(under, event), later @ ..] = rest {
        rest = later;
        let text = event.whole_text();
        let cell = |under: Under, text| if under == Under::Both { ("", "") } else { (under.mark(), text) };
        match (under, later) {
            (Under::Both, _) => out += &row(under.mark(), event, &days[0], &text, width),
            (Under::First, [(Under::Second, other), others @ ..]) if other.at == event.at => {
                rest = others;
                let other = other.whole_text();
                let cells = [cell(Under::First, text.as_str()), cell(Under::Second, other.as_str())];
                out += &beside(&columns(*under, event), cells, width);
            }
            (Under::First, _) => {
                out += &beside(&columns(*under, event), [(under.mark(), text.as_str()), ("", "")], width)
            }
            (Under::Second, _) => {
                out += &beside(&columns(*under, event), [("", ""), (under.mark(), text.as_str())], width);
            }
        }
    }
    out
}

/// Totals under both policies and what the second adds to the first.
fn totals(traced: [&Traced; 2], names: &[String; 2], width: usize) -> String {
    let sums = traced.map(|traced| Sums::of(&traced.followed.notes, &traced.followed.ledger.window));
    let count = |of: fn(&Sums) -> u64| {
        let [first, second] = [of(&sums[0]), of(&sums[1])].map(|n| n as f64);
        [number(first), number(second), signed(number(second - first))]
    };
    let [first, second] = [sums[0].exposure, sums[1].exposure].map(|seconds| Seconds(seconds as i64));
    let exposure = [first.to_string(), second.to_string(), signed((second + -first).to_string())];
    let rows = [
        ("leaked reads", count(Sums::leaked_reads)),
        ("unwanted alerts", count(Sums::unwanted_alerts)),
        ("exposure", exposure),
    ];
    let mut table = comfy_table::Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_width(width as u16).set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    table.set_header(["delivered in total", &names[0], &names[1], "difference"]);
    for (name, cells) in rows {
        table.add_row(std::iter::once(name.to_owned()).chain(cells));
    }
    table.column_iter_mut().skip(1).for_each(|column| {
        column.set_cell_alignment(CellAlignment::Right);
    });
    format!("{table}\n")
}

/// A difference with its sign.
fn signed(difference: String) -> String {
    if difference.starts_with('-') || difference.starts_with('0') { difference } else { format!("+{difference}") }
}

/// The events of two policies in order of time. What both have in the same seconds is there once; a run of daily events
/// is split where only one of them has it.
fn merged(civil: &Civil, first: Vec<Event>, second: Vec<Event>) -> Vec<(Under, Event)> {
    let mut sides = [VecDeque::from(first), VecDeque::from(second)];
    let mut all = Vec::new();
    loop {
        let side = match [sides[0].front(), sides[1].front()] {
            [None, None] => return all,
            [Some(first), Some(second)] if second.at < first.at => 1,
            [Some(_), _] => 0,
            [None, Some(_)] => 1,
        };
        let Some(event) = sides[side].pop_front() else { return all };
        let other = &mut sides[1 - side];
        let meets = |twin: &Event| if twin.at == event.at { Some(0) } else { event.number_before(civil, twin.at) };
        let like = other.iter().enumerate().take_while(|(_, twin)| twin.at <= event.last);
        let like = like.filter(|(_, twin)| twin.is_like(&event)).find_map(|(at, twin)| Some((at, meets(twin)?)));
        let only = [Under::First, Under::Second][side];
        match like {
            Some((place, 0)) => {
                let Some(twin) = other.remove(place) else { return all };
                let both = event.count.min(twin.count);
                let (event, rest) = event.split(civil, both);
                rest.into_iter().for_each(|rest| put(&mut sides[side], rest));
                twin.split(civil, both).1.into_iter().for_each(|rest| put(&mut sides[1 - side], rest));
                all.push((Under::Both, event));
            }
            Some((_, before)) => {
                let (event, rest) = event.split(civil, before);
                rest.into_iter().for_each(|rest| put(&mut sides[side], rest));
                all.push((only, event));
            }
            None => all.push((only, event)),
        }
    }
}

/// Puts an event in its place by time, after those of the same second.
fn put(events: &mut VecDeque<Event>, event: Event) {
    let place = events.partition_point(|other| other.at <= event.at);
    events.insert(place, event);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::{Day, Instant};
    use crate::model::plan::{Fuel, MeterId, MeterPlan, SupplierId};

    /// January 2019, in which London is on UTC.
    fn civil() -> Civil {
        Civil::new(Day(17_897), Day(17_928))
    }

    /// Daily events from ten past midnight of a day of January on.
    fn daily(text: &str, day: i64, count: u64) -> Event {
        let at = |day: i64| Day(17_896).utc_midnight() + Seconds::days(day) + Seconds::minutes(10);
        Event { at: at(day), text: text.to_owned(), last: at(day + count as i64 - 1), count, by_local_day: true }
    }

    #[test]
    fn a_run_is_split_where_only_one_policy_has_it() {
        // The first has it on 3 to 12 January, the second on 5 to 8 January.
        let all = merged(&civil(), vec![daily("a", 3, 10)], vec![daily("a", 5, 4)]);
        let expected =
            [(Under::First, daily("a", 3, 2)), (Under::Both, daily("a", 5, 4)), (Under::First, daily("a", 9, 4))];
        assert_eq!(all, expected);
        let swapped = merged(&civil(), vec![daily("a", 5, 4)], vec![daily("a", 3, 10)]);
        let expected =
            [(Under::Second, daily("a", 3, 2)), (Under::Both, daily("a", 5, 4)), (Under::Second, daily("a", 9, 4))];
        assert_eq!(swapped, expected);
    }

    #[test]
    fn other_words_or_another_time_of_the_day_are_another_event() {
        let mut later = daily("a", 3, 1);
        (later.at, later.last) = (later.at + Seconds(1), later.last + Seconds(1));
        let all = merged(&civil(), vec![daily("a", 3, 5)], vec![later.clone(), daily("b", 4, 1)]);
        let expected = [(Under::First, daily("a", 3, 5)), (Under::Second, later), (Under::Second, daily("b", 4, 1))];
        assert_eq!(all, expected);
    }

    #[test]
    fn runs_by_utc_day_and_by_local_day_part_when_the_clocks_change() {
        // London is an hour ahead from 31 March 2019 on: a run by UTC day has no event at the same local time then.
        let civil = Civil::new(Day(17_980), Day(18_000));
        let first = Instant(Day(17_985).utc_midnight().0);
        let run = |by_local_day| Event { at: first, text: "a".to_owned(), last: first, count: 5, by_local_day };
        let fifth = first + Seconds::days(4);
        assert_eq!(run(false).number_before(&civil, fifth), Some(4));
        assert_eq!(run(true).number_before(&civil, fifth), None);
        assert_eq!(run(true).number_before(&civil, fifth + -Seconds::hours(1)), Some(4));
    }

    #[test]
    fn what_differs_is_marked_whatever_the_width_and_fits_it() {
        let long = "0x8F0A pushed to a-supplier-with-a-long-name: a leaked read, withheld by the DCC's filter";
        let all = [
            (Under::Both, daily(long, 3, 2)),
            (Under::First, daily(long, 5, 1)),
            (Under::Second, daily("other", 5, 1)),
            (Under::Second, daily("last", 6, 1)),
        ];
        let plan = MeterPlan::new(MeterId(1), Fuel::Gas, SupplierId(0));
        let days = [DayCount::of(&plan), DayCount::of(&plan)];
        let names = ["one", "two"].map(str::to_owned);
        for width in [80, 100, 120] {
            let rows = in_rows(&all, &days, width);
            let columns = in_columns(&all, &days, &names, width);
            for page in [&rows, &columns] {
                assert!(page.lines().all(|line| line.chars().count() <= width), "{page}");
                assert!(page.contains("< 0x8F0A") || page.contains("< 2019"), "{page}");
            }
            // An event of the other policy in the same second is beside it.
            let beside = columns.lines().find(|line| line.contains("< 0x8F0A")).expect("the line");
            assert!(beside.contains("| > other"), "{columns}");
            assert_eq!(rows.lines().filter(|line| line.starts_with("> 2019")).count(), 2, "{rows}");
        }
    }
}
