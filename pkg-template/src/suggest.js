// Suggestions while somebody types: categories and brands whose names have the words, those liked first, then products.

import { lastPart } from "./catalogue.js";
import { TEXTS } from "./fixes.js";
import { NEUTRAL } from "./guard.js";
import { knownOf, recommended, shownOf } from "./lists.js";
import { MOST_IDS, id } from "./options.js";
import * as op from "./protocol.js";
import { fold, search, wordsOf } from "./words.js";

/** What the shopper likes, by kind. @param {any} shelf @param {any} o */
const likesOf = (shelf, o) => (o.mode ? null : shelf._traits()) || NEUTRAL.portrait();

const suggested = (item) => ({ kind: "product", id: item.id, text: item.title, products: 1 });

/** How much these traits like a name, or what lies below a path. @param {any[]} traits @param {string} path */
const liked = (traits, path) => traits.reduce((sum, trait) => sum + ((trait.key + " > ").indexOf(path + " > ") === 0 ? trait.share : 0), 0);

/** The traits that a filter is about. */
const FILTERS = { category: "categories", brand: "brands", tag: "tags" };

/**
 * A page's filters, the values of each in the shopper's order; of equals, and of what nobody knows, in the order given.
 * @param {any} shelf
 * @param {any} given
 * @param {any} o
 */
export function filtered(shelf, given, o) {
  const likes = likesOf(shelf, o);
  try {
    const out = Object.assign({}, given);
    Object.keys(FILTERS).forEach((kind) => {
      const values = out[kind];
      if (!Array.isArray(values) || values.length > MOST_IDS) return;
      out[kind] = values.map((value, i) => [liked(likes[FILTERS[kind]], id(value && value.id || value)), i])
        .sort((a, b) => b[0] - a[0] || a[1] - b[1]).map((pair) => values[pair[1]]);
    });
    return out;
  } catch (unreadable) {
    shelf._hub.misuse("bad_argument", TEXTS ? "filters() has to be given an object with lists of names." : "filters()", "");
    return given;
  }
}

/**
 * @param {any} shelf
 * @param {any} typed
 * @param {any} o
 * @returns {any[]}
 */
export function suggestions(shelf, typed, o) {
  const limit = o.limit || 8;
  const query = id(typed).trim();
  const words = wordsOf(query);
  if (query && !words.length) return [];
  const { items, servedId } = recommended(shelf, { slot: "search", query, limit, mode: o.mode, attributes: o.attributes },
    (r) => (shownOf(shelf, op.readShelf(r)._items, [], new Map()) || []).map(suggested));
  const likes = likesOf(shelf, o);
  const groups = [];
  const add = (kind, list, traits) => search(fold(list.map((group) => lastPart(group.label))), words).forEach((i) => {
    const { path, label, products } = list[i];
    groups.push([liked(traits, path), { kind, id: path, text: label, products }]);
  });
  add("category", shelf.categories(), likes.categories);
  add("brand", knownOf(shelf).ask([], (c) => c.brands()), likes.brands);
  groups.sort((a, b) => b[0] - a[0] || b[1].products - a[1].products || (a[1].id < b[1].id ? -1 : 1));
  return groups.map((group) => group[1]).slice(0, Math.max(limit - items.length, Math.ceil(limit / 2)))
    .concat(items.map(suggested)).slice(0, limit).map((one) => Object.assign(one, { servedId }));
}
