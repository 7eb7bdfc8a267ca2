// A stand-in for the platforms' key-value storage: their limits, and each one's way to say that something failed.

/** Bytes of one value and of all, as the platforms document them. */
const LIMITS = { wx: [1 << 20, 10 << 20], tt: [1 << 20, 10 << 20], my: [200 << 10, 10 << 20] };

/**
 * @param {"wx" | "my" | "tt"} vendor
 * @param {Map<string, string>} kept JSON by key
 * @param {(act: () => void) => void} later
 * @param {(call: string) => object | null} broken
 */
export function platformStorage(vendor, kept, later, broken) {
  const [mostOfOne, mostOfAll] = LIMITS[vendor];

  /** Alipay's calls return what failed and call nobody back; the others call `fail`. */
  const call = (name, act) => (options) => {
    const error = broken(name) || act(options);
    if (!error) return undefined;
    if (vendor === "my") return { error: 11, errorMessage: error.errMsg };
    return void later(() => options.fail(error));
  };

  const answer = (options, result) => void later(() => options.success(result));

  return {
    getStorage: call("getStorage", (options) => {
      const text = kept.get(options.key);
      if (text !== undefined) return answer(options, { data: JSON.parse(text) });
      // Alipay has no error for a key that is not there.
      return vendor === "my" ? answer(options, { data: null, success: false }) : { errMsg: "getStorage:fail data not found" };
    }),

    setStorage: call("setStorage", (options) => {
      const { key, data } = options;
      if (typeof data === "object" && !Array.isArray(data) && Object.prototype.toString.call(data) !== "[object Object]") {
        return { errMsg: "setStorage:fail parameter error: data is no value of JSON" };
      }
      const text = JSON.stringify(data);
      if (text.length > mostOfOne) return { errMsg: "setStorage:fail entry size limit reached" };
      const rest = [...kept].reduce((sum, [k, t]) => sum + (k === key ? 0 : k.length + t.length), 0);
      if (rest + key.length + text.length > mostOfAll) return { errMsg: "setStorage:fail the maximum size of the file storage is exceeded" };
      kept.set(key, text);
      return answer(options, { errMsg: "setStorage:ok" });
    }),

    removeStorage: call("removeStorage", (options) => {
      kept.delete(options.key);
      return answer(options, { errMsg: "removeStorage:ok" });
    }),

    getStorageInfo: call("getStorageInfo", (options) => answer(options, { keys: [...kept.keys()], currentSize: 1, limitSize: 10240 })),
  };
}
