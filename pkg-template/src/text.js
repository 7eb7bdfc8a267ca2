// Lends the standard TextEncoder and TextDecoder to the codec, on hosts that have them.

import { lendText } from "./utf8.js";

export function lendNativeText() {
  if (typeof TextEncoder === "undefined" || typeof TextDecoder === "undefined") return;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  lendText((text, into) => encoder.encodeInto(text, into).written, (bytes) => decoder.decode(bytes));
}
