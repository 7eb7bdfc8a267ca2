// Market, language and the colour of the page; nothing of it is remembered.

import { byId, h } from "./dom.js";
import { fit, languages, speak, speaking, t } from "./text/index.js";

export function mountSwitches(page) {
  const place = byId("switches");
  const { shelf, shop } = page;

  return {
    draw(what) {
      if (what !== "all") return;
      const focused = place.contains(document.activeElement) ? document.activeElement.id : null;
      place.replaceChildren(
        ...choice("market", t("market"), shop.markets.map((code) => [code, t(`markets.${code}`) ?? code.toUpperCase()]), shelf.market, (market) => shelf.setView({ market })),
        ...choice("language", t("language"), shop.languages.length === 0 ? [] : Object.entries(languages).map(([tag, { name }]) => [tag, name]), speaking(), (tag) => {
          // The page speaks every language of its own; the products those that the pack has.
          const language = shop.languages.find((known) => fit(known) === tag);
          if (language) shelf.setView({ language });
          speak(tag);
        }),
        theme(),
      );
      if (focused) byId(focused)?.focus();
    },
  };

  /** A select, where there is something to choose. */
  function choice(id, name, options, value, choose) {
    if (options.length < 2) return [];
    const select = h("select", { id: `switch-${id}`, "aria-label": name },
      options.map(([key, text]) => h("option", { value: key, lang: id === "language" ? key : null }, text)));
    select.value = value;
    select.addEventListener("change", () => {
      choose(select.value);
      page.refresh("all");
    });
    return [select];
  }

  function theme() {
    const root = document.documentElement;
    const dark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
    const button = h("button", { type: "button", id: "switch-theme", class: "round" });
    const paint = () => {
      button.textContent = dark() ? "☀" : "☾";
      button.setAttribute("aria-label", t(dark() ? "light" : "dark"));
      button.title = t(dark() ? "light" : "dark");
    };
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      paint();
    });
    paint();
    return button;
  }
}

