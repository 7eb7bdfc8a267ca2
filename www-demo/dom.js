// Builds elements: text is always text, so nothing a pack says can become markup.

/** `h("button", { class: "quiet", onclick }, "Buy")`: attributes, `on…` listeners, `data` as data attributes. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "style") for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Text for the ear only. */
export const spoken = (text) => h("span", { class: "spoken" }, text);

/** Text for the eye only. */
export const seen = (text, props = {}) => h("span", { ...props, "aria-hidden": "true" }, text);

export const byId = (id) => document.getElementById(id);

/** True when the shopper's system asks for less motion. */
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Puts a new head above the parts of a place. The parts stay where they are: what has the focus keeps it, and what one looks at does not jump. */
export function head(place, above, ...parts) {
  for (const child of [...place.children]) if (!parts.includes(child)) child.remove();
  place.prepend(...above);
  place.append(...parts.filter((part) => part.parentNode !== place));
}

/** Replaces what is in a place; the focus stays on the part of the same name. Answers whether there was focus to lose. */
export function redraw(place, children) {
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.part : undefined;
  place.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (focused === undefined) return false;
  const again = place.querySelector(`[data-part="${CSS.escape(focused)}"]`);
  again?.focus({ preventScroll: true });
  return !again;
}
