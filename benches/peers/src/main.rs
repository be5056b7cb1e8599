//! `meterchurn-peers PEER METERS` runs one peer and prints one line of JSON: its totals, and what it took.

use std::error::Error;
use std::fs;

use meterchurn_peers::solr::{self, Book};
use meterchurn_peers::totals::Totals;
use meterchurn_peers::{floor, heap, nexo, walk};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde_json::{Value, json};

const PEERS: &str = "draws, floor, walk, heap-changes, nexosim-changes, heap, nexosim, solr, solr-heap";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [peer, meters] = args.as_slice() else { return Err("usage: meterchurn-peers PEER METERS".into()) };
    let meters: u32 = meters.parse()?;
    let totals = match peer.as_str() {
        "draws" => {
            floor::draws(meters);
            Value::Null
        }
        "floor" => {
            floor::run(meters);
            Value::Null
        }
        "walk" => of_year(&walk::run(meters)),
        "heap-changes" => of_year(&heap::changes(meters)),
        "nexosim-changes" => of_year(&nexo::changes(meters)?),
        "heap" => of_year(&heap::alerts(meters)),
        "nexosim" => of_year(&nexo::alerts(meters)?),
        "solr" => of_book(&solr::sorted(meters)),
        "solr-heap" => of_book(&solr::heap(meters)),
        _ => return Err(format!("no peer {peer:?}: {PEERS}").into()),
    };
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let cpu = (usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6;
    println!(
        "{}",
        json!({
            "peer": peer,
            "meters": meters,
            "totals": totals,
            "cpu_seconds": cpu,
            "peak_mib": peak_mib()?,
        })
    );
    Ok(())
}

fn of_year(totals: &Totals) -> Value {
    json!({
        "cases": totals.cases,
        "leaked_reads": totals.leaked_reads(),
        "rejections": totals.rejections(),
        "by_hour": totals.hours_digest(),
        "by_supplier": totals.losers_digest(),
    })
}

fn of_book(book: &Book) -> Value {
    json!({
        "served": book.served,
        "waited": book.waited,
        "longest": book.longest,
        "leaked_reads": book.alerts.leaked_reads(),
        "rejections": book.alerts.rejections(),
        "by_hour": book.alerts.hours_digest(),
    })
}

/// The most memory that this process held. Not from `getrusage`, which counts what held the process before it was ours.
fn peak_mib() -> Result<f64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM: is this Linux?")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1_024.0)
}
