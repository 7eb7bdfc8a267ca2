// Cards: content and activities, ranked by what they are about (src/manual/cards.md).

/**
 * A card as the pack has it, and when it is first listed.
 * @typedef {{ _card: any, _listed: number | null }} Entry
 * A card to be listed, what it is ranked by, and the best of that.
 * @typedef {{ _card: any, _soon: boolean, _things: string[], _best: string }} Listed
 * Cards to be listed, and what they are about as a list to be ranked.
 * @typedef {{ _ids: string[], _described: Map<string, any>, _cards: Listed[], _limit: number }} Dealt
 */

/**
 * Why a card is not listed now; "" for one that is.
 * @param {Entry} entry
 * @param {{ exclude?: string[], kinds?: string[], styles?: string[] }} o
 * @param {number} now
 */
export function undealt({ _card, _listed }, o, now) {
  const among = (/** @type {string[] | undefined} */ list, /** @type {string} */ one) => !list || list.indexOf(one) >= 0;
  return o.exclude && among(o.exclude, _card.id) ? "excluded" : !among(o.kinds, _card.kind) || !among(o.styles, _card.style) ? "other_kind" : Number(_listed) > now ? "not_started" : _card.end !== null && _card.end <= now ? "expired" : "";
}

/**
 * Cards as a list to be ranked.
 * @param {Entry[]} all in neutral order
 * @param {number | undefined} limit
 * @param {number} now
 * @returns {Dealt}
 */
export function deal(all, limit, now) {
  const described = new Map();
  const ids = new Set();
  return {
    _cards: all.map(({ _card }) => {
      // A topic or a brand is a product of which no more is known; no product's id begins with a line break.
      const about = _card.topics.map((/** @type {string} */ category) => ({ category })).concat(_card.brands.map((/** @type {string} */ brand) => ({ brand })));
      if (!about.length && !_card.products.length) about.push({ card: _card.id });
      const things = _card.products.concat(about.map((/** @type {any} */ one) => {
        const key = "\n" + JSON.stringify(one);
        described.set(key, one);
        return key;
      }));
      things.forEach((/** @type {string} */ thing) => ids.add(thing));
      return { _card, _soon: _card.start > now, _things: things, _best: things[0] };
    }),
    _ids: Array.from(ids),
    _described: described,
    _limit: limit || 12,
  };
}

/**
 * What has begun before what is to come; within that in the order of the best a card is about, or as they are.
 * @param {Dealt} dealt
 * @param {any[]} ranked best first; empty for the neutral order
 */
export function order({ _cards, _limit }, ranked) {
  return _cards.map((card, i) => {
    const best = ranked.findIndex((item) => card._things.indexOf(item.id) >= 0);
    const { id, score, because } = ranked[best] || { id: card._best, score: 0, because: { code: "given", subject: "" } };
    card._best = id;
    return { _place: (card._soon ? 1e12 : 0) + best * 1e4 + i, _item: Object.assign({}, card._card, { score, because }) };
  }).sort((a, b) => a._place - b._place).slice(0, _limit).map((card) => card._item);
}
