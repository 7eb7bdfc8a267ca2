//! What answers that are no lists say, item by item with the reasons they carry.

use super::{Decision, Kind, Shown, parse};
use crate::codec::Reader;
use crate::error::Result;

/// Why an offer is not put forward, by the boundary's number.
const VERDICTS: [&str; 5] = ["", "capped", "all_capped", "buys_anyway", "weak"];
/// Why a message is not shown.
const DUE: [&str; 9] =
    ["", "consent", "paused", "all_capped", "capped", "too_soon", "no_offer", "over_limit", "same_occasion"];
/// How a campaign stands.
const STATES: [&str; 8] = ["nothing", "granted", "declined", "waits", "over", "expired", "stopped", "unknown"];

/// Whether the portrait was read, and what the answer says.
pub(super) fn told(decision: &Decision, answer: &[u8]) -> Result<(bool, Vec<Shown>)> {
    let mut r = Reader::new(&decision.request);
    let (_handle, _now) = (r.u32(), r.f64());
    match decision.kind {
        Kind::List | Kind::Suggestions => Ok((true, Vec::new())),
        Kind::Promotions => {
            let (_zone, _seed, _slot, _places) = (r.u32(), r.f64(), r.str(), r.u32());
            let ids: Vec<&str> = (0..r.count(8)).map(|_| (r.str(), r.str()).0).collect();
            Ok((true, promotions(&ids, answer)?))
        }
        Kind::Grants => {
            let _seed = r.f64();
            let ids: Vec<&str> = (0..r.count(8)).map(|_| (r.str(), r.u32()).0).collect();
            Ok((true, grants(&ids, answer)?))
        }
        Kind::Care => {
            let (_zone, neutral, _slot, _level) = (r.u32(), r.bool(), r.str(), r.str());
            let (_birthday, _delivered) = (r.u32(), r.f64());
            let offers: Vec<&str> = (0..r.count(4)).map(|_| r.str()).collect();
            Ok((!neutral, care(neutral, &offers, answer)?))
        }
        Kind::SellingPoints => {
            let (_zone, neutral) = (r.u32(), r.bool());
            Ok((!neutral, points(answer)?))
        }
    }
}

fn shown(id: &str, score: f64, reasons: Vec<(String, f64)>) -> Shown {
    Shown { id: id.to_string(), score, propensity: None, instead: None, reasons }
}

fn word(text: impl Into<String>) -> (String, f64) {
    (text.into(), 0.0)
}

fn at<'a>(list: &[&'a str], place: u32) -> &'a str {
    list.get(place as usize).copied().unwrap_or_default()
}

/// Those that are put forward first: by id, with the weight as score; of the others the reason why not.
fn promotions(ids: &[&str], answer: &[u8]) -> Result<Vec<Shown>> {
    parse(answer, |r| {
        let mut out = Vec::new();
        for _ in 0..r.count(33) {
            let (place, verdict, score, because) = (r.u32(), r.u8(), r.f64(), r.str());
            let (_rate, propensity, creative, _likely) = (r.u32(), r.u32(), r.str(), r.u32());
            let mut reasons = Vec::new();
            if verdict > 0 {
                reasons.push(word(at(&VERDICTS, verdict.into())));
            }
            if !because.is_empty() {
                reasons.push((because.to_string(), score));
            }
            if !creative.is_empty() {
                reasons.push(word(format!("creative {creative}")));
            }
            out.push(Shown {
                propensity: Some(propensity).filter(|p| *p > 0),
                ..shown(at(ids, place), score, reasons)
            });
        }
        let _events = r.u32();
        out
    })
}

/// Campaigns, how each stands, and the coupon that it grants.
fn grants(ids: &[&str], answer: &[u8]) -> Result<Vec<Shown>> {
    parse(answer, |r| {
        let mut out = Vec::new();
        for place in 0..r.count(13) as u32 {
            let (state, coupon, _until) = (r.u8(), r.str(), r.f64());
            let mut reasons = vec![word(at(&STATES, state.into()))];
            if !coupon.is_empty() {
                reasons.push(word(format!("coupon {coupon}")));
            }
            out.push(shown(at(ids, place), 0.0, reasons));
        }
        let _new = r.u8();
        out
    })
}

/// Messages: what each is for, with which offer, or why it is not shown.
fn care(neutral: bool, offers: &[&str], answer: &[u8]) -> Result<Vec<Shown>> {
    parse(answer, |r| {
        let (_hour, _level, _text, _limit) = (r.f64(), r.str(), r.str(), r.f64());
        let mut out = Vec::new();
        for _ in 0..r.count(37) {
            let (id, occasion, due, place) = (r.str(), r.str(), r.u8(), r.u32());
            let (_since, _until, _card, _text) = (r.f64(), r.f64(), r.str(), r.str());
            let mut reasons = vec![word(occasion)];
            match due {
                0 => {}
                1 if neutral => reasons.insert(0, word("neutral")),
                _ => reasons.insert(0, word(at(&DUE, due.into()))),
            }
            if !at(offers, place).is_empty() {
                reasons.push(word(format!("offer {}", at(offers, place))));
            }
            out.push(shown(id, 0.0, reasons));
        }
        out
    })
}

/// Selling points with what speaks to the shopper, and to time and place, in thousandths.
fn points(answer: &[u8]) -> Result<Vec<Shown>> {
    parse(answer, |r| {
        let mut out = Vec::new();
        for _ in 0..r.count(25) {
            let (id, _kind, _text) = (r.str(), r.u8(), r.str());
            let (speaker, said, scene, lifted) = (r.str(), f64::from(r.u32()), r.str(), f64::from(r.u32()));
            let mut reasons = Vec::new();
            if said > 0.0 {
                reasons.push((speaker.to_string(), said));
            }
            if lifted > 0.0 {
                reasons.push((scene.to_string(), lifted));
            }
            if reasons.is_empty() {
                reasons.push(word("given"));
            }
            out.push(shown(id, said + lifted, reasons));
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Writer;

    fn answered(fill: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(0);
        fill(&mut w);
        w.finish()
    }

    #[test]
    fn items_without_any_text_are_read_too() {
        for n in [0, 1, 5, 40] {
            let offers = answered(|w| {
                w.count(n);
                for at in 0..n as u32 {
                    w.u32(at);
                    w.u8(0);
                    w.f64(1.0);
                    w.str("");
                    w.u32(0);
                    w.u32(0);
                    w.str("");
                    w.u32(0);
                }
                w.u32(7);
            });
            assert_eq!(promotions(&[], &offers).expect("offers").len(), n);
            let campaigns = answered(|w| {
                w.count(n);
                for _ in 0..n {
                    w.u8(0);
                    w.str("");
                    w.f64(0.0);
                }
                w.u8(0);
            });
            assert_eq!(grants(&[], &campaigns).expect("campaigns").len(), n);
            let messages = answered(|w| {
                w.f64(f64::NAN);
                w.str("");
                w.str("");
                w.f64(0.0);
                w.count(n);
                for _ in 0..n {
                    w.str("");
                    w.str("");
                    w.u8(0);
                    w.u32(u32::MAX);
                    w.f64(0.0);
                    w.f64(0.0);
                    w.str("");
                    w.str("");
                }
            });
            assert_eq!(care(false, &[], &messages).expect("messages").len(), n);
            let said = answered(|w| {
                w.count(n);
                for _ in 0..n {
                    w.str("");
                    w.u8(0);
                    w.str("");
                    w.str("");
                    w.u32(0);
                    w.str("");
                    w.u32(0);
                }
            });
            assert_eq!(points(&said).expect("points").len(), n);
        }
    }

    #[test]
    fn names_are_those_of_the_parts_that_decide() {
        use crate::engine::GrantState;
        use crate::insight::occasion::Due;
        assert_eq!(STATES[GrantState::Unknown as usize], "unknown");
        assert_eq!(STATES[GrantState::Granted as usize], "granted");
        assert_eq!(DUE[Due::SameOccasion as usize], "same_occasion");
        assert_eq!(DUE[Due::AllCapped as usize], "all_capped");
        assert_eq!((STATES.len(), DUE.len()), (GrantState::Unknown as usize + 1, Due::SameOccasion as usize + 1));
    }
}
