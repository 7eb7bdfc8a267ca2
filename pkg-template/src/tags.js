// Traits as tags: listed in one list, taken back by the shopper, let in again.

import { TEXTS } from "./fixes.js";
import { id } from "./options.js";
import * as op from "./protocol.js";

/** The kinds of tags in the core's order, each with the list of `portrait()` it stands in. */
const KINDS = [
  ["item", "items"], ["category", "categories"], ["brand", "brands"], ["price_band", "priceBands"], ["tag", "tags"], ["hour", "hours"],
  ["weekday", "weekdays"], ["channel", "channels"], ["content", "contentKinds"], ["topic", "topics"], ["share_channel", "shareChannels"],
];

const DELETE = 0;
const BLOCK = 1;
const ALLOW = 2;

/**
 * All traits, those first that have the largest share of their kind. What the pack no longer knows has no name and is left out.
 * @param {any} portrait
 */
export function tagsOf(portrait) {
  const all = [];
  for (const [kind, list] of KINDS) {
    for (const { key, label, share, events, last } of portrait[list]) if (key) all.push({ id: kind + ":" + key, kind, label, share, events, last });
  }
  return all.sort((a, b) => b.share - a.share);
}

/**
 * Takes a tag back, or lets it come again.
 * @param {any} shelf
 * @param {number} wish
 * @param {any} tag
 * @param {string} call
 */
function wishTag(shelf, wish, tag, call) {
  const text = id(tag);
  const at = text.indexOf(":");
  const kind = KINDS.map(([name]) => name).indexOf(text.slice(0, at));
  const engine = shelf._engine;
  const known = kind >= 0 && engine.call(op.WISH_TAG, (/** @type {import("./codec.js").Writer} */ w) => {
    w.f64(engine.time());
    w.u8(kind);
    w.u8(wish);
    w.str(text.slice(at + 1));
  }, (/** @type {import("./codec.js").Reader} */ r) => r.u8());
  if (known === 1) {
    // What the shopper took back must not come again with a restart.
    engine.consented();
    shelf._memory.changed();
    shelf._hub.change();
  } else if (known !== null) {
    shelf._hub.misuse("bad_argument", TEXTS ? call + '() was given "' + text + '", which is no tag.' : call + "()", TEXTS ? 'Pass the id of one of tags(), like "brand:Lindoro".' : "");
  }
  return known === 1;
}

/**
 * @param {any} shelf
 * @param {any} tag
 */
export const deleteTag = (shelf, tag) => wishTag(shelf, DELETE, tag, "deleteTag");

/**
 * @param {any} shelf
 * @param {any} tag
 */
export const blockTag = (shelf, tag) => wishTag(shelf, BLOCK, tag, "blockTag");

/**
 * @param {any} shelf
 * @param {any} tag
 */
export const allowTag = (shelf, tag) => wishTag(shelf, ALLOW, tag, "allowTag");

/** @param {import("./codec.js").Reader} r */
export function readHidden(r) {
  return r.list((r) => ({ id: KINDS[r.u8()][0] + ":" + r.str(), since: r.f64(), blocked: r.u8() === 1 }));
}
