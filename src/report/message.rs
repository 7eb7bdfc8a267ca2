//! A report as it leaves: flat bytes, and one line of JSON for the collector.

use crate::codec::{Malformed, Reader, Writer};
use crate::privacy::ledger::{Epoch, Metric};
use crate::privacy::noise::{Answer, MOST_SYMBOLS, Mechanism};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

/// The layout this build writes: all reports have one length, whatever they answer.
const FORMAT: u8 = 2;
/// The layout before: as long as the answer needs.
const UNEVEN: u8 = 1;
/// Bytes of every report: room for the bits of the largest domain.
pub const REPORT_BYTES: usize = HEAD + MOST_SYMBOLS.div_ceil(8);
/// Where the answer begins.
const HEAD: usize = 28;
/// The form of the lines.
pub(super) const LINE: u8 = 1;

/// One noised answer. Nothing in it names the shopper, the device or the time within the week; the id is drawn anew for
/// each report and only serves to drop copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoisedReport {
    /// Version of the schema it answers.
    pub schema: u32,
    /// The week.
    pub epoch: Epoch,
    /// What it is about.
    pub metric: Metric,
    /// Number of symbols of the domain, `none` included.
    pub symbols: u8,
    /// The answer.
    pub answer: Answer,
    /// 16 random bytes.
    pub id: [u8; 16],
}

impl NoisedReport {
    /// How it was noised.
    pub fn mechanism(&self) -> Mechanism {
        match self.answer {
            Answer::Symbol(_) => Mechanism::KaryResponse,
            Answer::Bits(_) => Mechanism::UnaryEncoding,
        }
    }

    /// The report as bytes: 37 of them, whatever the metric, the domain and the answer.
    pub fn bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(FORMAT);
        w.u8(self.metric as u8);
        w.u8(self.mechanism() as u8);
        w.u8(self.symbols);
        w.u32(self.schema);
        w.i32(self.epoch.0);
        self.id.iter().for_each(|b| w.u8(*b));
        match self.answer {
            Answer::Symbol(s) => w.u8(s),
            Answer::Bits(bits) => bit_bytes(bits, self.symbols).for_each(|b| w.u8(b)),
        }
        let mut bytes = w.finish();
        bytes.resize(REPORT_BYTES, 0);
        bytes
    }

    /// The report in `bytes`: in this layout, or in the one before, which was as long as its answer.
    ///
    /// # Errors
    ///
    /// [`Malformed`] unless they are exactly what [`bytes`](NoisedReport::bytes) writes or wrote.
    pub fn read(bytes: &[u8]) -> Result<NoisedReport, Malformed> {
        let mut r = Reader::new(bytes);
        let format = r.u8();
        if !(UNEVEN..=FORMAT).contains(&format) {
            return Err(Malformed);
        }
        let metric = Metric::from_byte(r.u8()).ok_or(Malformed)?;
        let mechanism = Mechanism::from_byte(r.u8()).ok_or(Malformed)?;
        let symbols = r.u8();
        let (schema, epoch) = (r.u32(), Epoch(r.i32()));
        let mut id = [0; 16];
        for b in &mut id {
            *b = r.u8();
        }
        let answer = match mechanism {
            Mechanism::KaryResponse => Answer::Symbol(r.u8()),
            Mechanism::UnaryEncoding => {
                let mut bits = 0;
                for i in 0..u32::from(symbols).min(MOST_SYMBOLS as u32).div_ceil(8) {
                    bits |= u128::from(r.u8()) << (8 * i);
                }
                Answer::Bits(bits)
            }
        };
        if format == FORMAT && (bytes.len() != REPORT_BYTES || r.take(r.left()).iter().any(|b| *b != 0)) {
            return Err(Malformed);
        }
        r.end()?;
        NoisedReport { schema, epoch, metric, symbols, answer, id }.checked().ok_or(Malformed)
    }

    /// The report, when its answer lies in its domain.
    pub(super) fn checked(self) -> Option<NoisedReport> {
        let inside = match self.answer {
            Answer::Symbol(s) => s < self.symbols,
            Answer::Bits(bits) => bits >> self.symbols.min(127) == 0,
        };
        (inside && (2..=MOST_SYMBOLS).contains(&usize::from(self.symbols))).then_some(self)
    }

    /// The report as one line of JSON, without a line end.
    pub fn json(&self) -> String {
        let mut line = String::with_capacity(192);
        let (metric, mechanism) = (self.metric.code(), self.mechanism().code());
        // Writing to a string cannot fail.
        let _ = write!(
            line,
            "{{\"v\":{LINE},\"schema\":{},\"epoch\":\"{}\",\"metric\":\"{metric}\",\"mechanism\":\"{mechanism}\",\"answer\":",
            self.schema, self.epoch
        );
        match self.answer {
            Answer::Symbol(s) => {
                let _ = write!(line, "{s}");
            }
            Answer::Bits(bits) => {
                line.push('"');
                hex(&mut line, bit_bytes(bits, self.symbols));
                line.push('"');
            }
        }
        line.push_str(",\"id\":\"");
        hex(&mut line, self.id.into_iter());
        line.push_str("\"}");
        line
    }
}

/// The bits as bytes, lowest first, one byte for each eight symbols.
fn bit_bytes(bits: u128, symbols: u8) -> impl Iterator<Item = u8> {
    bits.to_le_bytes().into_iter().take(usize::from(symbols).div_ceil(8))
}

fn hex(out: &mut String, bytes: impl Iterator<Item = u8>) {
    for b in bytes {
        let digit = |n: u8| char::from(if n < 10 { b'0' + n } else { b'a' - 10 + n });
        out.push(digit(b >> 4));
        out.push(digit(b & 15));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn with(symbols: u8, answer: Answer) -> NoisedReport {
        NoisedReport {
            schema: 0xDEAD_BEEF,
            epoch: Epoch(2969),
            metric: Metric::CategoryInterest,
            symbols,
            answer,
            id: core::array::from_fn(|i| 240 + i as u8),
        }
    }

    #[test]
    fn a_report_is_small_flat_and_survives_its_bytes() {
        for (report, needed) in [
            (with(9, Answer::Symbol(8)), 29),
            (with(2, Answer::Symbol(0)), 29),
            (with(21, Answer::Bits(0x1F_0001)), 31),
            (with(65, Answer::Bits(1 << 64)), 37),
        ] {
            let bytes = report.bytes();
            assert_eq!(bytes.len(), 37);
            assert_eq!(NoisedReport::read(&bytes), Ok(report));
            let mut before = bytes[..needed].to_vec();
            before[0] = 1;
            assert_eq!(NoisedReport::read(&before), Ok(report), "the layout before");
            if needed < 37 {
                for at in needed..37 {
                    let mut told = bytes.clone();
                    told[at] = 1;
                    assert!(NoisedReport::read(&told).is_err(), "nothing hides behind the answer");
                }
            }
            for cut in 0..bytes.len() {
                assert!(NoisedReport::read(&bytes[..cut]).is_err());
            }
            let mut long = bytes;
            long.push(0);
            assert!(NoisedReport::read(&long).is_err());
        }
    }

    #[test]
    fn the_layout_is_the_manuals() {
        let bytes = with(9, Answer::Symbol(5)).bytes();
        assert_eq!(bytes[..12], [2, 1, 0, 9, 0xEF, 0xBE, 0xAD, 0xDE, 0x99, 0x0B, 0, 0]);
        assert_eq!((bytes[12], bytes[27], bytes[28]), (240, 255, 5));
    }

    #[test]
    fn an_answer_outside_its_domain_is_refused() {
        for report in [
            with(9, Answer::Symbol(9)),
            with(1, Answer::Symbol(0)),
            with(66, Answer::Symbol(0)),
            with(21, Answer::Bits(1 << 21)),
            with(255, Answer::Bits(0)),
        ] {
            assert!(NoisedReport::read(&report.bytes()).is_err(), "{report:?}");
        }
    }

    #[test]
    fn the_line_is_the_manuals() {
        let line = with(9, Answer::Symbol(5)).json();
        let id = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
        let head = "{\"v\":1,\"schema\":3735928559,\"epoch\":\"2026-W48\",\"metric\":\"category_interest\"";
        assert_eq!(line, format!("{head},\"mechanism\":\"k_rr\",\"answer\":5,\"id\":\"{id}\"}}"));
        let line = with(21, Answer::Bits(0x1F_0001)).json();
        assert_eq!(line, format!("{head},\"mechanism\":\"oue\",\"answer\":\"01001f\",\"id\":\"{id}\"}}"));
    }
}
