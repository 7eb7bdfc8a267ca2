//! Tables of customers with what BG/NBD and Gamma-Gamma need of each.

use super::rejects::{Part, Rejects};
use super::table::{Row, Table};
use super::{Progress, source};
use crate::error::{Code, Error, Result};
use crate::forecast::Purchases;
use std::path::Path;

/// One customer.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerSummary {
    /// Their id, as the file has it.
    pub id: String,
    /// How often and when, in the unit of the file.
    pub purchases: Purchases,
    /// Mean value of a repeat purchase, 0 without one; `None` where the file has none.
    pub zbar: Option<f64>,
}

/// A table's customers, in its order.
#[derive(Debug, Clone, Default)]
pub struct Summaries {
    /// Those that can be.
    pub rows: Vec<CustomerSummary>,
    /// Whether there is a column `zbar`.
    pub has_zbar: bool,
    /// Those that cannot.
    pub rejects: Rejects,
}

impl Summaries {
    /// Reads columns `customer_id`, `x`, `t_x`, `T` and, where there is one, `zbar`; others are not looked at.
    ///
    /// # Errors
    ///
    /// `io`; `bad_table` where a column is missing.
    pub fn read(path: &Path, progress: &dyn Progress) -> Result<Summaries> {
        progress.stage("reading customers", source::bytes(std::iter::once(path)));
        let table = Table::open(path, progress)?;
        let find = |name: &str| {
            table.column(&[name]).ok_or_else(|| {
                let detail = format!("{} has no column \"{name}\"; it has {}.", path.display(), table.listed());
                Error::new(Code::BadTable, detail)
            })
        };
        let (id, x, t_x, t) = (find("customer_id")?, find("x")?, find("t_x")?, find("T")?);
        let zbar = table.column(&["zbar"]);
        let mut out = Summaries { has_zbar: zbar.is_some(), ..Summaries::default() };
        let mut rejects = Rejects::default();
        table.for_each(Part::Log, &mut rejects, progress, |row: &Row<'_>| {
            let number = |c: usize| row.get(Some(c)).parse::<f64>().unwrap_or(f64::NAN);
            let purchases = Purchases::new(number(x), number(t_x), number(t)).map_err(|m| m.reason())?;
            let zbar = match row.get(zbar) {
                "" => None,
                text => {
                    Some(text.parse().ok().filter(|z: &f64| z.is_finite() && *z >= 0.0).ok_or("zbar is no amount")?)
                }
            };
            out.rows.push(CustomerSummary { id: row.get(Some(id)).to_string(), purchases, zbar });
            Ok(())
        })?;
        out.rejects = rejects;
        Ok(out)
    }
}
