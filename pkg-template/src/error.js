// The one error type: thrown for misuse under the `development` condition, elsewhere the carrier of a diagnostic.

export class NearshelfError extends Error {
  /**
   * @param {string} code stable word, for programs
   * @param {string} message what was expected and what was found; without one, the code in words
   * @param {string} [fix] the way out
   */
  constructor(code, message, fix) {
    super(message || inWords(code));
    this.name = "NearshelfError";
    this.code = code;
    this.fix = fix || "";
  }
}

/**
 * What a build without sentences says of a code.
 * @param {string} code
 */
export function inWords(code) {
  return code.replace(/_/g, " ");
}

/**
 * The text of anything that was thrown; hosts throw strings, objects and things that cannot be printed.
 * @param {any} thrown
 * @returns {string}
 */
export function said(thrown) {
  try {
    return String((thrown && (thrown.message || thrown.errMsg || thrown.errorMessage)) || thrown);
  } catch (unprintable) {
    return "an error that cannot be printed";
  }
}

/**
 * A NearshelfError as it is, anything else under the given code.
 * @param {any} thrown
 * @param {string} code
 * @param {string} fix
 * @returns {NearshelfError}
 */
export function asError(thrown, code, fix) {
  return thrown instanceof NearshelfError ? thrown : new NearshelfError(code, said(thrown), fix);
}
