//! The envelope's bytes.

use crate::codec::Reader;
#[cfg(any(feature = "cli", feature = "lint"))]
use crate::codec::Writer;
use crate::time::Millis;

/// How a signed file begins.
pub const MAGIC: [u8; 8] = *b"NEARSIGN";
const FORMAT: u8 = 1;
/// Bytes before the subject's text, and the signature behind it.
const FIXED: usize = 48;
const SIGNATURE: usize = 64;
/// The highest sequence number.
pub(super) const LAST: f64 = 9_007_199_254_740_992.0;

/// What a file is signed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A pack.
    Pack = 1,
    /// An overlay.
    Overlay = 2,
    /// A remote switch.
    Switch = 3,
    /// A shard of a pack.
    Shard = 4,
    /// A file of a published draw.
    Draw = 5,
}

impl Kind {
    /// The kind of a byte.
    pub fn from_byte(byte: u8) -> Option<Kind> {
        [Kind::Pack, Kind::Overlay, Kind::Switch, Kind::Shard, Kind::Draw].into_iter().find(|k| *k as u8 == byte)
    }
}

/// An envelope, and the file in it.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    /// What it is signed as.
    pub kind: Kind,
    /// The first bytes of the key.
    pub key: [u8; 8],
    /// Rises from one signing to the next.
    pub sequence: f64,
    /// When it was signed.
    pub issued: Millis,
    /// When it ends.
    pub expires: Option<Millis>,
    /// What its sequence number counts for.
    pub subject: &'a str,
    /// The envelope up to the signature.
    pub head: &'a [u8],
    /// The signature.
    pub signature: &'a [u8; SIGNATURE],
    /// The file.
    pub payload: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Reads a signed file; `None` for what is none or of a later format.
    pub fn read(file: &'a [u8]) -> Option<Envelope<'a>> {
        let length = usize::from(u16::from_le_bytes([*file.get(10)?, *file.get(11)?]));
        let (whole, payload) = file.split_at_checked(length)?;
        let (head, signature) = whole.split_last_chunk::<SIGNATURE>()?;
        let mut r = Reader::new(head.strip_prefix(&MAGIC)?);
        let (format, kind, _length) = (r.u8(), Kind::from_byte(r.u8()), r.u16());
        let key = r.u64().to_le_bytes();
        let (sequence, issued, expires, subject) = (r.f64(), r.f64(), r.f64(), r.str());
        r.end().ok()?;
        let whole = sequence as u64 as f64 == sequence && (1.0..=LAST).contains(&sequence);
        let expires = if expires.is_nan() { None } else { Some(Millis::from_f64(expires)?) };
        let envelope = Envelope {
            kind: kind?,
            key,
            sequence,
            issued: Millis::from_f64(issued)?,
            expires,
            subject,
            head,
            signature,
            payload,
        };
        (format == FORMAT && whole).then_some(envelope)
    }

    /// The bytes that a signature goes behind.
    #[cfg(any(feature = "cli", feature = "lint"))]
    pub(super) fn head(
        kind: Kind,
        key: [u8; 8],
        sequence: u64,
        issued: Millis,
        expires: Option<Millis>,
        subject: &str,
    ) -> Vec<u8> {
        let mut w = Writer::new();
        w.raw(&MAGIC);
        w.u8(FORMAT);
        w.u8(kind as u8);
        w.u16((FIXED + subject.len() + SIGNATURE) as u16);
        w.raw(&key);
        w.f64(sequence as f64);
        w.f64(issued.to_f64());
        w.f64(expires.map_or(f64::NAN, Millis::to_f64));
        w.str(subject);
        w.finish()
    }
}

/// The file, without an envelope where it has one.
pub fn strip(file: &[u8]) -> &[u8] {
    match file.get(10..12) {
        Some([low, high]) if file.starts_with(&MAGIC) => {
            file.get(usize::from(u16::from_le_bytes([*low, *high])).max(FIXED)..).unwrap_or_default()
        }
        _ => file,
    }
}
