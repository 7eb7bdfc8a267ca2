// Writes interactions.csv, the made-up log of the sample shop: the same bytes on every run.
//
//   node www-demo/shop/generate.mjs [--shoppers N] [--sessions N] [--seed N] [--out FILE]

import { readFileSync, writeFileSync } from "node:fs";
import { goesWith, refill, tastes, together } from "./tastes.mjs";
import { random } from "./random.mjs";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const shoppers = Number(option("shoppers", 1500));
const sessions = Number(option("sessions", 3900));
const seed = Number(option("seed", 20260930));
const out = option("out", new URL("interactions.csv", import.meta.url));

/** The log covers this many days and ends at midnight, 1 October 2026, on the shop's clock. */
const DAYS = 92;
const DAY = 86400;
const END = Date.UTC(2026, 9, 1) / 1000 - 8 * 3600;
const BEGIN = END - DAYS * DAY;

const products = readProducts(new URL("catalog.csv", import.meta.url));
const pull = readPull(products);
const draw = random(seed);
const rows = simulate();
rows.sort((a, b) => a.at - b.at || a.order - b.order);
writeFileSync(out, "session_id,item_id,timestamp,event,user_id\n" +
  rows.map((r) => `${r.session},${r.item},${r.at},${r.event},${r.user}\n`).join(""));
console.log(`${rows.length} events, ${new Set(rows.map((r) => r.session)).size} sessions, ` +
  `${new Set(rows.map((r) => r.user)).size} shoppers, ${products.length} products`);

/** Plays every shopper's visits in the order of time. */
function simulate() {
  const people = Array.from({ length: shoppers }, (_, i) => shopper(i));
  const visits = people.map((p) => 1 + draw.poisson(p.activity));
  // Scaled to the wanted number of sessions; each shopper keeps at least one visit.
  const wanted = Math.max(sessions, shoppers);
  const scale = (wanted - shoppers) / visits.reduce((sum, n) => sum + n - 1, 0);
  const plan = [];
  people.forEach((person, i) => {
    const exact = (visits[i] - 1) * scale;
    const count = 1 + Math.floor(exact) + (draw.unit() < exact % 1 ? 1 : 0);
    for (let n = 0; n < count; n++) plan.push({ person, at: whenFor(person) });
  });
  plan.sort((a, b) => a.at - b.at || a.person.id - b.person.id);

  const rows = [];
  plan.forEach((visit, i) => {
    const session = (i + 1).toString(36);
    for (const event of walk(visit.person, visit.at)) {
      rows.push({ ...event, session, user: `u${visit.person.id.toString(36)}`, order: rows.length });
    }
  });
  return rows;
}

/** One shopper: one to three tastes, a favourite brand where there is a choice, a purse, and habits. */
function shopper(id) {
  const chosen = [draw.weighted(tastes, (t) => t.share)];
  while (chosen.length < 3 && draw.unit() < 0.45) {
    const next = draw.weighted(tastes, (t) => (chosen.includes(t) ? 0 : t.share * affinity(chosen, t)));
    chosen.push(next);
  }
  const brands = new Map();
  for (const product of products) {
    const key = `${product.top}\n${product.brand}`;
    if (!brands.has(key)) brands.set(key, Math.exp(draw.normal() * 0.7));
  }
  return {
    id,
    tastes: chosen,
    brands,
    market: draw.unit() < 0.82 ? "cn" : "us",
    // 0: looks for the cheapest; 1: takes the best.
    purse: draw.unit(),
    // Sizes, colours and packs are habits: one number picks the same variant every time.
    habit: draw.unit(),
    activity: Math.exp(draw.normal() * 0.7) * 1.9,
    bought: new Map(),
    seen: new Set(),
  };
}

/** How likely one more taste is beside those there are. */
function affinity(chosen, taste) {
  return together.reduce((times, [a, b, factor]) =>
    chosen.some((c) => (c.name === a && taste.name === b) || (c.name === b && taste.name === a)) ? times * factor : times, 1);
}

/** The second a visit begins: spread over the season, at an hour its taste likes. */
function whenFor(person) {
  const hours = person.tastes[0].hours;
  const hour = draw.unit() < 0.75 ? hours[draw.below(hours.length)] : draw.below(24);
  return BEGIN + draw.below(DAYS) * DAY + hour * 3600 + draw.below(3600);
}

/** One visit: looks at products that follow from one another, puts some aside and buys some. */
function* walk(person, start) {
  const taste = draw.weighted(person.tastes, (_, i) => 1 / (1 + i));
  const length = 1 + draw.poisson(draw.unit() < 0.2 ? 0.2 : 1.75);
  const inVisit = [];
  const cart = [];
  let at = start;
  const event = (name, product) => ({ event: name, item: variantFor(person, product), at, product });
  for (let step = 0; step < length; step++) {
    const product = draw.weighted(products, (p) => appeal(person, taste, p, inVisit, at));
    if (!product) break;
    yield event("view_item", product);
    inVisit.push(product);
    const again = person.bought.has(product.id);
    const fits = cart.some((c) => pull.has(`${c.id} ${product.id}`));
    const want = (again ? 0.3 : 0.05) * (person.seen.has(product.id) ? 1.3 : 1) * (fits ? 5 : 1);
    person.seen.add(product.id);
    at += 8 + draw.below(70);
    if (draw.unit() < 0.02) {
      yield event("add_to_wishlist", product);
      at += 3 + draw.below(20);
    }
    if (draw.unit() < want) {
      yield event("add_to_cart", product);
      cart.push(product);
      at += 5 + draw.below(30);
    }
  }
  if (cart.length && draw.unit() < 0.72) {
    at += 20 + draw.below(160);
    for (const product of cart) {
      yield event("purchase", product);
      person.bought.set(product.id, at);
    }
  }
}

/** How much a product draws this shopper at this moment of this visit. */
function appeal(person, taste, product, inVisit, at) {
  if (!product.prices[person.market] || inVisit.includes(product)) return 0;
  const own = tastePull(taste, product);
  // A little noise, so that any product is looked at by someone.
  let value = (0.02 + own) * person.brands.get(`${product.top}\n${product.brand}`);
  value *= Math.exp(-2.2 * Math.abs(person.purse - product.dearness));
  if (product.tags.includes("bestseller")) value *= 1.5;
  if (product.reduced) value *= 1.25 + 0.5 * (1 - person.purse);
  // What was looked at and left alone is less of a draw the next time.
  if (person.seen.has(product.id) && !person.bought.has(product.id)) value *= 0.4;
  const last = person.bought.get(product.id);
  if (last !== undefined) {
    const days = (at - last) / DAY;
    const due = product.tags.includes(refill.tag) ? Math.min(4, (days / refill.days) ** 2 * 2) : 0.15;
    value *= due;
  }
  // What was just looked at pulls what goes with it, and so does what was bought before.
  inVisit.forEach((seen, i) => {
    const near = i === inVisit.length - 1 ? 1 : 0.5;
    value += 0.9 * near * (pull.get(`${seen.id} ${product.id}`) ?? 0) * (0.3 + Math.min(1, own));
    if (seen.leaf === product.leaf) value *= 1.4;
  });
  for (const id of person.bought.keys()) value += 0.25 * (pull.get(`${id} ${product.id}`) ?? 0) * (0.2 + Math.min(1, own));
  return value;
}

function tastePull(taste, product) {
  let value = 0;
  for (const [path, weight] of Object.entries(taste.paths)) {
    if (path === "" || product.leaf === path || product.leaf.startsWith(`${path} > `)) value = Math.max(value, weight);
  }
  for (const [tag, factor] of Object.entries(taste.tags ?? {})) {
    if (product.tags.includes(tag)) value = factor < 1 ? value * factor : value + factor;
  }
  return value;
}

/** The variant this shopper takes; mostly one that is in stock. */
function variantFor(person, product) {
  return product.variants[Math.floor(person.habit * product.variants.length)];
}

/** Products with their variants, from catalog.csv. */
function readProducts(file) {
  const [head, ...lines] = readCsv(readFileSync(file, "utf8"));
  const byId = new Map();
  for (const cells of lines) {
    const row = Object.fromEntries(head.map((name, i) => [name, cells[i]]));
    const id = row.item_group_id || row.id;
    if (!byId.has(id)) {
      byId.set(id, {
        id, brand: row.brand, leaf: row.product_type, top: row.product_type.split(" > ")[0], tags: row.tags.split("|"),
        prices: { cn: parseFloat(row.price) || 0, us: parseFloat(row.price_us) || 0 },
        reduced: row.sale_price !== "", variants: [],
      });
    }
    byId.get(id).variants.push(row.id);
  }
  const list = [...byId.values()];
  // Dearness is a rank within the top category: 0 the cheapest, 1 the dearest.
  for (const product of list) {
    const price = (p) => p.prices.cn || p.prices.us * 7;
    const same = list.filter((p) => p.top === product.top);
    product.dearness = same.filter((p) => price(p) < price(product)).length / Math.max(1, same.length - 1);
  }
  return list;
}

/** "first second" → how much the first pulls the second. Ids that the catalogue does not have are an error. */
function readPull(list) {
  const known = new Set(list.map((p) => p.id));
  const table = new Map();
  for (const [a, b, value] of goesWith) {
    for (const id of [a, b]) if (!known.has(id)) throw new Error(`tastes.mjs: goesWith names ${id}, catalog.csv does not have it`);
    table.set(`${a} ${b}`, value);
    table.set(`${b} ${a}`, value / 2);
  }
  return table;
}

/** Rows of cells; quotes as RFC 4180 has them. */
function readCsv(text) {
  const rows = [];
  let row = [], cell = "", quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ",") { row.push(cell); cell = ""; }
    else if (c === "\n") { row.push(cell); rows.push(row); row = []; cell = ""; }
    else if (c !== "\r") cell += c;
  }
  if (cell || row.length) { row.push(cell); rows.push(row); }
  return rows;
}
