// The types of the package, written once: every entry (web, node, mini-program) shares them. The build makes one file of these.

export * from "./options.js";
export * from "./conditions.js";
export * from "./events.js";
export * from "./lists.js";
export * from "./portrait.js";
export * from "./insights.js";
export * from "./offers.js";
export * from "./shelf.js";
