//! Granting campaigns of `offers.json`: `"grants": [...]` beside the promotions.

use super::MarketOffers;
use super::condition::{condition, sound};
use crate::error::{Code, Error, Result};
use crate::offer::allocate::{Choice, LARGEST};
use crate::offer::grant::{Grant, Segment};
use crate::time::Millis;
use serde::Deserialize;
use serde_json::Value;

/// Largest multiplier in millionths: what a host's numbers hold exactly.
const MOST_LAMBDA: u64 = 1 << 53;
/// Longest spread, in hours: a year.
const MOST_HOURS: f64 = 8_784.0;
/// Most segments, and options of one.
const MOST: usize = 1000;

/// A campaign as a shop writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    id: String,
    market: Option<String>,
    start: String,
    end: String,
    lambda_ppm: u64,
    lambda_until: String,
    #[serde(default)]
    spread_hours: f64,
    segments: Vec<SegmentDraft>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SegmentDraft {
    #[serde(default)]
    when: Value,
    options: Vec<OptionDraft>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionDraft {
    coupon: Option<String>,
    gain: i64,
    cost: i64,
}

/// Reads the campaigns that are switched on into the markets they are for.
///
/// # Errors
///
/// `bad_offers`, naming the campaign and what is wrong; `bad_config` for one that is switched on and is not there.
pub(super) fn read(file: &Value, on: &[String], codes: &[String], markets: &mut [MarketOffers]) -> Result<()> {
    let drafts = file["grants"].as_array().map(Vec::as_slice).unwrap_or_default();
    for id in on {
        let raw = drafts.iter().find(|d| d["id"].as_str() == Some(id)).ok_or_else(|| {
            Error::new(Code::BadConfig, format!("promotions: grants has \"{id}\", which offers.json does not have."))
        })?;
        let bad = |what: String| Error::new(Code::BadOffers, format!("grant {id}: {what}"));
        let draft: Draft = serde_json::from_value(raw.clone()).map_err(|e| bad(format!("{e}.")))?;
        let for_market = |code: &String| draft.market.as_ref().is_none_or(|m| m == code);
        if !codes.iter().any(for_market) {
            return Err(bad("it is for a market that the shop does not have.".into()));
        }
        for (_, offers) in codes.iter().zip(markets.iter_mut()).filter(|(code, _)| for_market(code)) {
            let grant = grant(&draft, offers).map_err(bad)?;
            offers.grants.push(grant);
        }
    }
    Ok(())
}

/// What is wrong with a campaign, in words; the linter asks it too.
fn grant(draft: &Draft, offers: &MarketOffers) -> std::result::Result<Grant, String> {
    let window = [instant(&draft.start, "start")?, instant(&draft.end, "end")?];
    if window[1] <= window[0] {
        return Err("its end is not after its start.".into());
    }
    if draft.lambda_ppm > MOST_LAMBDA {
        return Err(format!("lambda_ppm is more than {MOST_LAMBDA}."));
    }
    if !(0.0..=MOST_HOURS).contains(&draft.spread_hours) {
        return Err(format!("spread_hours = {} is not between 0 and {MOST_HOURS}.", draft.spread_hours));
    }
    if draft.segments.len() > MOST || draft.segments.iter().any(|s| s.options.len() > MOST) {
        return Err(format!("it has more than {MOST} segments or options."));
    }
    let segments =
        draft.segments.iter().enumerate().map(|(i, s)| segment(s, offers).map_err(|e| format!("segments[{i}]: {e}")));
    Ok(Grant {
        id: draft.id.clone(),
        window,
        lambda_ppm: draft.lambda_ppm,
        lambda_until: instant(&draft.lambda_until, "lambda_until")?,
        spread_minutes: libm::round(draft.spread_hours * 60.0) as u32,
        segments: segments.collect::<std::result::Result<_, _>>()?,
    })
}

fn segment(draft: &SegmentDraft, offers: &MarketOffers) -> std::result::Result<Segment, String> {
    let when = match &draft.when {
        Value::Null => String::new(),
        Value::String(text) => condition(text)?.to_string(),
        object => sound(object).map(|()| object.to_string())?,
    };
    let mut out = Segment { when, ..Segment::default() };
    // Nothing at all is an option, and the first, so that it wins a tie.
    if draft.options.iter().all(|o| o.coupon.is_some()) {
        out.coupons.push(String::new());
        out.choices.push(Choice { gain: 0, cost: 0 });
    }
    for o in &draft.options {
        let coupon = o.coupon.clone().unwrap_or_default();
        let place = offers.offers.list().iter().position(|p| p.id == coupon);
        if !coupon.is_empty() && place.is_none_or(|i| offers.coupons.get(i) != Some(&true)) {
            return Err(format!("\"{coupon}\" is no coupon of its market."));
        }
        if o.gain.abs() > LARGEST || !(0..=LARGEST).contains(&o.cost) {
            return Err(format!("a cost is below 0, or a number beyond {LARGEST}."));
        }
        out.coupons.push(coupon);
        out.choices.push(Choice { gain: o.gain, cost: o.cost });
    }
    Ok(out)
}

fn instant(text: &str, field: &str) -> std::result::Result<Millis, String> {
    let at: std::result::Result<jiff::Timestamp, _> = text.parse();
    at.map(|t| Millis(t.as_millisecond()))
        .map_err(|_| format!("{field} = \"{text}\" is no time like 2026-11-26T00:00:00+08:00."))
}
