// What this shopper buys together, beside what everybody does.

import * as op from "./protocol.js";

/**
 * Products that the pack finds with those of a context, and behind them those that the shopper's own orders do.
 * @param {any} shelf
 * @param {any[]} found by the pack
 * @param {string[]} context
 */
export function withOwn(shelf, found, context) {
  const asked = context.map((given) => shelf.product(given)).filter(Boolean).map((product) => product.id);
  /** @type {any[]} */
  const own = [];
  for (const { product, with: other, support, ruleConfidence, lift, orders } of shelf.insights().pairs) {
    // From b to a: n / n(b), where n(b) / N is confidence / lift.
    own.push({ _of: product, _id: other, _confidence: ruleConfidence, support, lift, orders });
    own.push({ _of: other, _id: product, _confidence: (support * lift) / ruleConfidence, support, lift, orders });
  }
  const mine = own.filter(({ _of, _id }) => asked.indexOf(_of) >= 0 && asked.indexOf(_id) < 0);
  const rows = mine.length ? shelf._engine.call(op.FIND, (/** @type {any} */ w) => w.list(mine, ({ _id }) => w.str(_id)), op.readRows) || [] : [];
  mine.forEach(({ _id, _confidence, support, lift, orders }, i) => {
    if (!(rows[i] < op.NONE) || found.some((x) => x._row === rows[i])) return;
    found.push({ _row: rows[i], _id, _together: { support, confidence: _confidence, lift, count: orders, basis: "own" } });
  });
  return found;
}
