// Checks a proof in the browser, without the server (R-L3; docs/seals.md): every step is computed here.
(() => {
  "use strict";
  const root = document.querySelector("[data-verify]");
  if (!root) return;
  const words = JSON.parse(document.getElementById("verify-words").textContent);
  const trusted = JSON.parse(document.getElementById("verify-keys").textContent);
  const issued = JSON.parse(document.getElementById("verify-issued").textContent);
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
  async function signature(signed, text) {
    const key = trusted[signed.key_id];
    if (!key) return "stranger";
    try {
      const imported = await crypto.subtle.importKey("raw", raw(key), { name: "Ed25519" }, false, ["verify"]);
      const holds = await crypto.subtle.verify({ name: "Ed25519" }, imported, bytes(signed.signature), utf8(text));
      return holds ? "good" : "bad";
    } catch (error) {
      return "unable";
    }
  }

  async function checkSeal(seal) {
    if (hex(await sha256(utf8(sealText(seal)))) !== seal.hash) return "bad";
    return signature(seal, sealText(seal));
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

  // Keys in order, no blanks: the text that queries and receipts are signed as (docs/queries.md, docs/receipts.md).
  function canonical(value) {
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
  }

  const isQuery = (found) => Boolean(found.statement) && found.statement.form === "iys-query-v1";

  const isReceipt = (proof) => Boolean(proof.receipt) && proof.receipt.form === "iys-receipt-v1";

  async function verifyReceipt(signed, file) {
    const verdict = await signature(signed, canonical(signed.receipt));
    const receipt = signed.receipt;
    const purpose = receipt.pii_processing.purposes[0];
    const last = receipt.events[receipt.events.length - 1];
    const facts = element("ul", "mb-3");
    const line = (text) => facts.append(element("li", "text-break", text));
    line(`${words.receipt} ${receipt.receipt_id}`);
    line(`${receipt.party_identification[0].party_name} · ${purpose.service.brand_name} · ${purpose.processing_method}`);
    line(`${words.receiptStates[last.event_state] || last.event_state} · ${words.registered} ${isoMoment(last.recorded_time)}`);
    line(`${words.event} ${receipt.ledger.event}`);
    show(TONES[verdict], words.receipts[verdict], facts);
    if (file) out.append(await sameFile(file, receipt.receipt_id));
  }

  const isoMoment = (text) => new Date(text).toLocaleString(words.language, { timeZone: "Europe/Istanbul" });

  function proofIn(text) {
    const proof = JSON.parse(text);
    if (isQuery(proof) || isReceipt(proof)) return proof;
    if (proof.form !== "iys-proof-v1" || !Array.isArray(proof.events) || !proof.events.length) throw new Error("form");
    return proof;
  }

  const TONES = { bad: "danger", stranger: "danger", unable: "warning", unsealed: "warning", good: "success" };
  const worstOf = (found) => ["bad", "stranger", "unable", "unsealed", "good"].find((verdict) => found.has(verdict));

  // A signed answer to a query before sending: what was asked and answered, in numbers, and until when it holds.
  async function verifyQuery(signed, file) {
    const { statement } = signed;
    const verdict = await signature(signed, canonical(statement));
    const until = new Date(statement.valid_until);
    const facts = element("ul", "mb-3");
    const line = (text) => facts.append(element("li", "text-break", text));
    line(`${words.query.number} ${statement.number}`);
    line(`${words.query.brand} ${statement.brand} (${words.query.provider} ${statement.provider})`);
    line(`${words.query.channels[statement.channel]} · ${words.query.types[statement.recipient_type]}`);
    line(`${words.query.moment} ${isoMoment(statement.moment)}`);
    line(`${words.query.until} ${isoMoment(until)}`);
    line(`${words.query.total} ${statement.total.toLocaleString(words.language)}`);
    for (const [code, total] of [...Object.entries(statement.answers), ...Object.entries(statement.malformed)]) {
      line(`${words.query.reasons[code] || `${words.query.malformed} (${code})`}: ${total.toLocaleString(words.language)}`);
    }
    line(`${words.query.asked} ${statement.asked_sha256}`);
    line(`${words.query.result} ${statement.result_sha256}`);
    const over = verdict === "good" && until < new Date();
    show(over ? "warning" : TONES[verdict], over ? words.query.results.over : words.query.results[verdict], facts);
    if (file) out.append(await sameFile(file, statement.number));
  }

  async function verify(proof, file) {
    if (isQuery(proof)) return verifyQuery(proof, file);
    if (isReceipt(proof)) return verifyReceipt(proof, file);
    const verdicts = {};
    for (const [number, seal] of Object.entries(proof.seals)) verdicts[number] = await checkSeal(seal);
    const list = element("ol", "list-group list-unstyled mb-3");
    const found = new Set();
    for (const event of proof.events) {
      const verdict = await checkEvent(event, proof.seals, verdicts);
      found.add(verdict);
      list.append(told(event, verdict, proof.seals));
    }
    const worst = worstOf(found);
    show(TONES[worst], words.results[worst], list);
    if (file) out.append(await sameFile(file, proof.document));
  }

  // Is this the very file that the registry issued? Only the registry knows, so only with its answer on the page.
  async function sameFile(file, number) {
    const sha256OfFile = hex(await sha256(file));
    const box = element("div", "soft small mb-3");
    box.append(element("p", "mb-1 mono text-break", `SHA-256 ${sha256OfFile}`));
    if (issued && issued.number === number && issued.sha256) {
      const same = issued.sha256 === sha256OfFile;
      box.append(element("p", `mb-0 ${same ? "" : "text-danger"}`, same ? words.sameFile : words.otherFile));
    } else if (number) {
      const link = element("a", "", words.askRegistry);
      link.href = `?kod=${encodeURIComponent(number)}`;
      box.append(link);
    }
    return box;
  }

  // The proof inside an evidence PDF: the embedded file's stream, usually deflated (ISO 32000-1, 7.11.4).
  async function proofInPdf(buffer) {
    const text = new TextDecoder("latin1").decode(buffer);
    const head = /\/EmbeddedFile\b[^]{0,2000}?>>\s*stream\r?\n/g;
    for (let match = head.exec(text); match; match = head.exec(text)) {
      const start = text.lastIndexOf(" obj", match.index);
      const length = /\/Length (\d+)(?! \d+ R)/.exec(text.slice(start, head.lastIndex));
      const end = length ? head.lastIndex + Number(length[1]) : text.indexOf("endstream", head.lastIndex);
      const part = buffer.slice(head.lastIndex, end);
      const deflated = text.slice(start, head.lastIndex).includes("/FlateDecode");
      try {
        return proofIn(await (deflated ? inflated(part) : new Blob([part]).text()));
      } catch (error) {
        continue; // another file inside
      }
    }
    return null;
  }

  const inflated = (part) => new Response(new Blob([part]).stream().pipeThrough(new DecompressionStream("deflate"))).text();

  // The compact proof of a QR code (docs/seals.md): one leaf under one signed seal.
  async function compactProof(code) {
    const all = raw(code.replace(/-/g, "+").replace(/_/g, "/"));
    const view = new DataView(all.buffer);
    if (all.length < 221 || (all.length - 221) % 32 || view.getUint8(0) !== 1) throw new Error("form");
    const at = (start, length) => all.slice(start, start + length);
    const [number, sealedAt, lastEvent] = [view.getBigUint64(1), view.getBigInt64(9), view.getBigUint64(17)];
    const [events, lastEntry, entries] = [view.getUint32(25), view.getBigUint64(29), view.getUint32(37)];
    const event = view.getBigUint64(41);
    const leaf = at(189, 32);
    let [place, size, value, step] = [view.getUint32(49), events, leaf, 221];
    while (size > 1) {
      const sibling = place ^ 1;
      if (sibling < size) {
        const other = at(step, 32);
        step += 32;
        value = await (sibling < place ? sha256(Uint8Array.of(0), other, value) : sha256(Uint8Array.of(0), value, other));
      }
      [place, size] = [place >> 1, (size + 1) >> 1];
    }
    if (step !== all.length) throw new Error("form");
    const seal = {
      form: "iys-seal-v1", number, sealed_at_us: sealedAt, last_event: lastEvent, events, events_root: hex(value),
      last_entry: lastEntry, entries, entries_root: hex(at(53, 32)), previous: hex(at(85, 32)),
      key_id: hex(at(117, 8)), signature: hex(at(125, 64)),
    };
    return { seal, event, leaf: hex(leaf) };
  }

  async function verifyCode(code) {
    const { seal, event, leaf } = await compactProof(code);
    const verdict = await signature(seal, sealText(seal));
    const facts = element("ul", "mb-3");
    const line = (text) => facts.append(element("li", "text-break", text));
    line(`${words.event} ${event}`);
    line(`${words.seal} ${seal.number} · ${moment(seal.sealed_at_us)}`);
    line(`${words.fingerprint}: ${leaf.match(/.{8}/g).join(" ")}`);
    show(TONES[verdict], words.codes[verdict], facts);
  }

  const failed = () => show("danger", words.noProof);
  async function checkText(text) {
    let proof;
    try {
      proof = proofIn(text);
    } catch (error) {
      return failed();
    }
    return verify(proof).catch(failed);
  }

  async function checkFile(file) {
    const buffer = await file.arrayBuffer();
    if (!new TextDecoder("latin1").decode(buffer.slice(0, 1024)).includes("%PDF-")) return checkText(await file.text());
    const proof = await proofInPdf(buffer);
    if (!proof) {
      show("danger", words.noProofInPdf);
      return out.append(await sameFile(file, issued && issued.number));
    }
    return verify(proof, file).catch(failed);
  }

  const chosen = root.querySelector("[data-verify-file]");
  // The same file chosen again, perhaps changed, is read again.
  chosen.addEventListener("click", () => { chosen.value = ""; });
  chosen.addEventListener("change", () => { if (chosen.files[0]) checkFile(chosen.files[0]).catch(failed); });
  root.querySelector("[data-verify-check]").addEventListener("click", () => {
    checkText(root.querySelector("[data-verify-text]").value);
  });
  const fromCode = () => { if (location.hash.length > 1) verifyCode(location.hash.slice(1)).catch(failed); };
  window.addEventListener("hashchange", fromCode);
  fromCode();
})();
