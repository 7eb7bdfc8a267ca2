// Bytes in any of the forms a host has them in; `instanceof` is not asked, since it lies across realms.

/**
 * A view on the bytes, or `null` for what holds none.
 * @param {any} value
 * @returns {Uint8Array | null}
 */
export function toBytes(value) {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]" ? new Uint8Array(value) : null;
}
