// The core behind its C-ABI (src/manual/boundary.md): bytes in, bytes out, no glue.

import { NearshelfError } from "../src/error.js";

/** The version of the C-ABI spoken here. */
const ABI = 1;

export class AbiCore {
  /** @param {any} exports of the wasm instance */
  constructor(exports) {
    const abi = exports.nearshelf_abi && exports.nearshelf_abi();
    if (abi !== ABI) {
      throw new NearshelfError("wasm_broken", "The wasm file speaks version " + abi + " of the ABI, not " + ABI + ".",
        "Use the JavaScript and the wasm of one package version.");
    }
    this._exports = exports;
    /** @type {((part: number) => Promise<any>) | undefined} */
    this.grow = undefined;
    /** What is not in the code package will not be there in a minute. */
    this.again = Infinity;
  }

  /**
   * @param {number} op
   * @param {Uint8Array} request
   * @returns {Uint8Array}
   */
  call(op, request) {
    const wasm = this._exports;
    const length = request.length;
    const at = wasm.nearshelf_alloc(length) >>> 0;
    // A view is made for each use: memory that has grown leaves older ones empty.
    new Uint8Array(wasm.memory.buffer).set(request, at);
    const answer = wasm.nearshelf_call(op, at, length) >>> 0;
    const memory = wasm.memory.buffer;
    const size = new DataView(memory).getUint32(answer, true);
    const bytes = new Uint8Array(size);
    bytes.set(new Uint8Array(memory, answer + 4, size));
    wasm.nearshelf_free(answer, size + 4);
    return bytes;
  }
}
