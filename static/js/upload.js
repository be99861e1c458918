/* File fields with drag and drop, and forms that show how far an upload is (`<form data-upload>`). */
(function () {
  "use strict";

  const language = document.documentElement.lang || "tr";

  function size(bytes) {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
    let value = bytes;
    let unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit += 1;
    }
    return new Intl.NumberFormat(language, { style: "unit", unit: units[unit], unitDisplay: "short", maximumFractionDigits: 1 }).format(value);
  }

  function accepted(file, accept) {
    if (!accept) return true;
    const name = file.name.toLowerCase(); // endings such as ".csv" are ASCII
    return accept.split(",").some((entry) => {
      const wanted = entry.trim().toLowerCase();
      if (wanted.startsWith(".")) return name.endsWith(wanted);
      return wanted.endsWith("/*") ? file.type.startsWith(wanted.slice(0, -1)) : file.type === wanted;
    });
  }

  function show(element, text) {
    element.textContent = text;
    element.hidden = !text;
    if (element.matches(".invalid-feedback")) element.classList.toggle("d-block", Boolean(text));
  }

  function chosen(drop) {
    const input = drop.querySelector('input[type="file"]');
    const files = [...input.files];
    const limit = Number(drop.dataset.maxBytes || Infinity);
    let error = "";
    if (files.some((file) => !accepted(file, input.accept))) error = drop.dataset.wrongType;
    if (files.some((file) => file.size > limit)) error = drop.dataset.tooLarge;
    input.setCustomValidity(error);
    input.classList.toggle("is-invalid", Boolean(error));
    show(drop.querySelector("[data-file-error]"), error);
    show(drop.querySelector("[data-file-name]"), files.map((file) => `${file.name} (${size(file.size)})`).join(", "));
    drop.classList.toggle("is-chosen", files.length > 0 && !error);
  }

  document.addEventListener("change", (event) => {
    const drop = event.target.closest?.("[data-file-drop]");
    if (drop && event.target.type === "file") chosen(drop);
  });

  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      const drop = event.target.closest?.("[data-file-drop]");
      if (!drop) return;
      event.preventDefault();
      drop.classList.add("is-over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    const drop = event.target.closest?.("[data-file-drop]");
    if (drop && !drop.contains(event.relatedTarget)) drop.classList.remove("is-over");
  });
  document.addEventListener("drop", (event) => {
    const drop = event.target.closest?.("[data-file-drop]");
    if (!drop) return;
    event.preventDefault();
    drop.classList.remove("is-over");
    const input = drop.querySelector('input[type="file"]');
    const files = [...event.dataTransfer.files];
    if (!files.length || input.disabled) return;
    const kept = new DataTransfer();
    for (const file of input.multiple ? files : files.slice(0, 1)) kept.items.add(file);
    input.files = kept.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* The answer of the server is a page: its <main> takes the place of ours, its address becomes ours. */
  function replace(xhr) {
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const fresh = page.querySelector("main");
    const main = document.querySelector("main");
    if (!fresh || !main) return false;
    document.title = page.title;
    main.replaceChildren(...fresh.childNodes);
    if (xhr.responseURL && xhr.responseURL !== location.href) {
      history.pushState({}, "", xhr.responseURL);
      window.addEventListener("popstate", () => location.reload(), { once: true });
    }
    window.htmx?.process(main);
    document.dispatchEvent(new CustomEvent("iys:content", { detail: main }));
    window.scrollTo(0, 0);
    if (!main.contains(document.activeElement)) main.focus();
    return true;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[data-upload]")) return;
    const drop = form.querySelector("[data-file-drop]");
    const file = drop?.querySelector('input[type="file"]');
    if (!file?.files.length) return; // nothing to send slowly: the browser's own way
    event.preventDefault();

    const progress = drop.querySelector("[data-file-progress]");
    const bar = progress.querySelector("progress");
    const state = progress.querySelector("[data-file-state]");
    const failure = drop.querySelector("[data-file-error]");
    const buttons = [...form.querySelectorAll("button, input[type=submit]")].filter((button) => !button.disabled);
    const percent = new Intl.NumberFormat(language, { style: "percent" });
    const body = new FormData(form, event.submitter);

    for (const button of buttons) button.disabled = true;
    show(failure, "");
    progress.hidden = false;
    bar.value = 0;
    state.textContent = drop.dataset.sending;
    const warn = (unload) => unload.preventDefault();
    window.addEventListener("beforeunload", warn);

    const end = (message) => {
      window.removeEventListener("beforeunload", warn);
      for (const button of buttons) button.disabled = false;
      progress.hidden = true;
      if (message) show(failure, message);
    };

    const xhr = new XMLHttpRequest();
    xhr.open("POST", form.action);
    xhr.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    xhr.upload.addEventListener("progress", (sent) => {
      if (!sent.lengthComputable) return;
      bar.value = (sent.loaded / sent.total) * 100;
      state.textContent = `${percent.format(sent.loaded / sent.total)} · ${size(sent.loaded)} / ${size(sent.total)}`;
    });
    xhr.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      state.textContent = drop.dataset.sent;
    });
    xhr.addEventListener("load", () => {
      end("");
      if (xhr.status >= 500 || !replace(xhr)) show(failure, drop.dataset.broken);
    });
    xhr.addEventListener("error", () => end(drop.dataset.broken));
    xhr.addEventListener("abort", () => end(drop.dataset.broken));
    xhr.send(body);
  });
})();
