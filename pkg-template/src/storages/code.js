// A key in letters and digits that a person can copy: Crockford's base 32 (no I, L, O, U), in groups of four, with a check.

const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const KEY_BYTES = 32;
/** Digits of a key, and those that check it. */
const LENGTH = 52;
const CHECKS = 4;

/** Twenty bits, by which one wrong digit and two neighbours that changed places are always noticed, since 1,048,573 is prime. @param {number[]} digits */
function check(digits) {
  let sum = 1;
  for (const digit of digits) sum = (sum * 31 + digit + 1) % 1048573;
  return [15, 10, 5, 0].map((shift) => (sum >> shift) & 31);
}

/** @param {Uint8Array} key */
export function codeOf(key) {
  const digits = [];
  for (let i = 0; i < LENGTH; i++) {
    let digit = 0;
    for (let bit = 5 * i; bit < 5 * i + 5; bit++) digit = digit * 2 + (((key[bit >> 3] || 0) >> (7 - (bit & 7))) & 1);
    digits.push(digit);
  }
  const text = digits.concat(check(digits)).map((digit) => DIGITS[digit]).join("");
  return /** @type {string[]} */ (text.match(/.{4}/g)).join("-");
}

/** The key, or `null` for what is no code. @param {unknown} code */
export function keyOf(code) {
  const text = String(code).toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  const all = Array.from(text, (letter) => DIGITS.indexOf(letter));
  const digits = all.slice(0, LENGTH);
  if (all.length !== LENGTH + CHECKS || all.indexOf(-1) >= 0 || String(check(digits)) !== String(all.slice(LENGTH))) return null;
  const key = new Uint8Array(KEY_BYTES);
  for (let bit = 0; bit < 8 * KEY_BYTES; bit++) key[bit >> 3] |= ((digits[Math.floor(bit / 5)] >> (4 - (bit % 5))) & 1) << (7 - (bit & 7));
  return key;
}
