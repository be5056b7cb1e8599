//! What `run` prints: verdicts, what each policy does, what is assumed. One screen for a reader.

use std::fmt::Write;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

use crate::engine::law::Law;
use crate::experiment::expectation::{self, Outcome, Verdict};
use crate::experiment::metric::{METRICS, date_text};
use crate::experiment::scenario::diagnostics::visible;
use crate::experiment::scenario::{BUILT_IN_ID, Policy, Scenario};
use crate::experiment::statistics::{self, Summary};
use crate::experiment::study::Results;
use crate::model::injection::Fault;
use crate::model::laws::Kind;

/// Columns of tables and running text where nothing else is known.
const WIDTH: usize = 120;

/// Longest id that the titles of policies are lined up behind.
const LONGEST_ID: usize = 32;

/// A column of a table: its heading and the number behind it.
struct Column {
    heading: &'static str,
    query: String,
    /// Left out where it is 0 under every policy.
    rare: bool,
}

/// The whole screen.
pub fn screen(scenario: &Scenario, results: &Results, verdicts: &[Verdict]) -> String {
    let mut out = String::new();
    let (n, policies) = (results.replications(), scenario.policies.len());
    let first = date_text(scenario.window.first);
    let last = date_text(scenario.window.first.plus(scenario.window.days as i32 - 1));
    let _ = writeln!(out, "{}", visible(&scenario.title));
    let _ = writeln!(
        out,
        "{first} to {last}, {policies} polic{}, {n} replication{}",
        if policies == 1 { "y" } else { "ies" },
        plural(n)
    );
    if n == 1 && scenario.market.is_some() {
        out.push_str("A preview: one replication, so there are no intervals and no statistical verdicts.\n");
    }
    out.push('\n');
    push_verdicts(&mut out, verdicts);
    for (title, mut columns) in tables(scenario) {
        let level = scenario.experiment.confidence;
        let ever = |query: &str| {
            (0..policies).any(|policy| value_of(results, policy, query, level).is_some_and(|s| s.mean != 0.0))
        };
        columns.retain(|column| !column.rare || ever(&column.query));
        let _ = writeln!(out, "{title}");
        let _ = writeln!(out, "{}\n", table(scenario, results, &columns));
    }
    super::planner::push(&mut out, scenario, results);
    push_reading(&mut out, scenario, n);
    push_policies(&mut out, scenario);
    push_assumed(&mut out, scenario, results);
    out
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn push_verdicts(out: &mut String, verdicts: &[Verdict]) {
    if verdicts.is_empty() {
        return;
    }
    let count = |outcome| verdicts.iter().filter(|v| v.verdict == outcome).count();
    let (passed, failed, open) = (count(Outcome::Pass), count(Outcome::Fail), count(Outcome::Inconclusive));
    let _ = writeln!(out, "Expectations: {passed} hold, {failed} failed, {open} inconclusive");
    for verdict in verdicts {
        let _ = writeln!(out, "  {}", verdict_line(verdict));
    }
    out.push('\n');
}

/// A verdict with value, interval, limit and n.
pub fn verdict_line(verdict: &Verdict) -> String {
    let word = match verdict.verdict {
        Outcome::Pass => "PASS",
        Outcome::Fail => "FAIL",
        Outcome::Inconclusive => "OPEN",
    };
    // It stands against a limit: 0.9996 is not 1.00.
    let close = |value| significant(value, 5);
    let value = verdict.value.map_or("undefined".to_owned(), close);
    let interval =
        verdict.interval.map_or(String::new(), |[low, high]| format!(" [{} .. {}]", close(low), close(high)));
    let (that, policy) = (visible(&verdict.that), visible(&verdict.policy));
    let why = match (verdict.verdict, verdict.interval) {
        (Outcome::Inconclusive, None) => {
            format!("; an interval needs {} replications", statistics::FEWEST_FOR_AN_INTERVAL)
        }
        _ => String::new(),
    };
    format!("{word}  {policy}: {that}  (value {value}{interval}, n = {}{why})", verdict.n)
}

fn tables(scenario: &Scenario) -> Vec<(&'static str, Vec<Column>)> {
    let last = date_text(scenario.window.first.plus(scenario.window.days as i32 - 1));
    let column = |heading, query: &str| Column { heading, query: query.to_owned(), rare: false };
    let rare = |heading, query: &str| Column { rare: true, ..column(heading, query) };
    vec![
        (
            "Alerts delivered, by class, and leaked reads through the funnel",
            vec![
                column("unwanted\nalerts", "unwanted-alerts.delivered.total"),
                column("E4", "alerts.delivered{class=e4}.total"),
                column("notices", "alerts.delivered{class=notice}.total"),
                column("leaked reads\ncreated", "leaked-reads.emitted.total"),
                column("leaked reads\ndelivered", "leaked-reads.delivered.total"),
                column("leaked reads\nretained", "leaked-reads.retained.total"),
            ],
        ),
        (
            "Exposure, what is open at the end, and peaks of unwanted alerts\n\
             * The minute follows from conventions: an SSD begins at 00:00:00, pushes and runs keep to exact seconds",
            vec![
                column("exposure,\ndevice-days", "exposure.days.total"),
                column("not initiated\nat the end", &format!("not-initiated.open{{at={last}}}.total")),
                column("cases open\nat the end", &format!("cases.open{{at={last}}}.total")),
                column("gap,\ndevice-days", "gap.days.total"),
                column("peak\nminute*", "alerts.peak-minute.total"),
                column("peak\nday", "alerts.peak-day.total"),
            ],
        ),
        (
            "Requests and side effects",
            vec![
                column("6.23\naccepted", "requests{reference=6.23,outcome=accepted}.total"),
                column("6.8\naccepted", "requests{reference=6.8,outcome=accepted}.total"),
                column("5.3\naccepted", "requests{reference=5.3,outcome=accepted}.total"),
                column("closing\nreads kept", "closing-reads.retained.total"),
                column("false\nblocks", "false-blocks.total"),
                column("spoiled\nswitches", "spoiled-switches.total"),
                rare("lost safety\nalerts", "lost-safety-alerts.total"),
                rare("orphan\ndevice-days", "orphan.days.total"),
                rare("alerts\nlost", "alerts.lost.total"),
            ],
        ),
    ]
}

fn table(scenario: &Scenario, results: &Results, columns: &[Column]) -> Table {
    let header = std::iter::once("policy".to_owned()).chain(columns.iter().map(|c| c.heading.to_owned()));
    let rows = scenario.policies.iter().enumerate().map(|(i, policy)| {
        let cells = columns.iter().map(|column| cell(results, i, &column.query, scenario.experiment.confidence));
        std::iter::once(visible(&policy.id)).chain(cells).collect()
    });
    framed(header.collect(), rows)
}

/// Names to the left, numbers to the right, within the width of the screen.
pub(super) fn framed(header: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_width(WIDTH as u16).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header);
    rows.for_each(|row| {
        table.add_row(row);
    });
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
        // A number is never broken; a long name of a policy gives way.
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    table
}

/// A mean and, beneath it, how far its interval goes to either side.
fn cell(results: &Results, policy: usize, query: &str, level: f64) -> String {
    let Some(summary) = value_of(results, policy, query, level) else { return "-".into() };
    match summary.interval {
        Some([low, high]) if low < high => format!("{}\n± {}", number(summary.mean), number((high - low) / 2.0)),
        _ => number(summary.mean),
    }
}

/// A query's summary over the replications of a policy.
pub fn value_of(results: &Results, policy: usize, query: &str, level: f64) -> Option<Summary> {
    let (query, _) = expectation::parse(&format!("{query} == 0")).ok()?;
    let values: Option<Vec<f64>> = results.values(&query, policy).into_iter().collect();
    Some(statistics::summarise(&values?, level))
}

/// A number with thousands separated; below a thousand with three significant digits where it has decimals.
pub fn number(value: f64) -> String {
    if value.abs() >= 1_000.0 { significant(value.round(), 3) } else { significant(value, 3) }
}

/// The same with so many significant digits: one decimal at least where it has any, and six at most.
fn significant(value: f64, digits: i32) -> String {
    let decimals = if value.fract() == 0.0 {
        0
    } else {
        // 0 in front of the point is no digit that counts.
        (digits - 1 - libm::log10(value.abs()).floor() as i32).clamp(1, 6) as usize
    };
    let rounded = format!("{value:.decimals$}");
    // No minus before a zero.
    let rounded = rounded
        .strip_prefix('-')
        .filter(|r| r.chars().all(|c| matches!(c, '0' | '.')))
        .map_or(rounded.clone(), str::to_owned);
    let (sign, digits) = rounded.strip_prefix('-').map_or(("", rounded.as_str()), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match part {
        Some(part) => format!("{sign}{grouped}.{part}"),
        None => format!("{sign}{grouped}"),
    }
}

fn push_reading(out: &mut String, scenario: &Scenario, n: usize) {
    if n >= statistics::FEWEST_FOR_AN_INTERVAL {
        let level = scenario.experiment.confidence * 100.0;
        let words = format!(
            "Each cell: the mean of {n} simulated windows and, beneath, how far its {level} % interval goes to either side (Student t \
             over replications). A mean without one was the same in every replication; the tables of \
             messages, capacity and backlogs have means alone, and their intervals are in summary.json. The policies see the same switches, delays \
             and faults; intervals of two policies may overlap although they differ surely."
        );
        push_filled(out, "", &words);
        out.push('\n');
    } else if n > 1 {
        let _ =
            writeln!(out, "Each cell: the mean of {n} replications. Intervals are offered from 30 replications on.\n");
    }
}

fn push_policies(out: &mut String, scenario: &Scenario) {
    out.push_str("The policies\n");
    let ids: Vec<String> = scenario.policies.iter().map(|policy| visible(&policy.id)).collect();
    let longest = ids.iter().map(String::len).max().unwrap_or(0).min(LONGEST_ID);
    let indent = " ".repeat(longest + 4);
    for (policy, id) in scenario.policies.iter().zip(&ids) {
        let title = match visible(&policy.title) {
            title if !title.is_empty() => title,
            _ if policy.pulls.is_empty() => "changes nothing".to_owned(),
            _ => "(without a title)".to_owned(),
        };
        let options = textwrap::Options::new(WIDTH).subsequent_indent(&indent);
        let _ = writeln!(out, "{}", textwrap::fill(&format!("  {id:<longest$}  {title}"), options));
    }
    out.push('\n');
}

/// What is assumed, in plain words.
fn push_assumed(out: &mut String, scenario: &Scenario, results: &Results) {
    out.push_str("What is assumed\n");
    let mut assumed: Vec<&str> =
        scenario.assumptions.iter().filter(|a| a.kind == Kind::Assumed).map(|a| a.name.as_str()).collect();
    let _ = writeln!(
        out,
        "  {} of {} numbers have no source but judgement; `assumptions.csv` in the results shows each with its value:",
        assumed.len(),
        scenario.assumptions.len()
    );
    // The dates of a path have one name.
    assumed.dedup();
    push_filled(out, "    ", &visible(&assumed.join(", ")));
    if scenario.market.is_none() {
        push_scripted(out, scenario);
        return;
    }
    let built_in = scenario.id == BUILT_IN_ID;
    if built_in {
        push_filled(
            out,
            "  ",
            "The class shares of gaining suppliers (mature, immature, non-User) were fitted to the two published stocks of 6.23s not \
             initiated, 758 in November and 1,046 in December 2018. That the model comes near them verifies the program; it does \
             not validate the model.",
        );
    }
    push_filled(
        out,
        "  ",
        "How suppliers read their meters (calendar or schedules, how many) is not published: alerts are per unit of that guess.",
    );
    push_filled(out, "  ", "The shares by which guidance and obligations improve practice are guesses.");
    if built_in {
        push_published(out, scenario, results);
    }
    let unit = METRICS.iter().find(|m| m.name == "not-initiated.open").map_or("", |m| m.about);
    push_filled(out, "  ", &format!("Reading used of \"not initiated\", which the source leaves open: {unit}"));
}

/// The stocks that the DCC published for the window of the built-in scenario.
fn push_published(out: &mut String, scenario: &Scenario, results: &Results) {
    for (date, published) in [("2018-11-30", 758.0), ("2018-12-31", 1_046.0)] {
        let query = format!("not-initiated.open{{at={date}}}.total");
        if let Some(summary) = value_of(results, results.baseline, &query, scenario.experiment.confidence) {
            let interval =
                summary.interval.map_or(String::new(), |[l, h]| format!(" ({} .. {})", number(l), number(h)));
            let _ = writeln!(
                out,
                "  Not initiated at the end of {date}: simulated {}{interval}, published {}.",
                number(summary.mean),
                number(published)
            );
        }
    }
}

/// What the numbers of scripted meters are worth.
fn push_scripted(out: &mut String, scenario: &Scenario) {
    let faults = scenario.injections.iter().any(|injection| {
        let law = matches!(&injection.fault, Fault::Delayed(law) if !matches!(law, Law::Fixed(_) | Law::Never));
        law || (injection.share > 0.0 && injection.share < 1.0)
    });
    let drawn = |policy: &&Policy| policy.pulls.iter().any(|pull| pull.draws(&scenario.laws));
    let mut drawers: Vec<String> = scenario.policies.iter().filter(drawn).map(|p| visible(&p.id)).collect();
    if faults {
        drawers.insert(0, "the injected faults".to_owned());
    }
    if scenario
        .suppliers
        .iter()
        .any(|supplier| (0.0..1.0).contains(&supplier.weights.reacts) && supplier.weights.reacts > 0.0)
    {
        drawers.push("whether suppliers react to being chased".to_owned());
    }
    let words = if drawers.is_empty() {
        "Scripted meters draw nothing: the numbers are arithmetic on the script, no estimate of a market.".to_owned()
    } else {
        format!(
            "The script itself draws nothing and is no estimate of a market. These draw delays or who is concerned, so that their \
             numbers hang on the seed: {}.",
            drawers.join(", ")
        )
    };
    push_filled(out, "  ", &words);
}

/// Running text within the width.
fn push_filled(out: &mut String, indent: &str, words: &str) {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(indent)
        .subsequent_indent(indent)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let _ = writeln!(out, "{}", textwrap::fill(words, options));
}

#[cfg(test)]
mod tests {
    use super::{number, significant};

    #[test]
    fn thousands_are_separated_and_small_numbers_keep_three_digits() {
        assert_eq!(number(244_764.0), "244,764");
        assert_eq!(number(1_234.6), "1,235");
        assert_eq!(number(123.45), "123.5");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(-1_000.0), "-1,000");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(0.9), "0.900");
        assert_eq!(number(-0.0123), "-0.0123");
    }

    #[test]
    fn what_is_smaller_than_six_decimals_is_zero_without_a_sign() {
        assert_eq!(number(0.000_012_3), "0.000012");
        assert_eq!(number(-0.000_000_1), "0.000000");
    }

    #[test]
    fn five_digits_tell_a_value_from_a_limit_close_by() {
        assert_eq!(significant(0.9996, 5), "0.99960");
        assert_eq!(significant(10_068_198.0, 5), "10,068,198");
        assert_eq!(significant(10_068_198.4, 5), "10,068,198.4");
        assert_eq!(significant(2.0, 5), "2");
    }
}
