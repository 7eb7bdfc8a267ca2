// One visit: what is looked at after what, what is put aside, bought, and shown to a friend.

import { BEGIN, DAY, DAYS, saleOn, season } from "./calendar.mjs";
import { goesWith, refill, tastes } from "./tastes.mjs";

/** What the shop's visits are made of: products, their seasons by day, tastes and what goes with what. */
export function world(products) {
  const place = new Map(products.map((product, i) => [product.id, i]));
  const pull = products.map(() => new Map());
  const join = (a, b, value) => pull[a].set(b, Math.max(value, pull[a].get(b) ?? 0));
  for (const [a, b, value] of goesWith) {
    for (const id of [a, b]) if (!place.has(id)) throw new Error(`tastes.mjs: goesWith names ${id}, the catalogue does not have it`);
    join(place.get(a), place.get(b), value);
    join(place.get(b), place.get(a), value / 2);
  }
  const seasons = Array.from({ length: DAYS }, (_, day) => products.map((product) => season(product, day)));
  const likes = new Map(tastes.map((taste) => [taste, products.map((product) => liking(taste, product))]));
  return { products, place, pull, seasons, likes };
}

/** Plays a visit, which may begin with what a friend has shown. Yields `{ event, item, at, product }`. */
export function* visit(draw, shop, person, start, shown) {
  const taste = draw.weighted(person.tastes, (_, i) => 1 / (1 + i));
  const length = 1 + draw.poisson(draw.unit() < 0.2 ? 0.2 : 2.2);
  const day = Math.min(DAYS - 1, Math.floor((start - BEGIN) / DAY));
  const likes = shop.likes.get(taste);
  const base = appeal(shop, person, likes, start, day);
  const trail = [];
  const cart = [];
  let at = start;
  const event = (name, i) => ({ event: name, item: variant(person, shop.products[i]), at, product: shop.products[i] });
  for (let step = 0; step < length; step++) {
    const i = step === 0 && shown ? shop.place.get(shown.id) : next(draw, shop, base, likes, trail);
    if (i === undefined) break;
    const product = shop.products[i];
    trail.push(i);
    const fits = cart.some((c) => shop.pull[c].has(i));
    // Half price draws some, and what a friend has shown is trusted.
    const want = (person.bought.has(i) ? 0.3 : 0.055) * (person.seen.has(i) ? 1.3 : 1) * (fits ? 4 : 1) * (shown === product ? 2 : 1) *
      (product.reduced ? 1 + person.thrift * (saleOn(day) ? 1.5 : 0.6) : 1);
    person.seen.add(i);
    const wanted = draw.unit() < want;
    // What is known, or goes with what is in the cart, is often taken straight from the list.
    if (!wanted || draw.unit() > (person.bought.has(i) || fits ? 0.85 : 0.6)) {
      yield event("view_item", i);
      at += 8 + draw.below(70);
    }
    if (!wanted && draw.unit() < 0.02) {
      yield event("add_to_wishlist", i);
      at += 3 + draw.below(20);
    }
    if (wanted && draw.unit() < 0.25) {
      yield event("purchase", i); // at once, without a cart
      person.bought.set(i, at);
      at += 30 + draw.below(60);
    } else if (wanted) {
      yield event("add_to_cart", i);
      cart.push(i);
      at += 5 + draw.below(30);
    }
    if (person.friends.length > 0 && draw.unit() < person.shares * (cart.includes(i) ? 2 : 1)) {
      yield { ...event("share", i), friend: person.friends[draw.below(person.friends.length)] };
    }
  }
  if (cart.length && draw.unit() < 0.72) {
    at += 20 + draw.below(160);
    for (const i of cart) {
      yield event("purchase", i);
      person.bought.set(i, at);
    }
  }
}

/** How much each product draws this shopper when the visit begins. */
function appeal(shop, person, likes, at, day) {
  const seasons = shop.seasons[day];
  const thrift = person.thrift * (saleOn(day) ? 2 : 1);
  return shop.products.map((product, i) => {
    if (!product.sold[person.market]) return 0;
    // A little noise, so that any product is looked at by someone.
    let value = (0.012 + likes[i]) * person.brands.get(`${product.top}\n${product.brand}`) * seasons[i];
    value *= Math.exp(-1.6 * Math.abs(person.purse - product.dearness));
    if (product.tags.includes("bestseller")) value *= 2;
    if (product.reduced) value *= 1.15 + 0.6 * thrift;
    const last = person.bought.get(i);
    if (last !== undefined) {
      const days = (at - last) / DAY;
      value *= product.tags.includes(refill.tag) ? Math.min(3, (days / refill.days) ** 2 * 2) : 0.15;
    } else if (person.seen.has(i)) {
      value *= 0.4; // looked at and left alone: less of a draw the next time
    }
    for (const bought of person.bought.keys()) {
      const pull = shop.pull[bought].get(i);
      if (pull) value += 0.2 * pull * (0.2 + Math.min(1, likes[i])) * seasons[i];
    }
    return value;
  });
}

/** The next product: what was just looked at pulls what goes with it, and what is of its kind. */
function next(draw, shop, base, likes, trail) {
  const value = base.slice();
  trail.forEach((seen, n) => {
    const near = n === trail.length - 1 ? 1 : 0.4;
    for (const [i, pull] of shop.pull[seen]) if (base[i] > 0) value[i] += 1.6 * near * pull * (0.3 + Math.min(1, likes[i]));
    const { leaf } = shop.products[seen];
    shop.products.forEach((product, i) => { if (product.leaf === leaf) value[i] *= 1 + 0.8 * near; });
  });
  for (const seen of trail) value[seen] = 0;
  let at = draw.unit() * value.reduce((sum, v) => sum + v, 0);
  for (let i = 0; i < value.length; i++) {
    at -= value[i];
    if (at < 0) return i;
  }
  return undefined;
}

function liking(taste, product) {
  let value = 0;
  for (const [path, weight] of Object.entries(taste.paths)) {
    if (path === "" || product.leaf === path || product.leaf.startsWith(`${path} > `)) value = Math.max(value, weight);
  }
  for (const [tag, factor] of Object.entries(taste.tags ?? {})) {
    if (product.tags.includes(tag)) value = factor < 1 ? value * factor : value + factor;
  }
  return value;
}

const variant = (person, product) => product.variants[Math.floor(person.habit * product.variants.length)].id;
