//! What is bought and by whom: lines, fees, codes, and the facts about the customer that conditions may ask for.

use super::invalid::{Invalid, InvalidCode};
use super::stops::Stops;
use crate::money::Minor;
use alloc::string::String;
use alloc::vec::Vec;

/// The largest total of a cart: the largest integer that JavaScript holds exactly.
pub(crate) const LARGEST: i64 = (1 << 53) - 1;

/// One line of a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Names the line within its cart.
    pub id: String,
    /// What is bought.
    pub sku: String,
    /// Unit price before any offer, at least zero.
    pub price: Minor,
    /// Units, at least one.
    pub qty: i64,
    /// The store that sells it, or empty.
    pub store: String,
    /// Category path with `/`, or empty.
    pub category: String,
    /// Free words that scopes may name.
    pub tags: Vec<String>,
    /// Lowest unit price that offers may lead to, zero for none.
    pub floor: Minor,
}

impl Default for Line {
    /// One unit of nothing for nothing.
    fn default() -> Line {
        let text = String::new;
        let (price, floor) = (Minor(0), Minor(0));
        Line { id: text(), sku: text(), price, qty: 1, store: text(), category: text(), tags: Vec::new(), floor }
    }
}

/// A cart that was checked: ids are unique, prices and quantities are sound, and the total fits 2^53 − 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    lines: Vec<Line>,
    shipping: Minor,
    /// Codes the customer entered.
    pub codes: Vec<String>,
    /// People who joined a group purchase, by promotion id.
    pub groups: Vec<(String, i64)>,
    /// Promotions whose condition the host found unmet, by id.
    pub unmet: Vec<String>,
    /// What stops offers.
    pub stops: Stops,
}

impl Default for Cart {
    /// An empty cart.
    fn default() -> Cart {
        Cart {
            lines: Vec::new(),
            shipping: Minor(0),
            codes: Vec::new(),
            groups: Vec::new(),
            unmet: Vec::new(),
            stops: Stops::default(),
        }
    }
}

impl Cart {
    /// Checks lines and shipping fee, in the order of the lines.
    ///
    /// # Errors
    ///
    /// The first mistake: `duplicate_line_id`, `invalid_price` or `invalid_qty` of a line, then `amount_overflow`, then
    /// `invalid_shipping`.
    ///
    /// # Example: a quantity of zero
    ///
    /// ```
    /// use nearshelf::money::Minor;
    /// use nearshelf::offer::{Cart, Line};
    /// let line = Line { id: "1".into(), sku: "cup".into(), price: Minor(900), qty: 0, ..Line::default() };
    /// let e = Cart::new(vec![line], Minor(0)).unwrap_err();
    /// assert_eq!((e.code.code(), e.path.as_str()), ("invalid_qty", "cart.lines[0].qty"));
    /// ```
    pub fn new(lines: Vec<Line>, shipping: Minor) -> Result<Cart, Invalid> {
        let mut total = 0_i128;
        for (i, line) in lines.iter().enumerate() {
            total = total.saturating_add(amount(line, i, lines.iter().take(i))?);
        }
        if total > i128::from(LARGEST) {
            return Err(Invalid::at(InvalidCode::AmountOverflow, "cart.lines"));
        }
        if !(0..=LARGEST).contains(&shipping.0) {
            return Err(Invalid::at(InvalidCode::InvalidShipping, "cart.shipping"));
        }
        Ok(Cart { lines, shipping, codes: Vec::new(), groups: Vec::new(), unmet: Vec::new(), stops: Stops::default() })
    }

    /// The lines, in the order of the cart.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The shipping fee before any offer.
    pub fn shipping(&self) -> Minor {
        self.shipping
    }

    /// Whether the cart may have these lines too: not if they take it beyond the largest total.
    ///
    /// # Errors
    ///
    /// As [`Cart::new`], when one of them cannot be a line of any cart.
    pub(crate) fn admits(&self, more: &[&Line]) -> Result<bool, Invalid> {
        let whole = |l: &Line| i128::from(l.price.0) * i128::from(l.qty);
        let mut total = self.lines.iter().map(whole).sum::<i128>();
        for (i, line) in more.iter().enumerate() {
            let earlier = self.lines.iter().chain(more.iter().take(i).copied());
            total = total.saturating_add(amount(line, self.lines.len() + i, earlier)?);
        }
        Ok(total <= i128::from(LARGEST))
    }
}

/// What a line comes to, at this place behind `earlier` ones.
fn amount<'l>(line: &Line, place: usize, mut earlier: impl Iterator<Item = &'l Line>) -> Result<i128, Invalid> {
    let bad = |code, field| Err(Invalid::within(code, "cart.lines", place, field));
    if earlier.any(|l| l.id == line.id) {
        return bad(InvalidCode::DuplicateLineId, "id");
    }
    if line.price.0 < 0 {
        return bad(InvalidCode::InvalidPrice, "price");
    }
    if line.qty < 1 {
        return bad(InvalidCode::InvalidQty, "qty");
    }
    Ok(i128::from(line.price.0) * i128::from(line.qty))
}

/// What the conditions may ask about the customer. The shop's server is the authority on each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Customer {
    /// Loyalty tier, or empty.
    pub tier: String,
    /// Has not bought before.
    pub new_customer: bool,
    /// Month 1 to 12 and day 1 to 31.
    pub birthday: Option<(u8, u8)>,
    /// Points that may be spent.
    pub points: i64,
    /// Uses so far, by promotion id.
    pub redeemed: Vec<(String, i64)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn line(id: &str, price: i64, qty: i64) -> Line {
        Line { id: id.into(), price: Minor(price), qty, ..Line::default() }
    }

    fn refused(lines: Vec<Line>, shipping: i64) -> (&'static str, String) {
        let e = Cart::new(lines, Minor(shipping)).expect_err("a mistake");
        (e.code.code(), e.path)
    }

    #[test]
    fn the_first_mistake_in_the_stated_order_is_told() {
        let twice = vec![line("a", 1, 1), line("b", 1, 1), line("a", -1, 0)];
        assert_eq!(refused(twice, -1), ("duplicate_line_id", "cart.lines[2].id".into()));
        assert_eq!(refused(vec![line("a", -1, 0)], 0), ("invalid_price", "cart.lines[0].price".into()));
        assert_eq!(refused(vec![line("a", 1, 0), line("a", 1, 1)], 0), ("invalid_qty", "cart.lines[0].qty".into()));
        assert_eq!(refused(vec![line("a", LARGEST, 2)], -1), ("amount_overflow", "cart.lines".into()));
        assert_eq!(refused(vec![line("a", i64::MAX, i64::MAX); 1], 0), ("amount_overflow", "cart.lines".into()));
        assert_eq!(refused(vec![], -1), ("invalid_shipping", "cart.shipping".into()));
        assert!(Cart::new(vec![line("a", LARGEST, 1), line("b", 0, LARGEST)], Minor(LARGEST)).is_ok());
    }
}
