// Cards: content and activities, ranked by what they are about (src/manual/cards.md).

/**
 * A card as the pack has it, when it is first listed, and what it is ranked by.
 * @typedef {{ _card: any, _listed: number | null, _things: string[], _soon: boolean }} Entry
 * Cards to be listed, and what they are about as a list to be ranked.
 * @typedef {{ _ids: string[], _described: Map<string, any>, _entries: Entry[], _limit: number }} Dealt
 */

/**
 * The cards that are listed now, in neutral order: what has begun before what is to come.
 * @param {Entry[]} all
 * @param {{ limit?: number, exclude?: string[] }} o
 * @param {number} now
 * @returns {Dealt}
 */
export function deal(all, o, now) {
  const described = new Map();
  // A topic or a brand is a product of which no more is known; no product's id begins with a line break.
  const about = (/** @type {string} */ field) => (/** @type {string} */ name) => {
    const key = "\n" + field + " " + name;
    described.set(key, { [field]: name });
    return key;
  };
  const listed = all.filter(({ _card, _listed }) => !(Number(_listed) > now || _card.end !== null && _card.end <= now || (o.exclude || []).indexOf(_card.id) >= 0));
  listed.forEach((entry) => {
    const { start, topics, brands, products, id } = entry._card;
    entry._soon = start > now;
    const things = products.concat(topics.map(about("category")), brands.map(about("brand")));
    entry._things = things.length ? things : [about("card")(id)];
  });
  const entries = listed.filter((entry) => !entry._soon).concat(listed.filter((entry) => entry._soon));
  const ids = new Set();
  entries.forEach((entry) => entry._things.forEach((thing) => ids.add(thing)));
  return { _ids: Array.from(ids), _described: described, _entries: entries, _limit: o.limit || 12 };
}

/**
 * The cards in the order of the best they are about; without a personal order as they are.
 * @param {Dealt} dealt
 * @param {any[]} ranked best first
 * @param {boolean} personal
 */
export function order({ _entries, _limit }, ranked, personal) {
  const place = new Map(ranked.map((item, i) => [item.id, i]));
  const rated = _entries.map(({ _card, _soon, _things }, i) => {
    const best = personal ? Math.min.apply(null, _things.map((thing) => place.get(thing))) : 0;
    const { score, because } = personal && ranked[best] || { score: 0, because: { code: "given", subject: "" } };
    return { _soon, _best: best, _place: i, _item: Object.assign({}, _card, { score, because }) };
  });
  rated.sort((a, b) => Number(a._soon) - Number(b._soon) || a._best - b._best || a._place - b._place);
  return rated.slice(0, _limit).map((card) => card._item);
}
