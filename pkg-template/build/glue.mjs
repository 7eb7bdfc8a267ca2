// Turns wasm-bindgen's web module into a function that makes fresh glue: after a trap the old one cannot be used again.

/**
 * @param {string} source what `--target web` wrote
 * @returns {string} a module with `makeGlue()`, which answers `{ Core, start(module), grow(part) }`
 * @throws when the source does not look like that of the pinned wasm-bindgen
 */
export function factory(source) {
  // Loading from here on is ours: a page brings a compiled module, and nothing is fetched here.
  let text = before(source, "async function __wbg_load(");
  text = swap(text, "export class Core {", "class Core {");
  // The one import that takes a text throws it; the core is built to abort, so that text says nothing.
  text = swap(text, "throw new Error(getStringFromWasm0(arg0, arg1));", 'throw new Error("the core panicked");');
  text = cut(text, "function getStringFromWasm0(", "let cachedUint8ArrayMemory0");
  text = cut(text, "let cachedTextDecoder", "let WASM_VECTOR_LEN");
  // An instance goes with its Core, so there is nothing to free later, least of all inside an instance that trapped.
  text = swap(text, /const CoreFinalization = [^;]+;/, "const CoreFinalization = { register() {}, unregister() {} };");
  if (/\b(export|import)\b/.test(text.replace(/import0|__wbg_get_imports|__wbindgen_export\d*/g, ""))) {
    throw new Error("it still has imports or exports");
  }
  return `export function makeGlue() {
${text}
return {
  Core,
  start: (module) => WebAssembly.instantiate(module, __wbg_get_imports()).then((instance) => {
    __wbg_finalize_init(instance, module);
  }),
  // A part lives in the core's memory, and finds there what they share (part.mjs).
  grow: (part) => WebAssembly.instantiate(part, { c: wasm }),
};
}
`;
}

function before(text, mark) {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`it has no "${mark}"`);
  return text.slice(0, at);
}

function cut(text, from, to) {
  const rest = text.slice(before(text, from).length);
  return before(text, from) + rest.slice(before(rest, to).length);
}

function swap(text, from, to) {
  const changed = text.replace(from, () => to);
  if (changed === text) throw new Error(`it has no "${from}"`);
  return changed;
}
