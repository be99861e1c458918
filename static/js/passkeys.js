/* Passkeys: the browser's own dialog makes ("create") or uses ("get") one; its answer goes to the server in the form's
   hidden field. The server's options stand as JSON in the element that data-options names. */
(function () {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const field = form.querySelector("[name=credential]");
  const options = JSON.parse(document.getElementById(form.dataset.options).textContent);

  function say(name) {
    for (const text of form.querySelectorAll("[data-passkey-says]")) text.hidden = text.dataset.passkeySays !== name;
  }

  if (!window.PublicKeyCredential) {
    say("unknown");
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    return;
  }
  form.addEventListener("submit", async function (event) {
    event.preventDefault();
    say("");
    try {
      field.value = JSON.stringify(await window.webauthnJSON[form.dataset.passkey](options));
      form.submit();
    } catch (error) {
      say(error.name === "InvalidStateError" ? "known" : "refused");
    }
  });
})();
