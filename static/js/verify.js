// Checks a proof in the browser, without the server (R-L3; docs/seals.md): every step is computed here.
(() => {
  "use strict";
  const root = document.querySelector("[data-verify]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("verify-words").textContent);
  const trusted = JSON.parse(document.getElementById("verify-keys").textContent);
  const out = root.querySelector("[data-verify-result]");
  const SEPARATOR = "\u001f";

  const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const utf8 = (text) => new TextEncoder().encode(text);
  const raw = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));

  const leafOf = (event) => sha256(Uint8Array.of(1), bytes(event.salt), utf8(event.fields.join(SEPARATOR)));

  async function rootBy(leaf, path) {
    let value = leaf;
    for (const step of path) {
      const sibling = bytes(step.hash);
      value = await (step.left ? sha256(Uint8Array.of(0), sibling, value) : sha256(Uint8Array.of(0), value, sibling));
    }
    return hex(value);
  }

  const sealText = (seal) => [
    seal.form, seal.number, seal.sealed_at_us, seal.last_event, seal.events, seal.events_root,
    seal.last_entry, seal.entries, seal.entries_root, seal.previous,
  ].join(SEPARATOR);

  // "good", "bad", "stranger" (no trusted key) or "unable" (this browser knows no Ed25519).
  async function signature(seal) {
    const key = trusted[seal.key_id];
    if (!key) return "stranger";
    try {
      const imported = await crypto.subtle.importKey("raw", raw(key), { name: "Ed25519" }, false, ["verify"]);
      const holds = await crypto.subtle.verify({ name: "Ed25519" }, imported, bytes(seal.signature), utf8(sealText(seal)));
      return holds ? "good" : "bad";
    } catch (error) {
      return "unable";
    }
  }

  async function checkSeal(seal) {
    if (hex(await sha256(utf8(sealText(seal)))) !== seal.hash) return "bad";
    return signature(seal);
  }

  async function checkEvent(event, seals, verdicts) {
    if (!event.proof) return "unsealed";
    const seal = seals[event.proof.seal];
    if (!seal) return "bad";
    const leaf = await leafOf(event);
    if (hex(leaf) !== event.proof.leaf || (await rootBy(leaf, event.proof.path)) !== seal.events_root) return "bad";
    return verdicts[event.proof.seal];
  }

  const moment = (microseconds) => (microseconds
    ? new Date(Number(microseconds) / 1000).toLocaleString(words.language, { timeZone: "Europe/Istanbul" }) : "");

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function told(event, verdict, seals) {
    const [recipient, , channel, type, version, kind, status, source, , , dated, registered] = event.fields;
    const item = element("li", "list-group-item");
    const head = element("div", "cluster");
    head.append(element("strong", "", `${version}. ${words.kinds[kind] || kind}: ${words.statuses[status] || status}`));
    head.append(element("span", `tag tag-dot tone-${words.tones[verdict]}`, words.verdicts[verdict]));
    item.append(head);
    const what = [recipient, words.channels[channel], words.types[type], words.sources[source]].filter(Boolean).join(" · ");
    item.append(element("div", "text-break", what));
    const when = [dated && `${words.dated} ${moment(dated)}`, `${words.registered} ${moment(registered)}`].filter(Boolean);
    item.append(element("div", "soft small", when.join(" · ")));
    const seal = event.proof && seals[event.proof.seal];
    if (seal) item.append(element("div", "soft small", `${words.seal} ${seal.number} · ${moment(seal.sealed_at_us)}`));
    if (seal && seal.stamp) item.append(element("div", "soft small text-break", stampText(seal.stamp)));
    return item;
  }

  // What the file says of a time stamp; nothing of it is checked here, and the words say so.
  const stampText = (stamp) => words.stamp
    .replace("{authority}", String(stamp.authority))
    .replace("{moment}", new Date(stamp.stamped_at).toLocaleString(words.language, { timeZone: "Europe/Istanbul" }))
    .replace("{seal}", String(stamp.seal));

  function show(tone, text, list) {
    out.replaceChildren();
    const alert = element("div", `alert alert-${tone}`, "");
    alert.setAttribute("role", tone === "danger" ? "alert" : "status");
    alert.append(element("p", "mb-0", text));
    out.append(alert);
    if (list) out.append(list);
  }

  async function verify(text) {
    let proof;
    try {
      proof = JSON.parse(text);
      if (proof.form !== "iys-proof-v1" || !Array.isArray(proof.events) || !proof.events.length) throw new Error("form");
    } catch (error) {
      show("danger", words.noProof);
      return;
    }
    const verdicts = {};
    for (const [number, seal] of Object.entries(proof.seals)) verdicts[number] = await checkSeal(seal);
    const list = element("ol", "list-group list-unstyled mb-3");
    const found = new Set();
    for (const event of proof.events) {
      const verdict = await checkEvent(event, proof.seals, verdicts);
      found.add(verdict);
      list.append(told(event, verdict, proof.seals));
    }
    const worst = ["bad", "stranger", "unable", "unsealed", "good"].find((verdict) => found.has(verdict));
    show({ bad: "danger", stranger: "danger", unable: "warning", unsealed: "warning", good: "success" }[worst], words.results[worst], list);
  }

  const attempt = (text) => verify(text).catch(() => show("danger", words.noProof));
  const chosen = root.querySelector("[data-verify-file]");
  // The same file chosen again, perhaps changed, is read again.
  chosen.addEventListener("click", () => { chosen.value = ""; });
  chosen.addEventListener("change", async () => {
    const [file] = chosen.files;
    if (file) attempt(await file.text());
  });
  root.querySelector("[data-verify-check]").addEventListener("click", () => {
    attempt(root.querySelector("[data-verify-text]").value);
  });
})();
