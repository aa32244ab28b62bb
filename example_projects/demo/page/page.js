// Sends every row's request to the broken twin and to the fixed one, checks that the first
// failed as it should and the second did not, and shows both.

const PHRASES = {
  200: "OK", 201: "Created", 204: "No Content", 307: "Temporary Redirect",
  308: "Permanent Redirect", 401: "Unauthorized", 404: "Not Found",
  405: "Method Not Allowed", 500: "Internal Server Error",
};
const ADAPTERS = { wsgi: "Plain WSGI", flask: "Flask", django: "Django" };
const ENGINES = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKit" };

const engine = /Firefox\//.test(navigator.userAgent) ? "firefox"
  : /Chrom(e|ium)\//.test(navigator.userAgent) ? "chromium" : "webkit";

const json = async (url, init) => (await fetch(url, init)).json();
const find = (selector, within = document) => within.querySelector(selector);

const data = await json("rows.json");
find("#origin").textContent = data.origin;
const table = find("table");
for (const { heading, rows } of data.groups) {
  const group = find("#group").content.cloneNode(true);
  find("h2", group).textContent = heading;
  table.append(group);
  for (const row of rows) table.append(drawn(row));
}
const rows = data.groups.flatMap((group) => group.rows);
find("#again").addEventListener("click", runAll);
await runAll();

function drawn(row) {
  const part = find("#failure").content.cloneNode(true);
  row.element = find("tbody", part);
  row.element.id = row.id;
  const link = find(".id", part);
  link.textContent = row.id;
  link.href = `#${row.id}`;
  find(".title", part).textContent = `${row.title}.`;
  find(".meaning", part).textContent = `${row.meaning} ${row.not_meaning}`;
  const cookies = row.call.credentials === "include" ? ", with cookies" : "";
  find(".call", part).textContent =
    `${ADAPTERS[row.adapter]}: ${row.call.method} ${row.call.path}${cookies}`;
  find(".broken .words", part).textContent = row.broken;
  find(".console q", part).textContent = row.console[engine];
  find(".source", part).textContent = row.source.trimEnd();
  find(".fix", part).textContent = data.fixes[row.adapter].trimEnd();
  if (row.refusal) {
    find(".refusal", part).hidden = false;
    find(".refusal pre", part).textContent = row.refusal;
  }
  return part;
}

async function runAll() {
  const summary = find("#summary");
  find("#again").disabled = true;
  delete document.documentElement.dataset.done;
  window.results = { engine, total: rows.length, shown: 0, rows: [] };
  try {
    const csrf = await logIn();
    for (const [index, row] of rows.entries()) {
      summary.textContent = `Request ${index + 1} of ${rows.length} …`;
      const result = await run(row, csrf);
      window.results.rows.push(result);
      window.results.shown += result.ok ? 1 : 0;
    }
    sumUp(summary, window.results);
  } catch (error) {
    summary.className = "bad";
    summary.textContent = `The demo's servers do not answer (${error.message}). Is it still running?`;
  }
  find("#again").disabled = false;
  document.documentElement.dataset.done = `${window.results.shown} of ${rows.length}`;
}

function sumUp(summary, { shown, total }) {
  summary.className = shown === total ? "good" : "bad";
  summary.textContent = shown === total
    ? `${shown} of ${total} failures: each broken twin failed in this browser, and each works behind cors_wsgi.`
    : `${shown} of ${total} failures as they should be: look for the rows marked “Unexpected”.`;
}

// The session cookies: cookies do not mind ports, so each twin of the same framework gets them.
async function logIn() {
  const login = {
    method: "POST", credentials: "include", body: '{"user": "ada", "password": "tea-time"}',
  };
  const { flask, django } = data.others;
  await json(`${flask.fixed}/session`, { ...login, headers: { "Content-Type": "application/json" } });
  const { csrfToken } = await json(`${django.fixed}/csrf/`, { credentials: "include" });
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken };
  return (await json(`${django.fixed}/login/`, { ...login, headers })).csrfToken;
}

async function run(row, csrf) {
  const broken = await send(row, "broken", csrf);
  const fixed = await send(row, "fixed", csrf);
  // The script alone could not tell why a request failed; the server's side of it can.
  const seen = broken.exchanges.map(({ method, status }) => [method, parseInt(status)]);
  const failed = row.reads ? broken.status && broken.header === null : Boolean(broken.error);
  broken.ok = failed && JSON.stringify(seen) === JSON.stringify(row.seen);
  fixed.ok = fixed.status === row.answer && fixed.header !== null;
  showBroken(row, broken);
  showMended(row, fixed);
  return { id: row.id, ok: broken.ok && fixed.ok, broken, fixed };
}

async function send(row, side, csrf) {
  const { method, path, headers, body, credentials } = row.call;
  const name = crypto.randomUUID(); // under which the servers record it; no two URLs are alike
  const url = `${data.others[row.adapter][side]}/${row.id}${path}?run=${name}`;
  const entries = Object.entries(headers).map(([key, value]) => [key, value.replace("{csrf}", csrf)]);
  const result = { url };
  try {
    if (row.image_first) await showImage(url);
    const response = await fetch(url, {
      method, body, credentials, headers: Object.fromEntries(entries),
    });
    result.status = response.status;
    result.text = await response.text();
    if (row.reads) result.header = response.headers.get(row.reads);
  } catch (error) {
    result.error = String(error);
  }
  result.exchanges = await json(`exchanges.json?run=${name}`);
  return result;
}

async function showImage(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
}

function showBroken(row, broken) {
  const cell = find("td.broken", row.element);
  const expected = row.reads ? "Header hidden" : "Blocked";
  chip(cell, broken.ok ? "bad" : "odd", broken.ok ? expected : "Unexpected");
  if (!broken.ok) find(".words", cell).textContent = unexpected(row, broken);
  showExchanges(find("section.broken", row.element), broken);
}

function unexpected(row, broken) {
  if (row.image_first && !broken.error) {
    return "It did not fail: the browser's cache is switched off, perhaps by the developer tools.";
  }
  return `It should have failed another way. The page got: ${broken.error ?? broken.status}.`;
}

function showMended(row, fixed) {
  const cell = find("td.fixed", row.element);
  const status = fixed.status ? `${fixed.status} ${PHRASES[fixed.status] ?? ""}` : "Blocked";
  chip(cell, fixed.ok ? "good" : "odd", fixed.ok ? status : `Unexpected: ${status}`);
  find(".words", cell).textContent = fixed.ok ? came(row, fixed) : fixed.error ?? "";
  const body = find(".body", cell);
  body.hidden = !fixed.text;
  body.textContent = shortened(fixed.text ?? "");
  showExchanges(find("section.fixed", row.element), fixed);
}

function came(row, { exchanges, header }) {
  if (row.fixed) return row.fixed;
  if (row.reads) return `The page reads ${row.reads}: ${header}.`;
  return exchanges.some(({ method }) => method === "OPTIONS")
    ? "The preflight never reached the application:"
    : "The page may read the answer:";
}

function chip(cell, kind, text) {
  const mark = find(".chip", cell);
  mark.className = `chip ${kind}`;
  mark.textContent = text;
}

function shortened(text) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 160)} …` : line;
}

function showExchanges(section, { url, exchanges, error }) {
  const blocks = exchanges.map((exchange) => {
    const { method, path, request_headers, status, response_headers } = exchange;
    const block = document.createElement("pre");
    block.append(line(`${method} ${path}`, "first"), ...request_headers.map(headerLine));
    block.append("\n", line(status, "first"), ...response_headers.map(headerLine));
    return block;
  });
  const end = document.createElement("p");
  end.textContent = error ? `The page's script got: ${error}` : "The page's script got the answer.";
  section.querySelector(".exchanges").replaceChildren(...blocks, end);
  section.title = url;
}

function headerLine([name, value]) {
  const cors = /^(access-control-|origin$|vary$|location$)/i.test(name);
  return line(`${name}: ${value}`, cors ? "cors" : "");
}

function line(text, kind) {
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = `${text}\n`;
  return span;
}
