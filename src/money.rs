//! Money: integer minor units and ISO 4217 exponents.

/// An amount in minor units of some currency (fen, cents), never negative for a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Minor(pub i64);

/// Digits after the point of a currency, by ISO 4217 (amendment 177); 2 where the code is not an exception.
///
/// ```
/// use nearshelf::money::exponent;
/// assert_eq!((exponent("CNY"), exponent("JPY"), exponent("KWD")), (2, 0, 3));
/// ```
pub fn exponent(currency: &str) -> u8 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// The largest amount there is, in minor units: 2^53, beyond which a double is not exact.
pub const LARGEST: i64 = 1 << 53;

/// Why a price text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceError {
    /// Nothing but spaces.
    Empty,
    /// No decimal number, or a sign, or two points.
    NotANumber,
    /// More than the format can hold (2^53 minor units).
    TooLarge,
}

/// Reads a price in major units exactly: `"12.90"`, `"1,299.00"`, `"¥59"`. Digits beyond the exponent are rounded half up.
///
/// ```
/// use nearshelf::money::{parse_price, Minor, PriceError};
/// assert_eq!(parse_price("12.90", 2), Ok(Minor(1290)));
/// assert_eq!(parse_price("¥1,299", 2), Ok(Minor(129_900)));
/// assert_eq!(parse_price("980", 0), Ok(Minor(980)));
/// assert_eq!(parse_price("-3", 2), Err(PriceError::NotANumber));
/// ```
///
/// # Errors
///
/// [`PriceError`] says what is wrong with the text.
pub fn parse_price(text: &str, exponent: u8) -> Result<Minor, PriceError> {
    // Most have nothing around the number; only of the others it is looked at what that is.
    let plain = parse_digits(text.as_bytes(), exponent);
    if plain != Err(PriceError::NotANumber) {
        return plain;
    }
    let text = text.trim().trim_start_matches(['¥', '￥', '$', '€', '£']).trim();
    if text.is_empty() { Err(PriceError::Empty) } else { parse_digits(text.as_bytes(), exponent) }
}

/// As [`parse_price`], of what has nothing around it.
#[inline(never)]
pub(crate) fn parse_digits(text: &[u8], exponent: u8) -> Result<Minor, PriceError> {
    // `left`: digits after the point that still count.
    let (mut value, mut left) = (0, exponent);
    let (mut seen, mut point, mut rounded, mut round_up) = (false, false, false, false);
    for c in text {
        let digit = c.wrapping_sub(b'0');
        if digit > 9 {
            match c {
                b'.' if !point => point = true,
                b',' if !point && seen => {}
                _ => return Err(PriceError::NotANumber),
            }
            continue;
        }
        seen = true;
        if point {
            if left == 0 {
                round_up |= !rounded && digit > 4;
                rounded = true;
                continue;
            }
            left -= 1;
        }
        value = ten_times(value)? + i64::from(digit);
    }
    if !seen {
        return Err(PriceError::NotANumber);
    }
    for _ in 0..left {
        value = ten_times(value)?;
    }
    value += i64::from(round_up);
    if value > LARGEST { Err(PriceError::TooLarge) } else { Ok(Minor(value)) }
}

/// Never near the end of the numbers there are, so that nothing more has to be checked: in wasm that is a call of many instructions.
fn ten_times(value: i64) -> Result<i64, PriceError> {
    if value > LARGEST { Err(PriceError::TooLarge) } else { Ok(value * 10) }
}

/// A price from a host's number of major units; `None` when it is negative, not finite or too large.
pub fn price_from_f64(major: f64, exponent: u8) -> Option<Minor> {
    let minor = libm::round(major * f64::from(10_u32.pow(u32::from(exponent.min(9)))));
    (minor.is_finite() && (0.0..=LARGEST as f64).contains(&minor)).then_some(Minor(minor as i64))
}

/// The half-octave a price lies in: 0 for nothing, then a step each time the price grows by √2.
///
/// Bands are of equal width to the eye: 10 to 14 is as far as 1,000 to 1,400.
pub fn price_band(price: Minor) -> u32 {
    let Ok(v) = u64::try_from(price.0) else { return 0 };
    if v == 0 {
        return 0;
    }
    let octave = v.ilog2();
    // v ≥ 2^octave · √2 is v² ≥ 2^(2·octave+1), in integers.
    let upper_half = u128::from(v) * u128::from(v) >= 1_u128 << (2 * octave + 1);
    1 + 2 * octave + u32::from(upper_half)
}

/// The lowest price of a band and the lowest of the next one, in minor units.
pub fn band_limits(band: u32) -> (i64, i64) {
    let low = |b: u32| match b {
        0 => 0_i64,
        b => {
            let whole = 1_i64 << ((b - 1) / 2).min(61);
            if (b - 1) % 2 == 0 { whole } else { libm::ceil(whole as f64 * core::f64::consts::SQRT_2) as i64 }
        }
    };
    (low(band), low(band + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn prices_are_read_exactly() {
        assert_eq!(parse_price("0.1", 2), Ok(Minor(10)));
        assert_eq!(parse_price("1.005", 2), Ok(Minor(101)));
        assert_eq!(parse_price("1.0049", 2), Ok(Minor(100)));
        assert_eq!(parse_price(" 7 ", 3), Ok(Minor(7000)));
        assert_eq!(parse_price("19.5", 0), Ok(Minor(20)));
        assert_eq!(parse_price("", 2), Err(PriceError::Empty));
        assert_eq!(parse_price("1.2.3", 2), Err(PriceError::NotANumber));
        assert_eq!(parse_price("free", 2), Err(PriceError::NotANumber));
        assert_eq!(parse_price("99999999999999999999", 2), Err(PriceError::TooLarge));
        assert_eq!(price_from_f64(19.99, 2), Some(Minor(1999)));
        assert_eq!(price_from_f64(f64::INFINITY, 2), None);
        assert_eq!(price_from_f64(-1.0, 2), None);
    }

    #[test]
    fn bands_hold_what_their_limits_say() {
        for v in (0..200_000).chain([i64::MAX >> 11]) {
            let (low, high) = band_limits(price_band(Minor(v)));
            assert!(low <= v && v < high, "{v} is not in {low}..{high}");
        }
    }
}
