//! What a shopper may declare: the pack's list of attributes, each of a type, none of free text (`manual/cold-start.md`).

use super::declared::Declared;
use crate::codec::{Malformed, Reader};
use crate::id::Key;
use crate::text::concat;
use alloc::vec::Vec;

/// Days that an answer is kept where the pack does not say.
pub const DAYS: u32 = 183;
/// The most days.
pub const MOST_DAYS: u32 = 3_660;

/// What the values of an attribute are. The numbers are the section's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Kind {
    /// One of a list.
    #[default]
    Choice = 0,
    /// Some of a list.
    Choices = 1,
    /// A number within bounds.
    Number = 2,
    /// Yes or no.
    Boolean = 3,
    /// A day of a year that is not told, such as a birthday: the month times 100, and the day.
    MonthDay = 4,
    /// A year.
    Year = 5,
}

impl Kind {
    /// Every type, in the order of its number.
    pub const ALL: [Kind; 6] = [Kind::Choice, Kind::Choices, Kind::Number, Kind::Boolean, Kind::MonthDay, Kind::Year];

    /// What `shop.toml` calls it.
    #[cfg(feature = "cli")]
    pub fn name(self) -> &'static str {
        ["choice", "choices", "number", "boolean", "month_day", "year"][self as usize]
    }

    /// True where the values are listed.
    pub fn is_listed(self) -> bool {
        (self as u8) < 2
    }
}

/// How sure what each [`Source`] says is, in hundredths, where the pack does not say.
pub const CONFIDENCE: [u8; Source::COUNT] = [100, 90, 80, 60];

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Source {
    /// The shopper, of their own accord.
    #[default]
    Shopper = 0,
    /// The shop, from what it knows of the account.
    Shop = 1,
    /// An answer to a survey.
    Survey = 2,
    /// Taken over from elsewhere.
    Import = 3,
}

impl Source {
    /// How many there are.
    pub const COUNT: usize = 4;
    /// Every source, in the order of its number.
    pub const ALL: [Source; Source::COUNT] = [Source::Shopper, Source::Shop, Source::Survey, Source::Import];
}

/// An answer as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Said<'a> {
    /// None: it is taken back.
    #[default]
    Nothing,
    /// A text.
    Text(&'a str),
    /// A number, and its text.
    Number(f64, &'a str),
    /// Yes or no.
    Flag(bool),
}

/// Something that can be declared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attribute<'a> {
    /// Its name to the host.
    pub name: &'a str,
    /// Its name to the shopper.
    pub label: &'a str,
    /// What its values are.
    pub kind: Kind,
    /// It needs consent to `sensitive`.
    pub sensitive: bool,
    /// The day asks for care each year.
    pub care: bool,
    /// It is kept for so long.
    pub days: u32,
    /// The least, the most, and the step from the least; 0: any.
    pub range: [f64; 3],
    /// What its number counts, to the shopper.
    pub unit: &'a str,
    /// The values that are listed, each with its name to the shopper.
    pub values: Vec<(&'a str, &'a str)>,
}

/// All that can be declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Attributes<'a> {
    /// How sure what each [`Source`] says is, in hundredths.
    pub confidence: [u8; Source::COUNT],
    /// Each attribute once.
    pub list: Vec<Attribute<'a>>,
}

impl<'a> Attributes<'a> {
    /// The attributes of section `ATTR`, with the labels of a language, by number.
    ///
    /// # Errors
    ///
    /// [`Malformed`].
    pub fn read(section: &'a [u8], language: usize) -> Result<Attributes<'a>, Malformed> {
        let r = &mut Reader::new(section);
        let confidence = [(); Source::COUNT].map(|()| r.u8().min(100));
        let languages = r.u32();
        let text = |r: &mut Reader<'a>| {
            let (mut own, mut n) = ("", 0);
            while n < languages && r.left() > 0 {
                let text = r.str();
                if n as usize == language {
                    own = text;
                }
                n += 1;
            }
            own
        };
        let mut list = Vec::new();
        for _ in 0..r.count(38) {
            let (name, kind, flags, days) = (r.str(), r.u8(), r.u8(), r.u32().min(MOST_DAYS));
            let mut attribute = Attribute {
                name,
                kind: r.some(Kind::ALL.get(usize::from(kind)).copied()),
                sensitive: flags & 1 != 0,
                care: flags & 2 != 0,
                days,
                range: [r.f64(), r.f64(), r.f64()],
                label: text(r),
                unit: text(r),
                values: Vec::new(),
            };
            for _ in 0..r.count(4) {
                attribute.values.push((r.str(), text(r)));
            }
            list.push(attribute);
        }
        r.end()?;
        Ok(Attributes { confidence, list })
    }

    /// The attributes of a pack from before there was `ATTR`: the answers that its section `PRIO` lists are choices, whose names are their labels.
    pub fn of_prior(section: &'a [u8]) -> Attributes<'a> {
        let r = &mut Reader::new(section);
        let mut list: Vec<Attribute<'a>> = Vec::new();
        let skip = |r: &mut Reader<'_>| {
            let n = r.count(8);
            r.take(8 * n);
        };
        r.u32();
        skip(r);
        for _ in 0..r.count(8) {
            let answer = r.str();
            skip(r);
            let cut = answer.bytes().position(|b| b == b'=').unwrap_or(0);
            let (Some(name), Some(value)) = (answer.get(..cut), answer.get(cut + 1..)) else { continue };
            let i = list.iter().position(|a| a.name == name).unwrap_or(list.len());
            if i == list.len() {
                list.push(Attribute { name, label: name, days: DAYS, ..Attribute::default() });
            }
            list[i].values.push((value, value));
        }
        Attributes { confidence: CONFIDENCE, list }
    }

    /// The attribute with a name.
    pub fn named(&self, name: &str) -> Option<&Attribute<'a>> {
        self.list.iter().find(|a| a.name == name)
    }
}

impl Attribute<'_> {
    /// The key under which its answers are kept.
    pub fn key(&self) -> Key {
        Key::made(0xfe, self.name.as_bytes())
    }

    /// The key of one of its listed values: the one that a prior has for it.
    pub fn answer(&self, value: &str) -> u64 {
        Key::made(0xff, concat(&[self.name, "=", value]).as_bytes()).0
    }

    /// True where an answer is one to it: also by its value, since from before there were attributes that is all there is.
    pub fn has(&self, d: &Declared) -> bool {
        d.attribute == self.key() || self.values.iter().any(|(value, _)| self.answer(value) == d.value)
    }

    /// True where a kept answer is still one that the attribute takes.
    pub fn keeps(&self, value: u64) -> bool {
        let number = f64::from_bits(value);
        match self.kind {
            Kind::Choice | Kind::Choices => self.values.iter().any(|(listed, _)| self.answer(listed) == value),
            Kind::Number | Kind::Year => self.take(Said::Number(number, "")).is_some(),
            Kind::Boolean => number == 0.0 || number == 1.0,
            Kind::MonthDay => is_day(number as u16 / 100, number as u16 % 100),
        }
    }

    /// What is kept of an answer; `None` for what is no value of it.
    pub fn take(&self, said: Said<'_>) -> Option<u64> {
        let [least, most, step] = self.range;
        match (self.kind, said) {
            (Kind::Choice | Kind::Choices, Said::Text(text) | Said::Number(_, text)) => {
                self.values.iter().find(|(value, _)| *value == text).map(|_| self.answer(text))
            }
            (Kind::Number | Kind::Year, Said::Number(n, _)) => {
                let steps = (n - least) / step;
                let fits = step <= 0.0 || libm::fabs(steps - (steps + 0.5) as i64 as f64) < 1e-6;
                // Zero has one form.
                (n >= least && n <= most && fits).then(|| (n + 0.0).to_bits())
            }
            (Kind::Boolean, Said::Flag(yes)) => Some(f64::from(u8::from(yes)).to_bits()),
            (Kind::MonthDay, Said::Text(text)) => month_day(text.as_bytes()).map(|n| f64::from(n).to_bits()),
            _ => None,
        }
    }
}

/// `MM-DD` as a number: a day that some year has.
fn month_day(text: &[u8]) -> Option<u16> {
    let [a, b, b'-', c, d] = *text else { return None };
    let two = |x: u8, y: u8| {
        (x.is_ascii_digit() && y.is_ascii_digit()).then(|| u16::from(x - b'0') * 10 + u16::from(y - b'0'))
    };
    let (month, day) = (two(a, b)?, two(c, d)?);
    is_day(month, day).then_some(100 * month + day)
}

/// True for a day that some year has.
fn is_day(month: u16, day: u16) -> bool {
    const DAYS: [u16; 13] = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    DAYS.get(usize::from(month)).is_some_and(|days| (1..=*days).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn of(kind: Kind, range: [f64; 3]) -> Attribute<'static> {
        Attribute { name: "x", kind, range, values: alloc::vec![("a", "A"), ("7", "Seven")], ..Attribute::default() }
    }

    #[test]
    fn only_a_value_of_the_type_is_taken() {
        let choice = of(Kind::Choice, [0.0; 3]);
        assert_eq!(choice.take(Said::Text("a")), Some(choice.answer("a")));
        assert_eq!(choice.take(Said::Number(7.0, "7")), Some(choice.answer("7")));
        assert!(
            [Said::Text("b"), Said::Text(""), Said::Flag(true), Said::Nothing]
                .iter()
                .all(|s| choice.take(*s).is_none())
        );
        let number = of(Kind::Number, [-1.0, 1.0, 0.1]);
        assert_eq!(number.take(Said::Number(0.3, "")), Some(0.3_f64.to_bits()));
        assert_eq!(number.take(Said::Number(-0.0, "")), Some(0));
        for no in [0.35, 1.1, -1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(number.take(Said::Number(no, "")), None, "{no}");
        }
        assert_eq!(number.take(Said::Text("0.3")), None);
        assert_eq!(of(Kind::Boolean, [0.0; 3]).take(Said::Flag(true)), Some(1.0_f64.to_bits()));
        assert_eq!(of(Kind::Boolean, [0.0; 3]).take(Said::Number(1.0, "1")), None);
    }

    #[test]
    fn a_day_of_the_year_is_one_that_some_year_has() {
        let day = of(Kind::MonthDay, [0.0; 3]);
        for (text, kept) in [("02-29", 229.0), ("12-31", 1231.0), ("01-01", 101.0)] {
            assert_eq!(day.take(Said::Text(text)), Some(f64::to_bits(kept)), "{text}");
        }
        for no in ["02-30", "04-31", "13-01", "00-10", "05-00", "5-1", "2001-05-01", "05/01", "", "aa-bb"] {
            assert_eq!(day.take(Said::Text(no)), None, "{no}");
        }
    }
}
