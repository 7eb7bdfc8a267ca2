//! What is wrong with a cart or a promotion, as a stable code and the place.

use crate::text::decimal;
use alloc::string::String;

/// The kind of mistake in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InvalidCode {
    /// Two lines share an id.
    DuplicateLineId,
    /// A unit price is not an integer of at least zero.
    InvalidPrice,
    /// A quantity is not an integer of at least one.
    InvalidQty,
    /// The lines add up to more than 2^53 − 1.
    AmountOverflow,
    /// The shipping fee is not an integer from zero to 2^53 − 1.
    InvalidShipping,
    /// Two promotions share an id.
    DuplicatePromotionId,
    /// A kind this language does not have.
    UnknownKind,
    /// A window that ends before or when it starts.
    InvalidWindow,
    /// A share outside 0 to 10,000 basis points.
    InvalidPercent,
    /// An amount, price or cap below zero, or a threshold below one.
    InvalidAmount,
    /// A field that is needed is missing, or is of another type or range than the language says.
    Malformed,
}

impl InvalidCode {
    /// The stable word, e.g. `invalid_qty`.
    pub fn code(self) -> &'static str {
        match self {
            InvalidCode::DuplicateLineId => "duplicate_line_id",
            InvalidCode::InvalidPrice => "invalid_price",
            InvalidCode::InvalidQty => "invalid_qty",
            InvalidCode::AmountOverflow => "amount_overflow",
            InvalidCode::InvalidShipping => "invalid_shipping",
            InvalidCode::DuplicatePromotionId => "duplicate_promotion_id",
            InvalidCode::UnknownKind => "unknown_kind",
            InvalidCode::InvalidWindow => "invalid_window",
            InvalidCode::InvalidPercent => "invalid_percent",
            InvalidCode::InvalidAmount => "invalid_amount",
            InvalidCode::Malformed => "malformed",
        }
    }
}

/// The first mistake of an input: what it is and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// What is wrong.
    pub code: InvalidCode,
    /// Where, with indices from zero: `cart.lines[1].qty`.
    pub path: String,
}

impl Invalid {
    /// A mistake at a path that is known already.
    pub fn at(code: InvalidCode, path: impl Into<String>) -> Invalid {
        Invalid { code, path: path.into() }
    }

    /// A mistake in a field of an element: `list[index].field`.
    pub fn within(code: InvalidCode, list: &str, index: usize, field: &str) -> Invalid {
        let index = decimal(index as i64);
        let mut path = String::with_capacity(list.len() + index.len() + field.len() + 3);
        for part in [list, "[", &index, "].", field] {
            path.push_str(part);
        }
        Invalid { code, path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_path_counts_from_zero() {
        let e = Invalid::within(InvalidCode::InvalidQty, "cart.lines", 12, "qty");
        assert_eq!((e.code.code(), e.path.as_str()), ("invalid_qty", "cart.lines[12].qty"));
    }
}
