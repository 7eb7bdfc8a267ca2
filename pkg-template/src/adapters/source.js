// What adapters share: an event is mapped, handed to the shelf and counted, and nothing reaches the page.

/**
 * @typedef {{ name: string, params: any }} Told
 * @typedef {(name: string, params: any) => any} MapEvent
 */

/** Names that are counted one by one. */
const MOST_NAMES = 100;

export class Source {
  /**
   * @param {any} shelf
   * @param {{ mapEvent?: MapEvent } | undefined} options
   * @param {(name: string, params: any) => Told | null} table what the tool's events are in GA4's words; `null` for one that is not known
   */
  constructor(shelf, options, table) {
    this._shelf = shelf;
    this._mapEvent = options && options.mapEvent;
    this._table = table;
    this._on = true;
    this._tracked = 0;
    this._unreadable = 0;
    /** @type {Map<string, number>} */
    this._ignored = new Map();
    /** What ends listening. @type {Array<() => void>} */
    this._ends = [];
  }

  /**
   * @param {any} name
   * @param {any} params
   */
  _take(name, params) {
    this._guard(() => {
      const mine = this._mapEvent ? this._mapEvent(name, params) : undefined;
      const told = mine === undefined ? this._table(name, params) : mine;
      if (told && told.name) {
        this._shelf.track(told.name, told.params);
        this._tracked++;
      } else if (this._ignored.size < MOST_NAMES || this._ignored.has(String(name))) {
        this._ignored.set(String(name), (this._ignored.get(String(name)) || 0) + 1);
      }
    });
  }

  /** @param {() => void} act */
  _guard(act) {
    if (!this._on) return;
    try {
      act();
    } catch (thrown) {
      this._unreadable++;
    }
  }

  /**
   * Calls `seen` with what is handed to a method from now on, after the method.
   * @param {any} owner
   * @param {string} method
   * @param {(given: any[]) => void} seen
   */
  _wrap(owner, method, seen) {
    const before = owner[method];
    const own = Object.prototype.hasOwnProperty.call(owner, method);
    const source = this;
    /** @this {any} */
    const wrapped = function () {
      const answer = before.apply(this, arguments);
      const given = Array.prototype.slice.call(arguments);
      source._guard(() => seen(given));
      return answer;
    };
    owner[method] = wrapped;
    this._ends.push(() => {
      // Somebody who wrapped it later keeps what it has; the source has stopped in any case.
      if (owner[method] !== wrapped) return;
      if (own) owner[method] = before;
      else delete owner[method];
    });
  }

  /** What the page sees of it. */
  _face() {
    return {
      counts: () => {
        /** @type {Record<string, number>} */
        const ignored = {};
        this._ignored.forEach((n, name) => (ignored[name] = n));
        return { tracked: this._tracked, ignored, unreadable: this._unreadable };
      },
      stop: () => {
        this._on = false;
        this._ends.splice(0).forEach((end) => end());
      },
    };
  }
}

/** The page's, or the worker's, own names. */
export const page = () => (typeof window === "undefined" ? /** @type {any} */ (globalThis) : /** @type {any} */ (window));

/**
 * A queue that lies under a name of the page, made where there is none.
 * @param {any} given a name or the queue itself
 * @param {string} usual
 */
export function queueOf(given, usual) {
  if (given && typeof given === "object") return { _queue: given, _name: "" };
  const name = given || usual;
  const owner = page();
  if (!owner[name]) owner[name] = [];
  return { _queue: owner[name], _name: name };
}
