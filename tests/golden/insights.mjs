// What is understood of a shopper, as the golden file has it: see insights.rs.

/** In millionths, but for times, which are whole. */
const number = (v) => (v === null ? null : Math.floor((Math.abs(v) < 1e9 ? v * 1e6 : v) + 0.5));

const one = ({ confidence, last, evidence, ...fields }) => [
  ...Object.values(fields).map((v) => (typeof v === "string" ? v : number(v))),
  number(confidence), last, evidence.map(({ kind, count, first, last }) => [kind, count, first, last]),
];

/** @param {Record<string, any>} all */
export function insights(all) {
  const out = { absent: { ...all.absent } };
  for (const [name, told] of Object.entries(all)) {
    if (Array.isArray(told)) {
      if (told.length) out[name] = told.map(one);
    } else if (name !== "absent") {
      out[name] = one(told);
    }
  }
  return out;
}
