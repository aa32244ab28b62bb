/**
 * The box that explains a console line: what is pasted is recognised here, and sent nowhere.
 * Its form says where the pages of the errors are, if not in the documentation: data-pages="errors/".
 */
import { recognise } from "./recognise.js";

const form = document.getElementById("explain-line");
const [area, output] = form.elements;
const pages = form.dataset.pages
  ? new URL(form.dataset.pages, location)
  : new URL("../errors/", import.meta.url);
const loaded = fetch(new URL("patterns.json", import.meta.url)).then((answer) => answer.json());

area.addEventListener("input", answer);

// The search page, where what was searched for may be a console line.
const searched = new URLSearchParams(location.search).get("q");
if (searched) {
  area.value = searched;
  form.hidden = true;
  answer().then(() => (form.hidden = !output.querySelector("a")));
}

async function answer() {
  const data = await loaded;
  output.replaceChildren(...shown(area.value, data));
}

function shown(text, data) {
  if (!text.trim()) return [];
  const parts = recognise(text, data).slice(0, 5).flatMap((one) => about(one, data));
  const unknown = "Not recognised. Copy the red line from the browser's console, in English if you can.";
  return parts.length ? parts : [element("p", unknown)];
}

function about(answer, data) {
  const message = data.messages[answer.message];
  const failure = data.failures[answer.failures[0]];
  const title = answer.certain && failure ? failure.title : uncertainTitle(answer, message, failure);
  const heading = element("p");
  const page = answer.certain && failure ? answer.failures[0] : answer.message;
  const link = element("a", title);
  link.href = new URL(`${page}.html`, pages);
  heading.append(link);
  const asked = [answer.url, answer.origin && `from a page on ${answer.origin}`].filter(Boolean);
  const means = [message.meaning, answer.certain && failure?.meaning].filter(Boolean);
  return [heading, ...[asked.join(", "), ...means].filter(Boolean).map((one) => paragraph(one))];
}

function uncertainTitle(answer, message, failure) {
  const isGuess = !(answer.complete || answer.certain || message.vague || message.needs_status);
  if (isGuess) return "The line is cut off, and can mean several things";
  return message.title || `Perhaps: ${failure.title}`;
}

/** A paragraph in which what stands between backticks is code. */
function paragraph(text) {
  const made = element("p");
  const parts = text.split("`");
  made.append(...parts.map((part, index) => (index % 2 ? element("code", part) : part)));
  return made;
}

function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
