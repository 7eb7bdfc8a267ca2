// UTF-8 in plain JavaScript, for hosts without TextEncoder and TextDecoder; a host that has them may lend them.

const REPLACEMENT = 0xfffd;

/** @type {((text: string, into: Uint8Array) => number) | null} */
let nativeEncode = null;
/** @type {((bytes: Uint8Array) => string) | null} */
let nativeDecode = null;

/**
 * Lends the host's own coders. They must agree with the ones below, so a decoder has to keep a byte order mark.
 * @param {typeof nativeEncode} encode returns the bytes written
 * @param {typeof nativeDecode} decode
 */
export function lendText(encode, decode) {
  nativeEncode = encode;
  nativeDecode = decode;
}

/** A piece of a text: were it added up unit by unit, each would leave a text to the collector. @type {number[]} */
const units = [];
const MOST_UNITS = 1024;

// Below this many units, crossing into the host's coder costs more than it saves.
const SHORT = 48;

/**
 * Writes `text` at `at` and returns the end. Room for three bytes a UTF-16 unit must be there.
 * A surrogate without its partner becomes U+FFFD.
 * @param {string} text
 * @param {Uint8Array} into
 * @param {number} at
 */
export function encodeUtf8(text, into, at) {
  if (nativeEncode && text.length > SHORT) return at + nativeEncode(text, into.subarray(at));
  for (let i = 0; i < text.length; i++) {
    let unit = text.charCodeAt(i);
    if (unit < 0x80) {
      into[at++] = unit;
      continue;
    }
    if (unit >= 0xd800 && unit < 0xe000) {
      const low = unit < 0xdc00 ? text.charCodeAt(i + 1) : 0; // NaN at the end, which no comparison accepts
      if (low >= 0xdc00 && low < 0xe000) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        i++;
      } else {
        unit = REPLACEMENT;
      }
    }
    if (unit < 0x800) {
      into[at++] = 0xc0 | (unit >> 6);
    } else {
      if (unit < 0x10000) {
        into[at++] = 0xe0 | (unit >> 12);
      } else {
        into[at++] = 0xf0 | (unit >> 18);
        into[at++] = 0x80 | ((unit >> 12) & 0x3f);
      }
      into[at++] = 0x80 | ((unit >> 6) & 0x3f);
    }
    into[at++] = 0x80 | (unit & 0x3f);
  }
  return at;
}

/**
 * The text of `bytes[at..end]`. What is not UTF-8 becomes U+FFFD, one for each maximal part of a broken
 * sequence, as the Encoding standard has it.
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} end
 */
export function decodeUtf8(bytes, at, end) {
  if (nativeDecode && end - at > SHORT) return nativeDecode(bytes.subarray(at, end));
  let text = "";
  for (let n = 0; n || at < end;) {
    if (n > MOST_UNITS || at === end) {
      units.length = n;
      text += String.fromCharCode.apply(null, units);
      n = 0;
      continue;
    }
    const lead = bytes[at++];
    if (lead < 0x80) {
      units[n++] = lead;
      continue;
    }
    let more = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    let code = more ? lead & (0x3f >> more) : REPLACEMENT;
    // The second byte's range is narrower after four leads: no overlong forms, no surrogates, nothing over U+10FFFF.
    let least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    let most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    for (; more; more--) {
      if (at === end || bytes[at] < least || bytes[at] > most) {
        code = REPLACEMENT;
        break;
      }
      code = (code << 6) | (bytes[at++] & 0x3f);
      least = 0x80;
      most = 0xbf;
    }
    if (code < 0x10000) units[n++] = code;
    else {
      units[n++] = 0xd7c0 + (code >> 10);
      units[n++] = 0xdc00 | (code & 0x3ff);
    }
  }
  return text;
}
