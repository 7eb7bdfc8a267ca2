// Chooses the page's language and fills its texts; which one is chosen is not kept anywhere.

import en from "./en.js";
import zh from "./zh-CN.js";

export const languages = { en, "zh-CN": zh };

let current = "en";

/** The tag of `languages` that fits a BCP 47 tag best, or `undefined`. */
export function fit(tag) {
  const tags = Object.keys(languages);
  return tags.find((known) => known === tag) ?? tags.find((known) => known.split("-")[0] === String(tag).split("-")[0]);
}

export function speak(tag) {
  current = fit(tag) ?? "en";
  document.documentElement.lang = current;
  document.title = t("title");
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
}

export const speaking = () => current;

/** The text of a key such as "because.next", its `{names}` filled. An unknown key answers `undefined`. */
export function t(key, names) {
  const text = key.split(".").reduce((node, part) => (node && Object.hasOwn(node, part) ? node[part] : undefined), languages[current]);
  if (typeof text !== "string" || !names) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in names ? String(names[name]) : whole));
}

export const number = (value, options) => new Intl.NumberFormat(current, options).format(value);

/** "12 seconds ago", from a time in milliseconds. */
export function ago(time, now) {
  const seconds = Math.round((time - now) / 1000);
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]].find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(current, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}
