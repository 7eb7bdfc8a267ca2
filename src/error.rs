//! The one error type: an opaque value with a stable code, what was found, and the way out.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// What went wrong, as a stable word: `manual/errors.md` has a section for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Code {
    NotAPack,
    PackTruncated,
    PackChecksum,
    PackTooNew,
    PackMalformed,
    BadRequest,
    BadSnapshot,
    UnknownCall,
    UnknownShelf,
    UnknownMarket,
    UnknownLanguage,
    NotServed,
    ConsentRequired,
    ShardMismatch,
    InvalidCart,
    BadOverlay,
    OverlayMisfit,
    Unsigned,
    BadSignature,
    Expired,
    Replayed,
    #[cfg(feature = "cli")]
    Io,
    #[cfg(feature = "cli")]
    BadConfig,
    #[cfg(feature = "cli")]
    BadPrior,
    #[cfg(feature = "cli")]
    BadOffers,
    #[cfg(feature = "cli")]
    BadTable,
    #[cfg(feature = "cli")]
    EmptyLog,
    #[cfg(feature = "cli")]
    EmptyShop,
    #[cfg(feature = "cli")]
    TooManyRejects,
    #[cfg(feature = "cli")]
    BadSplit,
    #[cfg(feature = "cli")]
    TooLarge,
    #[cfg(feature = "cli")]
    ServerFailed,
    #[cfg(feature = "cli")]
    BadExploration,
    #[cfg(feature = "cli")]
    NotTrusted,
    #[cfg(feature = "cli")]
    BaselineRefused,
    #[cfg(feature = "cli")]
    BadDecisions,
    #[cfg(feature = "cli")]
    BadCondition,
    #[cfg(feature = "cli")]
    BadLoyalty,
    #[cfg(feature = "cli")]
    BadMembership,
    #[cfg(any(feature = "cli", feature = "lint"))]
    BadKey,
    #[cfg(feature = "cli")]
    BadSwitch,
    #[cfg(feature = "cli")]
    BadDraw,
    #[cfg(feature = "cli")]
    BadInvites,
}

/// How an error should be met, apart from its exact code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Data,
    Misuse,
    Policy,
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only the command line meets the machine"))]
    Environment,
}

impl Code {
    /// Every code, for the test that holds the manual against this list.
    #[cfg(test)]
    pub(crate) const ALL: &'static [Code] = &[
        Code::NotAPack,
        Code::PackTruncated,
        Code::PackChecksum,
        Code::PackTooNew,
        Code::PackMalformed,
        Code::BadRequest,
        Code::BadSnapshot,
        Code::UnknownCall,
        Code::UnknownShelf,
        Code::UnknownMarket,
        Code::UnknownLanguage,
        Code::NotServed,
        Code::ConsentRequired,
        Code::ShardMismatch,
        Code::InvalidCart,
        Code::BadOverlay,
        Code::OverlayMisfit,
        Code::Unsigned,
        Code::BadSignature,
        Code::Expired,
        Code::Replayed,
        #[cfg(feature = "cli")]
        Code::Io,
        #[cfg(feature = "cli")]
        Code::BadConfig,
        #[cfg(feature = "cli")]
        Code::BadPrior,
        #[cfg(feature = "cli")]
        Code::BadOffers,
        #[cfg(feature = "cli")]
        Code::BadTable,
        #[cfg(feature = "cli")]
        Code::EmptyLog,
        #[cfg(feature = "cli")]
        Code::EmptyShop,
        #[cfg(feature = "cli")]
        Code::TooManyRejects,
        #[cfg(feature = "cli")]
        Code::BadSplit,
        #[cfg(feature = "cli")]
        Code::TooLarge,
        #[cfg(feature = "cli")]
        Code::ServerFailed,
        #[cfg(feature = "cli")]
        Code::BadExploration,
        #[cfg(feature = "cli")]
        Code::NotTrusted,
        #[cfg(feature = "cli")]
        Code::BaselineRefused,
        #[cfg(feature = "cli")]
        Code::BadDecisions,
        #[cfg(feature = "cli")]
        Code::BadCondition,
        #[cfg(feature = "cli")]
        Code::BadLoyalty,
        #[cfg(feature = "cli")]
        Code::BadMembership,
        #[cfg(any(feature = "cli", feature = "lint"))]
        Code::BadKey,
        #[cfg(feature = "cli")]
        Code::BadSwitch,
        #[cfg(feature = "cli")]
        Code::BadDraw,
        #[cfg(feature = "cli")]
        Code::BadInvites,
    ];

    /// (code, class, way out)
    fn facts(self) -> (&'static str, Class, &'static str) {
        #[cfg(feature = "cli")]
        use Class::Environment;
        use Class::{Data, Misuse, Policy};
        match self {
            Code::NotAPack => (
                "not_a_pack",
                Data,
                told("Serve the file that `nearshelf pack` wrote; an HTML error page is a common mistake."),
            ),
            Code::PackTruncated => {
                ("pack_truncated", Data, told("Load the pack again; check that the server sends the whole file."))
            }
            Code::PackChecksum => (
                "pack_checksum",
                Data,
                told("Load the pack again; if it fails again, build it again with `nearshelf pack`."),
            ),
            Code::PackTooNew => (
                "pack_too_new",
                Data,
                told("Update the nearshelf package, or build the pack with the older `nearshelf pack`."),
            ),
            Code::PackMalformed => (
                "pack_malformed",
                Data,
                told("Build the pack again with `nearshelf pack` and report the old file as a bug."),
            ),
            Code::BadRequest => {
                ("bad_request", Misuse, told("Use the JavaScript and the wasm of one package version."))
            }
            Code::BadSnapshot => ("bad_snapshot", Data, told("Start with a clean portrait.")),
            Code::UnknownCall => {
                ("unknown_call", Misuse, told("Use the JavaScript and the wasm of one package version."))
            }
            Code::UnknownShelf => ("unknown_shelf", Misuse, told("Create the shelf again; it was disposed.")),
            Code::UnknownMarket => {
                ("unknown_market", Misuse, told("Use a market code of the pack, or none for its default."))
            }
            Code::UnknownLanguage => {
                ("unknown_language", Misuse, told("Use a language tag of the pack, or none for its default."))
            }
            Code::NotServed => (
                "not_served",
                Misuse,
                told("Ask about a list that was served lately (the last 16 are kept) and an item on it."),
            ),
            Code::ConsentRequired => {
                ("consent_required", Policy, told("Ask the shopper, then call setConsent() with that purpose."))
            }
            Code::ShardMismatch => (
                "shard_mismatch",
                Data,
                told(
                    "Publish the shards before the core they were written with, and keep old ones as long as old cores are cached.",
                ),
            ),
            Code::InvalidCart => (
                "invalid_cart",
                Misuse,
                told("Give each line an id of its own, a price in minor units and a quantity of at least one."),
            ),
            Code::BadOverlay => (
                "bad_overlay",
                Data,
                told("Serve the file that `nearshelf overlay` wrote; an HTML error page is a common mistake."),
            ),
            Code::OverlayMisfit => (
                "overlay_misfit",
                Data,
                told("Serve an overlay made with the shop's present pack, and a full one where a delta was missed."),
            ),
            Code::Unsigned => {
                ("unsigned", Policy, told("Sign the file with `nearshelf sign`; a page with keys takes no other."))
            }
            Code::BadSignature => (
                "bad_signature",
                Policy,
                told("Sign it with the key whose public one the page has, and serve the file unchanged."),
            ),
            Code::Expired => ("expired", Policy, told("Sign it again, with a later --expires.")),
            Code::Replayed => {
                ("replayed", Policy, told("Serve the file that was signed last; caches may hold an older one."))
            }
            #[cfg(feature = "cli")]
            Code::Io => ("io", Environment, told("Check the path and its permissions.")),
            #[cfg(feature = "cli")]
            Code::BadConfig => (
                "bad_config",
                Misuse,
                told(
                    "Correct the file that is named, or else shop.toml, of which www-demo/shop/shop.toml is a documented sample.",
                ),
            ),
            #[cfg(feature = "cli")]
            Code::BadPrior => (
                "bad_prior",
                Data,
                told("Correct prior.json at the place that is named; manual/cold-start.md lists what it may say."),
            ),
            #[cfg(feature = "cli")]
            Code::BadOffers => (
                "bad_offers",
                Data,
                told("Correct the promotion; `nearshelf offers check` runs cases of the same language."),
            ),
            #[cfg(feature = "cli")]
            Code::BadTable => (
                "bad_table",
                Data,
                told(
                    "Name the columns in shop.toml under [columns], or the format under [log]; `nearshelf doctor` shows more.",
                ),
            ),
            #[cfg(feature = "cli")]
            Code::EmptyLog => (
                "empty_log",
                Data,
                told("Look at why no row counts with `nearshelf doctor`; manual/logs.md says what a log needs."),
            ),
            #[cfg(feature = "cli")]
            Code::EmptyShop => (
                "empty_shop",
                Data,
                told("Put a catalog.csv, an interactions.csv or another log into the shop folder; see manual/logs.md."),
            ),
            #[cfg(feature = "cli")]
            Code::TooManyRejects => (
                "too_many_rejects",
                Data,
                told("Read the rejected rows' file; raise --max-reject only if they may be lost."),
            ),
            #[cfg(feature = "cli")]
            Code::BadSplit => (
                "bad_split",
                Data,
                told(
                    "Give DATA_DIR a split.json with protocol \"sessions\", \"time\" or \"leave_one_out\", and limits inside its log.",
                ),
            ),
            #[cfg(feature = "cli")]
            Code::TooLarge => (
                "too_large",
                Data,
                told(
                    "Split the catalogue, or give more room by --max-bytes: a pack holds at most 65,534 categories and brands, and 4 GiB.",
                ),
            ),
            #[cfg(feature = "cli")]
            Code::ServerFailed => ("server_failed", Environment, told("Choose another port with --port.")),
            #[cfg(feature = "cli")]
            Code::BadExploration => (
                "bad_exploration",
                Data,
                told(
                    "Correct what the message names; `src/manual/exploration.md` has the fields of a row and of a policy.",
                ),
            ),
            #[cfg(feature = "cli")]
            Code::BaselineRefused => (
                "baseline_refused",
                Policy,
                told(
                    "Nothing was written. Correct what the shop exported, or publish all the same with --accept-changes.",
                ),
            ),
            #[cfg(feature = "cli")]
            Code::BadDecisions => (
                "bad_decisions",
                Data,
                told("Give the bytes of shelf.decisionLog() unchanged, and the pack that was out then."),
            ),
            #[cfg(feature = "cli")]
            Code::BadLoyalty => (
                "bad_loyalty",
                Data,
                told("Correct loyalty.json at the place that is named; manual/membership.md lists what it may say."),
            ),
            #[cfg(feature = "cli")]
            Code::BadInvites => (
                "bad_invites",
                Data,
                told(
                    "Correct invites.json, or the claims, at the place that is named; manual/invites.md lists what they may say.",
                ),
            ),
            #[cfg(feature = "cli")]
            Code::BadMembership => (
                "bad_membership",
                Data,
                told(
                    "Correct the file at the place that is named; manual/membership.md lists what entries and statements say.",
                ),
            ),
            #[cfg(feature = "cli")]
            Code::BadCondition => (
                "bad_condition",
                Data,
                told(
                    "Give JSON: a condition or a list of them, attributes as JSON lines, groups as an object of lists.",
                ),
            ),
            #[cfg(any(feature = "cli", feature = "lint"))]
            Code::BadKey => (
                "bad_key",
                Misuse,
                told("Give a key file of `nearshelf keys new`, or a public key of 64 hexadecimal digits."),
            ),
            #[cfg(feature = "cli")]
            Code::BadDraw => (
                "bad_draw",
                Data,
                told("Correct the file at the place that is named; manual/draws.md lists what each of them says."),
            ),
            #[cfg(feature = "cli")]
            Code::BadSwitch => {
                ("bad_switch", Data, told("Correct the field that is named; `src/manual/switch.md` has them all."))
            }
            #[cfg(feature = "cli")]
            Code::NotTrusted => (
                "not_trusted",
                Policy,
                told(
                    "Collect more exploration, or judge a policy nearer to the log's; --allow-untrusted ends well all the same.",
                ),
            ),
        }
    }
}

/// A text that the builds for shoppers go without.
const fn told(text: &'static str) -> &'static str {
    if cfg!(feature = "bare") { "" } else { text }
}

/// An error of Nearshelf: read its [`code`](Error::code) in programs, print it for people.
///
/// # Example: a file that is not a pack
///
/// ```
/// let e = nearshelf::pack::Pack::open(b"<!doctype html>".to_vec()).unwrap_err();
/// assert_eq!(e.code(), "not_a_pack");
/// assert!(e.is_bad_data());
/// assert!(!e.fix().is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Facts>);

/// What an error holds, behind a pointer: a result that is mostly sound is then one word and travels in a register.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Facts {
    code: Code,
    detail: Cow<'static, str>,
}

impl Error {
    /// An error with a sentence that the builds for shoppers go without.
    #[inline(always)]
    pub(crate) fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Error {
        if cfg!(feature = "bare") { Error::plain(code) } else { Error::with(code, detail.into()) }
    }

    /// The same for a sentence that is put together: there it is not.
    #[inline(always)]
    pub(crate) fn told(code: Code, detail: impl FnOnce() -> String) -> Error {
        if cfg!(feature = "bare") { Error::plain(code) } else { Error::with(code, detail().into()) }
    }

    #[cold]
    #[inline(never)]
    fn plain(code: Code) -> Error {
        Error::with(code, Cow::Borrowed(""))
    }

    /// An error whose detail every build keeps, since programs read it.
    // Apart from its callers, which would each put the facts together.
    #[cold]
    #[inline(never)]
    pub(crate) fn with(code: Code, detail: Cow<'static, str>) -> Error {
        Error(Box::new(Facts { code, detail }))
    }

    /// The stable word for this error, e.g. `pack_too_new`; `manual/errors.md` explains each.
    pub fn code(&self) -> &'static str {
        self.0.code.facts().0
    }

    /// What was expected and what was found. The builds for shoppers have it for `invalid_cart` only, as `code at path.`: the
    /// JavaScript of the `development` condition has a sentence for each code, that of others the code in words.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What to do about it. The builds for shoppers go without: there the JavaScript of the `development` condition has these texts.
    pub fn fix(&self) -> &'static str {
        self.0.code.facts().2
    }

    /// The bytes or rows that came in are bad.
    pub fn is_bad_data(&self) -> bool {
        self.0.code.facts().1 == Class::Data
    }

    /// The caller used the API wrongly.
    pub fn is_misuse(&self) -> bool {
        self.0.code.facts().1 == Class::Misuse
    }

    /// Refused by policy: consent, budget, or a limit of the shop's own.
    pub fn is_refusal(&self) -> bool {
        self.0.code.facts().1 == Class::Policy
    }

    /// The machine failed: files, network, ports.
    pub fn is_environment(&self) -> bool {
        self.0.code.facts().1 == Class::Environment
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        f.write_str(": ")?;
        f.write_str(&self.0.detail)?;
        f.write_str(" ")?;
        f.write_str(self.fix())
    }
}

impl core::error::Error for Error {}

/// A result with Nearshelf's [`Error`].
pub type Result<T> = core::result::Result<T, Error>;

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn every_code_has_a_page_in_the_manual_and_a_way_out() {
        let manual = include_str!("manual/errors.md");
        for code in Code::ALL {
            let (name, _, fix) = code.facts();
            assert!(manual.contains(&format!("## `{name}`")), "no section for {name}");
            assert!(!fix.is_empty(), "{name} has no way out");
        }
    }

    #[test]
    fn the_development_build_has_the_way_out_that_the_wasm_goes_without() {
        let script = include_str!("../pkg-template/src/fixes.js");
        for e in Code::ALL.iter().map(|c| Error::new(*c, "x.")).filter(|e| !of_command_line(e.0.code)) {
            let line = format!("  {}: {:?},\n", e.code(), e.fix());
            assert!(script.contains(&line), "fixes.js has to hold: {line}");
        }
    }

    fn of_command_line(code: Code) -> bool {
        code > Code::Replayed
    }

    #[test]
    fn codes_are_unique_and_classes_exclude_each_other() {
        let mut names: Vec<_> = Code::ALL.iter().map(|c| c.facts().0).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        for &code in Code::ALL {
            let e = Error::new(code, "x.");
            let classes = [e.is_bad_data(), e.is_misuse(), e.is_refusal(), e.is_environment()];
            assert_eq!(classes.iter().filter(|c| **c).count(), 1, "{}", e.code());
        }
    }
}
