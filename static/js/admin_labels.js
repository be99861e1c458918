/* The admin's fields that search while one types get the name of their label: Select2 leaves an empty one without.
   Waits as Django's autocomplete.js does, and so comes after it. */
window.django?.jQuery?.(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const label = select.labels[0];
    const drawn = select.nextElementSibling?.querySelector(".select2-selection__rendered");
    if (!label || !drawn) continue;
    label.id ||= `label-of-${select.id}`;
    drawn.setAttribute("aria-labelledby", label.id);
    drawn.closest(".select2-selection").setAttribute("aria-labelledby", `${label.id} ${drawn.id}`);
  }
});

/* Rows within a form that are wider than the screen can be scrolled by keyboard too. */
const reach = () => {
  for (const group of document.querySelectorAll(".inline-group")) {
    if (group.scrollWidth > group.clientWidth) group.tabIndex = 0;
    else group.removeAttribute("tabindex");
  }
};
window.addEventListener("resize", reach);
reach();
