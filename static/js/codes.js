/* Countdowns of the page that asks for a one-time code: how long it works, when another can be sent. */
(function () {
  "use strict";

  const started = Date.now();
  const left = (seconds) => Math.ceil(seconds - (Date.now() - started) / 1000);
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

  const valid = document.querySelector("[data-countdown]");
  const again = document.querySelector("[data-wait]");
  const label = again?.querySelector("span");
  const words = label?.textContent;

  function show() {
    const works = valid ? left(Number(valid.dataset.countdown)) : 0;
    if (valid) {
      valid.textContent =
        works > 0 ? valid.dataset.running.replace("{time}", clock(works)) : valid.dataset.over;
    }
    const waits = again ? left(Number(again.dataset.wait)) : 0;
    if (again) {
      again.disabled = waits > 0;
      label.textContent = waits > 0 ? again.dataset.waiting.replace("{seconds}", waits) : words;
    }
    if (works <= 0 && waits <= 0) clearInterval(timer);
  }

  const timer = setInterval(show, 1000);
  show();
})();
