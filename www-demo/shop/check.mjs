// Checks that the files of this folder fit one another: `node www-demo/shop/check.mjs`. Prints what does not, or one line.

import { readFileSync } from "node:fs";
import { readGoods } from "./goods.mjs";

const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const json = (name) => JSON.parse(read(name));
const wrong = [];
const expect = (good, what) => { if (!good) wrong.push(what); };
const day = (text) => Number.isFinite(Date.parse(text));
const sum = (values) => values.reduce((all, value) => all + value, 0);
const whole = (value, from) => Number.isSafeInteger(value) && value >= from;

const products = readGoods();
const ids = new Set(products.map((p) => p.id));
const paths = new Set(products.flatMap((p) => [p.top, p.leaf]));
const variants = new Map(products.flatMap((p) => p.variants.map((v) => [v.id, v])));

const seasons = json("seasons.json").tags;
const plain = ["basics", "bestseller", "value", "new", "gift", "eco", "refill", "sleep", "coffee", "tea", "baking", "newborn", "kids",
  "commute", "travel", "run", "camp", "desk", "creator", "men", "reading", "spicy"];
for (const product of products) for (const tag of product.tags) expect(seasons[tag] || plain.includes(tag), `goods: ${product.id} has the unknown tag ${tag}`);
for (const [tag, { windows }] of Object.entries(seasons)) {
  for (const [from, to] of windows) expect(from.length === to.length && /^(\d{4}-)?\d\d-\d\d$/.test(from), `seasons: ${tag} has a window that is none`);
}

const offers = new Map(json("offers.json").promotions.map((offer) => [offer.id, offer]));
expect(offers.size === json("offers.json").promotions.length, "offers: an id is there twice");
for (const offer of offers.values()) checkOffer(offer);
const KINDS = ["percent", "fixed", "every", "tiers", "nth", "bxgy", "bundle", "unit_price", "gift", "shipping", "points"];
for (const kind of KINDS) expect([...offers.values()].some((o) => o.kind === kind), `offers: none of kind ${kind}`);

const wallet = json("wallet.json");
for (const { id, offer, received, expires, uses_left: left } of wallet.coupons) {
  expect(offers.get(offer)?.coupon, `wallet: ${id} is no coupon of offers.json`);
  expect(day(received) && day(expires) && Date.parse(received) < Date.parse(expires) && whole(left, 0), `wallet: ${id} has times or uses that are none`);
}

const loyalty = json("loyalty.json");
const levels = loyalty.levels.map((level) => level.id);
expect(levels.includes(wallet.customer.tier), "wallet: an unknown level");
loyalty.levels.forEach((level, i) => expect(i === 0 ? level.growth === 0 : level.growth > loyalty.levels[i - 1].growth, `loyalty: ${level.id} is not above the one before`));
for (const { id, level, offers: by } of loyalty.benefits) {
  expect(levels.includes(level), `loyalty: ${id} is of no level`);
  for (const offer of by) expect(offers.has(offer), `loyalty: ${id} names ${offer}, which is no offer`);
}
for (const { id, offer, sku, level } of loyalty.redeem) {
  expect((!offer || offers.get(offer)?.coupon) && (!sku || variants.has(sku)) && (!level || levels.includes(level)), `loyalty: ${id} gives what there is not`);
}
for (const { id, tiers_allowed: allowed = [] } of offers.values()) expect(allowed.every((level) => levels.includes(level)), `offers: ${id} names an unknown level`);

const prior = json("prior.json");
expect(sum(Object.values(prior.base_bp)) === 10_000, "prior: base_bp is not 10,000 in all");
for (const { field, answers } of prior.fields) {
  expect(sum(answers.map((a) => a.share_bp)) === 10_000, `prior: the shares of ${field} are not 10,000 in all`);
  for (const { value, lift_pct: lift } of answers) for (const top of Object.keys(lift)) expect(paths.has(top), `prior: ${field} ${value} lifts ${top}, which is no category`);
}
for (const top of Object.keys(prior.base_bp)) expect(paths.has(top), `prior: ${top} is no category`);

const content = read("content.jsonl").trim().split("\n").map((line) => JSON.parse(line));
expect(new Set(content.map((piece) => piece.id)).size === content.length, "content: an id is there twice");
for (const { id, kind, style, topics, products: shown, published } of content) {
  expect(["article", "short_video", "live"].includes(kind) && ["humour", "professional", "warm"].includes(style) && day(published), `content: ${id} has a kind, style or date that is none`);
  for (const topic of topics) expect(paths.has(topic), `content: ${id} is about ${topic}, which is no category`);
  for (const product of shown) expect(ids.has(product), `content: ${id} shows ${product}, which is no product`);
}

const points = read("selling-points.jsonl").trim().split("\n").map((line) => JSON.parse(line));
expect(new Set(points.map((point) => point.id)).size === points.length, "selling points: an id is there twice");
const brands = new Set([...products.values()].map((product) => product.brand));
for (const { id, kind = "selling_point", text, text_zh: chinese, products: about = [], categories = [], brands: of = [] } of points) {
  expect(["selling_point", "scene", "review"].includes(kind) && text && chinese, `selling points: ${id} has no kind, or no text in one language`);
  expect(about.length + categories.length + of.length > 0, `selling points: ${id} is about nothing`);
  for (const product of about) expect(ids.has(product), `selling points: ${id} is about ${product}, which is no product`);
  for (const path of categories) expect(paths.has(path), `selling points: ${id} is about ${path}, which is no category`);
  for (const brand of of) expect(brands.has(brand), `selling points: ${id} is about ${brand}, which is no brand`);
}

/** The rules of the promotion language, and that an offer gives what it promises in its market. */
function checkOffer(offer) {
  const { id, kind, market, scope = {}, get_scope: other } = offer;
  const say = (good, what) => expect(good, `offers: ${id}: ${what}`);
  const cost = (sku) => variants.get(sku)?.price[market];
  const now = (sku) => Math.round((cost(sku)?.sale ?? cost(sku)?.list ?? NaN) * 100);
  say(["cn", "us"].includes(market) && offer.name && offer.name_zh, "no market or name");
  say(!offer.start || day(offer.start), "start is no time");
  say(!offer.end || (day(offer.end) && !(Date.parse(offer.end) <= Date.parse(offer.start ?? 0))), "end is not after start");
  say(!offer.daily || [offer.daily.from, offer.daily.to].every((text) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text)), "daily is no time of day");
  for (const key of ["percent_bp", "max_percent_bp"]) say(offer[key] === undefined || (whole(offer[key], 0) && offer[key] <= 10_000), `${key} is no share`);
  for (const key of ["amount", "price", "cap", "budget_left"]) say(offer[key] === undefined || whole(offer[key], 0), `${key} is no amount`);
  for (const key of ["threshold", "n", "buy", "get", "max_times", "max_units", "min_qty", "group_size", "limit_per_customer", "limit_total", "points_per_cent"]) {
    say(offer[key] === undefined || whole(offer[key], 1), `${key} is not at least 1`);
  }
  say(!offer.coupon || offer.code, "a coupon without a code");
  for (const part of [scope, other ?? {}]) {
    for (const path of part.categories ?? []) say(paths.has(path.replace("/", " > ")), `${path} is no category`);
    for (const sku of [...part.skus ?? [], ...part.exclude_skus ?? []]) say(cost(sku), `${sku} is not sold in this market`);
    for (const tag of part.tags ?? []) say(products.some((p) => p.tags.includes(tag)), `nothing has the tag ${tag}`);
  }
  const needs = { percent: ["percent_bp"], fixed: ["amount"], every: ["threshold", "amount"], tiers: ["tiers"], nth: ["n", "percent_bp"], bxgy: ["buy", "get"], bundle: ["items", "price"], unit_price: ["prices"], gift: ["gift", "threshold"], shipping: [], points: ["points_per_cent"] }[kind];
  if (!needs) return say(false, `${kind} is no kind`);
  for (const key of needs) say(offer[key] !== undefined, `${key} is missing`);
  for (const step of offer.tiers ?? []) say((whole(step.threshold, 1) || whole(step.min_qty, 1)) && (whole(step.amount, 0) || whole(step.percent_bp, 0)), "a step that is none");
  for (const [sku, price] of Object.entries(offer.prices ?? {})) say(whole(price, 0) && price < now(sku), `${sku} is not cheaper than it is anyway`);
  if (kind === "bundle") say(offer.price < sum(offer.items.map(({ sku, qty }) => now(sku) * qty)), "the set is not cheaper than its parts");
  if (kind === "gift") say(cost(offer.gift.sku) && whole(offer.gift.qty, 1) && offer.gift.value <= Math.round(cost(offer.gift.sku).list * 100), "the present is not sold here, or not worth what it says");
  if (other) {
    const both = products.filter((p) => isIn(p, scope) && isIn(p, other));
    say(both.length === 0, `get_scope and scope share ${both.map((p) => p.id).join(", ")}`);
  }
}

function isIn(product, { skus, categories, tags }) {
  const path = product.leaf.replace(" > ", "/");
  return (!skus || product.variants.some((v) => skus.includes(v.id))) && (!tags || product.tags.some((tag) => tags.includes(tag))) &&
    (!categories || categories.some((c) => path === c || path.startsWith(`${c}/`)));
}

if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exitCode = 1;
} else {
  console.log(`${products.length} products, ${offers.size} promotions, ${wallet.coupons.length} coupons, ${levels.length} levels, ${content.length} pieces: all fit`);
}
