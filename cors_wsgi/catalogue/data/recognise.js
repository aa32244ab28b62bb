/**
 * Recognise the console lines of browsers: a plain ES module without a build step.
 *
 *     import { recognise } from "./recognise.js";
 *     const data = await (await fetch("patterns.json")).json();
 *     recognise("Access to fetch at 'https://api.example/' from origin ...", data);
 *
 * `data` is what `cors_wsgi.catalogue.as_patterns()` returns, as JSON. The answers are the same as
 * those of `cors_wsgi/catalogue/_recognise.py`, which this follows function by function: a list of
 * objects with `message`, `failures` (the likeliest first), `certain`, `complete`, and what the
 * line says of the request: `url`, `origin`, `method`, `header`, `status`, ... or null.
 */

// How far before a message its head can begin.
const LONGEST_HEAD = 4500;
const LONGEST_REQUEST = 2100;
// Heads, or tails, that follow each other; no line has more.
const MOST = 8;
// A piece of a wording that is shorter than this could be anything.
const SHORTEST_PIECE = 20;
// One that follows a head can be shorter.
const SHORTEST_PART = 6;
// A header alone is no message, though many messages begin or end with one.
const HEADER = /^(?:the)?access-control-[a-z-]+$/;
// How far after the beginning of a translated line its reason and status are.
const LONGEST_REASON = 400;
// The failures of a response that a redirect causes: it leads to another server, with other rules.
const BY_REDIRECT = new Set(["origin-missing", "origin-mismatch", "error-without-cors"]);
const OF_REQUEST = ["url", "redirected_from", "origin", "initiator"];
const UNDEFINED = new Set(["", "none", "null", "(null)", "undefined", "nan", "false"]);
// How many answers before it one is compared with.
const NEAR = 20;
const SAID = ["url", "redirected_from", "origin", "method", "header", "value", "status"];
const URLS = ["url", "redirected_from"];
// What a message can do without: people leave it out, or write `<URL>` instead.
const OPTIONAL = ["origin", ...URLS];
const REQUEST = ["method", "url", "status"];

export function recognise(text, data) {
  const rules = compiled(data);
  const folded = fold(text, rules);
  const { length } = folded.text;
  let spans = chosen(wholeSpans(folded, rules), length);
  if (!spans.some((span) => isTelling(span.message, data))) {
    spans = chosen([...spans, ...cutOffSpans(folded, rules)], length);
  }
  spans.sort((a, b) => a.start - b.start || a.end - b.end);
  const places = new Map();
  for (const span of spans) {
    const place = `${span.start} ${span.end}`;
    places.set(place, [...(places.get(place) ?? []), span]);
  }
  const found = [...places.values()].map((alike) => answerOfAll(alike, folded, rules));
  return unique(joined(found, rules));
}

const compiledData = new WeakMap();

function compiled(data) {
  if (!compiledData.has(data)) {
    const sticky = (pattern) => new RegExp(pattern, "duy");
    compiledData.set(data, {
      data,
      fold: data.fold.map(([pattern, replacement]) => [new RegExp(pattern, "gu"), replacement]),
      ignored: new Set(data.ignored),
      quotes: new Set(data.quotes),
      rests: data.wordings.map((one) => sticky(one.rest)),
      heads: data.heads.map((one) => sticky(one.pattern)),
      tails: data.tails.map((one) => sticky(one.pattern)),
      status: new RegExp(data.tails.at(-1).pattern, "u"),
      ends: Object.fromEntries(Object.entries(data.ends).map(([k, v]) => [k, sticky(v)])),
      page: sticky(data.origin),
      origin: new RegExp(`^(?:${data.origin})$`, "u"),
      request: new RegExp(data.request, "du"),
    });
  }
  return compiledData.get(data);
}

function matchAt(pattern, text, position) {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

/** Fold a text: see `_fold.py`. */
export function fold(text, rules) {
  let clean = text;
  for (const [pattern, replacement] of rules.fold) clean = clean.replace(pattern, replacement);
  let folded = "";
  const places = [];
  for (let place = 0; place < clean.length; place++) {
    const char = clean[place];
    if (rules.ignored.has(char)) continue;
    const lower = char.toLowerCase();
    folded += lower.length === 1 ? lower : char;
    places.push(place);
  }
  const raw = (start, end) =>
    start < end ? clean.slice(places[start], places[end - 1] + 1) : "";
  return { clean, text: folded, places, raw };
}

function wholeSpans(folded, rules) {
  const spans = [];
  rules.data.wordings.forEach((wording, number) => {
    if (!folded.text.includes(wording.needs)) return;
    for (
      let start = folded.text.indexOf(wording.start);
      start >= 0;
      start = folded.text.indexOf(wording.start, start + 1)
    ) {
      const span = spanAt(number, folded, start, start + wording.start.length, rules);
      if (!span) continue;
      const whole = withHeads(span, folded, rules);
      if (wording.needs_head && whole.start === span.start) continue;
      if (wording.whole_line && !isWholeLine(whole, folded)) continue;
      if (wording.needs_head && wording.language !== whole.language) continue;
      spans.push(withTails(whole, folded, rules));
    }
  });
  return spans;
}

function spanAt(number, folded, start, position, rules) {
  const wording = rules.data.wordings[number];
  const found = matchAt(rules.rests[number], folded.text, position);
  if (!found) return null;
  const values = takeAll(wording.names, found, folded);
  if (!values) return null;
  const after = position + found[0].length;
  let end = after;
  if (wording.last) {
    end = endOf(wording.ends, folded, after, rules);
    if (!take(values, wording.last, folded, after, end)) return null;
  }
  const { message, language } = wording;
  return { message, start, end, values, preflight: false, complete: true, language };
}

function endOf(kind, folded, start, rules) {
  if (start >= folded.text.length) return start;
  const first = folded.places[start];
  const before = folded.clean.slice(Math.max(0, first - 2), first).replace(/ +$/, "");
  const quoted = rules.quotes.has(before.at(-1));
  const found =
    (quoted && matchAt(rules.ends.quoted, folded.clean, first)) ||
    matchAt(rules.ends[kind], folded.clean, first);
  const last = found ? first + found[0].length : first;
  let end = start;
  while (end < folded.text.length && folded.places[end] < last) end++;
  return end;
}

/** Take all values of a match; of a head, the text that was matched begins at `offset`. */
function takeAll(names, found, folded, offset = 0) {
  const values = {};
  const taken = names.every((name, index) => {
    const [start, end] = found.indices[index + 1];
    return take(values, name, folded, offset + start, offset + end, true);
  });
  return taken ? values : null;
}

function take(values, name, folded, start, end, isBounded = false) {
  const raw = folded.raw(start, end);
  // One word; but a terminal may have broken it at its margin.
  let word = raw.replace(/ *\n */g, "");
  const oneLine = raw.replace(/[ \n]+/g, " ");
  if (name === "any" || name === "words") return true;
  if (name === "value") {
    values[name] = word.includes("://") && !word.includes(" ") ? word : oneLine;
    return true;
  }
  if (name === "initiator") {
    values[name] = oneLine;
    return /^[A-Za-z ]+$/.test(oneLine);
  }
  word = name === "status" ? word.replace(/[()]/g, "") : word.replace(/^[<*_(]+|[>*_)]+$/g, "");
  if (word.includes(" ")) return false;
  if (word === "" || (URLS.includes(name) && !/[:/{]/.test(word))) {
    return isBounded && OPTIONAL.includes(name);
  }
  values[name] = word;
  return true;
}

function withHeads(span, folded, rules) {
  for (let count = 0; count < MOST; count++) {
    const longer = withHead(span, folded, rules);
    if (!longer) break;
    span = longer;
  }
  return withRequest(span, folded, rules);
}

function withHead(span, folded, rules) {
  const { engine } = rules.data.messages[span.message];
  const low = Math.max(0, span.start - LONGEST_HEAD);
  const near = folded.text.slice(low, span.start);
  let nearest = null;
  rules.data.heads.forEach((head, number) => {
    if (head.engine !== engine && head.engine !== "any") return;
    const place = near.lastIndexOf(head.start);
    const start = low + place;
    if (place < 0 || (nearest && start <= nearest.start)) return;
    const found = matchAt(rules.heads[number], near, place + head.start.length);
    const values = found && takeAll(head.names, found, folded, low);
    if (!values) return;
    nearest = {
      ...span,
      start,
      values: { ...values, ...span.values },
      preflight: span.preflight || head.preflight,
      language: span.language ?? head.language,
    };
  });
  return nearest;
}

function withRequest(span, folded, rules) {
  const isCode = folded.text.startsWith("net::", span.start);
  if (!isCode && !span.message.startsWith("net-")) return span;
  const inside = span.start < folded.text.length;
  const end = inside ? folded.places[span.start] : folded.clean.length;
  const begin = Math.max(0, end - LONGEST_REQUEST);
  const found = rules.request.exec(folded.clean.slice(begin, end));
  if (!found) return span;
  const said = {};
  REQUEST.forEach((name, index) => {
    if (found[index + 1]) said[name] = found[index + 1];
  });
  const first = begin + found.indices[1][0];
  let { start } = span;
  while (start > 0 && folded.places[start - 1] >= first) start--;
  return { ...span, start, values: { ...said, ...span.values } };
}

function isWholeLine(span, folded) {
  const first = folded.places[span.start];
  const last = folded.places[span.end - 1] + 1;
  const before = folded.clean.slice(Math.max(0, first - 40), first).split("\n").at(-1);
  const after = folded.clean.slice(last, last + 40).split("\n")[0];
  return /(?:^|  |:)[^A-Za-z0-9]*$/.test(before) && /^[^A-Za-z0-9]*(?:$|  )/.test(after);
}

function withTails(span, folded, rules) {
  let { end, values } = span;
  for (let count = 0; count < MOST; count++) {
    const before = end;
    for (const [number, tail] of rules.data.tails.entries()) {
      const found = matchAt(rules.tails[number], folded.text, end);
      const said = found && takeAll(tail.names, found, folded);
      if (said) {
        end += found[0].length;
        values = { ...said, ...values };
        break;
      }
    }
    if (end === before) break;
  }
  return { ...span, end, values };
}

function chosen(spans, length) {
  const kept = [];
  const taken = new Uint8Array(length);
  const cutOff = new Map();
  const sorted = [...spans].sort((a, b) => a.start - a.end - (b.start - b.end));
  for (const span of sorted) {
    // No kept span is shorter, so none lies strictly within this one.
    const free = span.end > span.start && !taken[span.start] && !taken[span.end - 1];
    const place = `${span.start} ${span.end}`;
    const alike = span.complete ? undefined : cutOff.get(place);
    if (!free && !(alike && !alike.has(span.message))) continue;
    kept.push(span);
    taken.fill(1, span.start, span.end);
    if (!span.complete) cutOff.set(place, (alike ?? new Set()).add(span.message));
  }
  return kept;
}

function cutOffSpans(folded, rules) {
  const spans = [];
  rules.data.wordings.forEach((wording, number) => {
    if (wording.needs_head || wording.whole_line) return;
    for (const span of [
      cutAtTheEnd(wording, folded, rules),
      cutAtTheBeginning(number, folded, rules),
    ]) {
      if (span && isMessage(span, folded)) spans.push(withTails(span, folded, rules));
    }
  });
  return spans;
}

/** Whether no other word follows on the line, since what does is another sentence. */
function isMessage(span, folded) {
  if (HEADER.test(folded.text.slice(span.start, span.end))) return false;
  const last = folded.places[span.end - 1] + 1;
  return /^[^A-Za-z0-9 \n]|^ *(?:\n|$)/.test(folded.clean.slice(last, last + 40));
}

function cutSpan({ message, language }, start, end) {
  return { message, start, end, values: {}, preflight: false, complete: false, language };
}

function cutAtTheEnd(wording, folded, rules) {
  const text = folded.text.replace(/[.…]+$/, "");
  const low = Math.max(0, text.length - LONGEST_HEAD);
  const place = text.slice(low).lastIndexOf(wording.literals[0].slice(0, SHORTEST_PART));
  if (place < 0) return null;
  const start = low + place;
  let position = start;
  let matched = 0;
  const values = {};
  for (const [number, literal] of wording.literals.entries()) {
    if (!literal) return null; // the wording ends with a value, so it is whole
    if (number) {
      const end = nextPlace(literal, text, position);
      const name = wording.names[number - 1];
      if (!take(values, name, folded, position, end) && name !== "origin") return null;
      position = end;
    }
    const rest = text.slice(position, position + literal.length);
    if (!literal.startsWith(rest)) return null;
    matched += rest.length;
    position += rest.length;
    if (position === text.length) break;
  }
  if (position < text.length || matched < SHORTEST_PART) return null;
  const whole = withHeads({ ...cutSpan(wording, start, position), values }, folded, rules);
  return matched >= SHORTEST_PIECE || start - whole.start >= SHORTEST_PIECE ? whole : null;
}

function nextPlace(literal, text, position) {
  const place = text.indexOf(literal, position);
  if (place >= 0) return place;
  const longest = Math.min(literal.length, text.length - position);
  for (let size = longest; size >= SHORTEST_PART; size--) {
    if (text.endsWith(literal.slice(0, size))) return text.length - size;
  }
  return text.length;
}

function cutAtTheBeginning(number, folded, rules) {
  const wording = rules.data.wordings[number];
  const start = folded.text.length - folded.text.replace(/^[.…]+/, "").length;
  const first = wording.start;
  const others = wording.literals.slice(1);
  const rest = others.reduce((sum, literal) => sum + literal.length, 0);
  for (let cut = 1; cut < first.length; cut++) {
    if (first.length - cut + rest < SHORTEST_PIECE) break;
    if (folded.text.startsWith(first.slice(cut), start)) {
      const span = spanAt(number, folded, start, start + first.length - cut, rules);
      return span && { ...span, complete: false };
    }
  }
  const last = others.at(-1) ?? "";
  for (let cut = 0; cut <= last.length - SHORTEST_PIECE; cut++) {
    if (folded.text.startsWith(last.slice(cut), start)) {
      return cutSpan(wording, start, start + last.length - cut);
    }
  }
  return null;
}

function isTelling(message, data) {
  const about = data.messages[message];
  return !(about.vague || about.follows);
}

function answerOf(found, folded, rules) {
  const span = found.language ? byStructure(found, folded, rules) : found;
  const about = rules.data.messages[span.message];
  const { page, ...values } = span.values;
  const line = folded.text.slice(span.start, span.end);
  if (!("initiator" in values)) {
    if (line.includes("xmlhttprequest")) values.initiator = "XMLHttpRequest";
    else if (line.includes("fetchapi")) values.initiator = "fetch";
  }
  const origin = page && matchAt(rules.page, page, 0);
  if (origin) values.origin = origin[0];
  const answer = {
    message: span.message,
    url: null,
    redirected_from: null,
    origin: null,
    method: null,
    header: null,
    value: null,
    status: null,
    initiator: null,
    language: span.language,
    ...values,
    preflight: span.preflight || about.preflight || values.method === "OPTIONS",
    complete: span.complete,
  };
  return { ...answer, ...meaningOf(answer, rules) };
}

/** Answer a message; or, where it is cut off, all that it can be. */
function answerOfAll(alike, folded, rules) {
  const all = alike.map((span) => answerOf(span, folded, rules));
  const isSameFailure = all.every((one) => one.failures[0] === all[0].failures[0]);
  const failures = [...new Set(all.flatMap((one) => one.failures))];
  return { ...all[0], failures, certain: all[0].certain && isSameFailure };
}

function byStructure(span, folded, rules) {
  if (span.message !== "firefox-blocked") return span;
  const after = folded.text.slice(span.end, span.end + LONGEST_REASON);
  const rest = after.split("https://")[0].split("http://")[0];
  const status = rules.status.exec(rest);
  const values = { ...span.values };
  if (status) values.status = status[1].replace(/[()]/g, "");
  if ((values.url ?? "").startsWith("file")) return { ...span, message: "firefox-not-http", values };
  for (const [text, message] of rules.data.structure) {
    if (rest.includes(text)) return { ...span, message, values };
  }
  return { ...span, values };
}

function meaningOf(answer, rules) {
  const about = rules.data.messages[answer.message];
  const byStatus = failuresByStatus(about, answer, rules.data);
  let known = byStatus !== null;
  const byPreflight = answer.preflight ? about.by_preflight : [];
  let failures = byStatus ?? (byPreflight.length ? byPreflight : about.failures);
  failures = failuresByValue(failures, answer.value, rules);
  if (answer.redirected_from && BY_REDIRECT.has(failures[0])) {
    const redirect = "redirect-cross-origin";
    failures = [redirect, ...failures.filter((one) => one !== redirect)];
    known = true;
  }
  let tells = known || !(about.vague || about.needs_status);
  if (!failures.length) tells = !(about.follows || about.vague);
  return { failures, certain: tells };
}

function failuresByStatus(about, answer, data) {
  const { status } = answer;
  if (!status) return null;
  const tables = [about.by_status];
  if (answer.preflight || status === "null") tables.unshift(data.preflight_statuses);
  for (const table of tables) {
    for (const key of [status, `${status[0]}xx`]) {
      if (Object.hasOwn(table, key)) return [...table[key]];
    }
  }
  return null;
}

function failuresByValue(failures, value, rules) {
  const aboutOrigin = ["origin-mismatch", "origin-invalid", "origin-duplicate"];
  if (value === null || !aboutOrigin.includes(failures[0])) return [...failures];
  if (value.includes(",")) return ["origin-duplicate", "origin-invalid"];
  if (value.includes(" ")) return ["origin-invalid"]; // two header lines are joined with a comma
  if (UNDEFINED.has(value.toLowerCase())) return ["origin-undefined"];
  return rules.origin.test(value) ? [...failures] : ["origin-invalid"];
}

function joined(found, rules) {
  const { messages } = rules.data;
  const telling = [];
  const followers = [];
  let waiting = [];
  for (let answer of found) {
    if (messages[answer.message].follows) {
      followers.push(answer);
      const last = telling.at(-1);
      if (last && !areOfTwo(last, answer)) telling.push(completed(telling.pop(), answer, rules));
      else waiting.push(answer);
      continue;
    }
    if (telling.length && lacksReason(telling.at(-1), answer, messages)) waiting.push(telling.pop());
    // The nearest says most.
    for (const follower of waiting.reverse()) answer = completed(answer, follower, rules);
    waiting = [];
    telling.push(answer);
  }
  if (telling.length) return merged(telling);
  const beside = followers.map((_, place) => completedBeside(followers, place, rules));
  const withFailures = beside.filter((one) => one.failures.length);
  return merged(withFailures.length ? withFailures : followers);
}

/** Give one what the line before it, and the one after it, say of the same request. */
function completedBeside(followers, place, rules) {
  let answer = followers[place];
  const others = [...followers.slice(Math.max(0, place - 1), place), ...followers.slice(place + 1, place + 2)];
  for (const other of others) answer = completed(answer, other, rules);
  return answer;
}

/** Whether two answers are of two requests. */
function areOfTwo(one, other) {
  return Boolean(one.url && other.url && one.url !== other.url);
}

/** Whether an answer is the rest of the line before it, with something in between. */
function lacksReason(before, answer, messages) {
  const [first, second] = [before, answer].map((one) => messages[one.message]);
  return (
    first.engine === second.engine &&
    first.engine !== "any" &&
    first.vague &&
    !(second.vague || answer.url || answer.origin)
  );
}

function merged(telling) {
  const kept = [];
  for (const answer of telling) {
    const low = Math.max(0, kept.length - NEAR);
    const place = kept.findIndex((one, index) => index >= low && isSame(one, answer));
    if (place < 0) kept.push(answer);
    else {
      const filled = Object.entries(kept[place]).map(([key, value]) => [key, value ?? answer[key]]);
      kept[place] = Object.fromEntries(filled);
    }
  }
  const failed = new Set(kept.filter((one) => one.failures.length && one.url).map((one) => one.url));
  return kept.filter((one) => one.failures.length || !failed.has(one.url));
}

function isSame(one, other) {
  const sameFailure = one.failures.length > 0 && one.failures[0] === other.failures[0];
  return (
    (one.message === other.message || sameFailure) &&
    one.certain === other.certain &&
    SAID.every((name) => one[name] === other[name] || one[name] === null || other[name] === null)
  );
}

function completed(answer, follower, rules) {
  const { messages } = rules.data;
  const engines = [answer, follower].map((one) => messages[one.message].engine);
  if (engines[0] !== engines[1] && !engines.includes("any")) return answer;
  if (areOfTwo(answer, follower)) return answer;
  const filled = {
    ...answer,
    ...Object.fromEntries(OF_REQUEST.map((name) => [name, answer[name] || follower[name]])),
    // Firefox prints this second line after a preflight that failed, and only then.
    preflight: answer.preflight || follower.message === "firefox-did-not-succeed",
  };
  const same = follower.method === null || (follower.method === "OPTIONS") === answer.preflight;
  if (follower.status !== "null" && same) filled.status = answer.status || follower.status;
  // What asked is wanted, not its preflight; and a redirect can change the method.
  if (follower.method !== "OPTIONS" && !answer.redirected_from) {
    filled.method = answer.method || follower.method;
  }
  return { ...filled, ...meaningOf(filled, rules) };
}

function unique(found) {
  const seen = new Set();
  return found.filter((answer) => {
    const key = JSON.stringify(Object.entries(answer).sort());
    return !seen.has(key) && seen.add(key);
  });
}
