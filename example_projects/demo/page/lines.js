// The lines to copy, for the reader's own front end and framework.

import { choice, choose, copied, element, find, json } from "./shared.js";

const place = find("#copy");
const frontEnd = find("#front-end");
const stacks = find("#stacks");
let shown = "";
let row = null;

export function prepareLines(frameworks) {
  choice(stacks, { ...frameworks, nginx: "nginx" }, "", (stack) => {
    shown = stack;
    showLines(row);
  });
  frontEnd.addEventListener("input", () => showLines(row));
}

/** Show the lines for a failure's request; its framework is chosen until the reader chooses. */
export async function showLines(failure) {
  row = failure;
  const stack = shown || row.adapter;
  choose(stacks, stack);
  const query = new URLSearchParams({ row: row.id, origin: frontEnd.value });
  const { problem, stacks: made } = await json(`lines.json?${query}`);
  if (row !== failure || query.get("origin") !== frontEnd.value) return;
  find("#edge").hidden = Boolean(problem) || stack !== "nginx";
  const parts = problem
    ? [element("p", problem, "problem")]
    : made[stack].map(({ where, code }) => copied(where, code));
  place.replaceChildren(...parts);
}
