// The reader's own request, judged by the browser model on the server.

import { consoleLine, element, engine, find, json } from "./shared.js";

const form = find(".play");
const verdict = find("#verdict");
const KINDS = { "+": "plus", "-": "minus", "!": "refused" };

export function preparePlayground() {
  form.addEventListener("input", judge);
  form.addEventListener("submit", (event) => event.preventDefault());
  judge();
}

async function judge() {
  const asked = String(new URLSearchParams(new FormData(form)));
  const result = await json(`playground.json?${asked}`);
  if (asked !== String(new URLSearchParams(new FormData(form)))) return; // it has changed since
  for (const label of form.querySelectorAll(".field")) {
    const { name } = find("input, select", label);
    const part = result.parts?.[name];
    const small = find("small", label);
    small.textContent = part?.reason ?? "";
    small.className = part ? (part.allowed ? "good" : "bad") : "";
  }
  showVerdict(result);
  if (!result.policy) return;
  find("#policy-title").textContent = result.allowed ? "The policy" : "The policy that would allow it";
  find("#policy").replaceChildren(...result.policy.map(policyLine));
}

function showVerdict({ problem, allowed, preflight, consoles }) {
  verdict.className = `console ${problem ? "odd" : allowed ? "good" : "bad"}`;
  if (problem) {
    verdict.replaceChildren(element("strong", "This cannot be sent"), element("p", problem));
    return;
  }
  const first = preflight.length
    ? `The browser sends a preflight first, because ${preflight.join(" and ")}.`
    : "The browser sends the request at once: it needs no preflight.";
  const lines = element("div", "", "lines");
  if (!allowed) lines.append(...consoles[engine].map(consoleLine));
  const said = element("strong", allowed ? "✓ Allowed" : "✕ Refused");
  verdict.replaceChildren(said, element("p", first), ...(allowed ? [] : [lines]));
}

function policyLine(text) {
  const kind = KINDS[text[0]] ?? "";
  return element("span", kind === "refused" ? `Such a policy is rejected: ${text.slice(2)}` : text, kind);
}
