//! `nearshelf tokens`: issue, check and settle over the sample shop.

use crate::golden::invites::{NOW, handle};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www-demo/shop");

fn nearshelf(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nearshelf")).args(args).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8").trim()
}

#[test]
fn a_token_is_issued_checked_and_settled() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("a path").to_string();
    let key = at("shop.key");
    let public = text(&nearshelf(&["keys", "new", "--out", &key]).stdout).to_string();
    let issue = |more: &[&str]| {
        let issued = NOW.to_string();
        let args = [&["tokens", "issue", SHOP, "--key", &key, "--issued", &issued][..], more].concat();
        nearshelf(&args)
    };
    let one = issue(&["--programme", "bring-a-friend", "--inviter", &handle(1), "--channel", "wechat"]);
    let token = text(&one.stdout).to_string();
    assert!(one.status.success() && (140..200).contains(&token.len()), "{token}");
    let drawn = issue(&["--programme", "share-a-find", "--product", "10080", "--json"]);
    let drawn: Value = serde_json::from_str(text(&drawn.stdout)).expect("JSON");
    assert_eq!(drawn["inviter"].as_str().map(str::len), Some(16));

    let check = |token: &str, key: &str, days: i64| {
        let now = (NOW + days * 86_400_000).to_string();
        let out = nearshelf(&["tokens", "check", SHOP, token, "--key", key, "--now", &now]);
        (out.status.success(), serde_json::from_str::<Value>(text(&out.stdout)).expect("JSON"))
    };
    let (good, told) = check(&token, &public, 1);
    assert!(
        good && told["status"] == "good"
            && told["token"]["programme"] == "bring-a-friend"
            && told["token"]["inviter"] == handle(1),
        "{told}"
    );
    assert_eq!(check(&token, &public, 90).1["why"], "expired");
    let (good, told) = check(&token[1..], &key, 1);
    assert!(!good && told["why"] == "bad_token", "{told}");
    nearshelf(&["keys", "new", "--out", &at("other.key")]);
    assert_eq!(check(&token, &at("other.key"), 1).1["why"], "bad_signature");

    let (claims, history) = (at("claims.json"), at("history.json"));
    let day = |d: i64| NOW + d * 86_400_000;
    let claim = json!({ "token": token, "friend": handle(2), "landed": day(1), "at": day(3), "event": "delivered", "orders_before": 0 });
    std::fs::write(&claims, json!({ "now": day(5), "claims": [claim] }).to_string()).expect("written");
    let out = nearshelf(&["tokens", "settle", SHOP, &claims, "--key", &public, "--out", &history]);
    assert_eq!(
        text(&out.stdout),
        "0 earned bring-a-friend: inviter 0101010101010101 invite-a-friend + cn-coupon-friend; friend 0202020202020202 cn-welcome"
    );
    let mut next: Value = serde_json::from_str(&std::fs::read_to_string(&history).expect("there")).expect("JSON");
    next["now"] = day(5).into();
    next["claims"] = json!([claim]);
    std::fs::write(&claims, next.to_string()).expect("written");
    assert_eq!(text(&nearshelf(&["tokens", "settle", SHOP, &claims, "--key", &public]).stdout), "0 known");
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("k");
    let key = key.to_str().expect("a path");
    nearshelf(&["keys", "new", "--out", key]);
    let empty = folder.path().to_str().expect("a path");
    for (args, told) in [
        (
            vec!["tokens", "issue", SHOP, "--key", key, "--programme", "none"],
            "programme has to be one of the shop's, not \"none\"",
        ),
        (vec!["tokens", "issue", empty, "--key", key, "--programme", "x"], "it has no invites.json"),
        (
            vec!["tokens", "issue", SHOP, "--key", key, "--programme", "three-together"],
            "about has to name what the programme is about: a group",
        ),
        (vec!["tokens", "settle", SHOP, "Cargo.toml", "--key", key], "Cargo.toml"),
    ] {
        let out = nearshelf(&args);
        let error = text(&out.stderr);
        assert!(!out.status.success() && error.contains("error[bad_invites]") && error.contains(told), "{error}");
    }
    assert!(Path::new(SHOP).join("invites.json").is_file());
}
