// Cards: content and activities, ranked by what they are about (src/manual/cards.md).

/**
 * A card as the pack has it, and when it is first listed.
 * @typedef {{ _card: any, _listed: number | null }} Entry
 * Cards to be listed, each with what it is ranked by, and that as a list to be ranked.
 * @typedef {{ _ids: string[], _described: Map<string, any>, _cards: { _card: any, _soon: boolean, _things: string[] }[], _limit: number }} Dealt
 */

/**
 * The cards that are listed now.
 * @param {Entry[]} all in neutral order
 * @param {{ limit?: number, exclude?: string[] }} o
 * @param {number} now
 * @returns {Dealt}
 */
export function deal(all, o, now) {
  const described = new Map();
  const ids = new Set();
  const cards = all.filter(({ _card, _listed }) => !(Number(_listed) > now) && (_card.end === null || _card.end > now) && (o.exclude || []).indexOf(_card.id) < 0);
  return {
    _cards: cards.map(({ _card }) => {
      /** @type {string[]} */
      const things = _card.products.slice();
      // A topic or a brand is a product of which no more is known; no product's id begins with a line break.
      const about = (/** @type {any} */ description) => {
        const key = "\n" + JSON.stringify(description);
        described.set(key, description);
        things.push(key);
      };
      _card.topics.forEach((/** @type {string} */ category) => about({ category }));
      _card.brands.forEach((/** @type {string} */ brand) => about({ brand }));
      if (!things.length) about({ card: _card.id });
      things.forEach((thing) => ids.add(thing));
      return { _card, _soon: _card.start > now, _things: things };
    }),
    _ids: Array.from(ids),
    _described: described,
    _limit: o.limit || 12,
  };
}

/**
 * What has begun before what is to come; within that in the order of the best a card is about, or as they are.
 * @param {Dealt} dealt
 * @param {any[]} ranked best first; empty for the neutral order
 */
export function order({ _cards, _limit }, ranked) {
  const given = { score: 0, because: { code: "given", subject: "" } };
  return _cards.map(({ _card, _soon, _things }, i) => {
    const best = ranked.findIndex((item) => _things.indexOf(item.id) >= 0);
    const { score, because } = ranked[best] || given;
    return { _place: [Number(_soon), best, i], _item: Object.assign({}, _card, { score, because }) };
  }).sort(({ _place: a }, { _place: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]).slice(0, _limit).map((card) => card._item);
}
