//! Layers: high-value, potential, general, at risk. What the shop does for each is its own.

use super::{Behind, Insights, Lack, Number, Shopper, Subject, Trait, numbers, part, weighted};
use crate::event::EventKind;
use crate::profile::visits::Stage as Reached;

/// A layer of customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Layer {
    /// Worth much.
    HighValue = 0,
    /// Worth something, or on the way to it.
    Potential = 1,
    /// Everybody else.
    General = 2,
    /// Bought, and will probably not again.
    ChurnRisk = 3,
}

impl Shopper<'_> {
    /// What is left of an order after discounts and refunds, 0–1: the part of a margin that a device can know.
    fn kept(&self) -> f64 {
        let before = self.sums.value.saturating_add(self.sums.discount);
        let left = self.sums.value.saturating_sub(self.ask.history.orders.refunded());
        part(left as f64, before as f64).clamp(0.0, 1.0)
    }

    /// How much the shopper is worth among others, 0–1.
    pub(super) fn worth(&self) -> Result<f64, Lack> {
        let [often, much, margin] = self.all([Number::LayerFrequency, Number::LayerMonetary, Number::LayerMargin])?;
        let parts = [(often, Some(self.standing(1)?)), (much, Some(self.standing(2)?)), (margin, Some(self.kept()))];
        Ok(weighted(&parts).map_or(0.0, |w| w.0))
    }

    /// Share of visits that reached the cart, where one of late did.
    fn carts(&self) -> Result<f64, Lack> {
        let late = self.count(EventKind::AddToCart);
        if late.n == 0 || self.days_since(late.last) > self.number(Number::PotentialDays)? {
            return Ok(0.0);
        }
        let by = self.ask.history.visits.by_stage();
        let visits: u32 = by.iter().sum();
        Ok(part(f64::from(by[Reached::Cart as usize..].iter().sum::<u32>()), f64::from(visits)))
    }

    fn layer(&self) -> Result<(Layer, f64), Lack> {
        let carts = self.carts()? >= self.number(Number::PotentialCarts)?;
        if self.sums.orders == 0 {
            let (layer, some) = (if carts { Layer::Potential } else { Layer::General }, self.ask.view.events > 0);
            return if some { Ok((layer, 0.0)) } else { Err(Lack::EVIDENCE) };
        }
        let worth = self.worth()?;
        let [risk, high, some] = self.all([Number::ChurnRisk, Number::HighValue, Number::PotentialValue])?;
        let layer = if self.churn()? >= risk {
            Layer::ChurnRisk
        } else if worth >= high {
            Layer::HighValue
        } else if worth >= some || carts {
            Layer::Potential
        } else {
            Layer::General
        };
        Ok((layer, worth))
    }
}

pub(super) fn tell<'a>(s: &Shopper<'a>, out: &mut Insights<'a>) {
    let found = s.layer();
    let strategy = found.ok().and_then(|(layer, _)| s.ask.settings.strategies.get(layer as usize));
    let subject = strategy.map_or(Subject::None, |x| Subject::Text(&x.text, &x.text_zh));
    let limit = strategy.map_or(f64::NAN, |x| x.limit);
    let found = found.map(|(layer, worth)| numbers(&[f64::from(layer as u8), worth, limit]));
    let behind = Behind::Kinds(&[EventKind::Purchase, EventKind::Refund, EventKind::AddToCart, EventKind::ViewItem]);
    s.tell_of(out, (Trait::Layer, subject), found, s.known_for(), behind);
}
