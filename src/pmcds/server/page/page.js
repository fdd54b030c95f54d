import { markdown } from "./markdown.js";

const at = (id) => document.getElementById(id);

function make(name, text, className) {
  const element = document.createElement(name);
  if (text !== undefined && text !== null) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function tell(text, bad = false) {
  at("status").textContent = text;
  at("status").className = bad ? "bad" : "";
}

async function ask(address, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(address, options);
  const text = await answer.text();
  const value = text ? JSON.parse(text) : {};
  if (!answer.ok) {
    const issue = (value.issue || [{}])[0];
    throw new Error(`${answer.status}: ${issue.diagnostics || "refused"}`);
  }
  return value;
}

// Choices

let samples = [];

async function fillChoices() {
  const choices = await ask("page/choices");
  samples = choices.samples;
  listSamples();
  for (const drug of choices.drugs) {
    const option = make("option");
    option.value = drug;
    at("drugs").append(option);
  }
  for (const service of choices.services) {
    const option = make("option", service.hook);
    option.value = service.hook;
    at("hook").append(option);
  }
}

// There are many samples: only those that have every word that was typed are listed.
function listSamples() {
  const words = at("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = at("sample").value;
  const groups = [];
  let count = 0;
  for (const group of samples) {
    const fits = (patient) => words.every((word) => `${group.title} ${patient.name} ${patient.expected}`.toLowerCase().includes(word));
    const patients = group.patients.filter(fits);
    if (!patients.length) continue;
    const options = make("optgroup");
    options.label = group.title;
    for (const patient of patients) {
      const option = make("option", `${patient.name} (${patient.expected})`);
      option.value = patient.number;
      options.append(option);
    }
    groups.push(options);
    count += patients.length;
  }
  at("sample").replaceChildren(at("sample").options[0], ...groups);
  at("sample").value = chosen;
  if (!at("sample").value) at("sample").value = "";
  at("about").textContent = words.length ? `${count === 1 ? "1 sample fits" : `${count} samples fit`}.` : "";
}

async function chooseSample() {
  const number = at("sample").value;
  if (!number) return;
  at("about").textContent = at("sample").selectedOptions[0].parentElement.label;
  at("bundle").value = JSON.stringify(await ask(`page/samples/${number}`), null, 2);
  at("drug").value = "";
  await run();
}

// The question

async function run() {
  tell("Asking …");
  at("run").disabled = true;
  try {
    let bundle;
    try {
      bundle = JSON.parse(at("bundle").value);
    } catch {
      throw new Error("The Bundle is no JSON: choose a sample, or paste one.");
    }
    const found = await ask("page/evaluate", { bundle, drug: at("drug").value, hook: at("hook").value });
    // With a hook, the cards are those that the service itself sends to an EHR.
    const response = found.request ? await ask(`cds-services/${found.service}`, found.request) : { cards: found.report.cards };
    show(found, response);
    // On a phone the answer stands below the question.
    const answer = at("answer");
    if (answer.getBoundingClientRect().top > innerHeight * 0.8) answer.scrollIntoView();
    const count = response.cards.length;
    tell(`${count === 1 ? "1 card" : `${count} cards`}. ${found.report.complete ? "Everything could be told." : "Not everything could be told."}`);
  } catch (error) {
    tell(error.message, true);
  } finally {
    at("run").disabled = false;
  }
}

// The answer

function show(found, response) {
  showCards(response.cards, found.service);
  showLedger(found.report.ledger, found.why, found.report.notes || []);
  showFindings(found.report.findings);
  const raw = at("raw");
  raw.replaceChildren();
  const parts = { "CDS Hooks request": found.request, "CDS Hooks response": response, "Report of the library": found.report };
  for (const [title, value] of Object.entries(parts)) {
    if (value) raw.append(make("h2", title), make("pre", JSON.stringify(value, null, 2)));
  }
}

function showCards(cards, service) {
  const panel = at("cards");
  panel.replaceChildren();
  if (!cards.length) panel.append(make("p", "No card. “Why, and why not” has the reasons.", "help"));
  for (const card of cards) panel.append(cardOf(card, service));
}

function cardOf(card, service) {
  const level = ["info", "warning", "critical"].includes(card.indicator) ? card.indicator : "info";
  const box = make("article", null, `card ${level}`);
  box.append(make("span", level, "badge"), make("h2", card.summary));
  if (card.detail) box.append(markdown(card.detail));
  const source = make("p", null, "source");
  source.append("Source: ", address(card.source.label, card.source.url));
  for (const link of card.links || []) source.append(" · ", address(link.label, link.url));
  box.append(source, choicesOf(card, service));
  return box;
}

function address(text, url) {
  if (!/^https:\/\/[^\s/]+/.test(url || "")) return document.createTextNode(text);
  const link = make("a", text);
  link.href = url;
  link.rel = "noreferrer noopener";
  link.target = "_blank";
  return link;
}

function choicesOf(card, service) {
  const row = make("div", null, "choices");
  const said = make("span", "", "said");
  said.setAttribute("role", "status");
  for (const suggestion of card.suggestions || []) {
    const button = make("button", suggestion.label);
    button.type = "button";
    button.dataset.accept = suggestion.uuid;
    button.addEventListener("click", () => feedback(service, said, "Accepted.", {
      card: card.uuid, outcome: "accepted", acceptedSuggestions: [{ id: suggestion.uuid }],
    }));
    row.append(button);
  }
  if (card.overrideReasons && card.overrideReasons.length) {
    const reasons = make("select");
    reasons.setAttribute("aria-label", "Reason for not following the advice");
    // No reason is chosen beforehand: a slip must not be counted as a clinician's opinion.
    const none = make("option", "No reason given");
    none.value = "";
    reasons.append(none);
    card.overrideReasons.forEach((reason, place) => {
      const option = make("option", reason.display);
      option.value = place;
      reasons.append(option);
    });
    const button = make("button", "Override");
    button.type = "button";
    button.dataset.override = card.uuid;
    button.addEventListener("click", () => feedback(service, said, "Overridden.", {
      card: card.uuid, outcome: "overridden",
      ...(reasons.value && { overrideReason: { reason: card.overrideReasons[reasons.value] } }),
    }));
    row.append(reasons, button);
  }
  row.append(said);
  return row;
}

async function feedback(service, said, done, entry) {
  if (!service) {
    said.textContent = "Choose a hook first: feedback belongs to a service.";
    return;
  }
  try {
    await ask(`cds-services/${service}/feedback`, { feedback: [{ ...entry, outcomeTimestamp: new Date().toISOString() }] });
    said.textContent = done;
  } catch (error) {
    said.textContent = error.message;
  }
}

// Ids and addresses may be broken at their slashes, and nowhere else.
function parted(text) {
  return String(text).split(/(?<=\/)/).flatMap((part, place) => (place ? [make("wbr"), document.createTextNode(part)] : [document.createTextNode(part)]));
}

function table(heads, rows) {
  const wide = make("div", null, "wide");
  const whole = make("table");
  const head = make("tr");
  for (const name of heads) {
    const cell = make("th", name);
    cell.scope = "col";
    head.append(cell);
  }
  whole.append(make("thead"), make("tbody"));
  whole.tHead.append(head);
  for (const row of rows) {
    const line = make("tr");
    for (const [place, value] of row.entries()) {
      const cell = make("td");
      // On a phone each row is a block, and every cell says what it is.
      cell.dataset.head = heads[place];
      cell.append(...(value instanceof Node ? [value] : parted(value ?? "")));
      line.append(cell);
    }
    whole.tBodies[0].append(line);
  }
  wide.append(whole);
  return wide;
}

function showLedger(ledger, why, notes) {
  const panel = at("ledger");
  const rows = ledger.orders.map((line, place) => {
    const reasons = [line.reason, ...(line.also || [])].filter(Boolean).join(", ");
    const about = make("div");
    const rule = make("div");
    rule.append(...parted(line.rule || "about the order itself"));
    about.append(rule);
    if (why[place]) {
      const more = make("details");
      more.append(make("summary", "why"), make("pre", why[place]));
      about.append(more);
    }
    return [make("span", line.outcome, line.outcome), reasons, line.order, line.drug, about];
  });
  const read = ledger.inputs.map((line) => [line.resource, line.used ? `used: ${line.used}` : `ignored: ${line.ignored}`, line.site]);
  panel.replaceChildren(
    make("h2", "What was decided"), table(["outcome", "reason", "order", "drug", "rule"], rows),
    make("h2", "What was read"), table(["resource", "became", "place"], read),
  );
  if (notes.length) {
    const repairs = notes.map((note) => [note.site || "the request", note.repairs.join("; ")]);
    panel.append(make("h2", "What was repaired, moved or left out"), table(["where", "what"], repairs));
  }
  if (ledger.prefetch) {
    panel.append(make("h2", "Prefetch"), table(["key", "state"], Object.entries(ledger.prefetch)));
  }
}

function showFindings(findings) {
  const text = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : value);
  const rows = findings.map((one) => [
    one.kind, one.subject, text(one.value), [one.status, one.reason].filter(Boolean).join(", "), one.date, one.source.resource,
  ]);
  at("findings").replaceChildren(
    rows.length ? table(["kind", "subject", "value", "status", "date", "resource"], rows) : make("p", "No finding.", "help"),
  );
}

// Tabs, by mouse and by arrow keys

const tabs = [...document.querySelectorAll("[role=tab]")];

function choose(tab) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    at(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  tab.focus();
}

tabs.forEach((tab, place) => {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) choose(tabs[(place + step + tabs.length) % tabs.length]);
  });
});

at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
at("find").addEventListener("input", listSamples);
at("find").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  // Enter goes on to the samples that fit, it asks nothing yet.
  event.preventDefault();
  at("sample").focus();
});
at("sample").addEventListener("change", () => chooseSample().catch((error) => tell(error.message, true)));
at("hook").addEventListener("change", () => at("bundle").value && run());
fillChoices().catch((error) => tell(error.message, true));
