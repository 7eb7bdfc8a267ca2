// The real core and a real pack behind the source's own shelf: what the fakes promise, the wasm has to keep.

import { wholeCore } from "../../mini-program/support/whole.mjs";
import { visit } from "./memory.mjs";
import { packBytes } from "./project.mjs";

const bytes = packBytes();

/** As `visit`, with the real core. */
export const realVisit = (storage, { pack = bytes, host, ...wishes } = {}) => visit(storage, {
  ...wishes,
  host: { ...host, pack: () => pack, core: async () => wholeCore },
});
