// Compares a file of one's own with the day files of the page, by hash and without sending it (docs/day-files.md).
(() => {
  "use strict";
  const box = document.querySelector("[data-compare]");
  if (!box) return;
  const out = box.querySelector("[data-compare-result]");
  const chosen = box.querySelector("[data-compare-file]");

  async function compare(file) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-384", await file.arrayBuffer()));
    const hash = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const same = document.querySelector(`[data-day-files] [data-hash="${hash}"]`);
    out.textContent = same ? `${box.dataset.same} ${same.dataset.name}` : `${box.dataset.other} ${hash}`;
    out.classList.toggle("text-success", Boolean(same));
    out.classList.toggle("text-danger", !same);
  }

  // The same file chosen again, perhaps changed, is read again.
  chosen.addEventListener("click", () => { chosen.value = ""; });
  chosen.addEventListener("change", () => {
    const [file] = chosen.files;
    if (file) compare(file).catch(() => { out.textContent = box.dataset.unable; });
  });
})();
