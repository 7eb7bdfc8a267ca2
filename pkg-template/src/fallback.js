// Lists without the engine: the given order for `rank`, the published order for `recommend`.

import { order } from "./cards.js";
import { Catalogue } from "./catalogue.js";
import { NearshelfError } from "./error.js";
import { TEXTS } from "./fixes.js";
import { arrivals } from "./options.js";
import { malformed } from "./pack.js";

const NOT_SOLD = 255;

/** Constraints that nobody keeps here. */
function unmet(most, price, pin, arrivals) {
  return [
    ["quota_category", most.category],
    ["quota_brand", most.brand],
    ["price", price],
    ["pin", pin],
    ["quota_store", most.store],
    ["arrivals", arrivals],
  ].filter((u) => u[1]).map((u) => u[0]);
}

export class Fallback {
  /**
   * @param {Uint8Array | null} bytes the pack, `null` before it has come or when it must not be trusted
   * @param {import("./hub.js").Hub} hub
   */
  constructor(bytes, hub) {
    this._hub = hub;
    this.bytes = bytes;
    /** @type {Catalogue | null} */
    this._catalogue = null;
    /** Why the pack cannot be read; told only where no engine tells it better. @type {NearshelfError | null} */
    this.trouble = null;
    /** Shards the pack lists. */
    this.shards = 0;
    /** Names of those that are known here. */
    this.known = "";
    try {
      if (bytes) {
        this._catalogue = new Catalogue(bytes);
        this.shards = this._catalogue.shards;
      }
    } catch (thrown) {
      this.trouble = broken(thrown);
    }
  }

  /**
   * Knows what is open: the pack alone, or with shards in it.
   * @param {string} shards their names
   * @param {() => Uint8Array | null | undefined} merged the pack with them; what is known stays where there is none
   */
  follow(shards, merged) {
    if (this.known === shards) return;
    this.ask(null, (c) => {
      const bytes = shards ? merged() : this.bytes;
      if (!bytes) return;
      this._catalogue = new Catalogue(bytes);
      this._catalogue.as(c);
      this.known = shards;
    });
  }

  /**
   * Chooses market and language; `null` without a readable pack.
   * @param {string} market
   * @param {string} language
   */
  look(market, language) {
    return this.ask(null, (c) => {
      const missing = c.look(market, language);
      if (missing) {
        this._hub.diagnose({
          code: "unknown_" + missing[0],
          message: TEXTS ? "The pack has no " + missing[0] + ' "' + missing[1] + '".' : "",
          fix: TEXTS ? "Use one of the pack, or none for its default." : "",
        });
      }
      return c.view;
    });
  }

  /**
   * In published order, whatever places, quotas, band and diversity were asked for: the list says which constraints it does not keep.
   * @param {{ context?: string[], limit?: number, exclude?: string[], category?: string, pin?: any[], quota?: any, price?: any, arrivals?: any }} o
   * @param {import("./catalogue.js").Found[] | null} found products in their order; `null` for all
   */
  recommend(o, found) {
    const band = o.price || {};
    const relaxed = unmet(o.quota || {}, band.min !== undefined || band.max !== undefined, o.pin && o.pin.length, arrivals(o));
    return this._list(this.ask([], (c) => rowsOf(c, o, found, o.limit || 12)
      .map((row) => Object.assign(c.item(row), { score: 0, because: { code: "popular", subject: "" } }))), relaxed);
  }

  /**
   * As given; what is left out is the product, whichever of its ids says so.
   * @param {string[]} ids each once
   * @param {Map<string, any>} described
   * @param {{ exclude?: string[], limit?: number, quota?: any }} [o]
   */
  rank(ids, described, o) {
    const { exclude = [], limit, quota } = o || {};
    const keys = (/** @type {string[]} */ ids) => this.ask(ids, (c) => /** @type {any[]} */ (ids.map((id) => {
      const row = c.find(id);
      return row < 0 ? id : row;
    })));
    const taken = new Set(keys(exclude));
    const mine = keys(ids);
    ids = ids.filter((_, i) => !taken.has(mine[i])).slice(0, limit);
    const given = (/** @type {any} */ item, /** @type {string} */ id) =>
      Object.assign({}, item, { id, score: 0, because: { code: "given", subject: "" } });
    const other = (/** @type {string} */ id) => given(described.get(id), id);
    const items = this.ask(null, (c) => ids.map((id) => {
      const row = c.find(id);
      return row < 0 ? other(id) : given(c.item(row, id), id);
    })) || ids.map(other);
    return Object.assign({ ids: ids.slice() }, this._list(items, unmet(quota || {})));
  }

  /**
   * What became of a product on the list that `recommend` gives.
   * @param {string} id
   * @param {any} o
   * @param {import("./catalogue.js").Found[] | null} found
   */
  whyNot(id, o, found) {
    return this.ask({ stage: "unknown_item", detail: "" }, (c) => {
      const row = c.find(id);
      const nowhere = o.category && !c.categories().some(({ path }) => path === o.category);
      const stage = row < 0 ? "unknown_item" : nowhere ? "other_category" : leaving(c, o, found)(row);
      if (stage) return { stage, detail: "" };
      const at = rowsOf(c, o, found, Infinity).indexOf(row);
      return { stage: at < (o.limit || 12) ? "shown" : "ranked_below", detail: String(at + 1) };
    });
  }

  /** Cards in neutral order. @param {import("./cards.js").Dealt} dealt */
  cards(dealt) {
    return this._list(order(dealt, []), []);
  }

  /** @param {string} id */
  product(id) {
    return this.ask(null, (c) => {
      const row = c.find(id);
      return row < 0 ? null : c.product(row);
    });
  }

  /** @param {{ offset?: number, limit?: number, category?: string }} o */
  browse(o) {
    return this.ask({ total: 0, products: [] }, (c) => {
      const rows = [];
      for (let row = 0; row < c.length; row++) if (!o.category || c.isIn(row, o.category)) rows.push(row);
      const from = o.offset || 0;
      return { total: rows.length, products: rows.slice(from, from + (o.limit || 12)).map((row) => c.product(row)) };
    });
  }

  /** True for a pack whose shelves explore, or whose campaigns begin at a time that is drawn. */
  explores() {
    return this.ask(false, (c) => ["EXPL", "LERN"].some((tag) => c._pack.count(tag) > 0) || c.grants().length > 0);
  }

  categories() {
    return this.ask([], (c) => c.categories());
  }

  /**
   * What the pack's products say.
   * @template T
   * @param {T} without the answer without a readable pack
   * @param {(c: Catalogue) => T} read
   * @returns {T}
   */
  ask(without, read) {
    if (!this._catalogue) return without;
    try {
      return read(this._catalogue);
    } catch (thrown) {
      // Broken in one place, not to be trusted in another.
      this._catalogue = null;
      this._hub.diagnose(broken(thrown));
      return without;
    }
  }

  /**
   * @param {any[]} items
   * @param {any[]} relaxed
   */
  _list(items, relaxed) {
    const packVersion = this._catalogue ? this._catalogue.view._packVersion : "";
    return { items, source: "fallback", servedId: 0, partial: this.shards > 0, relaxed, packVersion, overlayVersion: null };
  }
}

/**
 * Tells the stage that keeps a row off a list, in the engine's order; "" for one that may be on it.
 * @param {Catalogue} c
 * @param {{ context?: string[], exclude?: string[], category?: string }} o
 * @param {import("./catalogue.js").Found[] | null} found
 * @returns {(row: number) => string}
 */
function leaving(c, o, found) {
  const [excluded, shown] = [o.exclude, o.context].map((ids) => new Set((ids || []).map((id) => c.find(id))));
  const only = found && new Set(found.map((x) => x._row));
  return (row) => {
    const stock = c.stock(row);
    if (!canBeBought(stock)) return stock === NOT_SOLD ? "not_sold_here" : "out_of_stock";
    return excluded.has(row) ? "excluded" : shown.has(row) ? "context_item" : o.category && !c.isIn(row, o.category) ? "other_category" : only && !only.has(row) ? "no_match" : "";
  };
}

/**
 * The rows of a list, in its order.
 * @param {Catalogue} c
 * @param {any} o
 * @param {import("./catalogue.js").Found[] | null} found
 * @param {number} limit
 */
function rowsOf(c, o, found, limit) {
  const left = leaving(c, o, found);
  const rows = [];
  for (let i = 0; i < (found || c).length && rows.length < limit; i++) {
    const row = found ? found[i]._row : i;
    if (!left(row)) rows.push(row);
  }
  return rows;
}

/** @param {number} stock */
function canBeBought(stock) {
  return stock >= 1 && stock <= 3;
}

/** @param {any} thrown */
function broken(thrown) {
  return thrown instanceof NearshelfError ? thrown : malformed("records");
}
