// Ready-made shoppers: found in whatever pack is open, they start over and replay a handful of clicks.

import { byId, h, still } from "./dom.js";
import { thumb } from "./goods.js";
import { languages, speaking, t } from "./text/index.js";

const MOST = 8;
const DAY = 86_400_000;
/** Days before today of a regular's visits: they come at shorter intervals. */
const YEAR = [352, 313, 270, 236, 199, 170, 138, 113, 90, 66, 47, 29, 15, 6];

export function mountPeople(page) {
  const place = byId("people");
  let people = [];

  page.play = async (person) => {
    if (!page.allowed()) return page.askFor(person);
    page.playing = person.key;
    page.shelf.forget();
    // An earlier visit first, so that the portrait has a past: two looks and a purchase.
    const [first, second, third, fourth = first, fifth] = person.products;
    const past = page.now() - 2 * DAY;
    const before = person.regular ? yearOf(page, person) : [["view_item", first, 0], ["view_item", second, 1], ["purchase", second, 2]]
      .map(([name, product, minute]) => ({ name, params: { items: [{ item_id: product.variant ?? product.id }], timestamp: past + minute * 60_000 } }));
    page.shelf.trackMany(before);
    await page.refresh();
    const visit = [["view_item", third], ["view_item", fourth], ["add_to_cart", fourth], ...(fifth ? [["view_item", fifth]] : [])];
    for (const [name, product] of visit) {
      if (!still()) await new Promise((resolve) => setTimeout(resolve, 420));
      // Another shopper, or nobody, may have taken over meanwhile.
      if (page.playing !== person.key) return;
      page.shelf.track(name, { items: [{ item_id: product.variant ?? product.id }] });
      await page.refresh();
    }
    page.say(t("played", { who: person.name, n: visit.length + before.length }));
  };

  return {
    draw(what) {
      if (what === "all") people = withRegular(byCategory(page) ?? byWord(page));
      const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
      place.replaceChildren(...(people.length === 0 || page.shelf.status !== "ready" ? [] : [
        h("div", { class: "people-head" }, h("h2", { id: "people-title" }, t("play")), h("span", { class: "hint" }, t("playHint")),
          h("button", { type: "button", class: "link over", data: { key: "over" }, onclick: () => page.forget() }, t("startOver"))),
        h("ul", { class: "people", "aria-labelledby": "people-title" }, people.map((person) => h("li", {},
          h("button", { type: "button", data: { key: person.key }, "aria-pressed": String(page.playing === person.key), onclick: () => page.play(person) },
            thumb(person.products[0]), h("span", {}, person.name))))),
      ]));
      if (focused) [...place.querySelectorAll("[data-key]")].find((element) => element.dataset.key === focused)?.focus({ preventScroll: true });
    },
  };
}

/** The first of them once more, after a year with the shop. */
function withRegular(people) {
  return people.length === 0 ? people : [...people, { ...people[0], key: "regular", name: t("regular"), regular: true }];
}

/** A year's visits of somebody who comes back: looks, carts and orders, and now and then a word to friends or to the shop. */
function yearOf(page, person) {
  const events = [];
  YEAR.forEach((days, visit) => {
    const at = page.now() - days * DAY;
    const [one, other] = [0, 1].map((i) => person.products[(visit + i) % person.products.length]);
    const tell = (minute, name, product, more = {}) => {
      const price = product && product.price !== null ? { price: product.price / 10 ** page.shelf.exponent } : {};
      events.push({ name, params: { ...(product && { items: [{ item_id: product.variant ?? product.id, quantity: 1, ...price }] }), timestamp: at + minute * 60_000, event_id: `year-${visit}-${minute}`, ...more } });
    };
    tell(0, "session_start", null, { channel: visit % 3 ? "social" : "search" });
    tell(1, "view_item", other);
    tell(3, "view_item", one);
    tell(5, "add_to_cart", one);
    tell(7, "begin_checkout", one);
    tell(9, "purchase", one, { transaction_id: `year-${visit}` });
    if (visit % 3 === 1) tell(12, "share", one, { method: "wechat" });
    if (visit % 4 === 2) tell(14, "review", one, { rating: visit % 8 === 2 ? 5 : 4 });
    if (visit === 10) tell(16, "nps_answer", null, { score: 9 });
  });
  return events;
}

/** One shopper for each top category, fond of the leaf that has a name for its fans, else of its largest. `null` without categories. */
function byCategory(page) {
  const all = page.shelf.categories();
  if (all.length === 0) return null;
  const patterns = languages[speaking()].people;
  const tops = all.filter((category) => category.parent === null).sort((a, b) => b.products - a.products);
  const below = (top) => all.filter((category) => category.path.startsWith(`${top.path} > `));
  const isLeaf = (category) => !all.some((other) => other.parent === category.path);
  const found = (tops.length > 1 ? tops : below(tops[0])).slice(0, MOST).map((top) => {
    const leaves = [...below(top).filter(isLeaf), ...(isLeaf(top) ? [top] : [])].sort((a, b) => b.products - a.products);
    const named = leaves.map((leaf) => [leaf, patterns.findIndex(([test]) => test.test(`${leaf.path} ${leaf.label}`))])
      .filter(([, rank]) => rank >= 0).sort((a, b) => (b[0].products > 2) - (a[0].products > 2) || a[1] - b[1])[0];
    const leaf = named?.[0] ?? leaves[0] ?? top;
    const products = pick(page, [leaf.path, top.path]);
    return { key: leaf.path, name: named ? patterns[named[1]][1] : t("into", { what: page.labelOf(leaf.path) }), products };
  });
  return found.filter((person) => person.products.length >= 3);
}

/** Up to five products in stock from the first path; from the next too where those are fewer than three. */
function pick(page, paths) {
  const chosen = new Map();
  for (const category of paths) {
    if (chosen.size >= 3) break;
    for (const product of page.shelf.browse({ category, limit: 24 }).products) {
      if (chosen.size < 5 && ["in_stock", "preorder"].includes(product.availability) && !chosen.has(product.id)) chosen.set(product.id, withVariant(product));
    }
  }
  return [...chosen.values()];
}

/** The variant in stock that stands first, as a log would name it. */
function withVariant(product) {
  const variant = product.variants.find((one) => one.availability === "in_stock") ?? product.variants[0];
  return { ...product, variant: variant?.id ?? product.id };
}

/** Without categories: shoppers who look for the pairs of words that most titles share. */
function byWord(page) {
  const { products } = page.shelf.browse({ limit: 800 });
  const groups = new Map();
  for (const product of products) {
    if (product.availability !== "in_stock") continue;
    const words = product.title.toLowerCase().split(/[^\p{L}\p{N}-]+/u).filter((word) => /^\p{L}{3,}/u.test(word));
    const pairs = new Set(words.slice(1).map((word, i) => `${words[i]} ${word}`));
    for (const pair of pairs) {
      if (/\b(set|pack|assorted|of|with|the|and|in|for|from)\b/.test(pair)) continue;
      if (!groups.has(pair)) groups.set(pair, []);
      groups.get(pair).push(product);
    }
  }
  const people = [];
  const taken = new Set();
  for (const [pair, members] of [...groups].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))) {
    if (people.length === MOST - 2) break;
    if (members.length < 5 || pair.split(" ").some((word) => taken.has(word))) continue;
    for (const word of pair.split(" ")) taken.add(word);
    people.push({ key: pair, name: t("looksFor", { what: pair }), products: members.slice(0, 5).map(withVariant) });
  }
  return people;
}
