//! The file of the series of all runs: a row for each policy, replication, leg and step.

use std::sync::Arc;

use jiff::Timestamp;
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use crate::engine::time::Day;
use crate::model::civil::london;
use crate::model::traffic::Leg;
use crate::results::cube::Cube;
use crate::results::frame::Frame;
use crate::results::series::{Resolution, Series, steps};

/// Columns of numbers that every row has.
const COUNTS: [&str; 3] = ["caused", "ordinary", "background"];
/// Columns of numbers of the way south behind a stated capacity.
const QUEUE: [&str; 2] = ["queue", "longest_wait_s"];
/// Bytes of a row in the file (measured, at most).
const BYTES_A_ROW: f64 = 5.0;

/// How many rows the file of a study with this many runs has, and about how many bytes. `None` where no series is asked
/// for.
pub fn size(frame: &Frame, runs: usize) -> Option<(usize, f64)> {
    let rows = frame.series?.steps(frame) * Leg::ALL.len() * runs;
    Some((rows, rows as f64 * BYTES_A_ROW))
}

/// The name of the file and its bytes, for a window that begins on this UTC day. `None` where no series is asked for.
///
/// # Errors
/// When the library refuses it.
pub fn file(cube: &Cube, frame: &Frame, utc_day: Day) -> Result<Option<(&'static str, Vec<u8>)>, ParquetError> {
    let Some(resolution) = frame.series else { return Ok(None) };
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("meterchurn ", env!("CARGO_PKG_VERSION")).to_owned());
    let differences = ["time", "local_time"].into_iter().chain(COUNTS);
    let properties = differences.fold(properties, |properties, column| {
        let column = parquet::schema::types::ColumnPath::from(column);
        properties
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED)
    });
    let mut writer = SerializedFileWriter::new(Vec::new(), schema()?, Arc::new(properties.build()))?;
    let times = Times::of(frame, resolution, utc_day);
    for (policy, runs) in cube.policies().iter().enumerate() {
        let background = |leg: Leg| background(frame, policy, leg, resolution);
        let background: Vec<Vec<i64>> = Leg::ALL.iter().map(|leg| background(*leg)).collect();
        for (replication, run) in cube.replications().iter().zip(&runs.runs) {
            let Some(series) = &run.series else { continue };
            let mut group = writer.next_row_group()?;
            Rows { policy: &runs.policy, replication: *replication, times: &times, background: &background, series }
                .write(&mut group)?;
            group.close()?;
        }
    }
    Ok(Some((resolution.file(), writer.into_inner()?)))
}

fn schema() -> Result<Arc<Type>, ParquetError> {
    let column = |name: &str, physical, logical, repetition| {
        Type::primitive_type_builder(name, physical).with_logical_type(logical).with_repetition(repetition).build()
    };
    let text = |name| column(name, Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED);
    let moment = |name, is_utc| {
        let logical = LogicalType::timestamp(is_utc, TimeUnit::MILLIS);
        column(name, Physical::INT64, Some(logical), Repetition::REQUIRED)
    };
    let mut fields = vec![
        text("policy")?,
        column("replication", Physical::INT32, Some(LogicalType::integer(32, false)), Repetition::REQUIRED)?,
        text("leg")?,
        moment("time", true)?,
        moment("local_time", false)?,
    ];
    for name in COUNTS {
        fields.push(column(name, Physical::INT64, None, Repetition::REQUIRED)?);
    }
    for name in QUEUE {
        fields.push(column(name, Physical::INT64, None, Repetition::OPTIONAL)?);
    }
    let fields = fields.into_iter().map(Arc::new).collect();
    Type::group_type_builder("series").with_fields(fields).build().map(Arc::new)
}

/// When each step begins, in milliseconds since 1970: in UTC, and by the local clock as if it were UTC.
struct Times {
    utc: Vec<i64>,
    local: Vec<i64>,
}

impl Times {
    fn of(frame: &Frame, resolution: Resolution, utc_day: Day) -> Self {
        let first = utc_day.utc_midnight().0;
        let begins = |step: std::ops::Range<usize>| first + 60 * step.start as i64;
        let utc: Vec<i64> = steps(frame, resolution).map(begins).collect();
        let local = |seconds: &i64| {
            let offset = Timestamp::from_second(*seconds).map_or(0, |time| london().to_offset(time).seconds());
            1_000 * (seconds + i64::from(offset))
        };
        Self { local: utc.iter().map(local).collect(), utc: utc.into_iter().map(|seconds| 1_000 * seconds).collect() }
    }
}

fn background(frame: &Frame, policy: usize, leg: Leg, resolution: Resolution) -> Vec<i64> {
    let minutes: Vec<u64> =
        frame.backgrounds.get(policy).map_or(Vec::new(), |background| background.minutes(leg).collect());
    let sum = |step: std::ops::Range<usize>| minutes.get(step).unwrap_or_default().iter().sum::<u64>() as i64;
    steps(frame, resolution).map(sum).collect()
}

/// The rows of a run: leg by leg, step by step.
struct Rows<'r> {
    policy: &'r str,
    replication: u32,
    times: &'r Times,
    background: &'r [Vec<i64>],
    series: &'r Series,
}

impl Rows<'_> {
    fn write<W: std::io::Write + Send>(&self, group: &mut SerializedRowGroupWriter<'_, W>) -> Result<(), ParquetError> {
        let steps = self.times.utc.len();
        let all = steps * Leg::ALL.len();
        let policy = ByteArray::from(self.policy.as_bytes().to_vec());
        texts(group, vec![policy; all])?;
        if let Some(mut column) = group.next_column()? {
            column.typed::<Int32Type>().write_batch(&vec![self.replication as i32; all], None, None)?;
            column.close()?;
        }
        let legs =
            Leg::ALL.iter().flat_map(|leg| std::iter::repeat_n(ByteArray::from(leg.name().as_bytes().to_vec()), steps));
        texts(group, legs.collect())?;
        numbers(group, self.times.utc.repeat(Leg::ALL.len()), None)?;
        numbers(group, self.times.local.repeat(Leg::ALL.len()), None)?;
        let of_legs = |of: &dyn Fn(Leg) -> Vec<i64>| Leg::ALL.iter().flat_map(|leg| of(*leg)).collect();
        numbers(group, of_legs(&|leg| self.series.caused[leg].iter().map(|n| n as i64).collect()), None)?;
        numbers(group, of_legs(&|leg| self.series.ordinary[leg].iter().map(|n| n as i64).collect()), None)?;
        numbers(group, self.background.concat(), None)?;
        for place in 0..QUEUE.len() {
            let queue: Option<Vec<i64>> =
                self.series.queue.as_ref().map(|queue| queue[place].iter().map(|n| n as i64).collect());
            let is_there = |leg: &Leg| i16::from(queue.is_some() && *leg == Leg::South);
            let levels: Vec<i16> = Leg::ALL.iter().flat_map(|leg| std::iter::repeat_n(is_there(leg), steps)).collect();
            numbers(group, queue.unwrap_or_default(), Some(&levels))?;
        }
        Ok(())
    }
}

fn texts<W: std::io::Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: Vec<ByteArray>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
    column.close()
}

fn numbers<W: std::io::Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: Vec<i64>,
    levels: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<Int64Type>().write_batch(&values, levels, None)?;
    column.close()
}
