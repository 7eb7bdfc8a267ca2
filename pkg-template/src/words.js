// Words of names and queries, folded: what a shopper types finds what a shop wrote.

/** From here on scripts are written without spaces. */
const WIDE = "\u2e80";
/** Between texts that are folded in one go. */
const NEXT = "\uffff";

/**
 * The texts in small letters without accents and signs, a space before each word.
 * @param {string[]} texts
 */
export function fold(texts) {
  const all = texts.join(NEXT + " ");
  return !texts.length ? [] : (" " + (all.normalize ? all.normalize("NFKD") : all)).toLowerCase().replace(/[\u0300-\u036f]+/g, "")
    .replace(/[\0-/:-`{-\xbf\u2000-\u206f\u3000-\u303f]+/g, " ").replace(/[\u2e80-\ufffe]+/g, " $& ").split(NEXT);
}

/**
 * The words of a query, as they begin in a folded text: those of scripts without spaces may begin anywhere.
 * @param {string} query
 */
export function wordsOf(query) {
  return fold([query])[0].split(" ").filter(Boolean).map((word) => (word < WIDE ? " " + word : word));
}

/**
 * Places of the texts that have all words.
 * @param {string[]} folded
 * @param {string[]} words
 */
export function search(folded, words) {
  /** @type {number[]} */
  const found = [];
  folded.forEach((text, i) => {
    if (words.every((word) => text.indexOf(word) >= 0)) found.push(i);
  });
  return found;
}
