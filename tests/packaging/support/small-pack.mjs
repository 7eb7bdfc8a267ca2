// A small pack written by hand after src/manual/pack-format.md, for the reader in JavaScript and for broken files.

import { Writer } from "../../../pkg-template/src/codec.js";
import { xxh64 } from "./xxh64.mjs";

const OUT = 0, IN = 1, PREORDER = 2, NOT_SOLD = 255;

/** Rows are the published order; row 1 is out of stock in "cn", row 4 is sold in "us" only. */
export const PRODUCTS = [
  {
    id: "litter", titles: ["Cat litter", "猫砂"], category: 1, brand: 1, tags: [0, 1], aliases: ["ean-1"],
    variants: [
      { id: "litter-s", title: ["small", "小"], cn: [2900, null, OUT], us: [499, null, IN] },
      { id: "litter-l", title: ["large", "大"], cn: [5900, 4900, IN], us: [899, null, IN] },
    ],
  },
  { id: "bowl", titles: ["Cat bowl", ""], category: 1, brand: 0, tags: [], aliases: [],
    variants: [{ id: "bowl-1", title: ["", ""], cn: [1900, null, OUT], us: [300, null, NOT_SOLD] }] },
  { id: "lamp", titles: ["Lamp 💡", "台灯"], category: 0, brand: null, tags: [1], aliases: [],
    variants: [{ id: "lamp-1", title: ["", ""], cn: [9900, 9900, IN], us: [1500, 1200, IN] }] },
  { id: "10080", titles: ["", ""], category: null, brand: 1, tags: [], aliases: [],
    variants: [{ id: "10080-1", title: ["", ""], cn: [null, null, PREORDER], us: [null, 700, IN] }] },
  { id: "mug", titles: ["Mug", "杯"], category: 0, brand: null, tags: [], aliases: [],
    variants: [{ id: "mug-1", title: ["", ""], cn: [800, null, NOT_SOLD], us: [150, null, IN] }] },
];
const CATEGORIES = [["Home", "家居"], ["Home > Cats", "家居 > 猫"]];
const BRANDS = ["Acme", "Paws"];
const TAGS = ["cat", "new"];

const record = (fill) => {
  const w = new Writer();
  fill(w);
  return w.written().slice();
};
const numbers = (width, list) => {
  const bytes = new Uint8Array(width * list.length);
  list.forEach((v, i) => {
    for (let b = 0; b < width; b++) bytes[i * width + b] = (v / 2 ** (8 * b)) & 0xff;
  });
  return bytes;
};
const ends = (lengths) => numbers(4, lengths.map(((sum) => (n) => (sum += n))(0)));
const join = (...parts) => Uint8Array.from(parts.flatMap((p) => Array.from(p)));
const strings = (texts) => {
  const bytes = texts.map((t) => new TextEncoder().encode(t));
  return join(ends(bytes.map((b) => b.length)), ...bytes);
};

/** The sections of the small pack: [tag, key, entries, bytes]. */
export function sections() {
  const products = PRODUCTS;
  const variants = products.flatMap((p) => p.variants);
  const aliases = products.flatMap((p, row) => p.aliases.map((a) => [a, row]));
  const n = products.length, v = variants.length;
  const some = (x, none) => (x === null ? none : x);
  const list = [
    ["META", 0, 1, record((w) => ["shop", n, v, 2, 0, 0, 480, "by hand"].forEach((x) => (typeof x === "string" ? w.str(x) : w.u32(x))))],
    ["MRKT", 0, 2, record((w) => w.list([["cn", "CNY"], ["us", "USD"]], ([code, currency]) => (w.str(code), w.str(currency), w.u8(2))))],
    ["LANG", 0, 2, record((w) => w.list(["en", "zh-CN"], (tag) => w.str(tag)))],
    ["PRID", 0, n, strings(products.map((p) => p.id))],
    ["PRUR", 0, n, strings(products.map((p) => "/p/" + p.id))],
    ["PRIM", 0, n, strings(products.map((p) => "/i/" + p.id + ".webp"))],
    ["PRCA", 0, n, numbers(2, products.map((p) => some(p.category, 0xffff)))],
    ["PRBR", 0, n, numbers(2, products.map((p) => some(p.brand, 0xffff)))],
    ["PRVA", 0, n, ends(products.map((p) => p.variants.length))],
    ["PRTG", 0, n, join(ends(products.map((p) => p.tags.length)), numbers(2, products.flatMap((p) => p.tags)))],
    ["VAID", 0, v, strings(variants.map((x) => x.id))],
    ["CAPA", 0, 2, numbers(2, [0xffff, 0])],
    ["BRND", 0, 2, strings(BRANDS)],
    ["TAGS", 0, 2, strings(TAGS)],
    ["ALIA", 0, aliases.length, strings(aliases.map(([a]) => a))],
    ["ALIR", 0, aliases.length, numbers(4, aliases.map(([, row]) => row))],
    ["XTRA", 7, 0, numbers(1, [1, 2, 3])], // an unknown section is skipped
  ];
  for (const key of [0, 1]) {
    const market = ["cn", "us"][key];
    list.push(
      ["TITL", key, n, strings(products.map((p) => p.titles[key]))],
      ["VATI", key, v, strings(variants.map((x) => x.title[key]))],
      ["CATG", key, 2, strings(CATEGORIES.map((c) => c[key]))],
      ["VAPR", key, v, numbers(4, variants.map((x) => some(x[market][0], 0xffffffff)))],
      ["VASA", key, v, numbers(4, variants.map((x) => some(x[market][1], 0xffffffff)))],
      ["VAAV", key, v, numbers(1, variants.map((x) => x[market][2]))],
    );
  }
  return list;
}

/** A whole pack around these sections. */
export function pack(list = sections()) {
  const sorted = list.slice().sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  const pad = (at) => Math.ceil(at / 8) * 8;
  let end = 40 + 32 * sorted.length;
  const placed = sorted.map(([tag, key, entries, body]) => {
    const at = pad(end);
    end = at + body.length;
    return { tag, key, entries, body, at };
  });
  const bytes = new Uint8Array(pad(end));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("NEARSHLF"));
  view.setUint16(8, 1, true);
  view.setUint16(10, 1, true);
  view.setUint32(12, placed.length, true);
  view.setBigUint64(16, BigInt(bytes.length), true);
  placed.forEach((s, i) => {
    const at = 40 + 32 * i;
    bytes.set(new TextEncoder().encode(s.tag), at);
    view.setUint32(at + 4, s.key, true);
    view.setUint32(at + 8, s.at, true);
    view.setUint32(at + 12, s.body.length, true);
    view.setBigUint64(at + 16, xxh64(s.body), true);
    view.setUint32(at + 24, s.entries, true);
    bytes.set(s.body, s.at);
  });
  view.setBigUint64(24, xxh64(bytes.subarray(40, 40 + 32 * placed.length)), true);
  return signHeader(bytes);
}

/** A finished pack with one more section. */
export function withSection(bytes, tag, entries, body, key = 0) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const list = Array.from({ length: view.getUint32(12, true) }, (_, i) => {
    const at = 40 + 32 * i;
    const u32 = (o) => view.getUint32(at + o, true);
    return [new TextDecoder().decode(bytes.subarray(at, at + 4)), u32(4), u32(24), bytes.slice(u32(8), u32(8) + u32(12))];
  });
  return pack([...list.filter((s) => s[0] !== tag || s[1] !== key), [tag, key, entries, body]]);
}

/** Writes the header's checksum anew, in place. */
export function signHeader(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setBigUint64(32, xxh64(bytes.subarray(0, 32)), true);
  return bytes;
}
