//! A tape that one description of some data is run over, to write it or to read it: so that both cannot part ways.

use crate::codec::{Malformed, Reader, Writer};
use crate::id::Key;
use crate::time::Millis;
use alloc::vec::Vec;

enum End<'r, 'b> {
    Write(Writer),
    Read(&'r mut Reader<'b>),
}

/// Values are written from where they stand, or read to there. What cannot be read becomes zero, and the reader remembers.
pub(super) struct Tape<'r, 'b> {
    end: End<'r, 'b>,
    /// Times are told from here.
    pub(super) base: Millis,
}

impl<'r, 'b> Tape<'r, 'b> {
    pub(super) fn written(run: impl FnOnce(&mut Tape<'_, '_>)) -> Vec<u8> {
        let mut t = Tape { end: End::Write(Writer::new()), base: Millis(0) };
        run(&mut t);
        match t.end {
            End::Write(w) => w.finish(),
            End::Read(_) => Vec::new(),
        }
    }

    pub(super) fn read(r: &'r mut Reader<'b>, run: impl FnOnce(&mut Tape<'r, 'b>)) -> Result<(), Malformed> {
        let mut t = Tape { end: End::Read(r), base: Millis(0) };
        run(&mut t);
        match t.end {
            End::Read(r) => r.check(),
            End::Write(_) => Ok(()),
        }
    }

    pub(super) fn reader(&mut self) -> Option<&mut Reader<'b>> {
        match &mut self.end {
            End::Read(r) => Some(r),
            End::Write(_) => None,
        }
    }

    fn fail(&mut self) {
        if let Some(r) = self.reader() {
            r.fail();
        }
    }

    #[inline(never)]
    pub(super) fn wide(&mut self, v: &mut u128) {
        match &mut self.end {
            End::Write(w) => w.wide(*v),
            End::Read(r) => *v = r.wide(),
        }
    }

    #[inline(never)]
    pub(super) fn num(&mut self, v: &mut u64) {
        let mut wide = u128::from(*v);
        self.wide(&mut wide);
        *v = u64::try_from(wide).unwrap_or_else(|_| {
            self.fail();
            0
        });
    }

    #[inline(never)]
    pub(super) fn small(&mut self, v: &mut u32) {
        let mut wide = u64::from(*v);
        self.num(&mut wide);
        *v = u32::try_from(wide).unwrap_or_else(|_| {
            self.fail();
            0
        });
    }

    /// A signed number, small ones of either sign short (zigzag).
    #[inline(never)]
    pub(super) fn signed(&mut self, v: &mut i64) {
        let mut zigzag = (*v << 1) as u64 ^ (*v >> 63) as u64;
        self.num(&mut zigzag);
        *v = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
    }

    /// A number below `limit`.
    #[inline(never)]
    pub(super) fn byte(&mut self, v: &mut u8, limit: usize) {
        match &mut self.end {
            End::Write(w) => w.u8(*v),
            End::Read(r) => *v = r.u8(),
        }
        if usize::from(*v) >= limit {
            self.fail();
            *v = 0;
        }
    }

    pub(super) fn tiny(&mut self, v: &mut i8) {
        let mut byte = *v as u8;
        self.byte(&mut byte, 256);
        *v = byte as i8;
    }

    pub(super) fn flag(&mut self, v: &mut bool) {
        let mut byte = u8::from(*v);
        self.byte(&mut byte, 2);
        *v = byte == 1;
    }

    /// A key, which does not compress.
    #[inline(never)]
    pub(super) fn key(&mut self, v: &mut Key) {
        match &mut self.end {
            End::Write(w) => w.u64(v.0),
            End::Read(r) => v.0 = r.u64(),
        }
    }

    /// A time, told from the base.
    #[inline(never)]
    pub(super) fn time(&mut self, v: &mut Millis) {
        let mut ago = self.base.0.wrapping_sub(v.0);
        self.signed(&mut ago);
        v.0 = self.base.0.wrapping_sub(ago);
    }

    /// Two times, most often near each other.
    pub(super) fn span(&mut self, first: &mut Millis, last: &mut Millis) {
        self.time(last);
        let mut length = last.0.wrapping_sub(first.0);
        self.signed(&mut length);
        first.0 = last.0.wrapping_sub(length);
    }

    pub(super) fn option<T: Default>(&mut self, v: &mut Option<T>, run: impl FnOnce(&mut Self, &mut T)) {
        let mut present = v.is_some();
        self.flag(&mut present);
        if !present {
            *v = None;
            return;
        }
        run(self, v.get_or_insert_with(T::default));
    }

    /// Bytes of whatever they are, at most `room`.
    pub(super) fn blob(&mut self, v: &mut Vec<u8>, room: usize) {
        let mut n = v.len() as u64;
        self.num(&mut n);
        match &mut self.end {
            End::Write(w) => w.raw(v),
            End::Read(r) => {
                v.clear();
                v.extend_from_slice(r.take((n as usize).min(room + 1)));
                if v.len() > room {
                    r.fail();
                }
            }
        }
    }

    /// A list of at most `room` elements, each of at least a byte.
    pub(super) fn list<T: Default>(&mut self, list: &mut Vec<T>, room: usize, mut run: impl FnMut(&mut Self, &mut T)) {
        let mut n = list.len() as u64;
        self.num(&mut n);
        if let Some(r) = self.reader() {
            list.clear();
            if n > room as u64 || n > r.left() as u64 {
                r.fail();
                return;
            }
            for _ in 0..n {
                let mut x = T::default();
                run(self, &mut x);
                list.push(x);
            }
            return;
        }
        list.iter_mut().for_each(|x| run(self, x));
    }
}
