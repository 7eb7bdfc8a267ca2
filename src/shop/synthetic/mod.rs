//! A made-up shop of any size, for load tests of a set-up before there is a log of that size.
//!
//! Nothing is kept while it is written: products, the next steps from each, and what a shopper likes are functions of the
//! seed and a number, so a shop of a million products takes no more memory than one of a hundred. The shape is that of a shop's
//! log: popularity after Zipf, by category and within it; visits that stay in a category or go on to one that goes with it; for each
//! product a few that often come next; products that are looked at again, in a visit and by a shopper; carts, purchases, products
//! that arrive on the way. It tells how long building and ranking take and how large packs become; of quality it tells nothing.

mod words;

use super::{Progress, source};
use crate::error::{Code, Error, Result};
use crate::random::Random;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use words::{DEPARTMENTS, MATERIALS, QUALITIES, SYLLABLES, TAGS};

/// How large a made-up shop is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Products, at least 1.
    pub products: u32,
    /// Visits; each has about five steps.
    pub visits: u64,
    /// Shoppers; 0 for a log without user ids.
    pub shoppers: u64,
    /// Another number, another shop.
    pub seed: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Categories that hold products.
    pub shelves: u32,
    /// Rows of the log.
    pub steps: u64,
    /// The catalogue, the log, the settings.
    pub files: [PathBuf; 3],
}

/// Days of the log, and when it begins: 2026-01-01 UTC.
const DAYS: u64 = 180;
const BEGIN: u64 = 1_767_225_600;
const DAY: u64 = 86_400;
/// Products of a shelf, and the most shelves.
const SHELF: u32 = 100;
const SHELVES: u32 = 5_000;
/// Exponents of Zipf's law for shelves, for products of a shelf, for what comes next, for shoppers.
const SKEW: f64 = 0.8;
const SKEW_WITHIN: f64 = 0.9;
const SKEW_NEXT: f64 = 1.1;
const SKEW_SHOPPERS: f64 = 0.6;
/// Products that often come after one.
const FOLLOWERS: u64 = 8;
/// Steps of the longest visit.
const LONGEST: usize = 60;

/// Writes a shop folder: `catalog.csv.gz`, `interactions.csv.gz`, `shop.toml`. The same size gives the same bytes.
///
/// # Errors
///
/// `io` when the folder is not empty or cannot be written.
///
/// # Example: a small shop
///
/// ```
/// use nearshelf::shop::synthetic::{Size, write};
/// use nearshelf::shop::{Shop, ShopFiles, Silent};
/// let dir = std::env::temp_dir().join(format!("nearshelf-synthetic-{}", std::process::id()));
/// let written = write(Size { products: 300, visits: 500, shoppers: 100, seed: 1 }, &dir, &Silent)?;
/// let shop = Shop::read(&ShopFiles::in_folder(&dir)?, &Silent)?;
/// assert_eq!((shop.products.len(), shop.log.sessions.len()), (300, 500));
/// assert_eq!(shop.log.sessions.iter().map(|s| s.steps.len() as u64).sum::<u64>(), written.steps);
/// # std::fs::remove_dir_all(&dir).ok();
/// # Ok::<(), nearshelf::error::Error>(())
/// ```
pub fn write(size: Size, dir: &Path, progress: &dyn Progress) -> Result<Written> {
    std::fs::create_dir_all(dir).map_err(|e| source::io(dir, &e))?;
    if std::fs::read_dir(dir).map_err(|e| source::io(dir, &e))?.next().is_some() {
        return Err(Error::new(Code::Io, format!("{} is not empty.", dir.display())));
    }
    let world = World::new(size);
    let [catalog, log, settings] = ["catalog.csv.gz", "interactions.csv.gz", "shop.toml"].map(|name| dir.join(name));
    progress.stage("writing the catalogue", u64::from(size.products));
    table(&catalog, |out| {
        let columns = [
            "id",
            "title",
            "title_zh",
            "product_type",
            "product_type_zh",
            "brand",
            "tags",
            "price",
            "sale_price",
            "availability",
            "link",
        ];
        out.write_record(columns)?;
        for p in 0..size.products {
            world.product(p).write(out)?;
            progress.advance(1);
        }
        Ok(())
    })?;
    progress.stage("writing the log", size.visits);
    let mut steps = 0;
    table(&log, |out| {
        let has_users = size.shoppers > 0;
        out.write_record(
            ["session_id", "item_id", "timestamp", "event", "user_id"].iter().take(4 + usize::from(has_users)),
        )?;
        for v in 0..size.visits {
            steps += world.visit(v).write(v, has_users, out)?;
            progress.advance(1);
        }
        Ok(())
    })?;
    super::write_file(&settings, settings_of(size).as_bytes())?;
    Ok(Written { shelves: world.shelves, steps, files: [catalog, log, settings] })
}

/// A gzipped table, written beside its place first.
fn table(path: &Path, rows: impl FnOnce(&mut Rows) -> std::result::Result<(), csv::Error>) -> Result<()> {
    let mut beside = path.as_os_str().to_os_string();
    beside.push(".part");
    let file = File::create(&beside).map_err(|e| source::io(path, &e))?;
    let mut out = csv::Writer::from_writer(GzEncoder::new(BufWriter::new(file), Compression::fast()));
    rows(&mut out).map_err(|e| source::io(path, &e))?;
    let gzip = out.into_inner().map_err(|e| source::io(path, e.error()))?;
    gzip.finish().and_then(|mut file| file.flush()).map_err(|e| source::io(path, &e))?;
    std::fs::rename(&beside, path).map_err(|e| source::io(path, &e))
}

type Rows = csv::Writer<GzEncoder<BufWriter<File>>>;

fn settings_of(size: Size) -> String {
    let Size { products, visits, shoppers, seed } = size;
    format!(
        "# Made up: nearshelf synthetic --products {products} --visits {visits} --shoppers {shoppers} --seed {seed}

[shop]
id = \"synthetic\"
name = \"Synthetic\"
name_zh = \"样本商店\"

[[language]]
tag = \"en\"
title = \"title\"
category = \"product_type\"

[[language]]
tag = \"zh-CN\"
title = \"title_zh\"
category = \"product_type_zh\"

[[market]]
code = \"us\"
currency = \"USD\"
price = \"price\"
sale_price = \"sale_price\"
availability = \"availability\"
"
    )
}

/// What is drawn, so that no two draws share a stream.
#[derive(Clone, Copy)]
enum Of {
    Product,
    Next,
    Shelf,
    Shopper,
    Visit,
}

/// A shop as functions of numbers.
struct World {
    size: Size,
    shelves: u32,
    /// Places of products and shelves are spread by multiplying with these, which have no divisor in common with their number.
    spread: (u64, u64),
}

impl World {
    fn new(size: Size) -> World {
        let shelves = (size.products / SHELF).clamp(1, SHELVES);
        let spread = (coprime(u64::from(size.products)), coprime(u64::from(shelves)));
        World { size, shelves, spread }
    }

    fn random(&self, of: Of, n: u64) -> Random {
        let stream = Random::new(self.size.seed ^ (of as u64 + 1).wrapping_mul(0xA076_1D64_78BD_642F)).bits();
        Random::new(stream ^ n.wrapping_mul(0xE703_7ED1_A0B4_28DB))
    }

    /// Where a shelf's products begin: later shelves are larger, up to three times the first.
    fn start(&self, shelf: u32) -> u32 {
        let (x, n, all) = (u64::from(shelf), u64::from(self.shelves), u64::from(self.size.products));
        // x/n · ½ + (x/n)² · ½ of all.
        (all * x / n * (n + x) / (2 * n)) as u32
    }

    fn shelf_of(&self, product: u32) -> u32 {
        let (mut low, mut high) = (0, self.shelves);
        while high - low > 1 {
            let middle = u32::midpoint(low, high);
            if self.start(middle) <= product { low = middle } else { high = middle }
        }
        low
    }

    /// A shelf, the popular ones more often; which are popular has nothing to do with their place.
    fn shelf(&self, r: &mut Random) -> u32 {
        let rank = zipf(r, u64::from(self.shelves), SKEW);
        (rank * self.spread.1 % u64::from(self.shelves)) as u32
    }

    /// The shelf that goes with one.
    fn companion(&self, shelf: u32) -> u32 {
        self.shelf(&mut self.random(Of::Shelf, u64::from(shelf)))
    }

    /// A product of a shelf, the first ones more often.
    fn within(&self, shelf: u32, skew: f64, r: &mut Random) -> u32 {
        let (from, to) = (self.start(shelf), self.start(shelf + 1));
        from + zipf(r, u64::from(to - from).max(1), skew) as u32
    }

    /// One of the products that often come after one.
    fn follower(&self, product: u32, which: u64) -> u32 {
        let mut r = self.random(Of::Next, u64::from(product) * FOLLOWERS + which);
        let shelf = self.shelf_of(product);
        let shelf = if r.below(100) < 85 { shelf } else { self.companion(shelf) };
        self.within(shelf, 0.5, &mut r)
    }

    /// The day on which a product is first there. The first of a shelf always is.
    fn arrival(&self, product: u32) -> u64 {
        let mut r = self.random(Of::Product, u64::from(product));
        let is_later = r.below(10) < 3 && self.start(self.shelf_of(product)) != product;
        if is_later { r.below(DAYS) } else { 0 }
    }

    /// The id says nothing of the shelf, as in a shop that numbers products as they come.
    fn id(&self, product: u32) -> String {
        format!("P{:07}", u64::from(product) * self.spread.0 % u64::from(self.size.products))
    }

    fn product(&self, p: u32) -> Product {
        let shelf = self.shelf_of(p);
        let (kinds, round) = (DEPARTMENTS.len() * 8, shelf as usize / (DEPARTMENTS.len() * 8));
        let place = shelf as usize % kinds;
        let ((en, zh), goods) = &DEPARTMENTS[place / 8];
        let (good, good_zh) = goods[place % 8];
        let (made, made_zh) = MATERIALS[round % MATERIALS.len()];
        let again = round / MATERIALS.len() + 1;
        let shelf_name = |name: &str| if again > 1 { format!("{name} {again}") } else { name.to_string() };
        let mut r = self.random(Of::Product, u64::from(p));
        // The day of arrival is drawn first.
        r.bits();
        r.bits();
        let brands = u64::from(self.size.products / 200).clamp(5, 10_000);
        let brand = brand((u64::from(shelf) * 7 + zipf(&mut r, 12, 0.7)) % brands);
        let (quality, quality_zh) = QUALITIES[r.below(QUALITIES.len() as u64) as usize];
        let model = format!("{}{}", char::from(b'A' + r.below(26) as u8), 100 + r.below(900));
        let tags: Vec<&str> = (0..r.below(4)).map(|_| TAGS[r.below(TAGS.len() as u64) as usize]).collect();
        // Each shelf has its own level of prices; around it a factor from 1/3 to 3.
        let level = 5.0 * libm::pow(60.0, self.random(Of::Shelf, u64::from(shelf) << 32).unit());
        let price = libm::round(level * libm::pow(9.0, r.unit() - 0.5) * 10.0) * 10.0 - 1.0;
        let cents = (price as u64).max(99);
        let sale = (r.below(100) < 12).then(|| cents * 8 / 10);
        let availability = if r.below(100) < 4 { "out_of_stock" } else { "in_stock" };
        let id = self.id(p);
        Product {
            title: format!("{brand} {quality} {made} {good} {model}"),
            title_zh: format!("{brand}{quality_zh}{made_zh}{good_zh} {model}"),
            category: format!("{en} > {good} > {}", shelf_name(made)),
            category_zh: format!("{zh} > {good_zh} > {}", shelf_name(made_zh)),
            link: format!("https://shop.example/p/{id}"),
            tags: tags.join("|"),
            prices: [Some(cents), sale],
            id,
            brand,
            availability,
        }
    }

    fn visit(&self, v: u64) -> Visit {
        let Size { visits, shoppers, .. } = self.size;
        let mut r = self.random(Of::Visit, v);
        let shopper = (shoppers > 0).then(|| zipf(&mut r, shoppers, SKEW_SHOPPERS));
        let likes = self.random(Of::Shopper, shopper.unwrap_or(v | 1 << 63));
        let at = BEGIN + time_of(v, visits, &mut r);
        let day = (at - BEGIN) / DAY;
        let mut product = self.first(likes, day, &mut r);
        let mut visit = Visit { shopper, steps: Vec::new() };
        let (mut now, mut seen, mut cart) = (at, Vec::new(), Vec::new());
        loop {
            visit.steps.push((now, self.id(product), "view_item"));
            seen.push(product);
            if r.below(100) < 7 {
                now += 5 + r.below(30);
                visit.steps.push((now, self.id(product), "add_to_cart"));
                cart.push(product);
            }
            if r.below(100) < 22 || visit.steps.len() >= LONGEST {
                break;
            }
            // Most looks are short, a few take minutes.
            now += 5 + zipf(&mut r, 600, 0.8);
            product = self.then(product, &seen, day, &mut r);
        }
        if r.below(100) < 40 {
            cart.sort_unstable();
            cart.dedup();
            now += 60;
            visit.steps.extend(cart.into_iter().map(|p| (now, self.id(p), "purchase")));
        }
        visit
    }

    /// What a visit begins with: one of the shopper's regular products, or one of the shelves they like, or any.
    fn first(&self, mut likes: Random, day: u64, r: &mut Random) -> u32 {
        let liked = [0; 3].map(|_: u32| self.shelf(&mut likes));
        let regular = [0; 4].map(|i: u32| self.within(liked[i as usize % 3], SKEW_WITHIN, &mut likes));
        match r.below(100) {
            0..25 => self.here(regular[r.below(4) as usize], day),
            25..65 => self.draw(liked[r.below(3) as usize], day, r),
            _ => self.draw(self.shelf(r), day, r),
        }
    }

    /// What comes after a product.
    fn then(&self, product: u32, seen: &[u32], day: u64, r: &mut Random) -> u32 {
        match r.below(100) {
            0..12 => seen[r.below(seen.len() as u64) as usize],
            12..57 => self.here(self.follower(product, zipf(r, FOLLOWERS, SKEW_NEXT)), day),
            57..85 => self.draw(self.shelf_of(product), day, r),
            85..93 => self.draw(self.companion(self.shelf_of(product)), day, r),
            _ => self.draw(self.shelf(r), day, r),
        }
    }

    fn draw(&self, shelf: u32, day: u64, r: &mut Random) -> u32 {
        self.here(self.within(shelf, SKEW_WITHIN, r), day)
    }

    /// The product, or the first of its shelf while it has not arrived.
    fn here(&self, product: u32, day: u64) -> u32 {
        if self.arrival(product) <= day { product } else { self.start(self.shelf_of(product)) }
    }
}

/// Seconds after the beginning at which a visit begins: visits are spread over the days, and over a day as people are awake.
fn time_of(v: u64, visits: u64, r: &mut Random) -> u64 {
    let days = (v as f64 + r.unit()) / visits.max(1) as f64 * DAYS as f64;
    let (day, hour) = (libm::floor(days), days - libm::floor(days));
    // Most at noon, least at midnight: the slope is between 0.2 and 1.8.
    let hour = hour + libm::sin(hour * std::f64::consts::TAU) * 0.8 / std::f64::consts::TAU;
    (((day + hour) * DAY as f64) as u64).min(DAYS * DAY - 1)
}

/// A rank below `n`, 0 the most often: the inverse of the distribution with density (x + 1)^−skew.
fn zipf(r: &mut Random, n: u64, skew: f64) -> u64 {
    let power = 1.0 - skew;
    let all = libm::pow(n as f64 + 1.0, power) - 1.0;
    let x = libm::pow(all * r.unit() + 1.0, 1.0 / power) - 1.0;
    (x as u64).min(n.saturating_sub(1))
}

/// A number without a divisor in common with `n`, near the golden section of it, so that neighbours come to lie far apart.
fn coprime(n: u64) -> u64 {
    let divisor = |mut a: u64, mut b: u64| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let from = (n as f64 * 0.618) as u64 + 1;
    (from..).find(|a| divisor(*a, n) == 1).unwrap_or(1)
}

fn brand(mut number: u64) -> String {
    let n = SYLLABLES.len() as u64;
    let mut name = String::new();
    for _ in 0..3 {
        name.push_str(SYLLABLES[(number % n) as usize]);
        number = number / n + 7;
    }
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

struct Product {
    id: String,
    title: String,
    title_zh: String,
    category: String,
    category_zh: String,
    brand: String,
    tags: String,
    /// In cents: usual, reduced.
    prices: [Option<u64>; 2],
    availability: &'static str,
    link: String,
}

impl Product {
    fn write(&self, out: &mut Rows) -> std::result::Result<(), csv::Error> {
        let money = |c: Option<u64>| c.map_or(String::new(), |c| format!("{}.{:02} USD", c / 100, c % 100));
        let [price, sale] = self.prices.map(money);
        let fields: [&str; 11] = [
            &self.id,
            &self.title,
            &self.title_zh,
            &self.category,
            &self.category_zh,
            &self.brand,
            &self.tags,
            &price,
            &sale,
            self.availability,
            &self.link,
        ];
        out.write_record(fields)
    }
}

struct Visit {
    shopper: Option<u64>,
    /// When, which product, what happened.
    steps: Vec<(u64, String, &'static str)>,
}

impl Visit {
    /// Writes its rows and answers with their number.
    fn write(&self, number: u64, has_users: bool, out: &mut Rows) -> std::result::Result<u64, csv::Error> {
        let (number, user) = (format!("{}", number + 1), self.shopper.map_or(String::new(), |s| format!("u{}", s + 1)));
        for (at, id, event) in &self.steps {
            let at = at.to_string();
            let fields = [number.as_str(), id, &at, event, &user];
            out.write_record(fields.iter().take(4 + usize::from(has_users)))?;
        }
        Ok(self.steps.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Silent;
    use std::collections::{BTreeMap, BTreeSet};

    const SMALL: Size = Size { products: 3_000, visits: 4_000, shoppers: 900, seed: 7 };

    fn bytes(size: Size) -> Vec<Vec<u8>> {
        let dir = tempfile::tempdir().expect("a folder");
        let written = write(size, dir.path(), &Silent).expect("written");
        written.files.iter().map(|f| std::fs::read(f).expect("a file")).collect()
    }

    #[test]
    fn the_same_size_gives_the_same_bytes_and_another_seed_does_not() {
        let first = bytes(SMALL);
        assert_eq!(first, bytes(SMALL));
        let other = bytes(Size { seed: 8, ..SMALL });
        assert!(first.iter().zip(&other).all(|(a, b)| a != b));
    }

    #[test]
    fn a_folder_that_holds_something_is_left_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("notes.txt"), "mine").expect("written");
        let refused = write(SMALL, dir.path(), &Silent).expect_err("not empty");
        assert_eq!(refused.code(), "io");
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn shelves_share_the_products_and_every_product_has_an_id_of_its_own() {
        for products in [1, 2, 99, 101, 3_000, 20_011] {
            let world = World::new(Size { products, ..SMALL });
            assert_eq!((world.start(0), world.start(world.shelves)), (0, products));
            let ids: BTreeSet<String> = (0..products).map(|p| world.id(p)).collect();
            assert_eq!(ids.len(), products as usize);
            for p in 0..products {
                let shelf = world.shelf_of(p);
                assert!(world.start(shelf) <= p && p < world.start(shelf + 1));
                assert!((0..FOLLOWERS).all(|i| world.follower(p, i) < products));
            }
        }
    }

    #[test]
    fn visits_have_the_shape_of_a_shops_log() {
        let world = World::new(SMALL);
        let visits: Vec<Visit> = (0..SMALL.visits).map(|v| world.visit(v)).collect();
        let steps: usize = visits.iter().map(|v| v.steps.len()).sum();
        let mean = steps as f64 / visits.len() as f64;
        assert!((4.0..6.5).contains(&mean), "{mean} steps to a visit");
        assert!(visits.iter().all(|v| v.steps.is_sorted_by_key(|s| s.0) && v.steps[0].0 >= BEGIN));
        // A few products get most of the looks.
        let mut looks: BTreeMap<&str, usize> = BTreeMap::new();
        visits.iter().flat_map(|v| &v.steps).for_each(|s| *looks.entry(&s.1).or_default() += 1);
        let mut counts: Vec<usize> = looks.into_values().collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let tenth: usize = counts.iter().take(300).sum();
        assert!(
            (0.4..0.8).contains(&(tenth as f64 / steps as f64)),
            "{tenth} of {steps} looks at a tenth of the products"
        );
        // What comes next is mostly of the same shelf.
        let shelf: BTreeMap<String, u32> = (0..SMALL.products).map(|p| (world.id(p), world.shelf_of(p))).collect();
        let pairs = || visits.iter().flat_map(|v| v.steps.windows(2));
        let same = pairs().filter(|w| shelf[&w[0].1] == shelf[&w[1].1]).count() as f64 / pairs().count() as f64;
        assert!((0.6..0.95).contains(&same), "{same}");
        // A tenth to a third of the steps go back to what the visit has seen.
        let again: usize =
            visits.iter().map(|v| v.steps.len() - v.steps.iter().map(|s| &s.1).collect::<BTreeSet<_>>().len()).sum();
        assert!((0.1..0.33).contains(&(again as f64 / steps as f64)), "{again} of {steps}");
    }
}
