// What the other modules share.

export const find = (selector, within = document) => within.querySelector(selector);
export const json = async (url, init) => (await fetch(url, init)).json();

export function element(name, text = "", kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

export const ENGINES = { chromium: "Chrome", firefox: "Firefox", webkit: "Safari" };

export const engine = /Firefox\//.test(navigator.userAgent) ? "firefox"
  : /Chrom(e|ium)\//.test(navigator.userAgent) ? "chromium" : "webkit";

/** One of several, in a fieldset: entries are value and label. */
export function choice(fieldset, entries, chosen, onChange) {
  for (const [value, label] of Object.entries(entries)) {
    const input = element("input");
    Object.assign(input, { type: "radio", name: fieldset.id, value, checked: value === chosen });
    const made = element("label");
    made.append(input, element("span", label));
    fieldset.append(made);
  }
  fieldset.addEventListener("change", (event) => onChange(event.target.value));
}

export function choose(fieldset, value) {
  for (const input of fieldset.querySelectorAll("input")) input.checked = input.value === value;
}

// What a console sets off: what people search for, and addresses.
const SET_OFF = /(has been blocked by CORS policy|Cross-Origin Request Blocked)|(https?:\/\/[^\s'")]*[^\s'").,])/;

export function consoleLine(text) {
  const line = element("p");
  for (const [index, part] of text.split(SET_OFF).entries()) {
    if (part) line.append(index % 3 ? element(index % 3 === 1 ? "b" : "u", part) : part);
  }
  return line;
}

/** Lines to be copied: what they are, and a button. */
export function copied(where, code) {
  const part = element("div", "", "copied");
  const button = element("button", "Copy", "button");
  button.type = "button";
  button.setAttribute("aria-label", `Copy: ${where}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  const block = element("pre", code, "code");
  block.tabIndex = 0;
  block.setAttribute("role", "group");
  block.setAttribute("aria-label", where);
  const head = element("div", "", "row");
  head.append(element("p", where), button);
  part.append(head, block);
  return part;
}
