// The web as a host of draws.

import { drawsMaker } from "../src/draws.js";
import { lendNativeText } from "../src/text.js";

/** @param {() => any} beside where the wasm is when nobody says */
export function webDraws(beside) {
  return drawsMaker({
    begin: lendNativeText,
    core: async (wasm) => {
      const source = await (wasm || beside());
      if (/Module\]$/.test(Object.prototype.toString.call(source))) return (await WebAssembly.instantiate(source)).exports;
      const bytes = typeof source === "string" || source.href ? await (await fetch(source)).arrayBuffer() : source.arrayBuffer ? await source.arrayBuffer() : source;
      return (await WebAssembly.instantiate(bytes)).instance.exports;
    },
  });
}
