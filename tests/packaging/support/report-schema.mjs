// A schema of private reports put together by hand after src/manual/privacy.md.

import { xxh64 } from "./xxh64.mjs";

/** A schema as the pack has it, and as the collector's JSON: `{ bytes, json }`. */
export function schemaOf(names, mechanism) {
  const key = (path) => xxh64(new TextEncoder().encode(path), 2n);
  const domain = names.map((label) => ({ key: key(label).toString(16).padStart(16, "0"), label })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const other = Math.ceil(2 ** 32 / (Math.exp(2) + (mechanism === "oue" ? 1 : names.length)));
  const bytes = new Uint8Array(2 + 4 + 1 + 9 + 8 * names.length + 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 1, true);
  view.setUint32(2, 2_000_000, true);
  bytes.set([1, 1, 1, 0, mechanism === "oue" ? 1 : 0], 6);
  view.setUint32(11, other, true);
  bytes[15] = names.length;
  domain.forEach((d, i) => view.setBigUint64(16 + 8 * i, BigInt("0x" + d.key), true));
  const version = Number(xxh64(bytes.subarray(0, -4)) & 0xffffffffn);
  view.setUint32(bytes.length - 4, version, true);
  const metric = { metric: "category_interest", weight: 1, mechanism, other, domain };
  return { bytes, json: { format: "nearshelf-report-schema/1", version, epsilon_millionths: 2_000_000, metrics: [metric] } };
}
