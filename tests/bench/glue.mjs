// The glue of the package, with the last answer of each call kept, and when it came: what a page is handed is measured on a real one.

import { makeGlue as make } from "nearshelf-plain-glue";

/** @type {Map<number, Uint8Array>} */
export const answers = new Map();
/** When the core answered last, in milliseconds. */
export const answered = { at: 0 };

export function makeGlue() {
  const glue = make();
  const { call } = glue.Core.prototype;
  glue.Core.prototype.call = function (op, request) {
    const answer = call.apply(this, [op, request]);
    answers.set(op, answer);
    answered.at = performance.now();
    return answer;
  };
  return glue;
}
