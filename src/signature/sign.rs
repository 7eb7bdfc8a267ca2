//! Signing, which is the shop's: keys and envelopes.

use super::envelope::{Envelope, Kind, strip};
use super::{DOMAIN, unhex};
use crate::error::{Code, Error, Result};
use crate::time::Millis;
use ed25519_compact::{KeyPair, Noise, Seed};
use std::fmt::Write;

/// A pair of keys.
pub struct Keys(KeyPair);

impl std::fmt::Debug for Keys {
    /// The public one: the secret is never printed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Keys").field(&self.public()).finish()
    }
}

/// What an envelope says beside the file.
#[derive(Debug, Clone)]
pub struct Terms<'a> {
    /// What it is signed as.
    pub kind: Kind,
    /// What its number counts for; at most 1,000 bytes.
    pub subject: &'a str,
    /// From 1 to 2^53.
    pub sequence: u64,
    /// When it is signed.
    pub issued: Millis,
    /// When it ends.
    pub expires: Option<Millis>,
}

impl Keys {
    /// The keys of a seed, which has to be random.
    pub fn from_seed(seed: [u8; 32]) -> Keys {
        Keys(KeyPair::from_seed(Seed::new(seed)))
    }

    /// Reads a key file.
    ///
    /// # Errors
    ///
    /// `bad_key`, also where the public key is not that of the secret.
    pub fn read(text: &str) -> Result<Keys> {
        let bad = |what: &'static str| Error::new(Code::BadKey, what);
        let value = |name: &str| {
            let lines = text.lines().filter_map(|line| line.split_once('='));
            lines.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim()).next_back()
        };
        let seed = value("secret")
            .and_then(unhex)
            .ok_or_else(|| bad("it has no line `secret = ` with 64 hexadecimal digits."))?;
        let keys = Keys::from_seed(seed);
        match value("public") {
            Some(public) if unhex(public) != Some(*keys.0.pk) => Err(bad("its public key is not that of its secret.")),
            _ => Ok(keys),
        }
    }

    /// The text of a key file.
    pub fn write(&self) -> String {
        let secret = hex(&*self.0.sk.seed());
        let public = self.public();
        format!(
            "# Nearshelf signing key. Whoever has the secret can sign for the shop: keep it off servers and repositories.\n\
             # The public key goes into createShelf({{ keys: [\"...\"] }}).\n\
             secret = {secret}\npublic = {public}\n"
        )
    }

    /// Signs parts, one behind the other, which have to begin with what they are; the same parts get the same signature.
    pub(crate) fn sign_parts(&self, message: &[&[u8]]) -> [u8; 64] {
        *self.0.sk.sign(message.concat(), None)
    }

    /// The public key's bytes, the first of which tell which key signed.
    pub(crate) fn hint(&self) -> &[u8] {
        &self.0.pk[..]
    }

    /// The public key, 64 hexadecimal digits.
    pub fn public(&self) -> String {
        hex(&*self.0.pk)
    }
}

/// A public key as it is given: 64 hexadecimal digits, or the text of a key file.
///
/// # Errors
///
/// `bad_key`.
pub fn public_key(text: &str) -> Result<String> {
    match unhex(text.trim()) {
        Some(key) => Ok(hex(&key)),
        None => Keys::read(text).map(|keys| keys.public()),
    }
}

/// The file in an envelope; one that it has already is replaced. Noise makes the signature safer against faults of the machine and
/// may be left out; without it the same input gives the same bytes.
pub fn sign(keys: &Keys, terms: &Terms<'_>, file: &[u8], noise: Option<[u8; 16]>) -> Vec<u8> {
    let payload = strip(file);
    let mut hint = [0; 8];
    hint.copy_from_slice(&keys.0.pk[..8]);
    let head = Envelope::head(terms.kind, hint, terms.sequence, terms.issued, terms.expires, terms.subject);
    let message = [DOMAIN, &head, payload].concat();
    let signature = keys.0.sk.sign(message, noise.map(Noise::new));
    [&head, &signature[..], payload].concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    })
}
