// Invitations on the shop's server: issuing, checking and settling tokens, by the wasm of the linter.

import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { NearshelfError } from "../src/error.js";

const FIX = "Correct what is named; see the manual, page \"invites\".";

/** @param {(name: string) => URL} beside where a file of the package lies */
export function nodeTokens(beside) {
  /** @type {any} */
  let wasm = null;
  const ask = (/** @type {any} */ asked) => {
    wasm = wasm || new WebAssembly.Instance(new WebAssembly.Module(readFileSync(beside("nearshelf-lint.wasm")))).exports;
    const bytes = new TextEncoder().encode(JSON.stringify(asked));
    const at = wasm.lint_alloc(bytes.length);
    new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
    const answer = wasm.lint_invites(at, bytes.length);
    const length = new DataView(wasm.memory.buffer).getUint32(answer, true);
    const said = JSON.parse(new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, answer + 4, length)));
    wasm.lint_free(answer, length + 4);
    if (said.error) throw new NearshelfError("bad_invites", said.error, FIX);
    return said;
  };
  return (/** @type {any} */ desk) => {
    const { invites, shop, zone = 0, key, keys, now = Date.now } = Object(desk);
    const stated = typeof invites === "string" ? JSON.parse(invites) : invites;
    // Whoever signs knows the public key too.
    const known = keys || (typeof key === "string" ? [key] : []);
    const handle = () => randomBytes(8).toString("hex");
    const own = { invites: stated, shop, zone, keys: known };
    return {
      issue: (/** @type {any} */ draft) => ask({ issued: now(), nonce: handle(), inviter: handle(), ...draft, ...own, key, do: "issue" }),
      check: (/** @type {string} */ token, /** @type {any} */ options) => ask({ now: now(), ...options, ...own, token, do: "check" }),
      settle: (/** @type {any} */ asked) => ask({ now: now(), ...asked, ...own, do: "settle" }),
      handle: (/** @type {string | Uint8Array} */ secret, /** @type {string} */ programme, /** @type {string} */ account) =>
        createHmac("sha256", secret).update(programme + "\0" + account).digest("hex").slice(0, 16),
    };
  };
}
