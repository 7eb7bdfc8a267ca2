// Draws a product from its words: the same product always gets the same picture, in any language.

import { chores } from "./chores.js";
import { device } from "./device.js";
import { family } from "./family.js";
import { gift } from "./gift.js";
import { hobby } from "./hobby.js";
import { house } from "./house.js";
import { outfit } from "./outfit.js";
import { pantry } from "./pantry.js";
import { colours, unknown, words } from "./words.js";
import { wear } from "./wear.js";

const shapes = { ...wear, ...pantry, ...house, ...family, ...chores, ...device, ...hobby, ...outfit, ...gift };

// bg: ground of the picture; m, d, l: the thing in middle, dark and light; a: one other colour; p: paper.
const palettes = {
  sage: { bg: "#e8efe4", m: "#86a68f", d: "#4f6e5a", l: "#bfd3c2", a: "#d9935f", p: "#fffdf7" },
  clay: { bg: "#f6e8dd", m: "#cb8a67", d: "#8b5339", l: "#e9c4ab", a: "#58808a", p: "#fffaf4" },
  sky: { bg: "#e3edf4", m: "#7ea3c2", d: "#466b8b", l: "#bcd4e4", a: "#e2a65a", p: "#fbfdff" },
  plum: { bg: "#f0e7ef", m: "#9f7fa0", d: "#664a6c", l: "#d2bdd3", a: "#d9a35c", p: "#fffafd" },
  mustard: { bg: "#f8f0dc", m: "#d5a94b", d: "#8f6c2a", l: "#efd99f", a: "#5b7c95", p: "#fffdf5" },
  rose: { bg: "#f8e6e3", m: "#c9727a", d: "#8d434d", l: "#ecbdbd", a: "#6d938d", p: "#fffaf8" },
  blush: { bg: "#faeaec", m: "#dd98a6", d: "#a35d70", l: "#f2cdd3", a: "#8aa58b", p: "#fffbfb" },
  teal: { bg: "#dfefed", m: "#559d99", d: "#2e6765", l: "#abd4d0", a: "#e4916d", p: "#f9fffe" },
  ink: { bg: "#e7e9ee", m: "#6c7690", d: "#3b445b", l: "#b7becd", a: "#dd9f6d", p: "#fbfcff" },
  moss: { bg: "#eef0db", m: "#9ea65a", d: "#646c32", l: "#d2d8a5", a: "#c8724f", p: "#fefff6" },
  stone: { bg: "#efebe4", m: "#ab9e92", d: "#6c6157", l: "#d7cec4", a: "#7d9c96", p: "#fffefb" },
};
const names = Object.keys(palettes);

const known = words
  .map(({ word, shape, title }) => /[^\x00-\x7f’]/.test(word)
    ? { shape, title, phrase: false, test: new RegExp(word, "g") }
    : { shape, title, phrase: word.includes(" "), test: new RegExp(`(?<![a-z])${word.replace(/[&]/g, "\\$&")}(?:e?s)?(?![a-z])`, "g") });

const drawn = new Map();

/** A `data:` address of the picture of `{ id, title, brand, category }`, square or 3 by 2. */
export function picture(product, wide = false) {
  const key = `${product.id} ${wide}`;
  let address = drawn.get(key);
  if (!address) {
    address = `data:image/svg+xml,${encodeURIComponent(drawing(product, wide))}`;
    drawn.set(key, address);
  }
  return address;
}

/** The SVG text of the picture. */
export function drawing(product, wide = false) {
  const seed = hash(product.id);
  const colour = palette(product, seed);
  // A field with a soft light from the upper left, and the thing in the middle of it.
  const light = `<radialGradient id="g" cx=".3" cy=".2" r="1"><stop offset="0" stop-color="#fff" stop-opacity=".75"/>` +
    `<stop offset=".7" stop-color="#fff" stop-opacity="0"/></radialGradient>`;
  const field = wide ? 'x="-50" width="300" height="200"' : 'width="200" height="200"';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${wide ? "-50 0 300 200" : "0 0 200 200"}"><defs>${light}</defs>` +
    `<rect ${field} fill="${colour.bg}"/><rect ${field} fill="url(#g)"/>` +
    `<g transform="translate(5 4) scale(.95)">${shapes[shapeOf(product)](colour)}</g></svg>`;
}

/** Name of the shape: from the title, else the category from its last part up, else by the id. */
export function shapeOf(product) {
  const category = product.category ?? "";
  const parts = category.split(/\s*[>›/]\s*/).reverse();
  // The head of a title stands before its first comma or digit, so that part is read first.
  const texts = [[product.title.split(/[,，\d]/)[0], true], [product.title, true], ...parts.map((part) => [part, false])];
  for (const [text, inTitle] of texts) {
    const shape = lastWord(text.toLowerCase(), inTitle);
    if (shape) return shape;
  }
  return unknown[hash(product.id) % unknown.length];
}

/**
 * The shape of the word that ends last, the longest of those: in both languages the head noun comes last. A phrase of
 * several words says more than any single one.
 */
function lastWord(text, inTitle) {
  let best;
  for (const { shape, title, phrase, test } of known) {
    if (inTitle && !title) continue;
    for (const match of text.matchAll(test)) {
      const end = match.index + match[0].length;
      const better = !best || (phrase !== best.phrase ? phrase : end > best.end || (end === best.end && match.index < best.from));
      if (better) best = { shape, phrase, end, from: match.index };
    }
  }
  return best?.shape;
}

/** A brand keeps to two neighbouring palettes; without brands the title's colour words choose, then the id. */
function palette(product, seed) {
  if (product.brand) return palettes[names[(hash(product.brand) % names.length + (seed % 2) * 3) % names.length]];
  const said = colours.find(([test]) => test.test(product.title));
  return palettes[said ? said[1] : names[seed % names.length]];
}

/** 32-bit FNV-1a over UTF-16 units: small, and spread well enough to choose colours. */
function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
}
