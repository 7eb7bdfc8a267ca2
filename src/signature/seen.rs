//! What was seen signed: the highest number of each kind and subject.

use super::envelope::{Envelope, Kind};
use crate::codec::{Reader, Writer};
use crate::time::Millis;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

const FORMAT: u8 = 1;
/// More than a shop has; the one seen longest ago goes.
const MOST: usize = 64;

/// The record, which a host keeps as bytes.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The latest time that was signed.
    pub(super) latest: Millis,
    /// Kind, number and subject; the latest seen last.
    list: Vec<(u8, f64, String)>,
}

impl Seen {
    /// Any number of records, one behind the other, as one. From what cannot be read on nothing is.
    pub(super) fn read(bytes: &[u8]) -> Seen {
        let mut seen = Seen::default();
        let mut r = Reader::new(bytes);
        while r.left() > 0 {
            let (format, latest) = (r.u8(), Millis::from_f64(r.f64()));
            if format != FORMAT {
                break;
            }
            for _ in 0..r.count(13) {
                let (kind, sequence, subject) = (r.u8(), r.f64(), r.str());
                if r.check().is_ok() {
                    seen.note(kind, sequence, subject);
                }
            }
            seen.latest = seen.latest.max(latest.unwrap_or_default());
        }
        seen
    }

    /// Remembers a number; false where a higher one is remembered.
    fn note(&mut self, kind: u8, sequence: f64, subject: &str) -> bool {
        if let Some(at) = self.list.iter().position(|(k, _, s)| *k == kind && s == subject) {
            if self.list[at].1 > sequence {
                return false;
            }
            self.list.remove(at);
        }
        if self.list.len() >= MOST {
            self.list.remove(0);
        }
        self.list.push((kind, sequence, subject.to_string()));
        true
    }

    /// False for what is older than what was seen; else it is remembered.
    pub(super) fn take(&mut self, e: &Envelope<'_>) -> bool {
        self.latest = self.latest.max(e.issued);
        matches!(e.kind, Kind::Shard | Kind::Draw) || self.note(e.kind as u8, e.sequence, e.subject)
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(FORMAT);
        w.f64(self.latest.to_f64());
        w.count(self.list.len());
        for (kind, sequence, subject) in &self.list {
            w.u8(*kind);
            w.f64(*sequence);
            w.str(subject);
        }
        w.finish()
    }
}
