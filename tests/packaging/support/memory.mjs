// Storages for the tests of the memory, and visits over them: a shelf, the core behind it, and what it told.

import { createHash, randomBytes } from "node:crypto";
import { shelfMaker } from "../../../pkg-template/src/create.js";
import { fakeHost } from "./fake-core.mjs";
import { pack } from "./small-pack.mjs";

export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A storage over `kept`. `before(method, name, bytes)` sees each call first and may throw; `log` gets them all. */
export function storageOver(kept, { before = () => {}, log = [] } = {}) {
  const call = (method, act) => async (...args) => {
    log.push([method, args[0]]);
    await before(method, ...args);
    return act(...args);
  };
  return {
    log,
    get: call("get", (name) => kept.get(name) ?? null),
    set: call("set", (name, bytes) => void kept.set(name, bytes.slice())),
    remove: call("remove", (name) => void kept.delete(name)),
    keys: call("keys", () => [...kept.keys()]),
  };
}

/** Fails at the n-th call and at all that follow, as a page does that ends there; the n-th `set` may leave half of it. */
export function endsAt(n, kept, torn) {
  let calls = 0;
  return (method, name, bytes) => {
    if (calls++ < n) return;
    if (calls === n + 1 && torn && method === "set") kept.set(name, bytes.slice(0, bytes.length >> 1));
    throw new Error("the page is gone");
  };
}

export const secret = {
  entropy: () => (n) => new Uint8Array(randomBytes(n)),
  digest: async (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
};

/**
 * One visit: `storage` is the host's. Answers with the shelf, its core, the codes it told, `hide()`, and `end()`,
 * which ends the visit and waits for what is under way.
 */
export async function visit(storage, { consent = { store: true, personalize: true }, memory = {}, host = {}, ...options } = {}) {
  const cores = [];
  const acts = new Set();
  const hidden = (act) => (acts.add(act), () => acts.delete(act));
  const shelf = await shelfMaker(fakeHost({
    pack: pack(), cores, memory: { storage: () => storage, ...secret, hidden, ...memory }, ...host,
  }))({ pack: "p", consent, ...options });
  const told = [];
  shelf.on("diagnostic", (d) => told.push(d.code));
  await turn();
  return {
    shelf, cores, told, acts,
    get core() { return cores.at(-1); },
    hide: () => acts.forEach((act) => act()),
    settled: async () => {
      await shelf._memory.settled();
      await turn();
    },
    end: async () => {
      shelf.dispose();
      await shelf._memory.settled();
    },
  };
}

export const view = (id) => ["view_item", { event_id: "e-" + id, items: [{ item_id: id }] }];
