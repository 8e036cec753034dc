// The API key: asked of the person, kept in sessionStorage, shown nowhere.
import { byId } from "./dom.js";

const WRONG = "The server doesn't accept this key.";
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
  byId("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    use(byId("key-input").value.trim());
  });
  show();
}

/** Asks the server before the dialog closes: a wrong key is told where it was typed. */
async function use(candidate) {
  byId("key-error").textContent = "";
  byId("key-use").disabled = true;
  try {
    const answer = await fetch("/v1/queue", { headers: { "x-api-key": candidate }, cache: "no-store", credentials: "omit" });
    if (answer.status === 401) return askForKey(WRONG);
    keep(candidate);
    byId("key-dialog").close();
  } catch (problem) {
    askForKey(problem instanceof TypeError && !/^[\x21-\x7e]+$/.test(candidate) ? WRONG : `The server can't be reached: ${problem.message}`);
  } finally {
    byId("key-use").disabled = false;
  }
}

export const refuseKey = () => askForKey(key() === null ? "" : WRONG);

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
