/* A button that ticks every box of a form on the page: <button type="button" data-tick-all="form id" hidden>. */
(function () {
  "use strict";

  function boxes(button) {
    return document.querySelectorAll(`input[type="checkbox"][form="${button.dataset.tickAll}"]`);
  }

  function show(root) {
    for (const button of root.querySelectorAll("[data-tick-all]")) button.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-tick-all]");
    if (!button) return;
    const all = [...boxes(button)];
    const tick = all.some((box) => !box.checked);
    for (const box of all) box.checked = tick;
  });
  document.addEventListener("iys:content", (event) => show(event.detail));
  show(document);
})();
