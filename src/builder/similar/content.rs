//! What the catalogue says of products: neighbours by words, category, brand, tags and price.
//!
//! Each product is a bag of features weighted by inverse document frequency (Spärck Jones 1972); neighbours are those with the
//! largest cosine.

use super::SHARES;
use super::sparse::{Links, Sum};
use crate::builder::threads::{in_order, shares};
use crate::catalog::PATH_SEPARATOR;
use crate::catalog::build::ProductDraft;
use std::collections::BTreeMap;
use std::ops::Range;

/// A feature of more products than this, or of more than this share of all, tells nothing.
const COMMON: usize = 1_000;
const COMMON_SHARE: f64 = 0.25;
/// Neighbours kept of a product, and the least cosine.
const KEPT: usize = 30;
const LEAST: f64 = 0.15;
/// What a price band counts against a word.
const PRICE: f64 = 0.5;

/// Neighbours of each product by content.
pub(in crate::builder) fn neighbours(products: &[&ProductDraft]) -> Links {
    let n = products.len();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut having: Vec<Vec<u32>> = Vec::new();
    let bags: Vec<Vec<(usize, f64)>> = (0..)
        .zip(products)
        .map(|(row, product)| {
            let mut bag = features(product);
            bag.sort_unstable_by(|x, y| x.0.cmp(&y.0));
            bag.dedup_by(|x, y| x.0 == y.0);
            bag.into_iter()
                .map(|(name, weight)| {
                    let next = numbers.len();
                    let number = *numbers.entry(name).or_insert(next);
                    if number == having.len() {
                        having.push(Vec::new());
                    }
                    having[number].push(row);
                    (number, weight)
                })
                .collect()
        })
        .collect();
    let told = |f: usize| {
        having[f].len() > 1 && having[f].len() <= COMMON && having[f].len() as f64 <= COMMON_SHARE * n as f64
    };
    let idf = |f: usize| libm::log(n as f64 / having[f].len() as f64);
    let vectors: Vec<Vec<(usize, f64)>> = bags
        .into_iter()
        .map(|bag| {
            // What nobody else has says nothing about others, but it does say that this product is not quite like them.
            let length: f64 = bag.iter().map(|(f, w)| (w * idf(*f)) * (w * idf(*f))).sum();
            let length = libm::sqrt(length).max(1e-9);
            bag.into_iter().filter(|(f, _)| told(*f)).map(|(f, w)| (f, w * idf(f) / length)).collect()
        })
        .collect();
    let mut values: Vec<Vec<(u32, f64)>> = vec![Vec::new(); having.len()];
    for (row, vector) in (0..).zip(&vectors) {
        vector.iter().for_each(|(f, w)| values[*f].push((row, *w)));
    }
    let near = |share: &Range<usize>| {
        let mut sum = Sum::new(n);
        let of = |row: usize| {
            for (f, w) in &vectors[row] {
                let others = values[*f].iter().filter(|(other, _)| *other as usize != row);
                others.for_each(|(other, v)| sum.add(*other, w * v));
            }
            let mut near = sum.take(KEPT);
            near.retain(|(_, cosine)| *cosine >= LEAST);
            near
        };
        share.clone().map(of).collect::<Links>()
    };
    in_order(&shares(n, SHARES), near).into_iter().flatten().collect()
}

/// A product's features by name, with what each counts.
fn features(p: &ProductDraft) -> Vec<(String, f64)> {
    let mut out = Vec::new();
    for (language, title) in p.titles.iter().enumerate() {
        words(title, &mut |word| out.push((format!("w{language} {word}"), 1.0)));
    }
    if let Some(path) = p.categories.first().filter(|c| !c.is_empty()) {
        let ends = path.match_indices(PATH_SEPARATOR).map(|(at, _)| at).chain([path.len()]);
        ends.for_each(|end| out.push((format!("c {}", &path[..end]), 1.0)));
    }
    if !p.brand.is_empty() {
        out.push((format!("b {}", p.brand), 1.0));
    }
    p.tags.iter().for_each(|t| out.push((format!("t {t}"), 1.0)));
    let price = p.variants.iter().flat_map(|v| &v.offers).find_map(|o| o.sale.or(o.list)).filter(|price| *price > 0);
    if let Some(price) = price {
        // Bands of half an octave.
        out.push((format!("p {}", libm::round(libm::log2(f64::from(price)) * 2.0)), PRICE));
    }
    out
}

/// Words of a text in lower case; of a script without spaces, pairs of neighbouring signs.
fn words(text: &str, found: &mut dyn FnMut(&str)) {
    for run in text.split(|c: char| !c.is_alphanumeric()).filter(|r| !r.is_empty()) {
        let lower = run.to_lowercase();
        if lower.chars().any(is_sign) {
            let signs: Vec<char> = lower.chars().collect();
            signs.windows(2).for_each(|pair| found(&pair.iter().collect::<String>()));
            if signs.len() == 1 {
                found(&lower);
            }
        } else {
            found(&lower);
        }
    }
}

/// Han, kana and hangul: written without spaces, or in signs that are words.
fn is_sign(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(product: &ProductDraft) -> Vec<String> {
        features(product).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_product_is_its_words_its_path_its_brand_its_tags_and_its_price_band() {
        let offers = vec![crate::catalog::build::VariantOffer {
            list: Some(1_600),
            sale: Some(400),
            availability: crate::catalog::Availability::InStock,
        }];
        let product = ProductDraft {
            titles: vec!["Red LANTERN, 2-pack".into(), "大红灯笼 x2".into()],
            categories: vec!["Home > Light".into()],
            brand: "Deng".into(),
            tags: vec!["new".into()],
            variants: vec![crate::catalog::build::VariantDraft { offers, ..Default::default() }],
            ..ProductDraft::default()
        };
        let expected = [
            "w0 red",
            "w0 lantern",
            "w0 2",
            "w0 pack",
            "w1 大红",
            "w1 红灯",
            "w1 灯笼",
            "w1 x2",
            "c Home",
            "c Home > Light",
            "b Deng",
            "t new",
            "p 17",
        ];
        assert_eq!(bag(&product), expected);
        assert_eq!(bag(&ProductDraft::default()), Vec::<String>::new());
    }

    #[test]
    fn neighbours_share_what_is_rare() {
        let titled = |t: &str| ProductDraft { titles: vec![t.into()], ..ProductDraft::default() };
        let mut products: Vec<ProductDraft> = (0..20).map(|i| titled(&format!("mug number{i}"))).collect();
        products.extend([titled("mug teal owl"), titled("teal owl plate")]);
        let near = neighbours(&products.iter().collect::<Vec<_>>());
        assert_eq!(near[20].iter().map(|x| x.0).collect::<Vec<_>>(), [21]);
        assert!(near[0].is_empty(), "\"mug\" is said of nearly all, \"number0\" of nobody else");
        assert!(near[20][0].1 < 1.0 && near[20][0].1 > LEAST);
    }
}
