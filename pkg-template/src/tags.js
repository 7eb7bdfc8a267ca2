// Traits as tags: listed in one list, taken back by the shopper, let in again.

import { wait } from "./declare.js";
import { INSIGHT } from "./engine.js";
import { TEXTS } from "./fixes.js";
import { NEUTRAL } from "./guard.js";
import { id } from "./options.js";
import * as op from "./protocol.js";

const DELETE = 0;
const BLOCK = 1;
const ALLOW = 2;

/** What a condition asks of the shopper moves with the clock too: rules are asked so often where nothing else happens. */
const ASKED_EVERY_MS = 3600000;

/** What has become of a rule tag: what is more was taken back. */
const HOLDS = 1;

/**
 * All that is known in words: the shop's rule tags that hold, then traits, those first that have the largest share of their kind. What the pack no longer knows has no
 * name and is left out, and so is what nothing has spoken for since its end. Ends are told by the part for insight.
 * @param {any} shelf
 * @returns {any[]}
 */
export function tagsOf(shelf) {
  const portrait = shelf._traits() || NEUTRAL.portrait();
  const about = shelf._about();
  const now = shelf._now();
  /** @type {any[]} */
  const all = [];
  op.TAG_KINDS.forEach(([kind, list], i) => {
    for (const trait of portrait[list]) {
      const until = about ? trait.last + about._tagLives[i] : null;
      const tag = Object.assign({ id: kind + ":" + trait.key, kind }, trait, { until });
      delete tag.key;
      if (trait.key && (until === null || until > now)) all.push(tag);
    }
  });
  all.sort((a, b) => b.share - a.share);
  /** @type {any[]} */
  const rules = rulesOf(shelf).filter((rule) => rule._state === HOLDS).map(({ _name, _label, _since, _until }) => ({
    id: "rule:" + _name, kind: "rule", label: _label, share: 1, events: portrait.events, last: portrait.updated, since: _since, until: _until,
  }));
  return rules.concat(all);
}

/**
 * The shop's rule tags, each with what has become of it. None without consent, without the engine, and until the part for insight is there.
 * @param {any} shelf
 * @returns {{ _name: string, _label: string, _state: number, _since: number, _until: number | null }[]}
 */
function rulesOf(shelf) {
  const rules = shelf._fallback.ask([], (/** @type {any} */ c) => c.ruleTags());
  const now = shelf._now();
  const { _version, _from, _until, _states } = shelf._ruled;
  const join = (/** @type {any[]} */ states) => states.map((state, i) => Object.assign({}, rules[i], state));
  // A read is a read: nothing changed, and no time has come at which a rule may look otherwise.
  if (_states.length === rules.length && _version === shelf._hub._version && now >= _from && now < _until) return join(_states);
  const shopper = rules.length && shelf._consent.personalize === true ? shelf.shopper() : null;
  if (!shopper) return [];
  const holds = rules.map((/** @type {any} */ rule) => shelf._conditions.ask(rule._when, [{ shopper }])[0]);
  const engine = shelf._engine;
  const states = engine.reckon(INSIGHT, op.RULE_TAGS, (/** @type {import("./codec.js").Writer} */ w) => {
    w.f64(engine.time());
    w.u32(rules.length);
    rules.forEach((/** @type {any} */ rule, /** @type {number} */ i) => {
      w.str(rule._name);
      w.u8(holds[i] ? 1 : 0);
      w.f64(rule._days);
    });
  }, (/** @type {import("./codec.js").Reader} */ r) => [r.list((r) => ({ _state: r.u8(), _since: r.f64(), _until: r.money() })), r.u8()]);
  if (!states) return [];
  const [told, noted] = states;
  if (noted) {
    engine.consented();
    shelf._memory.changed();
  }
  const ends = told.map((/** @type {any} */ state) => (state._until === null ? Infinity : state._until + 1));
  shelf._ruled = { _version: shelf._hub._version, _from: now, _until: Math.min(now + ASKED_EVERY_MS, ...ends), _states: told };
  return join(told);
}

/**
 * What was taken back.
 * @param {any} shelf
 * @returns {any[]}
 */
export function hiddenTags(shelf) {
  // A rule tag lies among the tags, by a key that the core can only tell by the rules' names.
  const rules = rulesOf(shelf);
  const traits = shelf._engine.reckon(INSIGHT, op.HIDDEN_TAGS, (/** @type {import("./codec.js").Writer} */ w) => w.list(rules, (rule) => w.str(rule._name)), readHidden) || [];
  return traits.concat(rules.filter((rule) => rule._state > HOLDS).map((rule) => ({ id: "rule:" + rule._name, since: rule._since, blocked: rule._state === 3 })));
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
  const [begin, name] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const kind = op.TAG_KINDS.map(([name]) => name).concat("rule").indexOf(begin);
  const engine = shelf._engine;
  if (kind >= 0 && !engine.has(INSIGHT)) {
    if (shelf._consent.personalize !== true) return false;
    wait(shelf, () => wishTag(shelf, wish, tag, call));
    engine.grow(INSIGHT);
    return true;
  }
  const is = kind >= 0 && (begin !== "rule" || shelf._fallback.ask([], (/** @type {any} */ c) => c.ruleTags()).some((/** @type {any} */ rule) => rule._name === name));
  const known = is && engine.call(op.WISH_TAG, (/** @type {import("./codec.js").Writer} */ w) => {
    w.f64(engine.time());
    w.u8(kind);
    w.u8(wish);
    w.str(name);
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
function readHidden(r) {
  return r.list((r) => ({ id: op.TAG_KINDS[r.u8()][0] + ":" + r.str(), since: r.f64(), blocked: r.u8() === 1 }));
}
