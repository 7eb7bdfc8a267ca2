//! What the hosts make of the sections `CARD` and `SCEN`, once more: cards ranked by what they are about, scenes as pins.

use nearshelf::codec::Reader;
use nearshelf::engine::{Because, Engine, RawDescription, Shelf};
use nearshelf::pack::Tag;
use nearshelf::rank::{Node, Subject};
use nearshelf::time::Millis;

/// A card that is listed now, with what it is ranked by.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) id: String,
    soon: bool,
    things: Vec<String>,
}

/// A topic or a brand to be ranked, by the name it has on the list.
type About = (String, String, String);

fn texts(r: &mut Reader<'_>) -> Vec<String> {
    (0..r.count(4)).map(|_| r.str().to_string()).collect()
}

/// The cards that are listed at `now`, in neutral order, and the topics and brands among what they are ranked by.
fn listed(shelf: &Engine, now: Millis, exclude: &[&str]) -> (Vec<Card>, Vec<About>) {
    let c = shelf.catalog();
    let mut r = Reader::new(c.pack().section(Tag::CARD, 0).expect("cards"));
    let (mut cards, mut about) = (Vec::new(), Vec::<About>::new());
    for _ in 0..r.count(48) {
        let shown = r.f64();
        let (id, _kind, _style, titles) = (r.str().to_string(), r.str(), r.str(), texts(&mut r));
        assert!(!titles[0].is_empty());
        let (start, end) = (r.f64(), r.f64());
        let mut things = Vec::new();
        for _ in 0..r.count(4) {
            let path = c.category_path(r.u32()).to_string();
            things.push((format!("\n{{\"category\":\"{path}\"}}"), path, String::new()));
        }
        for _ in 0..r.count(4) {
            let brand = c.brand_name(r.u32()).to_string();
            things.push((format!("\n{{\"brand\":\"{brand}\"}}"), String::new(), brand));
        }
        let products = texts(&mut r);
        if shown > now.to_f64() || end <= now.to_f64() || exclude.contains(&id.as_str()) {
            continue;
        }
        if things.is_empty() && products.is_empty() {
            things.push((format!("\n{{\"card\":\"{id}\"}}"), String::new(), String::new()));
        }
        let names = products.into_iter().chain(things.iter().map(|t| t.0.clone())).collect();
        about.extend(things);
        cards.push(Card { id, soon: start > now.to_f64(), things: names });
    }
    r.end().expect("nothing is left over");
    (cards, about)
}

/// The cards of a list with score, reason and subject; and the list they were ranked by.
pub(super) fn cards(
    shelf: &mut Engine,
    now: Millis,
    neutral: bool,
    limit: usize,
    exclude: &[&str],
) -> (Shelf, Vec<(Card, f64, Because, Subject)>) {
    let (cards, about) = listed(shelf, now, exclude);
    let mut ids: Vec<&str> = Vec::new();
    for thing in cards.iter().flat_map(|c| &c.things) {
        if !ids.contains(&thing.as_str()) {
            ids.push(thing);
        }
    }
    let described: Vec<RawDescription<'_>> = (0..)
        .zip(&ids)
        .filter_map(|(place, id)| {
            let (_, category, brand) = about.iter().find(|a| a.0 == *id)?;
            Some(RawDescription { place, category, brand, price: None })
        })
        .collect();
    let list = shelf.rank(now, neutral, &ids, &described);
    let id_of = |i: &nearshelf::engine::ShelfItem| i.row.map_or(ids[i.given as usize], |r| shelf.catalog().id(r));
    let ranked: Vec<&str> = list.items.iter().map(id_of).collect();
    let mut all: Vec<_> = cards
        .iter()
        .map(|card| {
            let best = ranked.iter().position(|id| card.things.iter().any(|t| t == id)).filter(|_| list.personal);
            let item = best.map(|i| &list.items[i]);
            let said = item.map_or((0.0, Because::Given, Subject::None), |i| (i.score, i.because, i.subject));
            ((card.soon, best), said)
        })
        .zip(cards.iter().enumerate())
        .map(|((key, said), (place, _))| (key, place, said))
        .collect();
    all.sort_by_key(|(key, place, _)| (*key, *place));
    all.truncate(limit);
    let mut cards: Vec<Option<Card>> = cards.into_iter().map(Some).collect();
    let dealt = all.into_iter().map(|(_, place, s)| (cards[place].take().expect("each once"), s.0, s.1, s.2)).collect();
    (list, dealt)
}

/// The tree of a card: that of the best it is about.
pub(super) fn why(shelf: &Engine, served: u32, card: &Card) -> Node {
    let trees = card.things.iter().map(|t| shelf.why(served, t).expect("on the list"));
    trees.reduce(|best, node| if node.value > best.value { node } else { best }).expect("it is about something")
}

/// What the scenes that hold lift, as pins, and their names.
pub(super) fn scenes(shelf: &Engine, said: &[String]) -> (Vec<(String, u32)>, Vec<String>) {
    let Some(section) = shelf.catalog().pack().section(Tag::SCENE, 0) else { return Default::default() };
    let mut r = Reader::new(section);
    let (mut pins, mut names) = (Vec::new(), Vec::new());
    for _ in 0..r.count(12) {
        let name = r.str().to_string();
        let conditions: Vec<Vec<String>> = (0..r.count(4)).map(|_| texts(&mut r)).collect();
        let lifts: Vec<(String, u32)> = (0..r.count(8)).map(|_| (r.str().to_string(), r.u32())).collect();
        if conditions.iter().all(|any| any.iter().any(|text| said.contains(text))) {
            pins.push((name.clone(), 1 << 31));
            pins.extend(lifts);
            names.push(name);
        }
    }
    r.end().expect("nothing is left over");
    (pins, names)
}
