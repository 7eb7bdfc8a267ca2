// Other places for what outlasts a visit. Apart, so that nobody loads it unasked.

export { indexedStorage as browserStorage } from "../src/indexed-storage.js";
export { mapStorage as memoryStorage } from "../src/map-storage.js";
export { backedUp } from "../src/storages/backup.js";
export { localStorageMemory } from "../src/storages/local.js";
