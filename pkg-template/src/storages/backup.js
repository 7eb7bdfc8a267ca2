// A storage whose portraits are kept by the shop's server too, which cannot read them: the key stays here, and with the shopper as a code.

import { codeOf, keyOf } from "./code.js";
import { toBytes } from "../bytes.js";

const KEY = /\/key$/;
const SLOT = /\/[01]$/;
/** Milliseconds between two uploads of one name. */
const EVERY = 60000;

/**
 * @param {import("../vault.js").ShelfStorage} inner
 * @param {{
 *   put(name: string, bytes: Uint8Array | null): any, get(name: string): any, code?: string, everyMs?: number, failed?: (error: unknown) => void,
 * }} wishes
 */
export function backedUp(inner, { put, get, code, everyMs = EVERY, failed = () => {} }) {
  const given = code === undefined ? null : keyOf(code);
  if (code !== undefined && !given) throw new TypeError("This is no recovery code: it has 56 letters and digits in groups of four, and one of them is another one.");
  /** @type {Uint8Array | null} */
  let key = null;
  /** What waits to be uploaded, and when the last of a name was. @type {Map<string, { _bytes: Uint8Array | null, _timer: any }>} */
  const waiting = new Map();
  /** @type {Map<string, number>} */
  const sent = new Map();
  /** One after the other, so that the server ends with what is newest. @type {Promise<any>} */
  let chain = Promise.resolve();

  /** @param {string} name */
  function send(name) {
    const { _bytes, _timer } = /** @type {{ _bytes: Uint8Array | null, _timer: any }} */ (waiting.get(name));
    clearTimeout(_timer);
    waiting.delete(name);
    sent.set(name, Date.now());
    chain = chain.then(() => put(name, _bytes)).catch(failed);
  }

  /** @param {string} name @param {Uint8Array | null} bytes */
  function upload(name, bytes) {
    clearTimeout(waiting.get(name)?._timer);
    const rest = bytes ? (sent.get(name) ?? -Infinity) + everyMs - Date.now() : 0;
    waiting.set(name, { _bytes: bytes, _timer: rest > 0 ? setTimeout(() => send(name), rest) : 0 });
    if (!(rest > 0)) send(name);
  }

  return {
    get: async (/** @type {string} */ name) => {
      let kept = toBytes(await inner.get(name));
      if (KEY.test(name)) {
        if (!kept && given) {
          await inner.set(name, given);
          kept = toBytes(await inner.get(name));
        }
        key = kept;
      } else if (!kept && SLOT.test(name) && given) {
        kept = toBytes(await get(name));
      }
      return kept;
    },

    set: async (/** @type {string} */ name, /** @type {Uint8Array} */ bytes) => {
      await inner.set(name, bytes);
      if (SLOT.test(name)) upload(name, bytes.slice());
    },

    remove: async (/** @type {string} */ name) => {
      if (SLOT.test(name)) upload(name, null);
      await inner.remove(name);
    },

    keys: () => inner.keys(),

    /** The code that opens the backup on another device; `null` until the shelf has a key. */
    code: () => (key ? codeOf(key) : null),

    /** Sends what waits. @returns {Promise<void>} */
    flush: () => {
      Array.from(waiting.keys()).forEach(send);
      return chain;
    },
  };
}
