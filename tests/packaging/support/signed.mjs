// Envelopes as the manual describes them, by Node's own Ed25519 and without the code under test.

import { createPrivateKey, createPublicKey, sign as signBytes } from "node:crypto";

const MAGIC = [...Buffer.from("NEARSIGN")];

/** A pair of keys from a seed of one byte. */
export function keyOf(byte) {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, byte)]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const raw = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32);
  return { secret, raw, public: raw.toString("hex") };
}

/** A file in an envelope. */
export function signed(file, { by = keyOf(1), kind = 1, subject = "harbour-lane", sequence = 10, issued = 1_790_000_000_000, expires = NaN } = {}) {
  const text = Buffer.from(subject);
  const head = Buffer.alloc(48 + text.length);
  head.set(MAGIC);
  head[8] = 1;
  head[9] = kind;
  head.writeUInt16LE(112 + text.length, 10);
  by.raw.copy(head, 12, 0, 8);
  [sequence, issued, expires].forEach((n, i) => head.writeDoubleLE(n, 20 + 8 * i));
  head.writeUInt32LE(text.length, 44);
  head.set(text, 48);
  const signature = signBytes(null, Buffer.concat([Buffer.from("nearshelf signature 1\0"), head, file]), by.secret);
  return new Uint8Array(Buffer.concat([head, signature, file]));
}
