//! Reasons: a tree of values that adds up to the score, exactly.

use super::blend::Blend;
use super::component::{COMPONENTS, Component};
use super::score::{Features, SCORE_BITS};
use crate::order::Arrange;
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

/// A line of what a score is made of: a component's contribution, or below it one of those it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which component.
    pub component: Component,
    /// `None` for the component itself; each of the lines that follow it says where so much of its value comes from, and they add up to it.
    pub cause: Option<Subject>,
    /// The value, in 2^-20.
    pub value: i64,
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

/// Takes a candidate's score apart, into `parts`. `raw_from` lists, for each component, where its raw score comes from; what is missing to the
/// score is what dislikes took.
pub(super) fn parts(f: &Features, i: usize, blend: &Blend, raw_from: &[Note], score: i64, parts: &mut Vec<Part>) {
    parts.clear();
    let mut left = score;
    for c in 0..=COMPONENTS {
        let (component, value) = match Component::ALL.get(c) {
            Some(component) => (*component, f.value(i, *component, blend)),
            None => (Component::Disliked, left),
        };
        left -= value;
        if value == 0 {
            continue;
        }
        parts.push(Part { component, cause: None, value });
        let first = parts.len();
        // The same product may stand on the trail several times: one line for each subject.
        let mut all = 0;
        for (_, subject, amount) in raw_from.iter().filter(|(c, _, amount)| *c == component && *amount != 0) {
            all += amount;
            let cause = Some(*subject);
            match parts[first..].iter_mut().find(|p| p.cause == cause) {
                Some(p) => p.value += amount,
                None => parts.push(Part { component, cause, value: *amount }),
            }
        }
        if parts.len() == first {
            parts.push(Part { component, cause: Some(Subject::None), value: 0 });
        }
        let from = &mut parts[first..];
        from.arrange_by_key(|p| core::cmp::Reverse(p.value));
        // Division rounds towards nothing; what is lost belongs to the strongest.
        let mut lost = value;
        for p in from.iter_mut() {
            p.value = (i128::from(value) * i128::from(p.value) / i128::from(all.max(1))) as i64;
            lost -= p.value;
        }
        from[0].value += lost;
    }
}

/// Where raw scores come from: how much of a component's from what.
pub(super) type Note = (Component, Subject, i64);

/// The tree of a score's parts.
pub fn explain(parts: &[Part]) -> Node {
    let node = |code, subject, value| Node { code, subject, value: unit(value), children: Vec::new() };
    let (mut root, mut total) = (node("score", Subject::None, 0), 0);
    for part in parts {
        let Some(subject) = part.cause else {
            total += part.value;
            root.children.push(node(part.component.code(), Subject::None, part.value));
            continue;
        };
        let code = match subject {
            Subject::Declared(_) => "declared",
            Subject::Everyone(_) => "everyone",
            Subject::Season(_) => "season",
            Subject::Cluster(_) => "cluster",
            _ => "because",
        };
        if let Some(of) = root.children.last_mut() {
            of.children.push(node(code, subject, part.value));
        }
    }
    root.value = unit(total);
    root
}
