// The API key: asked of the person, kept in sessionStorage, shown nowhere.
import { byId } from "./dom.js";

const PLACE = "millrace-api-key";
let inMemory = null;
const listeners = new Set();

export function key() {
  try {
    return sessionStorage.getItem(PLACE) ?? inMemory;
  } catch {
    return inMemory;
  }
}

export const onKeyChange = (listener) => listeners.add(listener);

export function setUpKey() {
  const dialog = byId("key-dialog");
  byId("key-button").addEventListener("click", () => askForKey());
  byId("key-cancel").addEventListener("click", () => dialog.close());
  byId("key-forget").addEventListener("click", () => { keep(null); dialog.close(); });
  byId("key-form").addEventListener("submit", () => keep(byId("key-input").value.trim() || null));
  show();
}

export function askForKey(problem = "") {
  const dialog = byId("key-dialog");
  byId("key-error").textContent = problem;
  byId("key-input").value = "";
  if (!dialog.open) dialog.showModal();
  byId("key-input").focus();
}

function keep(value) {
  inMemory = value;
  try {
    if (value === null) sessionStorage.removeItem(PLACE);
    else sessionStorage.setItem(PLACE, value);
  } catch {
    // Storage is switched off: the key lasts as long as the page.
  }
  show();
  listeners.forEach((listener) => listener());
}

function show() {
  byId("key-button").classList.toggle("has-key", key() !== null);
  byId("key-label").textContent = key() === null ? "Set API key" : "API key set";
}
