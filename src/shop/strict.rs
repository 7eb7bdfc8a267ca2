//! Tables that have to be right in every row.

use super::rejects::{Part, Rejects};
use super::table::{Row, Table};
use super::{Progress, source};
use crate::error::{Code, Error, Result};
use std::path::Path;

/// Gives some columns of every row to `f`.
///
/// # Errors
///
/// `io`; `bad_table` where a column is missing, or for the first row of which `f` says why it cannot be used.
pub fn for_each_row<const N: usize>(
    path: &Path,
    columns: [&str; N],
    progress: &dyn Progress,
    mut f: impl FnMut([&str; N]) -> std::result::Result<(), &'static str>,
) -> Result<()> {
    progress.stage(&format!("reading {}", source::name(path)), source::bytes(std::iter::once(path)));
    let table = Table::open(path, progress)?;
    let mut places = [None; N];
    for (place, name) in places.iter_mut().zip(columns) {
        *place = table.column(&[name]);
        if place.is_none() {
            let detail = format!("{} has no column \"{name}\"; it has {}.", path.display(), table.listed());
            return Err(Error::new(Code::BadTable, detail));
        }
    }
    let mut rejects = Rejects::default();
    table.for_each(Part::Log, &mut rejects, progress, |row: &Row<'_>| Ok(f(places.map(|p| row.get(p)))?))?;
    match rejects.rows().first() {
        None => Ok(()),
        Some(r) => {
            let detail = format!("{} line {}: {} ({}).", path.display(), r.line, r.reason, r.row);
            Err(Error::new(Code::BadTable, detail))
        }
    }
}
