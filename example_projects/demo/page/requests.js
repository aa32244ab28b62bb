// Sends a failure's request to the broken application and to the fixed one, and checks that the first
// failed as it should and the second did not.

import { json } from "./shared.js";

/** Log in everywhere: cookies do not mind ports, so each application of the same framework gets them. */
export async function logIn({ flask, django, fastapi }) {
  const type = { "Content-Type": "application/json" };
  const login = { method: "POST", headers: type, body: '{"user": "ada", "password": "tea-time"}' };
  const cookies = { ...login, credentials: "include" };
  await json(`${flask.fixed}/session`, cookies);
  const { token } = await json(`${fastapi.fixed}/token`, login);
  const { csrfToken } = await json(`${django.fixed}/csrf/`, { credentials: "include" });
  const headers = { ...type, "X-CSRFToken": csrfToken };
  const { csrfToken: csrf } = await json(`${django.fixed}/login/`, { ...cookies, headers });
  return { csrf, token };
}

export async function sendBoth(row, secrets) {
  const broken = await send(row, "broken", secrets);
  const fixed = await send(row, "fixed", secrets);
  // The script alone could not tell why a request failed; the server's side of it can.
  const seen = broken.exchanges.map(({ method, status }) => [method, parseInt(status)]);
  const failed = row.reads ? broken.status && broken.header === null : Boolean(broken.error);
  const foreseen = Boolean(broken.decided) && !fixed.decided; // by the browser model
  broken.ok = failed && foreseen && JSON.stringify(seen) === JSON.stringify(row.seen);
  fixed.ok = fixed.status === row.answer && fixed.header !== null;
  return { id: row.id, ok: broken.ok && fixed.ok, broken, fixed };
}

async function send(row, side, secrets) {
  const { method, headers, body, credentials } = row.call;
  const run = crypto.randomUUID().slice(0, 8); // under which the servers record it
  const url = `${row.urls[side]}?run=${run}`;
  const filled = (value) => value.replace(/\{(\w+)\}/, (_, name) => secrets[name]);
  const entries = Object.entries(headers).map(([name, value]) => [name, filled(value)]);
  const result = { url, run };
  try {
    if (row.image_first) await showImage(url);
    const init = { method, body, credentials, headers: Object.fromEntries(entries) };
    const response = await fetch(url, init);
    result.status = response.status;
    result.text = await response.text();
    if (row.reads) result.header = response.headers.get(row.reads);
  } catch (error) {
    result.error = String(error);
  }
  const query = new URLSearchParams({ row: row.id, side, run });
  return { ...result, ...(await json(`exchanges.json?${query}`)) };
}

async function showImage(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
}
