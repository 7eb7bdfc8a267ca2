//! Conditions in a shop's settings: JSON that means something to a device.

use crate::condition::lint::{Severity, lint};
use serde_json::Value;

/// A condition that the settings write as JSON in a text. `Err`: what is wrong with it, and where.
pub(super) fn condition(text: &str) -> Result<Value, String> {
    let condition = serde_json::from_str(text).map_err(|e| format!("when is no JSON: {e}."))?;
    sound(&condition)?;
    Ok(condition)
}

/// Refuses what `nearshelf conditions check` calls an error. Groups are the page's, so that nothing is known of them here.
pub(super) fn sound(condition: &Value) -> Result<(), String> {
    match lint(condition, None).into_iter().find(|f| f.severity == Severity::Error) {
        Some(found) => Err(format!("{}: {}", found.path, found.message)),
        None => Ok(()),
    }
}

/// True for a condition, as JSON, that asks about the shopper: as `asksForShopper` of the JavaScript has it.
pub(super) fn asks_for_shopper(condition: &str) -> bool {
    condition.contains("\"shopper\"") || condition.contains("\"shopper.")
}
