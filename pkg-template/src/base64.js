// Base64, for storages that keep text; the platforms' own is missing on some and deprecated on others.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const three = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2]; // what is beyond the end counts as 0
    for (let shift = 18; shift >= 0; shift -= 6) text += LETTERS[(three >> shift) & 63];
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return missing ? text.slice(0, -missing) + "==".slice(0, missing) : text;
}

/**
 * The bytes; none for what is no base64, so that it counts as unreadable.
 * @param {any} text
 */
export function fromBase64(text) {
  if (typeof text !== "string" || text.length % 4 || /[^\w+/=]|_/.test(text)) return new Uint8Array(0);
  const length = text.replace(/=+$/, "").length;
  const bytes = new Uint8Array((length * 3) >> 2);
  for (let i = 0, at = 0; i < length; i += 4) {
    let four = 0;
    for (let j = 0; j < 4; j++) four = (four << 6) | Math.max(0, LETTERS.indexOf(text[i + j]));
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = (four >> shift) & 255;
  }
  return bytes;
}
