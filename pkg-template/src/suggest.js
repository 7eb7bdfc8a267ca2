// Suggestions while somebody types: categories and brands whose names have the words, those liked first, then products.

import { lastPart } from "./catalogue.js";
import { NEUTRAL } from "./guard.js";
import { knownOf, recommended } from "./lists.js";
import { id } from "./options.js";
import { fold, search, wordsOf } from "./words.js";

/**
 * @param {any} shelf
 * @param {any} typed
 * @param {any} o
 * @returns {any[]}
 */
export function suggestions(shelf, typed, o) {
  const limit = o.limit || 8;
  const query = id(typed);
  const words = wordsOf(query);
  const { items } = recommended(shelf, { query, limit, mode: o.mode, attributes: o.attributes }, false);
  const likes = (o.mode ? null : shelf._traits()) || NEUTRAL.portrait();
  const groups = [];
  const add = (kind, list, traits) => search(fold(list.map((group) => lastPart(group.label))), words).forEach((i) => {
    const { path, label, products } = list[i];
    const mine = traits.filter((trait) => (trait.key + " > ").indexOf(path + " > ") === 0);
    groups.push([mine.reduce((sum, trait) => sum + trait.share, 0), { kind, id: path, text: label, products }]);
  });
  add("category", shelf.categories(), likes.categories);
  add("brand", knownOf(shelf).ask([], (c) => c.brands()), likes.brands);
  groups.sort((a, b) => b[0] - a[0] || b[1].products - a[1].products || (a[1].id < b[1].id ? -1 : 1));
  return groups.map((group) => group[1]).slice(0, Math.max(limit - items.length, Math.ceil(limit / 2)))
    .concat(items.map((item) => ({ kind: "product", id: item.id, text: item.title, products: 1 }))).slice(0, limit);
}
