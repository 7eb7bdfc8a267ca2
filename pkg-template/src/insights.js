// What is understood of the shopper: the core sends each trait with its shape, and objects are made of them here (src/manual/insights.md).

/** @typedef {import("./codec.js").Reader} Reader */
/** @typedef {import("./codec.js").Writer} Writer */

/** Nothing is understood: what every list is then. The rest is made by shapes, so its type is the promise of `types/index.d.ts`. @returns {any} */
export function nothing() {
  /** @type {Record<string, any>} */
  const out = { absent: {} };
  "transitions dueCategories dueProducts needs needClasses topics categorySatisfaction loyaltyParts leftInCart channels pairs alerts care"
    .split(" ").forEach((list) => (out[list] = []));
  return out;
}

/**
 * @param {Writer} w
 * @param {number} zone minutes ahead of UTC
 * @param {{ account?: string, since?: number }} o
 */
export function writeInsights(w, zone, o) {
  w.u32(zone);
  w.str(o.account || "");
  w.f64(o.since === undefined ? NaN : o.since);
}

/** @param {Reader} r */
export function readInsights(r) {
  const out = nothing();
  r.list((r) => {
    const [name, ...fields] = r.str().split(" ");
    const subjects = [r.str(), r.str()];
    const values = r.list((r) => r.money());
    /** @type {Record<string, any>} */
    const insight = {};
    fields.forEach((field) => {
      const [key, words] = field.split(":");
      if (field[0] === "@") insight[key.slice(1)] = subjects.shift();
      else {
        const value = /** @type {number} */ (values.shift());
        insight[key] = words ? words.split("|")[value] : value;
      }
    });
    insight.confidence = r.f64();
    insight.evidence = r.list((r) => ({ kind: r.str(), count: r.u32(), first: r.f64(), last: r.f64() }));
    insight.last = insight.evidence.reduce((/** @type {number | null} */ last, /** @type {{ last: number }} */ e) => (last === null || e.last > last ? e.last : last), null);
    if (name.slice(-2) === "[]") out[name.slice(0, -2)].push(insight);
    else out[name] = insight;
  });
  r.list((r) => (out.absent[r.str().split(/[ []/)[0]] = r.str()));
  return out;
}
