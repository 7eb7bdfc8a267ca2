//! The JSON schema of everything that can leave a device, made from what writes it.

use super::REPORT_BYTES;
use super::message::LINE;
use crate::privacy::ledger::Metric;
use crate::privacy::noise::{MOST_SYMBOLS, Mechanism};
use serde_json::{Value, json};

/// A request as a page makes it, with the body both as bytes and as the line that it stands for. Nothing else leaves: what is not in here is no
/// request of the package's. Requests for the shop's own files carry no body, no cookie and nothing of the shopper.
///
/// # Example: what the package carries is what the code says
///
/// ```
/// let schema = nearshelf::report::outgoing::schema();
/// assert_eq!(schema["$defs"]["report"]["properties"]["body"]["minItems"], 37);
/// assert_eq!(schema["$defs"]["line"]["properties"]["metric"]["enum"].as_array().map(Vec::len), Some(12));
/// ```
pub fn schema() -> Value {
    let metrics = Metric::ALL.map(Metric::code);
    let numbers = Metric::ALL.map(|m| m as u8);
    let mechanisms = [Mechanism::KaryResponse, Mechanism::UnaryEncoding];
    let byte = json!({ "type": "integer", "minimum": 0, "maximum": 255 });
    let mut first =
        vec![json!({ "const": 2 }), json!({ "enum": numbers }), json!({ "enum": mechanisms.map(|m| m as u8) })];
    first.push(json!({ "type": "integer", "minimum": 2, "maximum": MOST_SYMBOLS }));
    let answers = json!({ "oneOf": [
        { "properties": { "mechanism": { "const": Mechanism::KaryResponse.code() },
                          "answer": { "type": "integer", "minimum": 0, "maximum": MOST_SYMBOLS - 1 } } },
        { "properties": { "mechanism": { "const": Mechanism::UnaryEncoding.code() },
                          "answer": { "type": "string", "pattern": format!("^([0-9a-f]{{2}}){{1,{}}}$", MOST_SYMBOLS.div_ceil(8)) } } },
    ] });
    let line = json!({
        "type": "object",
        "properties": {
            "v": { "const": LINE },
            "schema": { "type": "integer", "minimum": 0, "maximum": u32::MAX },
            "epoch": { "type": "string", "pattern": "^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$" },
            "metric": { "enum": metrics },
            "mechanism": { "enum": mechanisms.map(Mechanism::code) },
            "answer": { "type": ["integer", "string"] },
            "id": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
        },
        "required": ["v", "schema", "epoch", "metric", "mechanism", "answer", "id"],
        "additionalProperties": false,
        "allOf": [answers],
    });
    let report = json!({
        "type": "object",
        "properties": {
            "kind": { "const": "report" },
            "method": { "const": "POST" },
            "credentials": { "const": "omit" },
            "referrer": { "const": "no-referrer" },
            "cache": { "const": "no-store" },
            "headers": { "type": "object", "additionalProperties": false,
                         "properties": { "content-type": { "const": "application/octet-stream" } } },
            "body": { "type": "array", "prefixItems": first, "items": byte, "minItems": REPORT_BYTES, "maxItems": REPORT_BYTES },
            "line": { "$ref": "#/$defs/line" },
        },
        "required": ["kind", "method", "credentials", "referrer", "body", "line"],
        "additionalProperties": false,
    });
    let file = json!({
        "type": "object",
        "properties": { "kind": { "const": "file" }, "method": { "const": "GET" }, "headers": { "type": "object", "maxProperties": 0 },
                        "credentials": { "enum": ["omit", "same-origin"] } },
        "required": ["kind", "method"],
        "additionalProperties": false,
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Everything that can leave a device",
        "oneOf": [{ "$ref": "#/$defs/report" }, { "$ref": "#/$defs/file" }],
        "$defs": { "report": report, "file": file, "line": line },
    })
}
