// The way out of each refusal of the core, for the development build. The wasm goes without these texts; a test of the core
// (src/error.rs) holds them to its own.

/** @type {Record<string, string>} */
const FIXES = {
  not_a_pack: "Serve the file that `nearshelf pack` wrote; an HTML error page is a common mistake.",
  pack_truncated: "Load the pack again; check that the server sends the whole file.",
  pack_checksum: "Load the pack again; if it fails again, build it again with `nearshelf pack`.",
  pack_too_new: "Update the nearshelf package, or build the pack with the older `nearshelf pack`.",
  pack_malformed: "Build the pack again with `nearshelf pack` and report the old file as a bug.",
  bad_request: "Use the JavaScript and the wasm of one package version.",
  bad_snapshot: "Start with a clean portrait.",
  unknown_call: "Use the JavaScript and the wasm of one package version.",
  unknown_shelf: "Create the shelf again; it was disposed.",
  unknown_market: "Use a market code of the pack, or none for its default.",
  unknown_language: "Use a language tag of the pack, or none for its default.",
  not_served: "Ask about a list that was served lately (the last 16 are kept) and an item on it.",
  consent_required: "Ask the shopper, then call setConsent() with that purpose.",
  invalid_cart: "Give each line an id of its own, a price in minor units and a quantity of at least one.",
  bad_overlay: "Serve the file that `nearshelf overlay` wrote; an HTML error page is a common mistake.",
  overlay_misfit: "Serve an overlay made with the shop's present pack, and a full one where a delta was missed.",
};

/** @param {string} code */
export const fixOf = (code) => (typeof NEARSHELF_DEV === "boolean" && !NEARSHELF_DEV ? "" : FIXES[code] || "");
