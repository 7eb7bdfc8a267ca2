// Whatever asks the shopper: a function that is handed where to say it, a promise of the answer, or something to subscribe to.

import { Watch } from "./watch.js";

/**
 * @param {any} shelf
 * @param {any} source
 * @param {any} [options]
 */
export function fromCallback(shelf, source, options) {
  // Whoever asks may take as long as the shopper does.
  const watch = new Watch(shelf, "callback", options, Infinity);
  const give = (/** @type {any} */ answer) => watch._give(answer);
  const ending = (/** @type {any} */ end) => {
    const stop = typeof end === "function" ? end : end && typeof end.unsubscribe === "function" ? () => end.unsubscribe() : null;
    if (!stop) return false;
    if (watch._on) watch._ends.push(stop);
    else stop();
    return true;
  };
  watch._guard(() => {
    if (source && typeof source.subscribe === "function") return void ending(source.subscribe(give));
    const said = typeof source === "function" ? source(give) : source;
    if (ending(said) || said === undefined) return undefined;
    if (said && typeof said.then === "function") return said.then((/** @type {any} */ answer) => answer !== undefined && !ending(answer) && give(answer));
    return give(said);
  });
  return watch._face();
}
