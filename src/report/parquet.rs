//! Writes and reads tables of text, whole numbers and floats as Parquet, byte-stable.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::column::reader::get_typed_column_reader;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

/// Rows of one row group.
const ROW_GROUP: usize = 65_536;

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Text.
    Text(Vec<String>),
    /// Whole numbers.
    Whole(Vec<i32>),
    /// Floats.
    Float(Vec<f64>),
}

/// Named columns of equal length.
pub type Table = Vec<(String, Cells)>;

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Text(cells) => cells.len(),
            Self::Whole(cells) => cells.len(),
            Self::Float(cells) => cells.len(),
        }
    }

    fn field(&self, name: &str) -> Result<Type> {
        let (physical, converted) = match self {
            Self::Text(_) => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
            Self::Whole(_) => (Physical::INT32, ConvertedType::NONE),
            Self::Float(_) => (Physical::DOUBLE, ConvertedType::NONE),
        };
        Type::primitive_type_builder(name, physical)
            .with_converted_type(converted)
            .with_repetition(Repetition::REQUIRED)
            .build()
    }
}

/// The bytes of `table` as a Parquet file.
///
/// # Errors
/// Where columns have different lengths or the writer refuses them.
pub fn encode(table: &Table) -> Result<Vec<u8>> {
    let rows = table.first().map_or(0, |(_, cells)| cells.len());
    if table.iter().any(|(_, cells)| cells.len() != rows) {
        return Err(ParquetError::General(
            "columns of different length".to_owned(),
        ));
    }
    let fields: Vec<_> = table
        .iter()
        .map(|(name, cells)| cells.field(name).map(Arc::new))
        .collect::<Result<_>>()?;
    let schema = Type::group_type_builder("leverlab")
        .with_fields(fields)
        .build()?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("leverlab version {}", env!("CARGO_PKG_VERSION")))
        .build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))?;
    for start in (0..rows).step_by(ROW_GROUP) {
        let part = start..rows.min(start + ROW_GROUP);
        let mut group = writer.next_row_group()?;
        for (_, cells) in table {
            let mut column = group
                .next_column()?
                .ok_or_else(|| ParquetError::General("too few columns".to_owned()))?;
            match cells {
                Cells::Text(all) => {
                    let values: Vec<ByteArray> = all[part.clone()]
                        .iter()
                        .map(|text| text.as_str().into())
                        .collect();
                    column
                        .typed::<ByteArrayType>()
                        .write_batch(&values, None, None)?;
                }
                Cells::Whole(all) => {
                    column
                        .typed::<Int32Type>()
                        .write_batch(&all[part.clone()], None, None)?;
                }
                Cells::Float(all) => {
                    column
                        .typed::<DoubleType>()
                        .write_batch(&all[part.clone()], None, None)?;
                }
            }
            column.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(bytes)
}

/// The table in a Parquet file that [`encode`] wrote.
///
/// # Errors
/// Where the file cannot be read or holds other column types.
pub fn decode(path: &Path) -> Result<Table> {
    let reader = SerializedFileReader::new(File::open(path)?)?;
    let columns = reader
        .metadata()
        .file_metadata()
        .schema_descr()
        .columns()
        .to_vec();
    let mut table = Table::new();
    for (place, column) in columns.iter().enumerate() {
        let cells = match column.physical_type() {
            Physical::BYTE_ARRAY => Cells::Text(
                whole_column::<ByteArrayType>(&reader, place)?
                    .iter()
                    .map(|value| value.as_utf8().map(str::to_owned))
                    .collect::<Result<_>>()?,
            ),
            Physical::INT32 => Cells::Whole(whole_column::<Int32Type>(&reader, place)?),
            Physical::DOUBLE => Cells::Float(whole_column::<DoubleType>(&reader, place)?),
            other => return Err(ParquetError::General(format!("unexpected type {other}"))),
        };
        table.push((column.name().to_owned(), cells));
    }
    Ok(table)
}

/// All row groups of one column.
fn whole_column<T: DataType>(
    reader: &SerializedFileReader<File>,
    place: usize,
) -> Result<Vec<T::T>> {
    let mut out = Vec::new();
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let mut column = get_typed_column_reader::<T>(group.get_column_reader(place)?);
        let (read, _, _) = column.read_records(rows, None, None, &mut out)?;
        if read != rows {
            return Err(ParquetError::General(format!("{read} of {rows} rows")));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_over_two_row_groups_comes_back_bit_for_bit() {
        let rows = ROW_GROUP + 3;
        let table: Table = vec![
            (
                "name".into(),
                Cells::Text((0..rows).map(|i| format!("基线{}", i % 3)).collect()),
            ),
            ("run".into(), Cells::Whole((0..rows as i32).collect())),
            (
                "value".into(),
                Cells::Float((0..rows).map(|i| 0.1 * i as f64).collect()),
            ),
        ];
        let bytes = encode(&table).expect("encodes");
        assert_eq!(bytes, encode(&table).expect("encodes"), "byte-stable");
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(file.path(), &bytes).expect("writes");
        assert_eq!(decode(file.path()).expect("decodes"), table);
    }

    #[test]
    fn columns_of_different_length_are_refused() {
        let table: Table = vec![
            ("a".into(), Cells::Whole(vec![1])),
            ("b".into(), Cells::Whole(vec![])),
        ];
        assert!(encode(&table).is_err());
    }
}
