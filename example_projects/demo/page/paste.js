// Beside what explain.js says of a pasted line: where the same failure is shown here.

import { recognise } from "./recognise.js";
import { element, find } from "./shared.js";

// A line that does not name its failure can be any of several.
const MOST = 6;

export function preparePaste(rows, patterns) {
  const area = find("#explain-line textarea");
  const here = find("#here");
  area.addEventListener("input", () => {
    const failures = new Set(recognise(area.value, patterns).flatMap((one) => one.failures));
    const shown = rows.filter((row) => failures.has(row.failure)).slice(0, MOST);
    here.hidden = !shown.length;
    here.replaceChildren("See it fail and work here: ", ...shown.flatMap((row, index) => {
      const link = element("a", `${row.framework}, ${row.label}`);
      link.href = `#${row.id}`;
      return index ? [" · ", link] : [link];
    }));
  });
}
