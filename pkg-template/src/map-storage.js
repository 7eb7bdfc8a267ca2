// A storage that lasts as long as the program: Node's default, one for each shelf, because a server has many shoppers.

/** @returns {import("./vault.js").ShelfStorage} */
export function mapStorage() {
  /** @type {Map<string, Uint8Array>} */
  const kept = new Map();
  return {
    get: async (name) => kept.get(name) || null,
    set: async (name, bytes) => {
      kept.set(name, bytes.slice());
    },
    remove: async (name) => {
      kept.delete(name);
    },
    keys: async () => Array.from(kept.keys()),
  };
}
