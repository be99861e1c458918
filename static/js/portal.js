/* What the pages do beyond HTML. Everything works by delegation, so content that htmx brings needs no set-up. */
(function () {
  "use strict";

  const toasts = () => document.getElementById("toasts");
  const say = (key) => (toasts() ? toasts().dataset[key] : "");

  /* ---------- Short notices ---------- */
  function toast(key, tone) {
    const box = toasts();
    if (!box || !say(key) || box.querySelector(`[data-toast="${key}"]`)) return;
    const alert = document.createElement("div");
    alert.className = `alert alert-flex alert-${tone}`;
    alert.dataset.toast = key;
    const text = document.createElement("div");
    text.className = "alert-body";
    text.textContent = say(key);
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.setAttribute("aria-label", say("close"));
    close.addEventListener("click", () => alert.remove());
    alert.append(text, close);
    box.append(alert);
  }
  function untoast(key) {
    toasts()?.querySelector(`[data-toast="${key}"]`)?.remove();
  }

  document.addEventListener("htmx:sendError", () => toast("offline", "warning"));
  document.addEventListener("htmx:timeout", () => toast("offline", "warning"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    toast(status === 401 || status === 403 ? "forbidden" : "failed", "danger");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) untoast("offline");
  });
  window.addEventListener("offline", () => toast("offline", "warning"));
  window.addEventListener("online", () => untoast("offline"));

  /* ---------- Theme ---------- */
  function markTheme() {
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === window.iysTheme.choice()));
    }
  }
  document.addEventListener("iys:theme", markTheme);
  markTheme();

  /* ---------- Clicks ---------- */
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;

    const theme = target.closest("[data-theme-choice]");
    if (theme) window.iysTheme.set(theme.dataset.themeChoice);

    const opener = target.closest("[data-dialog-open]");
    if (opener) document.getElementById(opener.dataset.dialogOpen)?.showModal();

    if (target.closest("[data-dialog-close]") || target.matches("dialog.dialog")) target.closest("dialog")?.close();

    const copier = target.closest("[data-copy], [data-copy-from]");
    if (copier) copy(copier);

    const printer = target.closest("[data-print]");
    if (printer) window.print();
  });

  async function copy(button) {
    const source = button.dataset.copyFrom ? document.querySelector(button.dataset.copyFrom) : null;
    const text = source ? (source.value ?? source.textContent.trim()) : button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement("textarea"); // plain http has no clipboard object
      field.value = text;
      field.className = "visually-hidden";
      button.after(field);
      field.select();
      const copied = document.execCommand("copy");
      field.remove();
      button.focus();
      if (!copied) return;
    }
    const use = button.querySelector("use");
    const label = button.querySelector(".visually-hidden");
    const before = { href: use?.getAttribute("href"), label: label?.textContent };
    if (button.classList.contains("copied")) return;
    button.classList.add("copied");
    use?.setAttribute("href", before.href.replace(/#.*/, "#check"));
    if (label) label.textContent = say("copied");
    announce(say("copied"));
    setTimeout(() => {
      button.classList.remove("copied");
      use?.setAttribute("href", before.href);
      if (label) label.textContent = before.label;
    }, 2000);
  }

  let voice;
  function announce(text) {
    if (!voice) {
      voice = document.createElement("div");
      voice.className = "visually-hidden";
      voice.setAttribute("role", "status");
      document.body.append(voice);
    }
    voice.textContent = "";
    setTimeout(() => (voice.textContent = text), 50);
  }

  /* ---------- Typing ---------- */
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.matches?.("[data-typed]")) {
      const same = field.value.trim() === field.dataset.typed;
      field.form.querySelector('[type="submit"]').disabled = !same;
    }
    if (field.matches?.(".code-entry")) field.value = field.value.replace(/\D/g, "");
    markDirty(field.form);
  });
  document.addEventListener("change", (event) => {
    markDirty(event.target.form);
    if (event.target.matches?.("[data-auto-submit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]");
    const site = document.querySelector("[data-site-search]");
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && site?.checkVisibility()) {
      event.preventDefault();
      site.focus();
      site.select();
    }
    if (event.key === "Escape" && event.target === site) site.blur();
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const search = document.querySelector("[data-search]") || document.querySelector('main input[type="search"]');
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
  });

  /* ---------- Tables wider than the screen: the keyboard scrolls them too ---------- */
  function reach() {
    for (const wrap of document.querySelectorAll(".table-wrap:not([role])")) {
      if (wrap.scrollWidth > wrap.clientWidth) wrap.tabIndex = 0;
      else wrap.removeAttribute("tabindex");
    }
  }
  window.addEventListener("resize", reach);
  document.addEventListener("htmx:afterSettle", reach);
  reach();

  /* ---------- A row of links that scrolls sideways shows where one is ---------- */
  for (const link of document.querySelectorAll(".citizen-menu [aria-current], .tabs [aria-current]")) {
    const row = link.closest("ul, .tabs");
    const [place, frame] = [link.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += place.left - frame.left - (frame.width - place.width) / 2;
  }

  /* ---------- Forms: unsaved changes, second clicks ---------- */
  const dirty = new Set();
  function markDirty(form) {
    if (form?.matches("[data-guard]")) dirty.add(form);
  }
  window.addEventListener("beforeunload", (event) => {
    for (const form of dirty) {
      if (form.isConnected) {
        event.preventDefault();
        return;
      }
    }
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    dirty.delete(form);
    if (event.defaultPrevented || form.method !== "post" || form.matches("[data-no-busy], [data-upload]")) return;
    const button = event.submitter;
    if (!button?.classList.contains("btn")) return;
    button.setAttribute("aria-busy", "true");
    setTimeout(() => button.removeAttribute("aria-busy"), 10000); // a download leaves the page where it is
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return; // only a page that came back from the history
    for (const button of document.querySelectorAll('button[aria-busy="true"]')) button.removeAttribute("aria-busy");
  });

  /* ---------- Parts that need a start ---------- */
  function start(root) {
    for (const field of root.querySelectorAll("input[data-password]:not([data-ready])")) {
      field.dataset.ready = "";
      const wrap = document.createElement("div");
      wrap.className = "password-field";
      field.before(wrap);
      wrap.append(field);
      const button = document.createElement("button");
      button.type = "button";
      button.className = "bar-btn";
      const sprite = document.querySelector("svg.icon use")?.getAttribute("href").replace(/#.*/, "") || "";
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
      svg.classList.add("icon");
      svg.setAttribute("aria-hidden", "true");
      svg.append(use);
      const draw = () => {
        const hidden = field.type === "password";
        use.setAttribute("href", `${sprite}#${hidden ? "eye" : "eye-off"}`);
        button.setAttribute("aria-label", (hidden ? field.dataset.show : field.dataset.hide) || "");
      };
      button.append(svg);
      button.addEventListener("click", () => {
        field.type = field.type === "password" ? "text" : "password";
        draw();
      });
      wrap.append(button);
      field.form?.addEventListener("submit", () => {
        field.type = "password"; // so that the browser never keeps it as plain text
      });
      draw();
    }
    // after a refused form, the reader starts at the error summary
    const summary = root.querySelector("form .alert-danger, .alert-block.alert-danger");
    const invalid = root.querySelector(".is-invalid");
    if (summary && !root.querySelector("[data-gallery]")) {
      summary.tabIndex = -1;
      summary.focus();
    } else if (invalid && !document.querySelector("dialog[open]") && !root.querySelector("[data-gallery]")) {
      invalid.focus({ preventScroll: true });
    }
  }
  start(document.querySelector("main") || document.body);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) start(event.detail.elt);
  });
  document.addEventListener("iys:content", (event) => start(event.detail));

  // On a phone the citizens' menu and rows of tabs scroll sideways: the one of this page is brought into sight.
  for (const here of document.querySelectorAll(".citizen-menu [aria-current], .tabs [aria-current]")) {
    const row = here.closest("ul, .tabs");
    row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }
})();
