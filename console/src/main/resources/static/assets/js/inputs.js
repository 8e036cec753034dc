// What a program gets beside its code, which POST /v1/jobs takes: input, stdin, files, packages.
import { announce, byId, h } from "./dom.js";
import { bytes } from "./format.js";

const REMEMBERED = "millrace-wide";
/** What base64 of all files may have: the largest body that a gateway can be set to take (millrace.gateway.max-body). */
const MOST_ENCODED = 3 * 1024 ** 2;
const OTHERS = ["args", "env", "outputs", "memory_mb", "start_within", "network"];
const USUAL = { args: "[]", env: "{}", outputs: "[\"**\"]" };
const SEPARATOR = /[,\n]\s*(?=[A-Za-z0-9])(?![^[\]]*\])/;
let files = [];
let others = {};

export function setUpInputs() {
  byId("wide").checked = remembered();
  byId("wide").addEventListener("change", () => remember(byId("wide").checked));
  byId("pick-files").addEventListener("click", () => byId("file-picker").click());
  byId("file-picker").addEventListener("change", () => add([...byId("file-picker").files]));
  byId("input-json").addEventListener("input", () => byId("input-json").setCustomValidity(""));
  // Wherever they are dropped: the editor would read them into the program, and the page would be left for them.
  const view = byId("view-playground");
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) view.addEventListener(name, (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    byId("drop").classList.toggle("over", name === "dragover" || name === "dragenter");
    if (name === "drop") add([...event.dataTransfer.files]);
  }, true);
}

/** The properties to send; null where the plain route does. */
export function inputs() {
  const input = byId("input-json").value.trim();
  const stdin = byId("stdin").value;
  const packages = byId("dependencies").value.trim();
  const sent = { ...others };
  if (input) sent.input = JSON.parse(input, exact);
  if (stdin) sent.stdin = stdin;
  if (packages) sent.dependencies = packages.split(SEPARATOR).map((each) => each.trim().replace(/,$/, "")).filter((each) => each !== "");
  if (files.length > 0) sent.files = files.map(({ size, ...file }) => file);
  return Object.keys(sent).length > 0 || byId("wide").checked ? sent : null;
}

/** The field that says what no server would take. */
export function invalidInput() {
  const field = byId("input-json");
  try {
    if (field.value.trim()) JSON.parse(field.value);
    field.setCustomValidity("");
    return undefined;
  } catch (problem) {
    byId("inputs").open = true;
    field.setCustomValidity(`Input must be JSON: ${problem.message}`);
    return field;
  }
}

/** Takes over those of another request. */
export function takeInputs(request) {
  byId("input-json").value = "input" in request ? JSON.stringify(request.input) : "";
  byId("stdin").value = request.stdin ?? "";
  byId("dependencies").value = (request.dependencies ?? []).join(", ");
  files = (request.files ?? []).map((file) => ({ ...file, size: decoded(file.content) }));
  others = Object.fromEntries(OTHERS.filter((name) => name in request && JSON.stringify(request[name]) !== USUAL[name]).map((name) => [name, request[name]]));
  byId("wide").checked = remembered() || "outputs" in request;
  byId("inputs").open = inputs() !== null;
  tell("");
  draw();
}

async function add(chosen) {
  byId("inputs").open = true;
  byId("file-picker").value = "";
  tell("");
  for (const file of chosen) {
    const rest = files.filter((each) => each.path !== file.name);
    const size = rest.reduce((sum, each) => sum + (each.content?.length ?? 0), encoded(file.size));
    if (size > MOST_ENCODED) {
      tell(`${file.name} has ${bytes(file.size)}: the files of a request may have about ${bytes(MOST_ENCODED * 3 / 4)} in all. Keep it by POST /v1/files, and name its file_id in POST /v1/jobs.`);
      continue;
    }
    try {
      files = [...rest, { path: file.name, content: await read(file), encoding: "base64", size: file.size }];
    } catch {
      tell(`${file.name} could not be read. Add files; a folder can't be added.`);
    }
  }
  draw();
  announce(`${files.length} files will be sent.`);
}

const encoded = (size) => Math.ceil(size / 3) * 4;
const decoded = (base64 = "") => base64.length * 3 / 4 - /=*$/.exec(base64.slice(-2))[0].length;

const read = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(file.size === 0 ? "" : reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

function draw() {
  const drop = (label, action) => h("button", { type: "button", class: "quiet", "aria-label": label, onclick: () => { action(); draw(); byId("pick-files").focus(); } }, "Remove");
  byId("input-files").replaceChildren(
    ...files.map((file) => h("li", {}, h("code", {}, file.path), h("span", { class: "muted" }, file.file_id ? "kept" : bytes(file.size)),
      drop(`Remove ${file.path}`, () => { files = files.filter((each) => each !== file); }))),
    ...Object.keys(others).map((name) => h("li", {}, h("code", {}, name), h("span", { class: "muted" }, JSON.stringify(others[name])), drop(`Remove ${name}`, () => { delete others[name]; }))));
}

/** A number that JavaScript would change stays as it was written, where the browser can. */
const exact = (name, value, context) => (typeof value === "number" && context?.source && JSON.rawJSON ? JSON.rawJSON(context.source) : value);

const tell = (text) => { byId("inputs-note").textContent = text; };

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) !== null;
  } catch {
    return false;
  }
}

function remember(wide) {
  try {
    if (wide) localStorage.setItem(REMEMBERED, "yes");
    else localStorage.removeItem(REMEMBERED);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}
