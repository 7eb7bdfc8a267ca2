//! `invites.json`: what shoppers earn who bring others. Read for the pack, and for the shop's tokens.

use super::config::ShopConfig;
use super::{Loyalty, MarketOffers, ShopFiles, text_of};
use crate::error::{Code, Error, Result};
use crate::invite::json::{Reward, Stated, programmes, section};
use serde_json::Value;
use std::path::Path;

/// A shop's programmes.
#[derive(Debug, Clone, PartialEq)]
pub struct Invites {
    /// The section `INVT`.
    pub section: Vec<u8>,
    /// In the order of the file.
    pub programmes: Vec<Stated>,
}

/// Reads an `invites.json`, whose tasks and offers the shop has to have.
///
/// # Errors
///
/// `io`; `bad_invites` with the place of what is wrong.
pub fn read(path: &Path, languages: &[String], loyalty: &Option<Loyalty>, offers: &[MarketOffers]) -> Result<Invites> {
    let file = json_of(path)?;
    let wrong = |what: String| bad(path, &what);
    let stated = programmes(&file).map_err(wrong)?;
    for (i, p) in stated.iter().enumerate() {
        for (side, Reward { task, offer }) in [("inviter", &p.inviter), ("friend", &p.friend)] {
            let tasks = loyalty.iter().flat_map(|l| &l.tasks);
            if !task.is_empty() && !tasks.into_iter().any(|t| t.id == *task) {
                return Err(wrong(format!("programmes[{i}].{side}.task names no task of loyalty.json: \"{task}\".")));
            }
            if !offer.is_empty() && !has(offers, offer) {
                return Err(wrong(format!("programmes[{i}].{side}.offer names no offer of offers.json: \"{offer}\".")));
            }
        }
        if !p.offer.is_empty() && !has(offers, &p.offer) {
            return Err(wrong(format!("programmes[{i}].offer names no offer of offers.json: \"{}\".", p.offer)));
        }
    }
    let section = section(&file, languages).map_err(wrong)?;
    Ok(Invites { section, programmes: stated })
}

fn has(offers: &[MarketOffers], id: &str) -> bool {
    offers.iter().any(|m| m.offers.contains(id))
}

/// An `invites.json` as it is.
///
/// # Errors
///
/// `io`, `bad_invites`.
pub fn json_of(path: &Path) -> Result<Value> {
    serde_json::from_str(&text_of(path)?).map_err(|e| bad(path, &format!("{e}.")))
}

/// What is wrong with an `invites.json`, or with claims.
pub fn bad(path: &Path, what: &str) -> Error {
    Error::new(Code::BadInvites, format!("{}: {what}", path.display()))
}

/// What the commands about tokens know of a shop.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The shop's id.
    pub shop: String,
    /// Minutes by which its clock is ahead of UTC.
    pub zone: i32,
    /// Its `invites.json`.
    pub invites: Value,
}

/// Reads of a shop folder what tokens need.
///
/// # Errors
///
/// `io`, `bad_config`, `bad_invites`.
pub fn desk(folder: &Path) -> Result<Desk> {
    let files = ShopFiles::in_folder(folder)?;
    let config = ShopConfig::read(files.config.as_deref())?;
    let path = files.invites.ok_or_else(|| bad(folder, "it has no invites.json."))?;
    let invites = json_of(&path)?;
    programmes(&invites).map_err(|what| bad(&path, &what))?;
    let shop = if config.shop.id.is_empty() { files.name } else { config.shop.id.clone() };
    Ok(Desk { shop, zone: config.zone_minutes()?, invites })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Value {
        json_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www-demo/shop/invites.json")).expect("the sample")
    }

    #[test]
    fn the_sample_is_read_and_what_is_wrong_has_its_place() {
        let read = programmes(&sample()).expect("the sample");
        assert_eq!(
            read.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(),
            ["bring-a-friend", "share-a-find", "three-together"]
        );
        let sum: Vec<_> =
            read.iter().map(|p| (p.terms.rules.window, p.terms.rules.last, p.terms.limits.len())).collect();
        assert_eq!(sum, [(30, false, 2), (7, true, 1), (1, true, 0)]);
        for (change, told) in [
            (
                &(|f: &mut Value| f["programmes"][0]["kind"] = "gift".into()) as &dyn Fn(&mut Value),
                "programmes[0].kind has to be \"invite\" or",
            ),
            (
                &|f| f["programmes"][1]["id"] = "bring-a-friend".into(),
                "programmes[1].id: \"bring-a-friend\" is there twice",
            ),
            (
                &|f| f["programmes"][0]["window_days"] = 0.into(),
                "programmes[0].window_days has to be a whole number from 1 to 365, not 0",
            ),
            (
                &|f| f["programmes"][0]["offer"] = "cn-welcome".into(),
                "programmes[0].offer has to be an offer where the kind is",
            ),
            (
                &|f| f["programmes"][2]["offer"] = Value::Null,
                "programmes[2].offer has to be an offer where the kind is",
            ),
            (&|f| f["programmes"][1]["inviter"] = Value::Null, "programmes[1]: nobody earns anything"),
            (
                &|f| f["programmes"][1]["inviter"]["points"] = 5.into(),
                "programmes[1].inviter has no \"points\"; it has task, offer",
            ),
            (&|f| f["programmes"][0]["until"] = "soon".into(), "programmes[0].until has to be a time such as"),
            (
                &|f| f["programmes"][0]["limits"][1]["per"] = "week".into(),
                "programmes[0].limits[1].per has to be \"day\" or",
            ),
            (
                &|f| f["programmes"][0]["new_customers"] = 1.into(),
                "programmes[0].new_customers has to be true or false, not 1",
            ),
            (&|f| f["programmes"] = Value::Null, "programmes has to be a list of programmes"),
        ] {
            let mut file = sample();
            change(&mut file);
            let what = programmes(&file).expect_err("refused");
            assert!(what.starts_with(told), "{what}");
        }
    }

    #[test]
    fn tasks_and_offers_have_to_be_there() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www-demo/shop/invites.json");
        let e = read(&path, &["en".into()], &None, &[]).expect_err("no task");
        assert!(
            e.code() == "bad_invites"
                && e.detail().contains("programmes[0].inviter.task names no task of loyalty.json")
        );
        let shop = desk(path.parent().expect("its folder")).expect("the sample shop");
        assert_eq!((shop.shop.as_str(), shop.zone), ("harbour-lane", 480));
    }
}
