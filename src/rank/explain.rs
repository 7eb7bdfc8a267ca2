//! Reasons: a tree of values that adds up to the score, exactly.

use super::blend::Blend;
use super::component::{COMPONENTS, Component};
use super::score::{Features, SCORE_BITS};
use crate::list::Gather;
use crate::order::Arrange;
use alloc::vec;
use alloc::vec::Vec;

/// What a reason points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Nothing in particular.
    None,
    /// A product, by row.
    Product(u32),
    /// A category, by number.
    Category(u32),
    /// A brand, by number.
    Brand(u32),
    /// A category that what was declared speaks for, by number.
    Declared(u32),
    /// A category that everyone turns to, as the merchant's prior has it, by number.
    Everyone(u32),
    /// A category whose time of the year it is, or is not, by number.
    Season(u32),
    /// A category that shoppers like this one turn to, by number.
    Cluster(u32),
    /// A scene or a rule: [`Engine::rule`](crate::engine::Engine::rule) has its name.
    Rule(u32),
}

/// A component's contribution to a score, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which component.
    pub component: Component,
    /// Its value, in 2^-20.
    pub value: i64,
    /// Where the value comes from; the values add up to it.
    pub from: Vec<(Subject, i64)>,
}

/// A node of an explanation: a code, what it points to, a value that is the sum of its children's.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// `score`, a component's code, `because`, or where it comes from: `declared` for a declaration, `season`, `cluster`.
    pub code: &'static str,
    /// What it points to.
    pub subject: Subject,
    /// In score units: an integer divided by 2^20, so doubles add it without rounding.
    pub value: f64,
    /// Parts.
    pub children: Vec<Node>,
}

/// A score in score units.
pub(super) fn unit(value: i64) -> f64 {
    value as f64 / f64::from(1_u32 << SCORE_BITS)
}

/// Takes a candidate's score apart. `raw_from` lists, for each component, where its raw score comes from; what is missing to the score is
/// what dislikes took.
pub(super) fn parts(
    f: &Features,
    i: usize,
    blend: &Blend,
    raw_from: &[(Component, Subject, i64)],
    score: i64,
) -> Vec<Part> {
    let (mut parts, mut left) = (Vec::new(), score);
    for c in 0..=COMPONENTS {
        let (component, value) = match Component::ALL.get(c) {
            Some(component) => (*component, f.value(i, *component, blend)),
            None => (Component::Disliked, left),
        };
        left -= value;
        if value == 0 {
            continue;
        }
        // The same product may stand on the trail several times: one line for each subject.
        let (mut from, mut all): (Vec<(Subject, i64)>, _) = (Vec::new(), 0);
        for (_, subject, amount) in raw_from.iter().filter(|(c, _, amount)| *c == component && *amount != 0) {
            all += amount;
            match from.iter_mut().find(|(s, _)| s == subject) {
                Some((_, sum)) => *sum += amount,
                None => from.push((*subject, *amount)),
            }
        }
        if from.is_empty() {
            from.push((Subject::None, 0));
        }
        from.arrange_by_key(|(_, amount)| core::cmp::Reverse(*amount));
        let share = |amount: i64| (i128::from(value) * i128::from(amount) / i128::from(all.max(1))) as i64;
        let mut from: Vec<(Subject, i64)> = from.into_iter().map(|(s, amount)| (s, share(amount))).gather();
        // Division rounds towards nothing; what is lost belongs to the strongest.
        let lost = value - from.iter().map(|(_, v)| v).sum::<i64>();
        from[0].1 += lost;
        parts.push(Part { component, value, from });
    }
    parts
}

/// The tree of a score's parts.
pub fn explain(parts: &[Part]) -> Node {
    let component = |p: &Part| Node {
        code: p.component.code(),
        subject: Subject::None,
        value: unit(p.value),
        children: p
            .from
            .iter()
            .map(|(subject, v)| {
                let code = match subject {
                    Subject::Declared(_) => "declared",
                    Subject::Everyone(_) => "everyone",
                    Subject::Season(_) => "season",
                    Subject::Cluster(_) => "cluster",
                    _ => "because",
                };
                Node { code, subject: *subject, value: unit(*v), children: vec![] }
            })
            .gather(),
    };
    let total = parts.iter().map(|p| p.value).sum();
    Node { code: "score", subject: Subject::None, value: unit(total), children: parts.iter().map(component).gather() }
}
