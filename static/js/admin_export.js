/* The admin's export page: "Select all" ticks or clears every field. */
(function () {
  "use strict";
  const toggle = document.querySelector("[data-export-toggle]");
  toggle?.addEventListener("change", () => {
    for (const box of document.querySelectorAll('.selectable-field-export-row input[type="checkbox"]:not([data-export-toggle])')) box.checked = toggle.checked;
  });
})();
