//! What `run` prints: verdicts, what each policy does, what is assumed. One screen for a reader.

use std::fmt::Write;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

use super::value::{query_of, value_of};
use crate::engine::law::Law;
use crate::engine::time::Seconds;
use crate::model::injection::Fault;
use crate::model::laws::Kind;
use crate::results::cube::Results;
use crate::results::expectation::{Outcome, Verdict};
use crate::results::metric::{METRICS, Metric, date_text};
use crate::results::statistics::{self, Method};
use crate::scenario::{BUILT_IN_ID, Policy, Scenario};
use crate::study::session::incomplete;
use crate::text::visible;

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
    push_header(&mut out, scenario, results);
    push_verdicts(&mut out, verdicts);
    if scenario.id == BUILT_IN_ID {
        push_published(&mut out, scenario, results);
    }
    for (title, mut columns) in tables(scenario) {
        let level = scenario.experiment.confidence;
        let ever = |query: &str| {
            let any = |policy| value_of(results, policy, query, level).is_some_and(|s| s.mean != 0.0);
            (0..scenario.policies.len()).any(any)
        };
        columns.retain(|column| !column.rare || ever(&column.query));
        let _ = writeln!(out, "{title}");
        let _ = writeln!(out, "{}", table(scenario, results, &columns));
        push_definitions(&mut out, &columns);
    }
    push_supply_risk(&mut out, scenario, results);
    super::planner::push(&mut out, scenario, results);
    push_reading(&mut out, scenario, results.replications());
    push_policies(&mut out, scenario);
    push_assumed(&mut out, scenario);
    out
}

/// What was simulated, and what rates would be taken of.
fn push_header(out: &mut String, scenario: &Scenario, results: &Results) {
    let (n, policies) = (results.replications(), scenario.policies.len());
    let first = date_text(scenario.window.first);
    let last = last_day(scenario);
    let _ = writeln!(out, "{}", visible(&scenario.title));
    let story = scenario.story.split_whitespace().collect::<Vec<_>>().join(" ");
    if !story.is_empty() {
        push_filled(out, "  ", &visible(&story));
    }
    let _ = writeln!(
        out,
        "{first} to {last}, {policies} polic{}, {n} replication{}",
        if policies == 1 { "y" } else { "ies" },
        plural(n)
    );
    if let Some(incomplete) = incomplete(scenario, results) {
        let _ = writeln!(out, "{incomplete}");
    }
    let meters = match scenario.frame.meters.last() {
        Some(meters) => format!("{} connected meters at the end of {last}", number(*meters as f64)),
        None => {
            let copies = scenario.meters.iter().map(|meter| meter.copies).sum::<u64>();
            format!("{} scripted meter point{}", number(copies as f64), plural(copies as usize))
        }
    };
    let switches = |outcome| {
        let query = format!("switches{{outcome={outcome}}}.total");
        cell(results, results.baseline, &query, scenario.experiment.confidence).replace('\n', " ")
    };
    let words = format!(
        "{meters}; under the baseline {} switches started in the window and {} were withdrawn",
        switches("registered"),
        switches("withdrawn")
    );
    push_filled(out, "", &words);
    if n == 1 && scenario.market.is_some() {
        out.push_str("A preview: one replication, so there are no intervals and no statistical verdicts.\n");
    }
    out.push('\n');
}

fn last_day(scenario: &Scenario) -> String {
    date_text(scenario.window.first.plus(scenario.window.days as i32 - 1))
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
        if let Some(why) = &verdict.why {
            push_filled(out, "        ", &format!("why: {}", visible(why)));
        }
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
    let mut notes = String::new();
    match (verdict.verdict, verdict.method) {
        (_, Some(Method::Identical)) => notes.push_str(", the same in each"),
        (Outcome::Inconclusive, Some(Method::None)) => {
            let _ = write!(notes, "; an interval needs {} replications", statistics::FEWEST_FOR_AN_INTERVAL);
        }
        (Outcome::Inconclusive, Some(Method::TooRare)) => {
            notes.push_str("; too few replications differ for an interval");
        }
        (Outcome::Inconclusive, Some(Method::DenominatorNearZero)) => {
            notes.push_str("; no interval of a ratio where the baseline's holds 0");
        }
        _ => {}
    }
    if let Some(broken) = verdict.broken_in.filter(|broken| *broken > 0 && verdict.n > 1) {
        let _ = write!(notes, "; broken in {broken}");
    }
    format!("{word}  {policy}: {that}  (value {value}{interval}, n = {}{notes})", verdict.n)
}

fn tables(scenario: &Scenario) -> Vec<(&'static str, Vec<Column>)> {
    let last = last_day(scenario);
    let column = |heading, query: &str| Column { heading, query: query.to_owned(), rare: false };
    let rare = |heading, query: &str| Column { rare: true, ..column(heading, query) };
    vec![
        (
            "Alerts delivered and leaked reads, in the window",
            vec![
                column("unwanted\nalerts", "unwanted-alerts.delivered.total"),
                column("E4s\ndelivered", "alerts.delivered{class=e4}.total"),
                column("notices\ndelivered", "alerts.delivered{class=notice}.total"),
                column("leaked reads\nemitted", "leaked-reads.emitted.total"),
                column("leaked reads\ndelivered", "leaked-reads.delivered.total"),
                column("leaked reads\nretained", "leaked-reads.retained.total"),
            ],
        ),
        (
            "Exposure, stocks at the end of the window, and the busiest times\n\
             * The minute follows from conventions: an SSD begins at 00:00:00, pushes and runs keep to exact seconds",
            vec![
                column("exposure,\ndevice-days", "exposure.days.total"),
                column("not initiated,\nmeter points", &format!("not-initiated.open{{at={last}}}.total")),
                column("cases open,\ndevices", &format!("cases.open{{at={last}}}.total")),
                column("with leaks,\nmeter points", "reads.per-consumer.total"),
                column("busiest minute*,\nunwanted alerts", "alerts.peak-minute.total"),
                column("busiest day,\nunwanted alerts", "alerts.peak-day.total"),
            ],
        ),
        (
            "Requests, in the window",
            vec![
                column("6.23s\naccepted", "requests{reference=6.23,outcome=accepted}.total"),
                column("6.23s\nrefused\nwith E4", "requests{reference=6.23,outcome=e4}.total"),
                column("6.8s\naccepted", "requests{reference=6.8,outcome=accepted}.total"),
                column("5.3s\naccepted", "requests{reference=5.3,outcome=accepted}.total"),
            ],
        ),
        (
            "Side effects, in the window",
            vec![
                column("closing\nreads\nkept", "closing-reads.retained.total"),
                column("spoiled\nswitches", "spoiled-switches.total"),
                rare("closing\nreads\nblocked", "false-blocks{kind=closing-read}.total"),
                rare("other\nalerts falsely\nblocked", "false-blocks{kind=stale-copy}.total"),
                rare("lost\nsafety\nalerts", "lost-safety-alerts.total"),
                rare("orphan\ndevice-days", "orphan.days.total"),
                rare("alerts\nlost", "alerts.lost.total"),
            ],
        ),
    ]
}

/// What prepay meters risk under each policy, where there is any.
fn push_supply_risk(out: &mut String, scenario: &Scenario, results: &Results) {
    let column = |query: &str| Column { heading: "", query: query.to_owned(), rare: true };
    let [days, switches] = [column("supply-risk.meter-days.total"), column("supply-risk.switches.total")];
    let level = scenario.experiment.confidence;
    let in_line = |policy: usize, column: &Column| cell(results, policy, &column.query, level).replace('\n', " ");
    let policies = || scenario.policies.iter().enumerate();
    if policies().all(|(i, _)| value_of(results, i, &days.query, level).is_none_or(|s| s.mean == 0.0)) {
        return;
    }
    let of_policy = |(i, policy): (usize, &Policy)| format!("{} {}", visible(&policy.id), in_line(i, &days));
    let words = format!(
        "Supply risk of prepay meters by inference, meter-days: {}. Under the baseline it follows {} switches.",
        policies().map(of_policy).collect::<Vec<_>>().join("; "),
        in_line(results.baseline, &switches)
    );
    push_filled(out, "", &words);
    push_definitions(out, &[days, switches]);
}

/// What the metrics of a table mean, a line each: the first sentence of the catalogue's.
fn push_definitions(out: &mut String, columns: &[Column]) {
    let metrics = columns.iter().filter_map(|column| query_of(&column.query)).map(|query| query.metric);
    let mut metrics: Vec<usize> = metrics.collect();
    metrics.dedup();
    let longest = metrics.iter().map(|metric| METRICS[*metric].name.len()).max().unwrap_or(0);
    let indent = " ".repeat(longest + 4);
    for metric in metrics {
        let Metric { name, about, .. } = METRICS[metric];
        let sentence = about.split_once(". ").map_or(about.trim_end_matches('.'), |(first, _)| first);
        let options = textwrap::Options::new(WIDTH).subsequent_indent(&indent);
        let _ = writeln!(out, "{}", textwrap::fill(&format!("  {name:<longest$}  {sentence}"), options));
    }
    out.push('\n');
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

/// A mean and, beneath it, its interval, or in how many replications there was any where these are too few for an interval.
fn cell(results: &Results, policy: usize, query: &str, level: f64) -> String {
    let Some(summary) = value_of(results, policy, query, level) else { return "-".into() };
    let mean = number(summary.mean);
    match (summary.interval, summary.at_least_one) {
        (Some([low, high]), _) if summary.method == Method::StudentT && low > 0.0 => {
            format!("{mean}\n± {}", number((high - low) / 2.0))
        }
        (Some(bounds), _) => {
            let [low, high] = bounds.map(|bound| if bound < 1.0 { significant(bound, 2) } else { number(bound) });
            format!("{mean}\n{low}..{high}")
        }
        (None, any) if summary.method == Method::TooRare => match (any, summary.runs) {
            (Some(any), _) => format!("{mean}\nin {} of {}", any.runs, summary.n),
            (None, [low, high]) => format!("{mean}\n[{} .. {}]", number(low), number(high)),
        },
        _ => mean,
    }
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
        let level = scenario.experiment.confidence;
        let words = format!(
            "Each cell: the mean of {n} replications; beneath, its {} % interval: ± by Student's t, or low..high by a bootstrap where \
             they are skewed. Where too few differ for one: in how many there was any, or their [range]. Nothing beneath: \
             the same in each; 0 in all bounds the probability of any at {} %, not the mean. A busiest minute or day is \
             the mean of each replication's own. Messages, capacity and backlogs show means alone. \
             The policies see the same switches, delays and faults; two can differ for certain although their intervals overlap.",
            level * 100.0,
            significant(100.0 * statistics::any_after_none(n, level), 2)
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
fn push_assumed(out: &mut String, scenario: &Scenario) {
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
    if scenario.id == BUILT_IN_ID {
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
}

/// The stocks that the DCC published for the window of the built-in scenario.
fn push_published(out: &mut String, scenario: &Scenario, results: &Results) {
    out.push_str("Meter points not initiated, in the reading defined below, beside what the DCC published\n");
    for (date, published) in [("2018-11-30", 758.0), ("2018-12-31", 1_046.0)] {
        let query = format!("not-initiated.open{{at={date}}}.total");
        let Some(summary) = value_of(results, results.baseline, &query, scenario.experiment.confidence) else {
            continue;
        };
        let against = |[low, high]: [f64; 2]| {
            let place = if (low..=high).contains(&published) { "inside" } else { "outside" };
            (place, format!("[{} .. {}]", number(low), number(high)))
        };
        let _ = write!(out, "  {date}: published {}", number(published));
        match summary.interval.map(against) {
            Some((place, interval)) => {
                let (in_range, range) = against(summary.runs);
                let _ = writeln!(
                    out,
                    ", {place} the mean's interval {interval}, {in_range} the replications' range {range}"
                );
            }
            None => {
                let _ = writeln!(out, ", simulated {}", number(summary.mean));
            }
        }
    }
    out.push('\n');
}

/// What the numbers of scripted meters are worth.
fn push_scripted(out: &mut String, scenario: &Scenario) {
    let faults = scenario.injections.iter().any(|injection| {
        let draws = match &injection.fault {
            Fault::Delayed(law) => !matches!(law, Law::Fixed(_) | Law::Never),
            Fault::RegistrationOutage(outage) => outage.clearing > Seconds(0),
            Fault::BookTransfer(transfer) => transfer.draws(),
            _ => false,
        };
        draws || (injection.share > 0.0 && injection.share < 1.0)
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
