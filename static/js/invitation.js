/* The secret of an invitation stands behind the # of its link, which browsers never send to a server. It moves into the
   form's field, leaves the address bar and the history, and the form opens the invitation (nothing is accepted by that). */
(function () {
  "use strict";
  const field = document.querySelector("[data-invitation-token]");
  const token = window.location.hash.slice(1);
  if (!field || !token) return;
  field.value = token;
  window.history.replaceState(null, "", window.location.pathname);
  field.form.submit();
})();
