/* Runs before the first paint: light or dark. The admin keeps its choice under the same key ("theme"). */
(function () {
  "use strict";
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  function choice() {
    try {
      return localStorage.getItem("theme") || "auto";
    } catch {
      return "auto"; // storage may be switched off
    }
  }

  function apply() {
    const wanted = choice();
    const theme = wanted === "light" || wanted === "dark" ? wanted : dark.matches ? "dark" : "light";
    document.documentElement.dataset.bsTheme = theme;
    document.dispatchEvent(new CustomEvent("iys:theme", { detail: { theme, choice: wanted } }));
  }

  dark.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  new MutationObserver(apply).observe(document.documentElement, { attributeFilter: ["data-theme"] }); // the admin's own button
  window.addEventListener("beforeprint", () => {
    document.documentElement.dataset.bsTheme = "light"; // paper is white
    document.dispatchEvent(new CustomEvent("iys:theme", { detail: { theme: "light", print: true } }));
  });
  window.addEventListener("afterprint", apply);
  window.iysTheme = {
    choice,
    set(value) {
      try {
        localStorage.setItem("theme", value);
      } catch {
        /* the choice then lasts for this page only */
      }
      apply();
    },
  };
  apply();
})();
