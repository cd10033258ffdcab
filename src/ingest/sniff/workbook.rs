//! The sheets of a workbook as rows of texts.

use std::io::Cursor;

use calamine::{Data, Reader, open_workbook_auto_from_rs};

use super::{Refusal, refused};

/// Most rows of a sheet that are looked at.
const ROWS_MAX: usize = 2_000;

/// A sheet's name and its first rows.
pub type Sheet = (String, Vec<Vec<String>>);

/// The sheets of a workbook that have rows, in its order.
///
/// # Errors
/// Why the workbook cannot be read.
pub fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Refusal> {
    let opened = open_workbook_auto_from_rs(Cursor::new(bytes));
    let mut workbook = match opened {
        Ok(workbook) => workbook,
        Err(error) => {
            let help = "save the workbook again as .xlsx, without a password";
            return refused(format!("the workbook cannot be read: {error}"), help);
        }
    };
    let names = workbook.sheet_names();
    let sheet = |name: String| {
        let range = workbook.worksheet_range(&name).ok()?;
        let rows = range.rows().take(ROWS_MAX).map(|row| row.iter().map(text).collect());
        Some((name, rows.collect::<Vec<Vec<String>>>())).filter(|(_, rows)| !rows.is_empty())
    };
    Ok(names.into_iter().filter_map(sheet).collect())
}

/// A cell as text: a date as an ISO date, a number as its digits.
fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => other.to_string(),
    }
}
