//! Product pages by their address: the catalogue's own links, or patterns such as `/products/{id}`.

use crate::catalog::build::ProductDraft;
use crate::error::{Code, Error, Result};
use std::collections::HashMap;

/// A pattern of addresses: `{id}` is the id, `*` any text within a segment, `**` any number of segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    segments: Vec<Segment>,
    /// A parameter that holds the id, with those that must be there.
    query: Vec<(String, Option<String>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Any,
    /// Literal pieces, and what is between them.
    Pieces(Vec<Piece>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Star,
    Id,
}

/// Addresses of product pages in the shop systems that are common: Shopify, WooCommerce, Magento, Amazon-like ones.
const USUAL: [&str; 12] = [
    "/**/products/{id}.html",
    "/**/products/{id}",
    "/**/product/{id}.html",
    "/**/product/{id}",
    "/**/p/{id}.html",
    "/**/p/{id}",
    "/**/items/{id}",
    "/**/item/{id}.html",
    "/**/item/{id}",
    "/**/dp/{id}/**",
    "/**/catalog/product/view/id/{id}/**",
    "/**/index.php?product_id={id}",
];

impl Pattern {
    /// What a shop without patterns of its own gets.
    pub(crate) fn usual() -> Vec<Pattern> {
        USUAL.iter().filter_map(|p| Pattern::parse(p).ok()).collect()
    }

    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// `bad_config` unless it begins with a slash and has `{id}` once.
    pub(crate) fn parse(text: &str) -> Result<Pattern> {
        let bad = |what: &str| Error::new(Code::BadConfig, format!("product_paths: \"{text}\" {what}."));
        if !text.starts_with('/') {
            return Err(bad("does not begin with \"/\""));
        }
        if text.matches("{id}").count() != 1 {
            return Err(bad("does not have \"{id}\" once"));
        }
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let segments = path.split('/').filter(|s| !s.is_empty()).map(segment).collect();
        let mut pairs = Vec::new();
        for pair in query.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.push((name.to_string(), (value != "{id}").then(|| value.to_string())));
        }
        Ok(Pattern { segments, query: pairs })
    }

    /// The id in an address, or nothing when the address is of another kind.
    pub(crate) fn id(&self, address: &Address) -> Option<String> {
        let segments: Vec<&str> = address.path.split('/').filter(|s| !s.is_empty()).collect();
        let mut id = None;
        if !fits(&self.segments, &segments, &mut id) {
            return None;
        }
        for (name, value) in &self.query {
            let found = address.query.iter().find(|(n, _)| n == name).map(|(_, v)| v)?;
            match value {
                Some(value) if value != found => return None,
                Some(_) => {}
                None => id = Some(found.clone()),
            }
        }
        id.filter(|id| !id.trim().is_empty())
    }
}

fn segment(text: &str) -> Segment {
    if text == "**" {
        return Segment::Any;
    }
    let mut pieces = Vec::new();
    for (i, part) in text.split("{id}").enumerate() {
        if i > 0 {
            pieces.push(Piece::Id);
        }
        for (j, literal) in part.split('*').enumerate() {
            if j > 0 {
                pieces.push(Piece::Star);
            }
            if !literal.is_empty() {
                pieces.push(Piece::Text(literal.to_string()));
            }
        }
    }
    Segment::Pieces(pieces)
}

/// The longest path looked at, in segments: `**` makes the work grow with their number.
const DEEPEST: usize = 32;

fn fits(pattern: &[Segment], path: &[&str], id: &mut Option<String>) -> bool {
    if path.len() > DEEPEST {
        return false;
    }
    match pattern.split_first() {
        None => path.is_empty(),
        Some((Segment::Any, rest)) => (0..=path.len()).any(|n| fits(rest, &path[n..], id)),
        Some((Segment::Pieces(pieces), rest)) => match path.split_first() {
            None => false,
            Some((segment, below)) => {
                let mut found = None;
                // Only the way that leads to the end may leave its id behind.
                let holds = fill(pieces, segment, &mut found) && fits(rest, below, id);
                if holds && found.is_some() {
                    *id = found;
                }
                holds
            }
        },
    }
}

fn fill(pieces: &[Piece], text: &str, id: &mut Option<String>) -> bool {
    match pieces.split_first() {
        None => text.is_empty(),
        Some((Piece::Text(literal), rest)) => text.strip_prefix(literal.as_str()).is_some_and(|t| fill(rest, t, id)),
        Some((piece, rest)) => {
            let is_id = *piece == Piece::Id;
            // The shortest text first, so that `{id}.html` leaves the suffix out; an id is not empty.
            let ends = text.char_indices().map(|(i, _)| i).chain([text.len()]);
            for end in ends.skip(usize::from(is_id)) {
                if fill(rest, &text[end..], id) {
                    if is_id {
                        *id = Some(text[..end].to_string());
                    }
                    return true;
                }
            }
            false
        }
    }
}

/// An address of a request or of a link, in one spelling.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Address {
    /// Decoded, with one slash between segments and none at the end.
    pub(crate) path: String,
    /// Decoded, sorted.
    pub(crate) query: Vec<(String, String)>,
}

impl Address {
    /// Reads `/p/1?x=2` or `https://shop.example/p/1?x=2#top`.
    pub(crate) fn parse(text: &str) -> Address {
        let text = text.split('#').next().unwrap_or(text);
        let local = match text.split_once("://") {
            Some((scheme, rest)) if !scheme.contains(['/', '?']) => rest.find(['/', '?']).map_or("", |at| &rest[at..]),
            _ => text,
        };
        let (path, query) = local.split_once('?').unwrap_or((local, ""));
        let segments: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(decoded).collect();
        let pairs = query.split('&').filter(|p| !p.is_empty());
        let mut query: Vec<(String, String)> = pairs
            .map(|p| p.split_once('=').unwrap_or((p, "")))
            .map(|(n, v)| (decoded(n), decoded(&v.replace('+', " "))))
            .collect();
        query.sort_unstable();
        Address { path: format!("/{}", segments.join("/")), query }
    }
}

/// Percent-decoded; what is no UTF-8 then stays as it is.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_string();
    }
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).and_then(|b| (*b as char).to_digit(16));
    let (mut out, mut i) = (Vec::with_capacity(bytes.len()), 0);
    while i < bytes.len() {
        match (bytes[i], hex(i + 1), hex(i + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                i += 3;
            }
            (b, ..) => {
                out.push(b);
                i += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_string())
}

/// A product's link: the parameters it needs, and the product.
type Link = (Vec<(String, String)>, u32);

/// Products by the addresses of their pages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links {
    by_path: HashMap<String, Vec<Link>>,
}

impl Links {
    /// Of a catalogue's links.
    pub(crate) fn new(products: &[ProductDraft]) -> Links {
        let mut by_path: HashMap<String, Vec<Link>> = HashMap::new();
        for (product, n) in products.iter().zip(0..).filter(|(p, _)| !p.url.is_empty()) {
            let address = Address::parse(&product.url);
            by_path.entry(address.path).or_default().push((address.query, n));
        }
        // Where several products share a path, the one that needs the most parameters is looked for first.
        for links in by_path.values_mut().filter(|l| l.len() > 1) {
            links.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.1.cmp(&b.1)));
        }
        Links { by_path }
    }

    /// The product whose page this is.
    pub(crate) fn find(&self, address: &Address) -> Option<u32> {
        let links = self.by_path.get(&address.path)?;
        if let [(_, only)] = links.as_slice() {
            return Some(*only).filter(|_| address.path != "/");
        }
        let holds = |needed: &[(String, String)]| needed.iter().all(|pair| address.query.contains(pair));
        links.iter().find(|(needed, _)| !needed.is_empty() && holds(needed)).map(|(_, product)| *product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(pattern: &str, address: &str) -> Option<String> {
        Pattern::parse(pattern).expect(pattern).id(&Address::parse(address))
    }

    #[test]
    fn patterns_find_the_id() {
        assert_eq!(id("/p/{id}", "/p/10001?v=S").as_deref(), Some("10001"));
        assert_eq!(id("/p/{id}", "/p/10001/").as_deref(), Some("10001"));
        assert_eq!(id("/p/{id}.html", "/p/a.b.html").as_deref(), Some("a.b"));
        assert_eq!(id("/p/{id}.html", "/p/.html"), None);
        assert_eq!(id("/p/{id}", "/p/1/2"), None);
        assert_eq!(id("/**/p/{id}", "/p/1").as_deref(), Some("1"));
        assert_eq!(id("/**/p/{id}", "/de/shop/p/1").as_deref(), Some("1"));
        assert_eq!(id("/**/dp/{id}/**", "/x/dp/B01/ref=nb").as_deref(), Some("B01"));
        assert_eq!(id("/*-p-{id}.html", "/linen-dress-p-77.html").as_deref(), Some("77"));
        assert_eq!(id("/view?c=shop&item={id}", "/view?item=7&c=shop&utm=x").as_deref(), Some("7"));
        assert_eq!(id("/view?c=shop&item={id}", "/view?item=7&c=blog"), None);
        assert_eq!(id("/p/{id}", "https://shop.example/p/%E8%8C%B6#top").as_deref(), Some("茶"));
        assert!(Pattern::parse("p/{id}").is_err() && Pattern::parse("/p/x").is_err());
        assert_eq!(Pattern::usual().len(), USUAL.len());
        assert_eq!(id("/**/p/{id}", &"/p".repeat(5000)), None, "no shop has such a path");
    }

    #[test]
    fn links_that_share_a_path_need_their_parameters() {
        let product = |url: &str| ProductDraft { id: url.into(), url: url.into(), ..ProductDraft::default() };
        let links = Links::new(&[
            product("https://shop.example/tea?v=S"),
            product("/shop.php?id=1"),
            product("/shop.php?id=2"),
            product("/shop.php"),
        ]);
        let find = |text: &str| links.find(&Address::parse(text));
        assert_eq!(find("/tea"), Some(0));
        assert_eq!(find("/tea/?v=M&utm=1"), Some(0));
        assert_eq!(find("/shop.php?x=1&id=2"), Some(2));
        assert_eq!(find("/shop.php"), None);
        assert_eq!(find("/coffee"), None);
    }
}
