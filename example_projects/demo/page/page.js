// Shows one failure after the other, and sends all requests once, to check that each broken application
// fails in this browser and that each works behind cors_wsgi.

import { preparePaste } from "./paste.js";
import { preparePlayground } from "./playground.js";
import { prepareLines, showLines } from "./lines.js";
import { logIn, sendBoth } from "./requests.js";
import { ENGINES, choice, consoleLine, copied, element, engine, find, json } from "./shared.js";
import { showWire } from "./wire.js";

const data = await json("demo.json");
const { rows } = data;
const byId = Object.fromEntries(rows.map((row) => [row.id, row]));
const links = {};
let current = rows[0];
let console_ = engine;
let secrets;

drawList();
prepareLines(data.frameworks);
preparePlayground();
json("patterns.json").then((patterns) => preparePaste(rows, patterns));
if (innerWidth < 860) find("#playground").open = false;
choice(find("#engines"), ENGINES, engine, (chosen) => {
  console_ = chosen;
  showConsole();
});
for (const input of document.querySelectorAll("[name=side]")) {
  input.addEventListener("change", () => { find("#failure").dataset.side = input.value; });
}
find("[name=side]").checked = true; // Firefox would remember
addEventListener("hashchange", () => {
  select(location.hash.slice(1));
  if (location.hash === "#playground") find("#playground").open = true;
  else if (find("#failure").getBoundingClientRect().top < 0) find("#failure").scrollIntoView();
});
find("#choose").addEventListener("change", (event) => { location.hash = event.target.value; });
find("#again").addEventListener("click", checkAll);
select(location.hash.slice(1));
await checkAll();

function drawList() {
  for (const [adapter, framework] of Object.entries(data.frameworks)) {
    const own = rows.filter((row) => row.adapter === adapter);
    const group = element("optgroup");
    group.label = framework;
    group.append(...own.map((row) => new Option(row.label, row.id)));
    find("#choose").append(group);
    const list = element("ul");
    list.append(...own.map(listed));
    find("#list").append(element("h2", framework), list);
  }
}

function listed(row) {
  const item = element("li");
  const link = element("a", row.label);
  link.href = `#${row.id}`;
  item.append(link);
  links[row.id] = link;
  return item;
}

function select(id) {
  if (id && !byId[id]) return; // another place on the page
  current = byId[id] ?? rows[0];
  for (const link of Object.values(links)) link.removeAttribute("aria-current");
  links[current.id].setAttribute("aria-current", "true");
  find("#choose").value = current.id;
  describe(current);
  show();
  showLines(current);
}

function describe(row) {
  const { method, path } = row.call;
  find("#title").textContent = row.title;
  find("#call").replaceChildren(
    "This page sends ", element("code", `${method} ${path}`),
    `${row.carries && ` with ${row.carries}`} to a ${row.application} application on another origin.`,
  );
  find("#broken").replaceChildren(element("b", row.broken), ` ${row.meaning}`);
  find("#fixed").textContent = row.fixed;
  find("#source").textContent = row.source;
  find("#refusal").hidden = !row.refusal;
  find("#refusal pre").textContent = row.refusal;
  find("#check").replaceChildren(copied("The server that fails above, in another terminal", row.check));
}

/** The current failure's requests, as far as they have been sent. */
function show() {
  showConsole();
  showAnswer();
  const places = { broken: find("#broken-wire"), fixed: find("#fixed-wire") };
  if (current.result) showWire(places, current.result);
  else for (const place of Object.values(places)) place.replaceChildren(element("p", "Sending …"));
}

function showConsole() {
  const broken = current.result?.broken;
  const box = find(".console[data-of=broken]");
  box.className = `console ${!broken ? "waiting" : broken.ok ? "bad" : "odd"}`;
  const isOwn = console_ === engine;
  find("#console-title").textContent = isOwn ? "Your browser's console" : `${ENGINES[console_]}'s console`;
  find("#lines").replaceChildren(...consoleParts(broken));
}

function consoleParts(broken) {
  if (!broken) return [element("p", "Sending …")];
  if (!broken.ok) return [element("p", unexpected(current, broken))];
  const lines = broken.consoles[console_];
  if (lines.length) return lines.map(consoleLine);
  return [element("p", `response.headers.get("${current.reads}") is null, and the console says nothing.`)];
}

function unexpected(row, broken) {
  if (row.image_first && !broken.error) {
    return "It did not fail: the browser's cache is switched off, perhaps by the developer tools.";
  }
  const passed = broken.exchanges.map(({ method, status }) => `${method} ${status}`).join(", ");
  return `This should not be: the server saw ${passed || "nothing"}, and the page's script got`
    + ` ${broken.error ?? broken.status}.`;
}

function showAnswer() {
  const fixed = current.result?.fixed;
  find(".console[data-of=fixed]").className = `console ${!fixed ? "waiting" : fixed.ok ? "good" : "odd"}`;
  find("#answer").replaceChildren(...(!fixed ? ["Sending …"] : fixed.ok ? came(fixed)
    : [`This should not be: ${fixed.error ?? fixed.status}.`]));
  find("#body").textContent = shortened(fixed?.text ?? "");
}

function came({ url, exchanges, header }) {
  const parts = [`${current.call.method} `, element("u", url), " ", element("b", exchanges.at(-1).status)];
  return header ? [...parts, `, and ${current.reads} is `, element("b", header)] : parts;
}

function shortened(text) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)} …` : line;
}

/** Send all requests, the current failure's first, and say what came of them. */
async function checkAll() {
  const score = find("#score");
  find("#again").disabled = true;
  delete document.documentElement.dataset.done;
  score.setAttribute("aria-busy", "true"); // only what comes of it is read aloud
  try {
    secrets ??= await logIn(data.others);
    const order = [current, ...rows.filter((row) => row !== current)];
    for (const [index, row] of order.entries()) {
      score.textContent = `Sending ${index + 1} of ${rows.length} …`;
      row.result = await sendBoth(row, secrets);
      links[row.id].dataset.state = row.result.ok ? "good" : "odd";
      if (row === current) show();
    }
    const fixed = rows.filter((row) => row.result.ok).length;
    find("#checks").className = `score ${fixed === rows.length ? "good" : "odd"}`;
    score.textContent = `${fixed} of ${rows.length} fixed`;
  } catch (error) {
    find("#checks").className = "score odd";
    score.textContent = `The demo's servers do not answer (${error.message}). Is it still running?`;
  }
  score.setAttribute("aria-busy", "false");
  find("#again").disabled = false;
  window.results = rows.map((row) => row.result);
  document.documentElement.dataset.done = score.textContent;
}
