// A pack's products in one market and language, read in place: what there is to show without the engine.

import { Pack } from "./pack.js";
import { availability, readText } from "./protocol.js";
import { fold, search } from "./words.js";

const NONE16 = 0xffff;
const NONE32 = 0xffffffff;
const SEPARATOR = " > ";

/** What a shelf prefers, by availability byte: in stock, else to be ordered, else out of stock; anything else is not sold. */
const STOCK = [2, 0, 1, 1];

/**
 * A product that was looked for, and how often it is bought together with another.
 * @typedef {{ _row: number, _id?: string, _together?: { support: number, confidence: number, lift: number, count: number, basis: string } }}
 *   Found
 * A scene, or a rule.
 * @typedef {{
 *   _name: string, _kind: string, _said: string[][], _pins: { id: string, index: number }[], _when: string,
 *   _slots: string[], _start: number, _end: number,
 * }} Rule
 */

export class Catalogue {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    const p = (this._pack = new Pack(bytes));
    const meta = p.record("META");
    meta.str();
    meta.u32();
    meta.u32();
    meta.u32();
    // What a pack is put together from may have other counts.
    const n = (this.length = p.count("PRID"));
    const v = (this._variants = p.count("VAID"));
    this._m = meta.u32();
    this._l = meta.u32();
    this._markets = p.record("MRKT").list((r) => ({ _code: r.str(), _currency: r.str(), _exponent: r.u8() }));
    this._languages = p.record("LANG").list((r) => r.str());
    this._id = p.strings("PRID", 0, n);
    this._url = p.strings("PRUR", 0, n);
    this._image = p.strings("PRIM", 0, n);
    this._categoryOf = p.numbers("PRCA", 0, 2, n);
    this._brandOf = p.numbers("PRBR", 0, 2, n);
    this._brand = p.strings("BRND", 0, p.count("BRND"));
    this._path = p.strings("CATG", 0, p.count("CATG"));
    this._tagEnd = p.numbers("PRTG", 0, 4, n);
    this._tagOf = p.numbers("PRTG", 0, 2, 2 * n);
    this._tag = p.strings("TAGS", 0, p.count("TAGS"));
    this._variantEnd = p.numbers("PRVA", 0, 4, n);
    this._variantId = p.strings("VAID", 0, v);
    this.shards = p.count("SHRD");
    /** @type {Map<string, number> | null} */
    this._rows = null;
    /** @type {Rule[] | null} */
    this._rules = null;
    this._seen = this._see(this._m, this._l);
  }

  /** The pack's version, and what market and language are looked at. */
  get view() {
    return this._seen._view;
  }

  /**
   * Chooses market and language; what the pack does not have stays as it was, at first its default.
   * @param {string} market
   * @param {string} language
   * @returns {string[] | null} what the pack does not have: "market" or "language", and its name
   */
  look(market, language) {
    const tags = this._languages;
    let m = this._markets.findIndex((x) => x._code === market);
    let l = tags.findIndex((tag) => tag.toLowerCase() === language.toLowerCase());
    if (l < 0) l = tags.findIndex((tag) => primary(tag) === primary(language));
    const missing = m < 0 && market ? ["market", market] : l < 0 && language ? ["language", language] : null;
    if (m >= 0) this._m = m;
    if (l >= 0) this._l = l;
    this._seen = this._see(this._m, this._l);
    return missing;
  }

  /** Looks at the market and the language of another. @param {Catalogue} other */
  as(other) {
    this._seen = this._see((this._m = other._m), (this._l = other._l));
  }

  /**
   * The columns of a market and a language, by index.
   * @param {number} m
   * @param {number} l
   */
  _see(m, l) {
    const p = this._pack;
    const market = this._markets[m];
    return {
      _title: p.strings("TITL", l, this.length),
      _titleElse: p.strings("TITL", 0, this.length),
      _variantTitle: p.strings("VATI", l, this._variants),
      _label: p.strings("CATG", l, p.count("CATG")),
      _slots: new Map(p.list("SLOT", l, (r) => /** @type {[string, string]} */ ([r.str(), r.str()]))),
      /** Titles, brands and categories of the products, folded, once somebody searches. @type {string[] | null} */
      _texts: null,
      _listed: p.numbers("VAPR", m, 4, this._variants),
      _sale: p.numbers("VASA", m, 4, this._variants),
      _stock: p.numbers("VAAV", m, 1, this._variants),
      _view: {
        _packVersion: p.version,
        _market: market._code,
        _currency: market._currency,
        _exponent: Math.min(market._exponent, 4),
        _language: this._languages[l],
      },
    };
  }

  /**
   * The row of a product, variant or alias id; -1 for an unknown one.
   * @param {string} id
   */
  find(id) {
    if (!this._rows) {
      const rows = (this._rows = new Map());
      const add = (/** @type {string} */ id, /** @type {number} */ row) => rows.has(id) || rows.set(id, row);
      for (let row = 0; row < this.length; row++) add(this._id(row), row);
      for (let row = 0; row < this.length; row++) this._each(row, (v) => add(this._variantId(v), row));
      const aliases = this._pack.count("ALIA");
      const alias = this._pack.strings("ALIA", 0, aliases);
      if (aliases) {
        const owner = this._pack.numbers("ALIR", 0, 4, aliases);
        for (let i = 0; i < aliases; i++) add(alias(i), owner(i));
      }
    }
    const row = this._rows.get(id);
    return row === undefined ? -1 : row;
  }

  /** @param {number} row */
  id(row) {
    return this._id(row);
  }

  /**
   * Availability byte of a product: that of its best variant.
   * @param {number} row
   */
  stock(row) {
    return this._seen._stock(this._best(row));
  }

  /**
   * True when the product lies in the category with this path, or below it.
   * @param {number} row
   * @param {string} path
   */
  isIn(row, path) {
    const category = this._categoryOf(row);
    return category !== NONE16 && (this._path(category) + SEPARATOR).indexOf(path + SEPARATOR) === 0;
  }

  /**
   * An item of a shelf, in its best variant, or in the one that `named` is the id of.
   * @param {number} row
   * @param {string} [named]
   */
  item(row, named) {
    let best = this._best(row);
    if (named) this._each(row, (v) => {
      if (this._variantId(v) === named) best = v;
    });
    const { title, brand, category, url, image, tags } = this._display(row);
    const { price, listPrice } = this._price(best);
    return { id: this._id(row), variant: this._variantId(best), title, brand, category, url, image, tags, price, listPrice };
  }

  /**
   * A product with its variants.
   * @param {number} row
   */
  product(row) {
    const best = this._best(row);
    /** @type {any[]} */
    const variants = [];
    this._each(row, (v) => {
      const id = this._variantId(v);
      const title = this._seen._variantTitle(v);
      variants.push(Object.assign({ id, title, availability: availability(this._seen._stock(v)) }, this._price(v)));
    });
    const stock = availability(this._seen._stock(best));
    return Object.assign({ id: this._id(row), availability: stock, variants }, this._display(row), this._price(best));
  }

  /** The category tree, with the number of products at and below each. */
  categories() {
    const n = this._pack.count("CATG");
    const parent = this._pack.numbers("CAPA", 0, 2, n);
    const sizes = new Array(n).fill(0);
    for (let row = 0; row < this.length; row++) {
      // A parent stands before its child, so climbing ends.
      for (let c = this._categoryOf(row), below = n; c < below; c = parent(c)) {
        sizes[c]++;
        below = c;
      }
    }
    return sizes.map((products, c) => {
      const up = parent(c);
      return { path: this._path(c), label: this._seen._label(c) || this._path(c), parent: up < n ? this._path(up) : null, products };
    });
  }

  /** The brands, with the number of their products. */
  brands() {
    const sizes = new Array(this._pack.count("BRND")).fill(0);
    for (let row = 0; row < this.length; row++) {
      const brand = this._brandOf(row);
      if (brand < sizes.length) sizes[brand]++;
    }
    return sizes.map((products, b) => ({ path: this._brand(b), label: this._brand(b), products }));
  }

  /** A slot's name in reports. @param {string} slot */
  slot(slot) {
    return this._seen._slots.get(slot) || slot;
  }

  /**
   * Content (0) or the market's activities (1), in neutral order.
   * @param {number} activities
   * @returns {import("./cards.js").Entry[]}
   */
  cards(activities) {
    const title = (/** @type {string[]} */ titles) => titles[this._l] || titles[0];
    return this._pack.list("CARD", activities && 1 + this._m, (r) => ({
      _listed: r.money(),
      _card: {
        id: r.str(),
        kind: r.str(),
        style: r.str(),
        title: title(r.list(readText)),
        start: r.money(),
        end: r.money(),
        topics: r.list((r) => this._path(r.u32())),
        brands: r.list((r) => this._brand(r.u32())),
        products: r.list(readText),
      },
    }));
  }

  /** @param {string} tag */
  section(tag) {
    return this._pack.section(tag);
  }

  /** The shop's rule tags: a name, a label, a condition, and the days it holds after it was last true. */
  ruleTags() {
    return this._pack.list("RTAG", 0, (r) => {
      const name = r.str();
      const labels = r.list(readText);
      return { _name: name, _label: labels[this._l] || labels[0] || name, _when: r.str(), _days: r.f64() };
    });
  }

  /**
   * The shop's scenes and rules: when they hold, and what they do, as pins behind the name.
   * @returns {Rule[]}
   */
  rules() {
    const read = (/** @type {string} */ tag, /** @type {string} */ kind) => this._pack.list(tag, 0, (r) => {
      const name = r.str();
      const said = r.list((r) => r.list(readText));
      return {
        _name: name,
        _kind: kind,
        _said: said,
        _pins: [{ id: kind + name, index: 0x80000000 }].concat(r.list((r) => ({ id: r.str(), index: r.u32() }))),
        _when: kind && r.str(),
        _slots: kind ? r.list(readText) : [],
        _start: kind ? r.f64() : NaN,
        _end: kind ? r.f64() : NaN,
      };
    });
    return this._rules = this._rules || read("SCEN", "").concat(read("RULE", "rule:"));
  }

  /** The market's offers that have conditions: who may use each, and to whom it is put forward; "" for no condition. */
  offerConditions() {
    return this._pack.list("OFCN", 0, (r) => ({ _market: r.u32(), _id: r.str(), _when: r.str(), _audience: r.str() })).filter((offer) => offer._market === this._m);
  }

  /** The market's granting campaigns: each with the conditions of its segments. What they grant is the core's to read. */
  grants() {
    return this._pack.list("GRNT", this._m, (r) => {
      const name = r.str();
      for (let i = 0; i < 4; i++) r.f64();
      r.u32();
      return {
        _id: name,
        _segments: r.list((r) => {
          const when = r.str();
          r.list((r) => {
            r.str();
            r.f64();
            r.f64();
          });
          return when;
        }),
      };
    });
  }

  /**
   * The products whose title, brand and category have all words.
   * @param {string[]} words
   * @returns {Found[]}
   */
  search(words) {
    if (!words.length) return [];
    const seen = this._seen;
    if (!seen._texts) {
      const texts = [];
      for (let row = 0; row < this.length; row++) {
        const { title, brand, category } = this._display(row);
        texts.push(title + " " + brand + " " + category);
      }
      seen._texts = fold(texts);
    }
    return search(seen._texts, words).map((_row) => ({ _row }));
  }

  /**
   * What was bought together with any of these products, the highest lift first: each once, with the one it has that with.
   * @param {number[]} rows
   */
  together(rows) {
    const p = this._pack;
    const n = this.length;
    /** @type {any[]} */
    const found = [];
    // A part of a pack has the counts apart, and names products by their rows in the whole.
    const tag = p.count("ASSC") ? "ASSG" : "ASSO";
    const counts = tag === "ASSG" ? "ASSC" : tag;
    if (!p.count(tag)) return found;
    const byte = p.numbers(tag, 0, 1, 0);
    const number = p.numbers(counts, 0, 4, n + 2);
    const before = tag === counts ? n + 2 : 0;
    const end = p.numbers(tag, 0, 4, before + n);
    const baskets = number(1);
    /** @type {Map<number, number> | null} */
    let local = null;
    if (!before) {
      const whole = p.numbers("ROWS", 0, 4, n);
      local = new Map();
      for (let row = 0; row < n; row++) local.set(whole(row), row);
    }
    for (const row of rows) {
      if (!(row >= 0 && row < n)) continue;
      const start = 4 * (before + n);
      let at = start + (row ? end(before + row - 1) : 0);
      const last = start + end(before + row);
      const varint = () => {
        let value = 0;
        for (let unit = 1, more = 128; more > 127; unit *= 128) {
          more = byte(at++);
          value += (more % 128) * unit;
        }
        return value;
      };
      for (let whole = -1; at < last;) {
        whole += varint() + 1;
        const count = varint();
        const other = local ? local.get(whole) : whole;
        if (other === undefined) continue;
        found.push({
          _row: other,
          _id: this._id(other),
          _together: {
            support: count / baskets,
            confidence: count / number(row + 2),
            lift: (count * baskets) / (number(row + 2) * number(other + 2)),
            count,
            basis: number(0) ? "purchases" : "visits",
          },
        });
      }
    }
    found.sort((a, b) => b._together.lift - a._together.lift || a._row - b._row);
    return found.filter((x, i) => found.findIndex((y) => y._row === x._row) === i);
  }

  /** @param {number} row */
  _display(row) {
    const category = this._categoryOf(row);
    const brand = this._brandOf(row);
    /** @type {string[]} */
    const tags = [];
    // The entries, two bytes each, begin after four bytes a product: at entry 2n of the section.
    for (let i = row ? this._tagEnd(row - 1) : 0; i < this._tagEnd(row); i++) {
      tags.push(this._tag(this._tagOf(2 * this.length + i)));
    }
    return {
      title: this._seen._title(row) || this._seen._titleElse(row) || this._id(row),
      brand: brand === NONE16 ? "" : this._brand(brand),
      category: category === NONE16 ? "" : this._seen._label(category) || this._path(category),
      url: this._url(row),
      image: this._image(row),
      tags,
    };
  }

  /**
   * @param {number} v
   * @returns {{ price: number | null, listPrice: number | null }}
   */
  _price(v) {
    const list = this._seen._listed(v);
    const sale = this._seen._sale(v);
    if (sale < list) return { price: sale, listPrice: list === NONE32 ? null : list };
    return { price: list === NONE32 ? null : list, listPrice: null };
  }

  // The variant to show: in stock before ordered, then the cheapest, then the first; as the engine chooses.
  /** @param {number} row */
  _best(row) {
    let best = -1;
    let least = Infinity;
    this._each(row, (v) => {
      const price = this._price(v).price;
      const stock = STOCK[this._seen._stock(v)];
      const rank = (stock === undefined ? 3 : stock) * 2 ** 33 + (price === null ? NONE32 + 1 : price);
      if (rank < least) {
        best = v;
        least = rank;
      }
    });
    return best;
  }

  /**
   * @param {number} row
   * @param {(v: number) => void} fn
   */
  _each(row, fn) {
    const end = Math.min(this._variantEnd(row), this._variants);
    for (let v = row ? this._variantEnd(row - 1) : 0; v < end; v++) fn(v);
  }
}

/** A category's own name. @param {string} path */
export function lastPart(path) {
  return path.slice(path.lastIndexOf(">") + 1).trim();
}

/** @param {string} tag of a language */
function primary(tag) {
  return tag.split(/[-_]/)[0].toLowerCase();
}
