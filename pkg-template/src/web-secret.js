// Randomness and hashing from the standard WebCrypto, of browsers and of Node.

/** @returns {import("./vault.js").Draw} */
export const entropy = () => (n) => crypto.getRandomValues(new Uint8Array(n));

/** @param {Uint8Array} bytes */
export const digest = (bytes) => crypto.subtle.digest("SHA-256", bytes).then((hash) => new Uint8Array(hash));
