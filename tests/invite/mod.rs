//! Tokens bit by bit, settling by its properties, and the command line.

mod command;
mod random;

use crate::golden::invites::{NOW, SHOP, handle, invites, key, token};
use nearshelf::invite::json::{answer, programmes};
use nearshelf::invite::{LONGEST, Programme, Token, decode, encode, is_signed};
use serde_json::{Value, json};

#[test]
fn no_bit_of_a_token_can_be_changed_none_left_out_and_none_added() {
    let text = token("bring-a-friend", 1, &json!({ "about": { "product": "10080" }, "chain": [handle(5)] }));
    let bytes = decode(&text).expect("base64url");
    let good = key(1).public();
    let signed = |bytes: &[u8]| Token::read(bytes).is_some_and(|t| is_signed(&t, &[&good], SHOP));
    assert!(signed(&bytes));
    for bit in 0..bytes.len() * 8 {
        let mut other = bytes.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(!signed(&other), "bit {bit}");
    }
    for n in 0..bytes.len() {
        assert!(!signed(&bytes[..n]), "{n} bytes");
    }
    assert!(!signed(&[&bytes[..], &[0]].concat()));
    assert!(!is_signed(&Token::read(&bytes).expect("a token"), &[&good], "another-shop"));
    assert!(!is_signed(&Token::read(&bytes).expect("a token"), &[&key(2).public()], SHOP));
}

#[test]
fn a_text_is_the_one_text_of_its_bytes() {
    for n in 0..100_usize {
        let bytes: Vec<u8> = (0..n).map(|i| (i * 37 + n) as u8).collect();
        let text = encode(&bytes);
        assert_eq!(decode(&text), Some(bytes));
        // Bits behind the last byte are 0.
        if !(text.len() * 6).is_multiple_of(8) {
            let last = text.as_bytes()[text.len() - 1];
            let other = if last == b'_' {
                '-'
            } else {
                char::from(if last.is_ascii_digit() && last == b'9' { b'-' } else { b'_' })
            };
            assert_eq!(decode(&format!("{}{other}", &text[..text.len() - 1])), None, "{text}");
        }
    }
    for bad in ["A", "AB=", "AA==", "A+B/", " AAA", "AAAA\n", "é", &"A".repeat(LONGEST + 1)] {
        assert_eq!(decode(bad), None, "{bad:?}");
    }
}

#[test]
fn the_longest_token_fits_a_link() {
    let usual = token("bring-a-friend", 1, &json!({ "about": { "product": "10080" } }));
    assert_eq!(usual.len(), 150, "the manual says so");
    let more = json!({ "about": { "product": "p".repeat(24) }, "channel": "c".repeat(8), "chain": [handle(1), handle(2), handle(3), handle(4)] });
    assert_eq!(token("bring-a-friend", 1, &more).len(), LONGEST);
    let refused = |more: Value| {
        let mut asked = json!({ "do": "issue", "invites": invites(), "shop": SHOP, "key": key(1).write(), "programme": "bring-a-friend",
            "inviter": handle(1), "nonce": handle(2), "issued": NOW });
        more.as_object().expect("an object").iter().for_each(|(k, v)| asked[k] = v.clone());
        answer(&asked)["error"].as_str().expect("an error").to_string()
    };
    assert!(refused(json!({ "channel": "c".repeat(49) })).contains("have 49 bytes, and 48 is the most"));
    assert!(refused(json!({ "chain": ["1", "2"] })).contains("chain has to be a list of handles"));
    assert!(refused(json!({ "programme": "none" })).contains("not \"none\""));
    assert!(refused(json!({ "inviter": "me" })).contains("inviter has to be 16"));
    assert!(refused(json!({ "expires": NOW + 91 * 86_400_000 })).contains("within the programme's token_days"));
    assert!(refused(json!({ "expires": NOW })).contains("end after it is issued"));
    assert!(refused(json!({ "about": { "group": "g" } })).contains("nothing, a product or an offer"));
    assert!(refused(json!({ "key": "secret = 1" })).contains("key:"));
    assert!(refused(json!({ "shop": "" })).contains("shop has to be"));
}

#[test]
fn rules_are_read_as_they_were_written() {
    let all: Vec<Programme> = programmes(&invites()).expect("the sample").iter().map(|p| p.terms.rules).collect();
    let bytes = Programme::write_all(all.iter());
    assert_eq!(Programme::all(&bytes), Ok(all));
    for n in 0..bytes.len() {
        assert!(Programme::all(&bytes[..n]).is_err(), "{n} bytes");
    }
}
