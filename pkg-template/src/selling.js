// What is said of a product first (src/manual/selling-points.md).

import { named } from "./decisions.js";
import * as op from "./protocol.js";
import { saidOf } from "./rules.js";

const KINDS = ["selling_point", "scene", "review"];

/**
 * @param {any} shelf
 * @param {string} product
 * @param {any} o
 * @returns {any[]}
 */
export function sellingPointsOf(shelf, product, o) {
  const engine = shelf._engine;
  const told = engine.settle(op.SELLING_POINTS, "selling_points", product, (/** @type {import("./codec.js").Writer} */ w) => {
    w.f64(engine.time());
    w.u32(shelf._zone());
    w.u8(o.mode === 1 ? 1 : 0);
    w.str(product);
    w.list(saidOf(o), (text) => w.str(text));
  }, (/** @type {import("./codec.js").Reader} */ r) => r.list((r) => {
    const point = { id: r.str(), kind: KINDS[r.u8()], text: r.str() };
    const [speaker, shopper, condition, scene] = [r.str(), r.u32(), r.str(), r.u32()];
    const because = !shopper && !scene ? { code: "given", subject: "" } : shopper >= scene ? { code: "shopper", subject: speaker } : { code: "scene", subject: condition };
    return Object.assign(point, { score: shopper + scene, parts: { shopper, scene }, because });
  }));
  return told ? named(told).slice(0, o.limit || 3) : [];
}
