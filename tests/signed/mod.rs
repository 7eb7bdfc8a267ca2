//! Signed files: no byte can be changed, and the commands that sign.

use nearshelf::catalog::overlay::MAGIC;
use nearshelf::signature::{Keys, Kind, Terms, open, public_key, sign, strip};
use nearshelf::time::Millis;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Seeds of the keys of the golden file: a byte 32 times.
pub(crate) const KEYS: [u8; 3] = [1, 2, 3];
pub(crate) const NOW: Millis = Millis(1_790_000_000_000);

/// A file in an envelope, without noise.
pub(crate) fn envelope(
    seed: u8,
    kind: Kind,
    subject: &str,
    sequence: u64,
    expires: Option<Millis>,
    file: &[u8],
) -> Vec<u8> {
    sign(&Keys::from_seed([seed; 32]), &Terms { kind, subject, sequence, issued: NOW, expires }, file, None)
}

fn public(seed: u8) -> String {
    Keys::from_seed([seed; 32]).public()
}

#[test]
fn no_bit_of_envelope_or_file_can_be_changed_none_left_out_and_none_added() {
    let key = public(1);
    let end = Some(Millis(NOW.0 + 1000));
    let file = envelope(1, Kind::Overlay, "harbour-lane/cn", 7, end, b"the file itself");
    let opens = |file: &[u8]| open(NOW, Some(Kind::Overlay), &[&key], &[], file).map(|o| o.envelope.payload.to_vec());
    assert_eq!(opens(&file), Ok(b"the file itself".to_vec()));
    for bit in 0..file.len() * 8 {
        let mut other = file.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        let e = opens(&other).expect_err("changed");
        assert_eq!(e.code(), if bit < 64 { "unsigned" } else { "bad_signature" }, "bit {bit}");
        assert!(e.is_refusal());
    }
    for length in 0..file.len() {
        assert!(opens(&file[..length]).is_err(), "{length} bytes");
    }
    assert!(opens(&[&file[..], &[0]].concat()).is_err());
    // The envelope of one file before another one, and one signature under another head.
    let other = envelope(1, Kind::Overlay, "harbour-lane/cn", 8, end, b"the file itself");
    let at = file.len() - b"the file itself".len();
    for mixed in [[&file[..at - 64], &other[at - 64..]].concat(), [&other[..at], b"the file itsElf"].concat()] {
        assert_eq!(opens(&mixed).map_err(|e| e.code()), Err("bad_signature"));
    }
}

#[test]
fn noise_changes_the_signature_and_not_what_it_is_worth() {
    let keys = Keys::from_seed([1; 32]);
    let terms = Terms { kind: Kind::Pack, subject: "s", sequence: 1, issued: NOW, expires: None };
    let made: Vec<Vec<u8>> =
        [None, Some([7; 16]), Some([8; 16])].map(|noise| sign(&keys, &terms, b"x", noise)).to_vec();
    assert!(made[0] != made[1] && made[1] != made[2]);
    for file in &made {
        assert!(open(NOW, None, &[&keys.public()], &[], file).is_ok());
        assert_eq!(strip(file), b"x");
        assert_eq!(sign(&keys, &terms, file, None), made[0], "an envelope is replaced, not put into another");
    }
    assert_eq!(strip(b"NEARSIGN"), b"NEARSIGN");
    assert_eq!(strip(b"NEARSIGN\x01\x01\x05\x00"), b"");
}

#[test]
fn a_key_file_is_text_that_reads_back_and_one_that_does_not_fit_is_refused() {
    let keys = Keys::from_seed([5; 32]);
    let text = keys.write();
    assert_eq!(Keys::read(&text).map(|k| k.public()), Ok(keys.public()));
    assert_eq!(public_key(&text), Ok(keys.public()));
    assert_eq!(public_key(&format!(" {}\n", keys.public().to_uppercase())), Ok(keys.public()));
    assert!(!format!("{keys:?}").contains(&"05".repeat(32)), "the secret is not printed");
    for bad in ["", "secret = 12", &text.replace("secret", "secrets"), &text.replace(&keys.public(), &public(6))] {
        assert_eq!(Keys::read(bad).map_err(|e| e.code()).err(), Some("bad_key"), "{bad}");
    }
}

fn nearshelf(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nearshelf")).args(args).output().expect("the command runs")
}

fn said(done: &Output) -> (bool, String, String) {
    let text = |b: &[u8]| String::from_utf8(b.to_vec()).expect("UTF-8");
    (done.status.success(), text(&done.stdout), text(&done.stderr))
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("a path").to_string()
}

const PACK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/pack-v1.pack");
const OVERLAY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/overlay-v1.overlay");

#[test]
fn the_commands_make_keys_sign_and_verify() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| path(folder.path(), name);
    let (key, other) = (at("a.key"), at("b.key"));
    let (good, public, _) = said(&nearshelf(&["keys", "new", "--out", &key]));
    let text = fs::read_to_string(&key).expect("a key file");
    let secret = text.lines().find_map(|l| l.strip_prefix("secret = ")).expect("a secret");
    let public = public.trim();
    assert!(good && public.len() == 64 && !public.contains(secret), "{public}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&key).expect("there").permissions().mode() & 0o777, 0o600);
    }
    let (good, _, error) = said(&nearshelf(&["keys", "new", "--out", &key]));
    assert!(!good && error.contains("error[io]"), "{error}");
    assert_eq!(fs::read_to_string(&key).expect("a key file"), text, "never over another one");
    assert_eq!(said(&nearshelf(&["keys", "public", &key])).1.trim(), public);
    assert!(said(&nearshelf(&["keys", "new", "--out", &other])).0);

    let pack = at("shop.pack");
    let (good, told, error) = said(&nearshelf(&[
        "sign",
        PACK,
        "--key",
        &key,
        "--out",
        &pack,
        "--sequence",
        "12",
        "--expires",
        "2999-01-01T00:00:00Z",
    ]));
    assert!(good, "{error}");
    assert!(told.contains("signed as Pack of \"harbour-lane\", sequence 12, expires 32472144000000"), "{told}");
    assert!(!told.contains(secret));
    assert_eq!(strip(&fs::read(&pack).expect("signed")), fs::read(PACK).expect("the pack"));
    for (by, success) in [(public, true), (key.as_str(), true), (other.as_str(), false)] {
        let (good, told, error) = said(&nearshelf(&["verify", &pack, "--key", by]));
        assert_eq!(good, success, "{told}{error}");
        assert!(if good { told.contains("good, signed as Pack") } else { error.contains("error[bad_signature]") });
        assert!(!told.contains(secret) && !error.contains(secret));
    }
    assert!(said(&nearshelf(&["verify", &pack, "--key", &other, "--key", public])).0, "two while rotating");
    assert!(said(&nearshelf(&["verify", PACK, "--key", public])).2.contains("error[unsigned]"));
    assert!(said(&nearshelf(&["verify", &pack, "--key", "12"])).2.contains("error[bad_key]"));
    let (_, first, _) = said(&nearshelf(&["inspect", PACK]));
    let (good, second, error) = said(&nearshelf(&["inspect", &pack]));
    assert!(good, "{error}");
    assert_eq!(first.lines().skip(1).collect::<Vec<_>>(), second.lines().skip(1).collect::<Vec<_>>());

    let overlay = at("shop.overlay");
    fs::copy(OVERLAY, &overlay).expect("copied");
    for _ in 0..2 {
        let (good, told, error) = said(&nearshelf(&["sign", &overlay, "--key", &key]));
        assert!(good && told.contains("signed as Overlay of \"harbour-lane/cn\", sequence 1"), "{told}{error}");
    }
    let signed = fs::read(&overlay).expect("signed");
    assert!(strip(&signed).starts_with(&MAGIC) && strip(&signed) == fs::read(OVERLAY).expect("the overlay"));
    assert!(said(&nearshelf(&["inspect", &overlay])).1.contains("overlay 6 of shop harbour-lane"));
    let json = at("overlay.json");
    fs::write(&json, r#"{ "shop": "harbour-lane", "market": "us", "items": [] }"#).expect("written");
    let (good, told, error) = said(&nearshelf(&["sign", &json, "--key", &key]));
    assert!(good && told.contains("signed as Overlay of \"harbour-lane/us\""), "{told}{error}");
    assert!(said(&nearshelf(&["verify", &json, "--key", public])).0);
    assert!(said(&nearshelf(&["inspect", &json])).1.contains("of shop harbour-lane, market us"));
    let junk = at("junk");
    fs::write(&junk, r#"{ "shop": "harbour-lane", "items": [] }"#).expect("written");
    assert!(said(&nearshelf(&["sign", &junk, "--key", &key])).2.contains("has to say its \"shop\" and its \"market\""));
    fs::write(&junk, "{}").expect("written");
    assert!(said(&nearshelf(&["sign", &junk, "--key", &key])).2.contains("error[bad_switch]"));
    assert_eq!(fs::read(&junk).expect("there"), b"{}");
    fs::write(&junk, "id,price").expect("written");
    assert!(said(&nearshelf(&["sign", &junk, "--key", &key])).2.contains("error[not_a_pack]"));
    assert!(
        said(&nearshelf(&["sign", &pack, "--key", &key, "--issued", "9999999999999"])).2.contains("error[bad_key]")
    );
}

#[test]
fn a_split_pack_is_signed_with_its_shards() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat/shards-v2");
    let mut names = Vec::new();
    for entry in fs::read_dir(from).expect("frozen shards") {
        let entry = entry.expect("an entry");
        names.push(entry.file_name().to_str().expect("a name").to_string());
        fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("copied");
    }
    let core = names.iter().find(|n| !n.ends_with(".shard")).expect("a core");
    let key = path(folder.path(), "k.key");
    assert!(said(&nearshelf(&["keys", "new", "--out", &key])).0);
    let (good, told, error) = said(&nearshelf(&["sign", &path(folder.path(), core), "--key", &key]));
    assert!(good, "{error}");
    assert_eq!(told.matches("signed as Shard").count(), names.len() - 1, "{told}");
    assert!(told.trim_end().lines().last().expect("a line").contains("signed as Pack"), "the core last: {told}");
    for name in &names {
        assert!(said(&nearshelf(&["verify", &path(folder.path(), name), "--key", &key])).0, "{name}");
    }
}

#[test]
fn the_command_checks_numbers_and_dates_a_switch_which_is_then_signed() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| path(folder.path(), name);
    let write = |text: &str| fs::write(at("s.json"), text).expect("written");
    let (from, out) = (at("s.json"), at("shop.switch"));
    write(r#"{ "stopped": ["no-such-offer", "cn-*"], "neutral": true }"#);
    let (good, told, error) = said(&nearshelf(&["switch", &from, "--pack", PACK, "--out", &out]));
    assert!(good, "{error}");
    assert!(told.contains("note: no-such-offer stops no offer of this pack"), "{told}");
    assert!(told.contains("2 entries, nothing personal, holds 900 s"), "{told}");
    let file = fs::read(&out).expect("written");
    let json: serde_json::Value = serde_json::from_slice(&file).expect("JSON");
    assert_eq!(json["switch"], 1);
    assert_eq!(json["shop"], "harbour-lane");
    assert_eq!(json["max_age"], 900.0);
    let issued = json["issued"].as_i64().expect("a time");
    assert!(issued > NOW.0 && json["sequence"].as_i64() == Some(issued));

    let key = at("k.key");
    assert!(said(&nearshelf(&["keys", "new", "--out", &key])).0);
    let (good, told, error) = said(&nearshelf(&["sign", &out, "--key", &key]));
    assert!(good && told.contains("signed as Switch of \"harbour-lane\""), "{told}{error}");
    assert_eq!(strip(&fs::read(&out).expect("signed")), file);
    assert!(said(&nearshelf(&["verify", &out, "--key", &key])).0);

    for bad in [
        "",
        "[]",
        r#"{ "stop": ["a"] }"#,
        r#"{ "stopped": "a" }"#,
        r#"{ "stopped": [""] }"#,
        r#"{ "stopped": ["a*b"] }"#,
        r#"{ "max_age": -1 }"#,
        r#"{ "switch": 2 }"#,
        r#"{ "flash_hours": -1 }"#,
        r#"{ "sequence": 9007199254740993 }"#,
    ] {
        write(bad);
        let (good, _, error) = said(&nearshelf(&["switch", &from, "--out", &at("none")]));
        assert!(!good && error.contains("error[bad_switch]"), "{bad}: {error}");
        assert!(!folder.path().join("none").exists());
    }
}
