// The collector's side, in Node: what arrives as bytes, and what can be read from many of them.

export { decodeReports } from "../src/decode.js";
export { NearshelfError } from "../src/error.js";
export { reportLine } from "../src/report-line.js";
