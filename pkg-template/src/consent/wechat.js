// WeChat's authorisation of the privacy notice (base library 2.32.3 and later).

import { PURPOSES, Watch } from "./watch.js";

const GIVES = ["store", "personalize"];

/**
 * @param {any} shelf
 * @param {any} [options]
 */
export function fromWechat(shelf, options) {
  const watch = new Watch(shelf, "wechat", options);
  const { purposes = GIVES, dialog } = watch._options;
  const platform = () => watch._options.wx || (typeof wx === "undefined" ? {} : wx);
  const give = (/** @type {boolean | null} */ state) => {
    /** @type {Record<string, any>} */
    const answer = {};
    PURPOSES.filter((purpose) => purposes.indexOf(purpose) >= 0).forEach((purpose) => (answer[purpose] = state));
    watch._give(answer);
  };
  const look = () => watch._guard(() => {
    const wx = platform();
    if (typeof wx.getPrivacySetting !== "function") return watch._fail("this base library has no getPrivacySetting");
    wx.getPrivacySetting({
      success: (/** @type {any} */ said) => watch._guard(() => {
        if (said.needAuthorization === false) give(true);
        // It was taken back in the settings, or the notice has grown; before the first answer it is undecided.
        else if (said.needAuthorization === true) watch._last && watch._last[purposes[0]] === false ? (watch._heard = true) : give(null);
        else watch._fail("getPrivacySetting says nothing of needAuthorization");
      }),
      fail: (/** @type {any} */ why) => watch._fail("getPrivacySetting: " + ((why && why.errMsg) || why)),
    });
  });
  watch._guard(() => {
    const wx = platform();
    if (wx.onAppShow) {
      wx.onAppShow(look);
      watch._ends.push(() => wx.offAppShow && wx.offAppShow(look));
    }
    if (typeof dialog !== "function" || !wx.onNeedPrivacyAuthorization) return;
    // The program shows a dialogue of its own, and answers the id of the button that was pressed, or false.
    wx.onNeedPrivacyAuthorization((/** @type {any} */ resolve, /** @type {any} */ about) => {
      const answered = (/** @type {any} */ button) => {
        const agreed = typeof button === "string" && button !== "";
        resolve(agreed ? { event: "agree", buttonId: button } : { event: "disagree" });
        watch._guard(() => (agreed ? look() : give(false)));
      };
      // An error is no yes, and whatever waits for an answer gets one.
      Promise.resolve(about).then(dialog).then(answered, (thrown) => {
        resolve({ event: "disagree" });
        watch._fail(String((thrown && thrown.message) || thrown));
      });
    });
  });
  look();
  return Object.assign(watch._face(), {
    ask: () => new Promise((resolve) => {
      const done = (/** @type {boolean} */ agreed) => {
        give(agreed);
        resolve(agreed);
      };
      const wx = platform();
      try {
        wx.requirePrivacyAuthorize({ success: () => done(true), fail: () => done(false) });
      } catch (none) {
        watch._fail("this base library has no requirePrivacyAuthorize");
        resolve(false);
      }
    }),
  });
}
