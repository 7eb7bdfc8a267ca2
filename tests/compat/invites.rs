//! Frozen programmes, a frozen token, a frozen record of landings, and the snapshot that holds one.

use super::{LEDGER_KEPT, SEALED};
use crate::api::declared::ATTRIBUTES;
use crate::compat::with_sections;
use nearshelf::codec::Reader;
use nearshelf::engine::Engine;
use nearshelf::invite::{About, Asked, Event, Kind, Programme, Status, Token, decode, earn, is_signed, land};
use nearshelf::pack::Tag;
use nearshelf::privacy::consent::{Consent, Tri};
use nearshelf::time::{DAY, Millis};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// The section of the sample shop as it was then.
const SECTION: &[u8] = include_bytes!("invites-v1.section");
/// A token with all that one can say; its key is that of the seed 1 32 times.
const TOKEN: &str = include_str!("token-v1.token");
/// Landings, one of which has earned, and own handles.
const LANDINGS: &[u8] = include_bytes!("landings-v1.record");
const PUBLIC: &str = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
const NOW: Millis = Millis(1_790_000_000_000);

fn programmes() -> Vec<Programme> {
    Programme::all(Reader::new(SECTION).bytes()).expect("programmes 1")
}

#[test]
fn invites_1_are_read() {
    #[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
    if std::env::var_os("NEARSHELF_FREEZE").is_some() {
        freeze();
        return;
    }
    let all = programmes();
    let told: Vec<_> = all.iter().map(|p| (p.kind, p.after, p.last, p.new, p.window, p.life, p.until)).collect();
    assert_eq!(
        told,
        [
            (Kind::Invite, Event::Delivered, false, true, 30, 90, None),
            (Kind::Share, Event::Landing, true, false, 7, 30, None),
            (Kind::GroupBuy, Event::Order, true, false, 1, 1, None),
        ]
    );
    assert_eq!(Programme::write_all(all.iter()), Reader::new(SECTION).bytes(), "read and written alike");
}

#[test]
fn token_1_is_read() {
    let bytes = decode(TOKEN.trim()).expect("base64url");
    let t = Token::read(&bytes).expect("token 1");
    assert!(is_signed(&t, &[PUBLIC], "harbour-lane") && !is_signed(&t, &[PUBLIC], "another"));
    assert_eq!((t.programme, t.inviter, t.nonce), (programmes()[0].key, 0x0101_0101_0101_0101, 0x0909_0909_0909_0909));
    assert_eq!((t.issued, t.expires), (Millis(NOW.0 - NOW.0 % 60_000), Millis(NOW.0 - NOW.0 % 60_000 + 90 * DAY)));
    assert_eq!((t.about, t.id, t.channel), (About::Product, "10080", "wechat"));
    assert!(t.came_by(0x0505_0505_0505_0505) && t.came_by(0x0606_0606_0606_0606) && !t.came_by(0x0101_0101_0101_0101));
}

#[test]
fn landings_1_are_read() {
    let all = programmes();
    let keys = [PUBLIC];
    let asked = Asked {
        now: NOW.plus(DAY),
        shop: "harbour-lane",
        keys: &keys,
        signed: is_signed,
        programmes: &all,
        customer: false,
        kept: LANDINGS,
    };
    let (told, changed) = earn(&asked, Event::Landing, "");
    let told: Vec<_> = told.iter().filter_map(|t| Some((t.status, t.landed?.place, t.landed?.at))).collect();
    assert_eq!(told, [(Status::Waiting, 0, NOW), (Status::Known, 1, NOW)]);
    assert_eq!(changed, None);
    let (told, changed) = land(&asked, TOKEN.trim());
    assert_eq!((told.status, changed), (Status::Known, None));
}

#[test]
fn sealed_snapshot_5_is_read() {
    let mut shelf = Engine::open(with_sections(&[(Tag::ATTRIBUTE, 7, ATTRIBUTES)])).expect("a pack");
    shelf.set_consent(Consent::all());
    #[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
    if std::env::var_os("NEARSHELF_FREEZE").is_some() {
        // The portrait of version 4, with landings.
        shelf.unseal(&SEALED.0, SEALED.2, include_bytes!("snapshot-v4.sealed")).expect("snapshot 4");
        shelf.invited(NOW, (&[], is_signed), false, &mut |_| Some(second().to_vec())).expect("no programmes");
        let sealed = shelf.seal(&SEALED.0, &SEALED.1, SEALED.2).expect("consented");
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/snapshot-v5.sealed"), sealed)
            .expect("written");
        return;
    }
    let sealed = include_bytes!("snapshot-v5.sealed");
    shelf.unseal(&SEALED.0, SEALED.2, sealed).expect("seal 1, snapshot 5");
    assert_eq!(shelf.ledgers().0, LEDGER_KEPT);
    assert_eq!(kept(&mut shelf), second());
    // They go with the portrait, and stay where nobody decided.
    shelf.set_consent(Consent { personalize: Tri::Undecided, ..Consent::all() });
    assert_eq!(kept(&mut shelf), second());
    shelf.set_consent(Consent { personalize: Tri::No, ..Consent::all() });
    assert_eq!(kept(&mut shelf), b"");
    // Too long is not kept.
    shelf.invited(NOW, (&[], is_signed), false, &mut |_| Some(vec![0; 4_097])).expect("no programmes");
    assert_eq!(kept(&mut shelf), b"");
}

/// The record from its second landing on: the shopper of the snapshot has bought before.
fn second() -> &'static [u8] {
    &LANDINGS[18 + TOKEN.trim().len()..]
}

fn kept(shelf: &mut Engine) -> Vec<u8> {
    let mut kept = Vec::new();
    let done = shelf.invited(NOW, (&[], is_signed), false, &mut |a| {
        kept = a.kept.to_vec();
        None
    });
    done.expect("no programmes");
    kept
}

#[cfg(all(feature = "cli", not(target_arch = "wasm32")))]
fn freeze() {
    use crate::golden::invites::{handle, token};
    use serde_json::json;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/");
    let shop = serde_json::from_str(include_str!("../../www-demo/shop/invites.json")).expect("JSON");
    let languages = ["en".to_string(), "zh-CN".to_string()];
    let section = nearshelf::invite::json::section(&shop, &languages).expect("the sample");
    std::fs::write(format!("{folder}invites-v1.section"), &section).expect("written");
    let one = token("bring-a-friend", 1, &json!({ "about": { "product": "10080" }, "chain": [handle(5), handle(6)] }));
    let two = token("share-a-find", 2, &json!({ "about": { "product": "20001" } }));
    std::fs::write(format!("{folder}token-v1.token"), format!("{one}\n")).expect("written");
    let all = Programme::all(Reader::new(&section).bytes()).expect("programmes");
    let ask = |kept: &[u8], what: &dyn Fn(&Asked<'_>) -> Option<Vec<u8>>| {
        let asked = Asked {
            now: NOW,
            shop: "harbour-lane",
            keys: &[PUBLIC],
            signed: is_signed,
            programmes: &all,
            customer: false,
            kept,
        };
        what(&asked).expect("it changed")
    };
    let kept = ask(&[], &|a| nearshelf::invite::own(a, &token("bring-a-friend", 3, &json!({}))).ok());
    let kept = ask(&kept, &|a| land(a, &one).1);
    let kept = ask(&kept, &|a| land(a, &two).1);
    let kept = ask(&kept, &|a| earn(a, Event::Landing, "").1);
    std::fs::write(format!("{folder}landings-v1.record"), kept).expect("written");
}
