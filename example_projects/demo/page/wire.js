// The exchanges of both sides as a diff, with the line that decided marked.

import { element } from "./shared.js";

export function showWire(places, { broken, fixed }) {
  const deciding = decidingLines(broken.decided, broken.exchanges, fixed.exchanges);
  const pairs = { broken: fixed.exchanges, fixed: broken.exchanges };
  for (const [side, { exchanges, url }] of Object.entries({ broken, fixed })) {
    const blocks = exchanges.map((exchange, index) => block({
      exchange,
      host: new URL(url).host,
      other: counterpart(exchange, exchanges, pairs[side]),
      changed: side === "broken" ? "del" : "ins",
      deciding: deciding[side].index === index ? deciding[side].header : undefined,
    }));
    places[side].replaceChildren(...blocks);
  }
}

/** Where each side decides: at a header, or, if that is null, at the status. */
function decidingLines(decided, broken, fixed) {
  if (!decided) return { broken: {}, fixed: {} };
  const { exchange: index, header } = decided;
  const same = counterpart(broken[index], broken, fixed);
  return { broken: { index, header }, fixed: { index: fixed.indexOf(same), header } };
}

/** The other side's exchange of the same kind: the first preflight, the second request, ... */
function counterpart(exchange, own, others) {
  const isAlike = (one) => (one.method === "OPTIONS") === (exchange.method === "OPTIONS");
  return others.filter(isAlike)[own.filter(isAlike).indexOf(exchange)];
}

function block({ exchange, host, other, changed, deciding }) {
  const made = element("div");
  const { method, path } = exchange;
  const sentTo = exchange.request_headers.find(([name]) => name === "Host")?.[1] ?? host;
  const first = line(`${method} ${sentTo === host ? "" : sentTo}${path}`, "first");
  const theirs = new Set(other ? [...text(other.request_headers), other.status, ...text(other.response_headers)] : []);
  const put = (content, kind = "", decides = false) => {
    let part = line(content, kind);
    if (decides) part = within("mark", part);
    made.append(theirs.has(content) ? part : within(changed, part));
  };
  made.append(other ? first : within(changed, first));
  for (const content of text(exchange.request_headers)) put(content);
  put(exchange.status, "first status", deciding === null);
  const named = (name) => deciding && name.toLowerCase() === deciding.toLowerCase();
  for (const [name, value] of exchange.response_headers) put(`${name}: ${value}`, "", named(name));
  if (deciding && !exchange.response_headers.some(([name]) => named(name))) {
    made.append(within("mark", line(`no ${deciding}`, "")));
  }
  return made;
}

function text(headers) {
  return headers.filter(([name]) => name !== "Host").map(([name, value]) => `${name}: ${value}`);
}

function line(content, kind) {
  return element("p", content, kind);
}

function within(name, part) {
  const made = element(name);
  made.append(part);
  return made;
}
