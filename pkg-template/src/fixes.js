// The way out of each refusal of the core (and of what is told the same way), for the development build. The wasm goes without these texts; a test of the core
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
  shard_mismatch: "Publish the shards before the core they were written with, and keep old ones as long as old cores are cached.",
  invalid_cart: "Give each line an id of its own, a price in minor units and a quantity of at least one.",
  bad_overlay: "Serve the file that `nearshelf overlay` wrote; an HTML error page is a common mistake.",
  overlay_misfit: "Serve an overlay made with the shop's present pack, and a full one where a delta was missed.",
  unsigned: "Sign the file with `nearshelf sign`; a page with keys takes no other.",
  bad_signature: "Sign it with the key whose public one the page has, and serve the file unchanged.",
  expired: "Sign it again, with a later --expires.",
  replayed: "Serve the file that was signed last; caches may hold an older one.",
  switch_missing: "Check its address, and that it is what `nearshelf switch` wrote; it is tried again.",
  switch_stale: "Write and sign a new one before its max_age is over, even if nothing changes.",
  overlay_missing: "Check its address and that the page may load it; it is tried again.",
};

/** What happened, for codes of the core: its wasm has no sentences. @type {Record<string, string>} */
const SENTENCES = {
  not_a_pack: "The first eight bytes are not NEARSHLF.",
  pack_truncated: "The file is shorter than its header says.",
  pack_checksum: "A byte of the pack was changed or is missing.",
  pack_too_new: "The pack needs a reader of a later format.",
  pack_malformed: "A part of the pack is missing or does not fit the others; `nearshelf inspect` names it.",
  bad_request: "The request's bytes do not fit the call.",
  bad_snapshot: "What was kept of a portrait or of reports was cut or changed, or is of another version.",
  unknown_call: "This core has no such call.",
  unknown_shelf: "No shelf has this handle.",
  unknown_market: "The pack has no such market.",
  unknown_language: "The pack has no such language.",
  not_served: "There is no such list, or the item is not on it.",
  consent_required: "There is no consent for it: personalize for portraits, store for what is kept, report and store for reports.",
  shard_mismatch: "The pack does not list this shard.",
  bad_overlay: "It is no overlay, was cut or changed, or needs a newer reader.",
  overlay_misfit: "It is made for another shop or pack, or one before it is missing.",
  unsigned: "The file has no envelope, and the page has keys.",
  bad_signature: "No key of the page signed this file as what it is taken for, or it was changed.",
  expired: "The signed file's end has come.",
  replayed: "A newer signed file was seen here.",
};

/** Whether this build has words for people: the `development` condition and mini-programs, which have one build. Set by the build. */
export const TEXTS = typeof NEARSHELF_TEXTS !== "boolean" || NEARSHELF_TEXTS;

/** @param {string} code */
export const fixOf = (code) => (TEXTS ? FIXES[code] || "" : "");

/** @param {string} code */
export const sentenceOf = (code) => (TEXTS ? SENTENCES[code] || "" : "");
