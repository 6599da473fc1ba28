// What the server tells the script once per page: sentences in the page's language, and addresses.
const block = document.getElementById("shell-data");
const data = block ? JSON.parse(block.textContent) : { words: {}, places: [], create: [], urls: {} };

export const { places, create, urls } = data;

/** A sentence by its short name, with {names} filled in. */
export function say(name, values = {}) {
  const sentence = data.words[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** The token that Django wants with everything that changes something. */
export function csrfToken() {
  const field = document.getElementById("csrf")?.content.querySelector("input") ?? document.querySelector("input[name=csrfmiddlewaretoken]");
  return field?.value ?? "";
}

/** True while keys belong to a field. */
export function isTyping(target) {
  if (!(target instanceof Element)) return false;
  if (target.closest("[contenteditable]:not([contenteditable=false])")) return true;
  if (target.matches("textarea, select")) return true;
  return target.matches("input") && !["checkbox", "radio", "button", "submit", "range", "file"].includes(target.type);
}

export const isPhone = () => window.matchMedia("(max-width: 700px)").matches;

/** An icon that the page already shows, cloned; the script carries no drawings of its own. */
export function element(tag, className, text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
