//! `results.parquet`: the whole cube, one row for each policy, replication and key, and the outline of the study. A
//! report can be made from it alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use serde::{Deserialize, Serialize};

use super::{Form, RenderError, Report};
use crate::report::estimates::margin_name;
use crate::report::outline::Outline;
use crate::results::catalogue::{Block, Catalogue};
use crate::results::cube::{Cube, CubeError, Run, Runs};
use crate::results::dimension::Dimension;

/// The file's name.
pub const FILE: &str = "results.parquet";

/// The form.
pub const FORM: Form =
    Form { name: None, file: Some(FILE), about: "All values of all replications as Parquet", is_data: true, render };

/// The key of the metadata that holds [`About`].
const ABOUT: &str = "meterchurn";
/// Version of the file's form.
const FORMAT: u32 = 1;
/// Columns before those of labels, and the one after them.
const POLICY: usize = 0;
const REPLICATION: usize = 1;
const METRIC: usize = 2;
const MARGIN: usize = 3;
const FIRST_LABEL: usize = 4;

/// What the rows do not say.
#[derive(Serialize, Deserialize)]
struct About {
    format: u32,
    version: String,
    baseline: String,
    fingerprints: Vec<Vec<String>>,
    outline: Outline,
}

/// Why results cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not a whole Parquet file.
    #[error("not a complete Parquet file: {0}")]
    Parquet(#[from] ParquetError),
    /// It is not one of this program's.
    #[error("not a file of results of this program")]
    Foreign,
    /// It was written by a version that this one does not read.
    #[error("written by version {found} of the program; this is version {this}", this = env!("CARGO_PKG_VERSION"))]
    Version {
        /// The version that wrote it.
        found: String,
    },
    /// Its values do not make up a cube.
    #[error(transparent)]
    Cube(#[from] CubeError),
}

fn schema() -> Result<Arc<Type>, ParquetError> {
    let text = |name: &str, repetition| {
        Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_logical_type(Some(LogicalType::String))
            .with_repetition(repetition)
            .build()
    };
    let whole = |name: &str, physical, bits| {
        Type::primitive_type_builder(name, physical)
            .with_logical_type(Some(LogicalType::integer(bits, false)))
            .with_repetition(Repetition::REQUIRED)
            .build()
    };
    let mut fields = vec![
        text("policy", Repetition::REQUIRED)?,
        whole("replication", Physical::INT32, 32)?,
        text("metric", Repetition::REQUIRED)?,
        text("margin", Repetition::REQUIRED)?,
    ];
    for dimension in Dimension::ALL {
        fields.push(text(dimension.name(), Repetition::OPTIONAL)?);
    }
    fields.push(whole("value", Physical::INT64, 64)?);
    let fields = fields.into_iter().map(Arc::new).collect();
    Type::group_type_builder("results").with_fields(fields).build().map(Arc::new)
}

fn render(report: &Report<'_>) -> Result<Vec<u8>, RenderError> {
    let cube = report.cube();
    let fingerprints = |runs: &Runs| runs.runs.iter().map(|run| run.fingerprint.to_string()).collect();
    let about = About {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        baseline: cube.policies()[cube.baseline()].policy.clone(),
        fingerprints: cube.policies().iter().map(fingerprints).collect(),
        outline: report.outline().clone(),
    };
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("meterchurn ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(vec![KeyValue::new(ABOUT.to_owned(), serde_json::to_string(&about)?)]))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema()?, Arc::new(properties))?;
    for runs in cube.policies() {
        let mut group = writer.next_row_group()?;
        write_policy(&mut group, cube, runs)?;
        group.close()?;
    }
    Ok(writer.into_inner()?)
}

/// Texts as the writer takes them, each held once.
#[derive(Default)]
struct Texts<'t>(BTreeMap<&'t str, ByteArray>);

impl<'t> Texts<'t> {
    fn of(&mut self, text: &'t str) -> ByteArray {
        self.0.entry(text).or_insert_with(|| ByteArray::from(text.as_bytes().to_vec())).clone()
    }
}

/// The rows of a policy: replication by replication, key by key. One column is built at a time.
fn write_policy<'c, W: std::io::Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    cube: &'c Cube,
    runs: &'c Runs,
) -> Result<(), ParquetError> {
    let (catalogue, mut texts) = (cube.catalogue(), Texts::default());
    let text = |group: &mut SerializedRowGroupWriter<'_, W>, values: &[ByteArray], levels: Option<&[i16]>| {
        let Some(mut column) = group.next_column()? else { return Ok(()) };
        for _ in &runs.runs {
            column.typed::<ByteArrayType>().write_batch(values, levels, None)?;
        }
        column.close()
    };
    text(group, &vec![texts.of(&runs.policy); catalogue.len()], None)?;
    if let Some(mut column) = group.next_column()? {
        for replication in cube.replications() {
            column.typed::<Int32Type>().write_batch(&vec![*replication as i32; catalogue.len()], None, None)?;
        }
        column.close()?;
    }
    let of_blocks = |name: &mut dyn FnMut(&'c Block) -> ByteArray| -> Vec<ByteArray> {
        catalogue.blocks().iter().flat_map(|block| std::iter::repeat_n(name(block), block.places().len())).collect()
    };
    text(group, &of_blocks(&mut |block| texts.of(block.metric.id)), None)?;
    text(group, &of_blocks(&mut |block| ByteArray::from(margin_name(&block.dimensions).into_bytes())), None)?;
    for dimension in Dimension::ALL {
        let labels = || catalogue.keys().map(|key| key.label(*dimension));
        let levels: Vec<i16> = labels().map(|label| i16::from(label.is_some())).collect();
        let values: Vec<ByteArray> = labels().flatten().map(|label| texts.of(label)).collect();
        text(group, &values, Some(&levels))?;
    }
    if let Some(mut column) = group.next_column()? {
        for run in &runs.runs {
            let values: Vec<i64> = run.values.iter().map(|value| *value as i64).collect();
            column.typed::<Int64Type>().write_batch(&values, None, None)?;
        }
        column.close()?;
    }
    Ok(())
}

/// Reads the outline and the cube back from a file's bytes.
///
/// # Errors
/// If it is not a complete file that this version of the program wrote.
pub fn read(bytes: Vec<u8>) -> Result<(Outline, Cube), ReadError> {
    let file = SerializedFileReader::new(Bytes::from(bytes))?;
    let metadata = file.metadata().file_metadata();
    let entries = metadata.key_value_metadata().into_iter().flatten();
    let about = entries.filter(|entry| entry.key == ABOUT).find_map(|entry| entry.value.as_deref());
    let about: serde_json::Value = about.and_then(|text| serde_json::from_str(text).ok()).ok_or(ReadError::Foreign)?;
    let version = about.get("version").and_then(serde_json::Value::as_str).unwrap_or("unknown");
    if version != env!("CARGO_PKG_VERSION") || about.get("format") != Some(&FORMAT.into()) {
        return Err(ReadError::Version { found: version.to_owned() });
    }
    let About { baseline, fingerprints, outline, .. } =
        serde_json::from_value(about).map_err(|_| ReadError::Foreign)?;
    let replications = fingerprints.first().map_or(0, Vec::len);
    let (mut keys, mut numbers, mut policies) = (None, Vec::new(), Vec::new());
    for (place, fingerprints) in fingerprints.iter().enumerate() {
        let group = file.get_row_group(place)?;
        let rows = group.metadata().num_rows() as usize;
        let of_run = rows / replications.max(1);
        let catalogue = match &keys {
            Some(catalogue) => catalogue,
            None => {
                numbers = numbers_of(&*group, of_run)?;
                keys.insert(catalogue_of(&*group, of_run)?)
            }
        };
        let policy = texts(&*group, POLICY, 1)?.remove(0).unwrap_or_default();
        let values = whole_numbers(&*group, FIRST_LABEL + Dimension::ALL.len(), rows)?;
        let found = fingerprints.len();
        if found != replications || of_run != catalogue.len() || values.len() != rows {
            return Err(CubeError::Size {
                what: "rows of a policy",
                expected: catalogue.len() * replications,
                found: rows,
            }
            .into());
        }
        let run = |(values, text): (&[u64], &String)| {
            let fingerprint = text.parse().map_err(|_| CubeError::Fingerprint(text.clone()))?;
            Ok(Run { values: values.to_vec(), fingerprint, series: None })
        };
        let runs = values.chunks_exact(of_run.max(1)).zip(fingerprints).map(run).collect::<Result<_, CubeError>>()?;
        policies.push(Runs { policy, runs });
    }
    let baseline = policies.iter().position(|runs| runs.policy == baseline).ok_or(CubeError::NoBaseline)?;
    Ok((outline, Cube::new(keys.unwrap_or_default(), numbers, policies, baseline)?))
}

/// The numbers of the replications: one every run.
fn numbers_of(group: &dyn RowGroupReader, of_run: usize) -> Result<Vec<u32>, ReadError> {
    let rows = group.metadata().num_rows() as usize;
    let parquet::column::reader::ColumnReader::Int32ColumnReader(mut column) = group.get_column_reader(REPLICATION)?
    else {
        return Err(ReadError::Foreign);
    };
    let mut all = Vec::with_capacity(rows);
    column.read_records(rows, None, None, &mut all)?;
    Ok(all.into_iter().step_by(of_run.max(1)).map(|number| number as u32).collect())
}

/// What the values of the first run are. The name of the margin gives the order of the labels.
fn catalogue_of(group: &dyn RowGroupReader, keys: usize) -> Result<Catalogue, ReadError> {
    let (metrics, margins) = (texts(group, METRIC, keys)?, texts(group, MARGIN, keys)?);
    let mut labels = Vec::new();
    for place in 0..Dimension::ALL.len() {
        labels.push(texts(group, FIRST_LABEL + place, keys)?);
    }
    let key = |place: usize| {
        let margin = margins[place].as_deref().unwrap_or_default().split('+').filter_map(Dimension::named);
        let label = |dimension: Dimension| Some((dimension, labels[dimension as usize][place].as_deref()?));
        (metrics[place].as_deref().unwrap_or_default(), margin.filter_map(label).collect())
    };
    Ok(Catalogue::from_keys((0..keys).map(key)).map_err(CubeError::from)?)
}

/// The first texts of a column.
fn texts(group: &dyn RowGroupReader, column: usize, rows: usize) -> Result<Vec<Option<String>>, ReadError> {
    let parquet::column::reader::ColumnReader::ByteArrayColumnReader(mut reader) = group.get_column_reader(column)?
    else {
        return Err(ReadError::Foreign);
    };
    let optional = (FIRST_LABEL..FIRST_LABEL + Dimension::ALL.len()).contains(&column);
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    reader.read_records(rows, optional.then_some(&mut levels), None, &mut values)?;
    let mut values = values.into_iter().map(|text: ByteArray| String::from_utf8_lossy(text.data()).into_owned());
    let all: Vec<Option<String>> = match optional {
        true => levels.iter().map(|level| if *level > 0 { values.next() } else { None }).collect(),
        false => values.map(Some).collect(),
    };
    if all.len() == rows { Ok(all) } else { Err(ReadError::Foreign) }
}

fn whole_numbers(group: &dyn RowGroupReader, column: usize, rows: usize) -> Result<Vec<u64>, ReadError> {
    let parquet::column::reader::ColumnReader::Int64ColumnReader(mut reader) = group.get_column_reader(column)? else {
        return Err(ReadError::Foreign);
    };
    let mut values = Vec::with_capacity(rows);
    reader.read_records(rows, None, None, &mut values)?;
    Ok(values.into_iter().map(|value| value as u64).collect())
}
