//! What a shelf is asked for, and what the pack says of every shelf.

use super::Engine;
use crate::catalog::Catalog;
use crate::codec::{Malformed, Reader};
use crate::error::{Code, Error, Result};
use crate::id::Row;
use crate::list::Gather;
use crate::money::Minor;
use crate::pack::Tag;
use crate::rank::{Context, Draws, HIDE, LIFT, Limits, MOST_SHOWN, Query, Rule, rule};
use crate::time::DAY;
use alloc::string::String;
use alloc::vec::Vec;

/// Names of scenes and rules that are remembered.
const MOST_RULES: usize = 4096;

/// What a shelf is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// Items wanted, 1–200.
    pub limit: usize,
    /// True: never read the portrait.
    pub neutral: bool,
    /// Product ids to leave out.
    pub exclude: Vec<&'a str>,
    /// Category path, or empty.
    pub category: &'a str,
    /// Product ids with a place of their own on the shelf, counted from 0; from [`LIFT`](crate::rank::LIFT) on, what a scene or a rule lifts them by. `LIFT`
    /// itself stands behind the name of the scene or rule that those after it are of; those from [`HIDE`](crate::rank::HIDE) on say what a rule hides.
    pub pins: Vec<(&'a str, u32)>,
    /// Most products of one brand; 0 for any number.
    pub per_brand: u32,
    /// Most products of one category; 0 for any number.
    pub per_category: u32,
    /// Most products of one store; 0 for any number.
    pub per_store: u32,
    /// Fewest new products.
    pub arrivals: u32,
    /// Days for which a product is new; 0: as the pack says.
    pub arrival_days: u32,
    /// Lowest and highest price, both included.
    pub price: [Option<Minor>; 2],
    /// How much unlike one another the items should be, 0–65536; 0 leaves the order alone.
    pub diversity: u32,
    /// Name of the place on the page.
    pub slot: &'a str,
    /// From which a personal shelf draws what it explores, where the pack says that it does; `None` for a shelf of the best alone.
    pub seed: Option<f64>,
    /// Product ids that the page shows, the one looked at last behind the others; they are left out.
    pub context: Vec<&'a str>,
    /// The context is a cart.
    pub cart: bool,
    /// Only these products, by ascending row; `None` for any.
    pub only: Option<Vec<u32>>,
    /// The shelf gets no number and no room among those that [`Engine::why`] knows.
    pub unkept: bool,
}

impl Engine {
    /// What a shelf explores by: nothing without consent to personalize, in neutral mode, or without a seed.
    fn draws(&self, request: &Request<'_>) -> Option<Draws> {
        self.consent.may_personalize().filter(|_| !request.neutral)?;
        Some(Draws::new(self.explorations.of(request.slot)?, request.seed?, request.slot))
    }

    /// The first day of those new products were first sold on; 0 where a request asks nothing of them.
    fn new_since(&self, request: &Request<'_>) -> u32 {
        if request.arrivals == 0 {
            return 0;
        }
        let days = match request.arrival_days {
            0 => rule(self.catalog.pack(), Rule::ArrivalDays),
            days => days,
        };
        // Day 0 is none.
        ((self.clock.0 / DAY).max(0) as u32 + 1).saturating_sub(days).max(1)
    }

    /// The name of a scene or rule that an answer points to; empty for none.
    pub fn rule(&self, number: u32) -> &str {
        self.rules.get(number as usize).map_or("", String::as_str)
    }

    /// A name's number, which it keeps. Beyond so many names there are no more, so that requests cannot fill the memory.
    fn rule_number(&mut self, name: &str) -> u32 {
        for (known, number) in self.rules.iter().zip(0..) {
            if known == name {
                return number;
            }
        }
        if self.rules.len() < MOST_RULES {
            self.rules.push(String::from(name));
            return self.rules.len() as u32 - 1;
        }
        u32::MAX
    }

    /// The query in rows; `None` for a category the pack does not have.
    pub(super) fn query(&mut self, request: &Request<'_>) -> Option<Query> {
        let category = match request.category {
            "" => None,
            path => Some(self.catalog.category_named(path)?),
        };
        if let Some(c) = category {
            self.ask_category(c);
        }
        let (mut pins, mut hidden, mut rule, mut unpinned) = (Vec::new(), Vec::new(), u32::MAX, false);
        for (id, place) in &request.pins {
            if *place == LIFT {
                rule = self.rule_number(id);
                continue;
            }
            let row = self.find(id).map_or(Row(u32::MAX), |f| f.row);
            if *place & LIFT == 0 && *place >= HIDE {
                hidden.push((*place, row, rule));
            } else if row.0 != u32::MAX {
                pins.push((*place, row, rule));
            } else {
                unpinned |= *place < HIDE;
            }
        }
        let row = |id: &str| self.catalog.find(id).map(|f| f.row);
        let exclude: Vec<Row> = request.exclude.iter().filter_map(|id| row(id)).gather();
        let (mut context, mut shown) = (Context { rows: Vec::new(), cart: request.cart }, Vec::new());
        for row in request.context.iter().rev().filter_map(|id| row(id)) {
            if context.rows.len() < MOST_SHOWN && !context.rows.contains(&row) {
                context.rows.push(row);
            }
            shown.push(row);
        }
        let limits = Limits {
            pins,
            unpinned,
            quotas: [request.per_category, request.per_brand, request.per_store],
            price: request.price,
            arrivals: request.arrivals,
            new_since: self.new_since(request),
        };
        let draws = self.draws(request);
        let (limit, diversity, only) = (request.limit, request.diversity, request.only.clone());
        Some(Query {
            limit,
            exclude,
            shown,
            category,
            limits,
            diversity,
            draws,
            context,
            only,
            now: self.clock,
            hidden,
        })
    }
}

/// The categories whose products are bought again; `None` where all are, as in packs from before it could be said.
pub(super) fn repeat(catalog: &Catalog) -> Result<Option<Vec<u32>>> {
    let read = |bytes| {
        let mut r = Reader::new(bytes);
        let list = (0..r.count(4)).map(|_| r.u32()).gather();
        r.check()?;
        let known = list.iter().all(|c| (*c as usize) < catalog.category_count());
        if known { Ok(list) } else { Err(Malformed) }
    };
    let malformed = |_| Error::new(Code::PackMalformed, "section SHLF cannot be read.");
    catalog.pack().section(Tag::SHELF, 0).map(read).transpose().map_err(malformed)
}
