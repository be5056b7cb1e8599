//! The planner's screen: the busiest windows with their times, the load, the queue, backlogs, and which policies change
//! a peak.

use jiff::Timestamp;

use super::{LEGS, tables};
use crate::model::ages::Milestone;
use crate::model::civil::london;
use crate::model::traffic::Leg;
use crate::report::document::{Block, Cell, Document, Grid, Item, Text, ends, in_line, of_runs};
use crate::report::outline::{Outline, Repeated};
use crate::results::cube::Cube;
use crate::results::dimension::{Command, Dimension, LoadPart, Period, Quantile};
use crate::results::durations::Durations;
use crate::results::metric::Metric;
use crate::results::metrics;
use crate::results::query::Query;
use crate::results::statistics::{at_most, fewest_for};
use crate::text::and;
use crate::text::number::{counted, length, number, verb, with_decimals};

/// The windows that the screen has room for.
const SHOWN: [(Period, &str); 3] = [(Period::Minute, "minute"), (Period::Hour, "hour"), (Period::Day, "UTC day")];
/// Groups of policies whose peaks are shown. The rest are counted.
const MOST_POLICIES: usize = 3;
/// Legs of which the changes of a policy are shown; where there are more, only those that change most.
const MOST_LEGS: usize = 3;
const FEWER_LEGS: usize = 2;
/// The least change of a peak that is shown, in per cent.
const LEAST_CHANGE: f64 = 5.0;

pub(in crate::report::document) fn add(document: &mut Document, outline: &Outline, cube: &Cube) {
    let screen = Screen { outline, cube, baseline: cube.baseline() };
    if outline.traffic {
        document.push(Block::Grid(screen.busiest()));
    }
    let mut items = Vec::new();
    if outline.traffic {
        items.extend(screen.load());
    }
    if outline.capacity {
        items.extend(screen.queue());
    }
    items.extend(screen.customers().filter(|_| outline.traffic));
    items.extend(screen.backlogs());
    if outline.traffic {
        items.extend(screen.policies());
        items.extend(screen.years());
    }
    if !items.is_empty() {
        document.push(Block::Conclusions(items));
    }
    if outline.registration_outage {
        document.push(Block::Table(tables::outage(outline, cube)));
    }
}

struct Screen<'a> {
    outline: &'a Outline,
    cube: &'a Cube,
    baseline: usize,
}

/// How long 6.23s wait before the way south.
struct Waits {
    // p95, p99, p99.9 and the longest.
    seconds: [f64; 4],
    // 6.23s that a throttle has held back before they arrive there.
    held_back: f64,
    text: String,
}

impl Waits {
    /// Whether one of them differs by a minute and by a tenth, or only these are held back.
    fn differ_from(&self, other: &Self) -> bool {
        let differ = |(one, another): (&f64, &f64)| {
            let by = (one - another).abs();
            by >= 60.0 && by >= 0.1 * one.max(*another)
        };
        (self.held_back > 0.0) != (other.held_back > 0.0) || self.seconds.iter().zip(&other.seconds).any(differ)
    }
}

/// Policies of which the same is said.
struct Group<'o> {
    size: f64,
    text: String,
    policies: Vec<&'o str>,
}

impl Group<'_> {
    fn line(self, name: &'static str) -> Item {
        let text = Text::names(self.policies).words(format!(": {}", self.text));
        Item { name: name.into(), text, more: None }
    }
}

/// A line for each of the first groups, and one that counts the policies of the others and says what they do: what one
/// does, and what several do.
fn lines(name: &'static str, groups: Vec<Group<'_>>, [one, several]: [&str; 2]) -> Vec<Item> {
    let rest: usize = groups.iter().skip(MOST_POLICIES).map(|group| group.policies.len()).sum();
    let mut items: Vec<Item> = groups.into_iter().take(MOST_POLICIES).map(|group| group.line(name)).collect();
    if rest > 0 {
        let does = verb(rest, one, several);
        let text = format!("{} {does}: run --full", counted(rest, "other policy"));
        items.push(Item { name: name.into(), text: text.into(), more: None });
    }
    items
}

/// A window of a leg.
fn window(metric: &'static Metric, leg: Leg, per: Period) -> Query {
    Query::total(metric).with(Dimension::Leg, leg.name()).with(Dimension::Per, per.name())
}

impl Screen<'_> {
    fn cell(&self, query: &Query) -> Cell {
        Cell::mean_of(query, self.cube, self.baseline, self.outline.confidence)
    }

    fn in_line(&self, query: &Query) -> String {
        in_line(&self.cell(query))
    }

    /// What is said after a mean of several replications.
    fn on_average(&self) -> &'static str {
        if self.cube.n() == 1 { "" } else { " on average" }
    }

    fn runs(&self, query: &Query, policy: usize) -> Vec<f64> {
        query.values(self.cube, policy).into_iter().flatten().collect()
    }

    /// Peaks of what changes of supplier cause, and of everything.
    fn busiest(&self) -> Grid {
        let row = |words: String, most: &'static Metric, time: &'static Metric, leg: Leg| {
            let cells: Vec<Cell> = SHOWN.iter().map(|(per, _)| self.cell(&window(most, leg, *per))).collect();
            cells.iter().any(Cell::is_something).then(|| {
                let mut row = vec![Text::from(words)];
                row.extend(cells.iter().map(|cell| Text::from(short(cell))));
                row.push(self.time_of_peak(most, time, leg).into());
                row
            })
        };
        let is_market = self.outline.is_market();
        let rows = LEGS.iter().flat_map(|(leg, name)| {
            let caused = if is_market { format!("{name}, caused") } else { (*name).to_owned() };
            let caused = row(caused, &metrics::PEAK_MESSAGES, &metrics::PEAK_TIME, *leg);
            let all = row(format!("{name}, in all"), &metrics::JOINT_PEAK, &metrics::JOINT_PEAK_TIME, *leg);
            [caused, all]
        });
        let mut columns = vec![Text::from("busiest, ").and_name(&*self.outline.policies[self.baseline].id)];
        columns.extend(SHOWN.iter().map(|(_, name)| Text::from(*name)));
        columns.push("minute* begins".into());
        let last = columns.len() - 1;
        let all = match is_market {
            true => "Messages. Caused: by changes of supplier; in all: with the estate's background",
            false => "Messages that changes of supplier cause",
        };
        let (runs, whose) = match self.cube.n() {
            1 => (String::new(), ""),
            n => (
                format!("; smallest and largest of {}", counted(n, "replication")),
                " in the replication with the largest minute",
            ),
        };
        Grid {
            title: Text::default(),
            columns,
            left: vec![0, last],
            groups: vec![(Text::default(), rows.flatten().collect())],
            notes: vec![format!("{all}{runs}. * London time{whose}; it depends on conventions (--full).").into()],
        }
    }

    /// When the busiest minute begins in the replication in which it is busiest, in local time.
    fn time_of_peak(&self, most: &'static Metric, time: &'static Metric, leg: Leg) -> String {
        let most = self.runs(&window(most, leg, Period::Minute), self.baseline);
        let times = self.runs(&window(time, leg, Period::Minute), self.baseline);
        let all = most.iter().zip(&times);
        let Some((_, time)) = all.reduce(|best, next| if next.0 > best.0 { next } else { best }) else {
            return String::new();
        };
        let Ok(time) = Timestamp::from_second(*time as i64) else { return String::new() };
        london().to_datetime(time).strftime("%a %-d %b %H:%M").to_string()
    }

    /// The load of the way south that a part of the minutes does not exceed.
    fn load(&self) -> Option<Item> {
        let of = |part: LoadPart| {
            let query = Query::total(&metrics::LOAD).with(Dimension::Leg, Leg::South.name());
            self.cell(&query.with(Dimension::Quantile, part.name()))
        };
        of(LoadPart::Max).is_something().then(|| {
            let [half, p95, p99, p999] =
                [LoadPart::P50, LoadPart::P95, LoadPart::P99, LoadPart::P999].map(|part| most(&of(part)));
            let text = format!("messages a minute south: p50 {half}, p95 {p95}, p99 {p99}, p99.9 {p999}");
            Item { name: "load".into(), text: text.into(), more: None }
        })
    }

    /// The queue in front of the way south, and the waits of 6.23s in it.
    fn queue(&self) -> Vec<Item> {
        let rate = self.outline.rate.as_ref().map_or("", |rate| &rate.words);
        let (busy, longest) = (Query::total(&metrics::BUSY_MINUTES), Query::total(&metrics::LONGEST_QUEUE));
        let mut queue = format!(
            "stated capacity {rate}; busiest minute {} % of it; ",
            self.in_line(&Query::total(&metrics::PEAK_USE))
        );
        queue += &match self.cell(&longest) {
            most_waiting if most_waiting.is_something() => format!(
                "a queue in {} minutes{}, never more than {} messages",
                self.in_line(&busy),
                self.on_average(),
                most(&most_waiting)
            ),
            _ => "no queue".to_owned(),
        };
        let unsettled = Query::total(&metrics::UNSETTLED);
        if self.cell(&unsettled).is_something() {
            queue += &format!("; {} minutes unsettled{}", self.in_line(&unsettled), self.on_average());
        }
        let mut items = vec![Item { name: "queue".into(), text: queue.into(), more: None }];
        items.extend(self.waits(self.baseline).map(|Waits { text, .. }| Item {
            name: "6.23s".into(),
            text: text.into(),
            more: None,
        }));
        items.extend(self.other_waits());
        items
    }

    /// The waits of a policy's 6.23s before the way south: the largest of the replications.
    fn waits(&self, policy: usize) -> Option<Waits> {
        let of = |metric: &'static Metric| Query::total(metric).with(Dimension::Command, Command::Cos.name());
        let mean = |query: &Query| query.summary(self.cube, policy, self.outline.confidence).map(|s| s.value);
        let (all, delayed) = (mean(&of(&metrics::ARRIVED))?, mean(&of(&metrics::DELAYED))?);
        let wait = |quantile: Quantile| {
            let query = of(&metrics::WAIT).with(Dimension::Quantile, quantile.name());
            self.runs(&query, policy).into_iter().fold(0.0, f64::max)
        };
        let seconds = [Quantile::P95, Quantile::P99, Quantile::P999, Quantile::Max].map(wait);
        let (on_average, all) = (self.on_average(), number(all.round()));
        let mut text = format!("{} of {all} commands on WAN south wait{on_average}", number(delayed.round()));
        if delayed > 0.0 {
            let [p95, p99, p999, longest] = seconds.map(length);
            let at_most = if self.cube.n() == 1 { "" } else { "at most " };
            text += &format!("; {at_most}p95 {p95}, p99 {p99}, p99.9 {p999}, longest {longest}");
        }
        let held_back = mean(&Query::total(&metrics::HELD_BACK)).unwrap_or(0.0);
        if held_back > 0.0 {
            text += &format!("; {} held back before that, which is no wait", number(held_back.round()));
        }
        Some(Waits { seconds, held_back, text })
    }

    /// The waits of policies under which 6.23s wait otherwise than under the baseline. Policies with the same waits
    /// share a line.
    fn other_waits(&self) -> Vec<Item> {
        let Some(usual) = self.waits(self.baseline) else { return Vec::new() };
        let of = |policy: usize| {
            let Waits { seconds: [.., longest], text, .. } =
                self.waits(policy).filter(|waits| waits.differ_from(&usual))?;
            let queue = self.runs(&Query::total(&metrics::LONGEST_QUEUE), policy).into_iter().fold(0.0, f64::max);
            Some((longest, format!("{text}; never more than {} in the queue", number(queue))))
        };
        lines("6.23s", self.grouped(of), ["changes waits too", "change waits too"])
    }

    /// The policies beside the baseline of which there is something to say, with its size, in their order; those of
    /// which the same is said together.
    fn grouped(&self, say: impl Fn(usize) -> Option<(f64, String)>) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for policy in (0..self.cube.policies().len()).filter(|policy| *policy != self.baseline) {
            let id = &*self.outline.policies[policy].id;
            let Some((size, text)) = say(policy) else { continue };
            match groups.iter_mut().find(|group| group.text == text) {
                Some(group) => group.policies.push(id),
                None => groups.push(Group { size, text, policies: vec![id] }),
            }
        }
        groups
    }

    /// How long customers wait from SSD until a 6.23 has executed.
    fn customers(&self) -> Option<Item> {
        let durations = Durations::of(self.cube).filter(|_| self.outline.is_market())?;
        let waits = durations.waits(self.baseline, Milestone::Executed, None);
        let curve = waits.curve();
        let by = |share: f64| curve.quantile(share).filter(|day| *day <= durations.last_day());
        let text = format!("SSD to execution: {}", by_days([0.5, 0.9, 0.99].map(by)));
        (waits.cases() > 0).then(|| Item { name: "customers".into(), text: text.into(), more: None })
    }

    /// The backlogs of suppliers, the largest first.
    fn backlogs(&self) -> Option<Item> {
        let mut found: Vec<(f64, Text)> = Vec::new();
        for (supplier, _) in &self.outline.capacities {
            let most = Query::max(&metrics::BACKLOG_OPEN).with(Dimension::Gaining, &**supplier);
            let days = Query::total(&metrics::BACKLOG_DAYS).with(Dimension::Gaining, &**supplier);
            let [most, days] = [most, days].map(|query| self.runs(&query, self.baseline));
            let largest = most.iter().copied().fold(0.0, f64::max);
            if largest > 0.0 {
                found.push((largest, Text::name(&**supplier).words(format!(": {}", backlog(&most, &days)))));
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        let smaller = found.get(1).map(|(largest, _)| *largest);
        let others = found.len().saturating_sub(1);
        let (_, mut text) = found.into_iter().next()?;
        if let Some(largest) = smaller {
            text = text.words(format!("; {}, at most {}", counted(others, "other supplier"), number(largest)));
        }
        Some(Item { name: "backlog".into(), text, more: None })
    }

    /// The peaks that policies change, and those that change none. Policies with the same changes share a line.
    fn policies(&self) -> Vec<Item> {
        let mut groups = self.grouped(|policy| Some(self.changes(policy)));
        groups.sort_by(|a, b| b.size.total_cmp(&a.size));
        let (large, small): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.size >= LEAST_CHANGE);
        let mut items = lines("peaks", large, ["changes peaks less", "change peaks less"]);
        items.extend(small.into_iter().map(|group| group.line("peaks")));
        items
    }

    /// By how much a policy changes peaks, paired by replication, and the largest of these changes.
    fn changes(&self, policy: usize) -> (f64, String) {
        let mut texts: Vec<(f64, String)> = Vec::new();
        let (mut largest, mut is_other) = (0.0_f64, false);
        for (leg, name) in LEGS {
            for (metric, of) in [(&metrics::PEAK_MESSAGES, ""), (&metrics::JOINT_PEAK, " in all")] {
                let (mut windows, mut of_leg) = (Vec::new(), 0.0_f64);
                for (per, words) in SHOWN {
                    let query = window(metric, leg, per);
                    let (with, without) = (self.runs(&query, policy), self.runs(&query, self.baseline));
                    is_other |= with != without;
                    let changes = with.iter().zip(&without).filter(|(_, without)| **without > 0.0);
                    let changes = changes.map(|(with, without)| 100.0 * (with / without - 1.0));
                    let [low, high] = ends(changes);
                    let size = low.abs().max(high.abs());
                    if size.is_finite() && size >= LEAST_CHANGE {
                        of_leg = of_leg.max(size);
                        windows.push(format!("{words} {}", per_cent(low, high)));
                    }
                }
                if !windows.is_empty() {
                    largest = largest.max(of_leg);
                    texts.push((of_leg, format!("{name}{of} {}", windows.join(", "))));
                }
            }
        }
        let more = if texts.len() > MOST_LEGS { texts.len() - FEWER_LEGS } else { 0 };
        if more > 0 {
            texts.sort_by(|a, b| b.0.total_cmp(&a.0));
            texts.truncate(FEWER_LEGS);
            texts.push((0.0, format!("{more} more: run --full")));
        }
        let texts: Vec<String> = texts.into_iter().map(|(_, text)| text).collect();
        match (texts.is_empty(), is_other) {
            (false, _) => (largest, texts.join("; ")),
            (true, true) => (0.0, format!("changes below {LEAST_CHANGE} %")),
            (true, false) => (0.0, "the same in every replication".to_owned()),
        }
    }

    /// The busiest minute over years, or over windows of another length: bounds of its percentiles where there are
    /// enough replications.
    fn years(&self) -> Option<Item> {
        if !self.outline.is_market() {
            return None;
        }
        let runs = self.runs(&window(&metrics::JOINT_PEAK, Leg::South, Period::Minute), self.baseline);
        let level = self.outline.confidence;
        let bound = |quantile: f64| at_most(&runs, quantile, level).ok_or_else(|| fewest_for(quantile, level));
        let repeated = Repeated::of_days(self.outline.days);
        let level = with_decimals(100.0 * level, 0);
        let text = format!(
            "busiest minute south over {}, with {level} % confidence: {}",
            repeated.in_words(),
            percentiles([0.95, 0.99].map(bound), runs.len())
        );
        Some(Item { name: repeated.name().into(), text: text.into(), more: None })
    }
}

/// What is known of the 95th and the 99th percentile: a bound, or how many replications that takes. There are `n`.
fn percentiles(bounds: [Result<f64, usize>; 2], n: usize) -> String {
    match bounds {
        [Ok(first), Ok(second)] => {
            format!("the 95th percentile is at most {}, the 99th at most {}", number(first), number(second))
        }
        [Ok(first), Err(needed)] => {
            let first = number(first);
            format!(
                "the 95th percentile is at most {first}; the 99th needs {needed} replications, there {} {n}",
                verb(n, "is", "are")
            )
        }
        // The 99th needs more than the 95th.
        [Err(needed), second] => {
            let second = second.err().unwrap_or(needed);
            format!(
                "the 95th percentile needs {needed} replications, the 99th {second}; there {} {n}",
                verb(n, "is", "are")
            )
        }
    }
}

/// By which day of the wait half, 90 % and 99 % of the devices are done, where the window tells.
fn by_days(days: [Option<u32>; 3]) -> String {
    let named = || ["half", "90 %", "99 %"].into_iter().zip(days);
    let of_devices = |place: usize| if place == 0 { " of the devices" } else { "" };
    let done = named().filter_map(|(share, day)| Some((share, day?)));
    let done: Vec<String> =
        done.enumerate().map(|(place, (share, day))| format!("{share}{} by day {day}", of_devices(place))).collect();
    let open: Vec<&str> = named().filter(|(_, day)| day.is_none()).map(|(share, _)| share).collect();
    let open = (!open.is_empty()).then(|| format!("{}{} not within the window", and(&open), of_devices(done.len())));
    let done = (!done.is_empty()).then(|| done.join(", "));
    done.into_iter().chain(open).collect::<Vec<_>>().join("; ")
}

/// A backlog that is not empty in some replication: its largest size and its days in each.
fn backlog(most: &[f64], days: &[f64]) -> String {
    let (n, with) = (most.len(), most.iter().filter(|most| **most > 0.0).count());
    let [low, high] = ends(most.iter().copied());
    let at_most = if with == n { of_runs(&[low, high]) } else { number(high) };
    let some = if with == n { String::new() } else { format!(", in {with} of {}", counted(n, "replication")) };
    let days = days.iter().sum::<f64>() / with as f64;
    let unit = if days == 1.0 { "day" } else { "days" };
    let on_average = if with == 1 { "" } else { " on average" };
    format!("at most {at_most}{some}, on {} {unit}{on_average}", number(days))
}

/// The largest of the replications.
fn most(cell: &Cell) -> String {
    match cell {
        Cell::Runs([_, high]) => number(*high),
        _ => in_line(cell),
    }
}

/// The smallest and the largest of the replications; from ten million on in millions.
fn short(cell: &Cell) -> String {
    let millions = |value: f64| format!("{} m", with_decimals(value / 1e6, 2));
    match cell {
        Cell::Runs([low, high]) if *high >= 1e7 => {
            let (low, high) = (millions(*low), millions(*high));
            if low == high { low } else { format!("{}..{high}", low.trim_end_matches(" m")) }
        }
        _ => in_line(cell),
    }
}

/// A range of changes: `-12 %`, or `-12 to +3 %`.
fn per_cent(low: f64, high: f64) -> String {
    let signed = |value: f64| {
        let text = with_decimals(value, 0);
        if value > 0.0 && text != "0" { format!("+{text}") } else { text }
    };
    let (low, high) = (signed(low), signed(high));
    if low == high { format!("{low} %") } else { format!("{low} to {high} %") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_bounded_or_say_how_many_replications_they_need() {
        for (bounds, text) in [
            ([Err(59), Err(299)], "the 95th percentile needs 59 replications, the 99th 299; there are 30"),
            (
                [Ok(1_200.0), Err(299)],
                "the 95th percentile is at most 1,200; the 99th needs 299 replications, there are 30",
            ),
            ([Ok(1_200.0), Ok(1_300.0)], "the 95th percentile is at most 1,200, the 99th at most 1,300"),
        ] {
            assert_eq!(percentiles(bounds, 30), text);
        }
    }

    #[test]
    fn shares_that_the_window_does_not_reach_are_named_together() {
        for (days, text) in [
            ([Some(1), Some(6), Some(40)], "half of the devices by day 1, 90 % by day 6, 99 % by day 40"),
            ([Some(3), None, None], "half of the devices by day 3; 90 % and 99 % not within the window"),
            ([None, None, None], "half, 90 % and 99 % of the devices not within the window"),
        ] {
            assert_eq!(by_days(days), text);
        }
    }

    #[test]
    fn a_backlog_is_counted_where_it_is() {
        for (most, days, text) in [
            (&[800.0, 1_200.0][..], &[50.0, 55.0][..], "at most 800..1,200, on 52.5 days on average"),
            (&[0.0, 1.0, 0.0], &[0.0, 1.0, 0.0], "at most 1, in 1 of 3 replications, on 1 day"),
            (&[7.0], &[3.0], "at most 7, on 3 days"),
        ] {
            assert_eq!(backlog(most, days), text);
        }
    }

    #[test]
    fn policies_that_are_counted_have_a_verb_in_their_number() {
        let group = |policies: Vec<&'static str>| Group { size: 0.0, text: "-5 %".to_owned(), policies };
        let last = |others: Vec<&'static str>| {
            let groups = vec![group(vec!["a"]), group(vec!["b"]), group(vec!["c"]), group(others)];
            let items = lines("peaks", groups, ["changes peaks less", "change peaks less"]);
            items.last().map(|item| item.text.plain()).unwrap_or_default()
        };
        assert_eq!(last(vec!["d"]), "1 other policy changes peaks less: run --full");
        assert_eq!(last(vec!["d", "e"]), "2 other policies change peaks less: run --full");
    }
}
