// Files as a host of draws, and what the shop does on its server: it announces, closes and draws by the wasm that also lints.

import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { toBytes } from "../src/bytes.js";
import { drawsMaker } from "../src/draws.js";
import { NearshelfError } from "../src/error.js";
import { lendNativeText } from "../src/text.js";

/** @param {(name: string) => URL} beside where a file of the package lies */
export function nodeDraws(beside) {
  /** @type {Map<string, any>} */
  const modules = new Map();
  const start = (/** @type {string} */ name) => {
    const module = modules.get(name) || new WebAssembly.Module(readFileSync(beside(name)));
    modules.set(name, module);
    return /** @type {any} */ (new WebAssembly.Instance(module).exports);
  };
  const ask = (/** @type {any} */ question) => {
    const wasm = start("nearshelf-lint.wasm");
    const bytes = new TextEncoder().encode(JSON.stringify(question));
    const at = wasm.lint_alloc(bytes.length);
    new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
    const answer = wasm.lint_draws(at, bytes.length);
    const length = new DataView(wasm.memory.buffer).getUint32(answer, true);
    const said = JSON.parse(new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, answer + 4, length)));
    if (said.error) throw new NearshelfError("bad_draw", said.error + ".", "Correct it; see the manual, page \"draws\".");
    return said;
  };
  const bytesOf = (/** @type {any} */ json) => new TextEncoder().encode(JSON.stringify(json));
  /** The text of an announcement, out of its envelope. @param {any} file */
  const textOf = (file) => {
    const bytes = toBytes(file) || new Uint8Array(0);
    const signed = new TextDecoder().decode(bytes.subarray(0, 8)) === "NEARSIGN";
    return new TextDecoder().decode(signed ? bytes.subarray(bytes[10] | (bytes[11] << 8)) : bytes);
  };
  const time = (/** @type {any} */ at) => (typeof at === "number" ? at : +new Date(at));
  const secretly = () => randomBytes(32).toString("hex");
  return {
    draws: drawsMaker({
      begin: lendNativeText,
      core: (wasm) => (wasm ? WebAssembly.instantiate(wasm).then((made) => /** @type {any} */ (made).exports || made.instance.exports) : Promise.resolve(start("nearshelf-draws.wasm"))),
    }),
    announce: (/** @type {any} */ wish) => {
      const { opens, closes } = Object(wish);
      const said = ask({ op: "announce", wish: Object.assign({}, wish, { opens: time(opens), closes: time(closes) }), seed: secretly(), salt: secretly() });
      return { announcement: bytesOf(said.announcement), secret: said.secret };
    },
    close: (/** @type {any} */ { announcement, secret, entries }) => bytesOf(ask({ op: "close", announcement: textOf(announcement), secret, entries }).closing),
    draw: (/** @type {any} */ { announcement, secret, entries = null, beacon = "" }) => {
      const said = ask({ op: "draw", announcement: textOf(announcement), secret, entries, beacon });
      const receipts = said.receipts.split("\n").filter(Boolean).map((/** @type {string} */ line) => JSON.parse(line));
      return { result: bytesOf(said.result), list: said.list, receipts };
    },
    tell: (/** @type {any} */ { announcement, secret, ticket }) => ask({ op: "tell", announcement: textOf(announcement), secret, ticket }).prize,
  };
}
