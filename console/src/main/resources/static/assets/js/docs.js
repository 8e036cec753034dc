// The API page: the server's own OpenAPI description, laid out for reading.
import { call } from "./api.js";
import { byId, h } from "./dom.js";
import { onKeyChange, setUpKey } from "./key.js";
import { setUpTheme } from "./theme.js";

const METHODS = ["get", "post", "put", "delete", "patch"];
let api = null;

setUpTheme(byId("theme-button"));
setUpKey();
onKeyChange(load);
load();

async function load() {
  const answer = await call("GET", "/openapi.json");
  if (answer.status !== 200) return show(h("p", { class: "notice" }, answer.status === 401 ? "The description is shown to holders of an API key." : `The server answered ${answer.status}.`));
  api = answer.body;
  show(
    h("div", {}, h("h1", {}, `${api.info.title} ${api.info.version}`), h("p", { class: "lead" }, api.info.description ?? "")),
    authentication(),
    Object.entries(api.paths).flatMap(([path, item]) => METHODS.filter((method) => method in item).map((method) => operation(method, path, item[method], item.parameters ?? []))),
    h("div", { class: "card operation-body" }, table("Reasons", ["Reason", "About"], Object.entries(api["x-reasons"] ?? {}).map(([word, about]) => [code(word), about]))));
}

function authentication() {
  const schemes = Object.values(api.components.securitySchemes);
  return h("div", { class: "card operation-body" }, h("h2", {}, "Authentication"),
    schemes.map((scheme) => h("p", {}, "Header ", code(scheme.name), ": ", scheme.description ?? "")),
    h("p", {}, "The lines for a shell below read the key from a variable: ", code("export MILLRACE_API_KEY=YOUR_API_KEY")));
}

function operation(method, path, about, shared) {
  const parameters = [...shared, ...(about.parameters ?? [])].map(resolve);
  return h("details", { class: "card operation", open: path.includes("execute") },
    h("summary", {}, h("h2", {}, h("span", { class: `method ${method}` }, method.toUpperCase()), " ", h("code", {}, path)), h("span", { class: "muted" }, about.summary ?? "")),
    h("div", { class: "operation-body" },
      about.description ? h("p", {}, about.description) : null,
      parameters.length ? table("Parameters", ["Name", "In", "Type", "About"], parameters.map((p) => [code(p.name), p.in, typeOf(p.schema), p.description ?? ""])) : null,
      body(about.requestBody),
      curl(method, path, about),
      responses(about.responses ?? {})));
}

function body(reference) {
  if (!reference) return null;
  const media = Object.values(resolve(reference).content ?? {})[0] ?? {};
  const schema = resolve(media.schema ?? {});
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => [code(name), typeOf(property), required.has(name) ? "yes" : "no", resolve(property).description ?? ""]);
  return h("div", {}, rows.length ? table("Request body", ["Field", "Type", "Required", "About"], rows) : null, examples("Request", media));
}

/** A line for a shell, with the first example as its body and the path's parameters as variables. */
function curl(method, path, about) {
  const address = location.origin + path.replace(/\{(\w+)\}/g, (whole, name) => `$${name.toUpperCase()}`);
  const content = Object.entries(resolve(about.requestBody ?? {}).content ?? {})[0];
  const example = Object.values(content?.[1].examples ?? {})[0];
  const lines = [`curl -sS${method === "get" ? "" : ` -X ${method.toUpperCase()}`} "${address}"`];
  if (!about.security || about.security.length > 0) lines.push(`-H "x-api-key: $MILLRACE_API_KEY"`);
  if (example) lines.push(`-H 'Content-Type: ${content[0]}'`, `--data-raw '${JSON.stringify(resolve(example).value).replaceAll("'", `'\\''`)}'`);
  else if (content) lines.push(`-F file=@data.csv`);
  return h("div", { class: "block" }, h("div", { class: "block-head" }, h("h3", {}, "For a shell")),
    h("pre", { tabindex: "0", "aria-label": `curl for ${method} ${path}` }, lines.join(" \\\n  ")));
}

function responses(all) {
  const rows = Object.entries(all).map(([status, reference]) => [code(status), resolve(reference).description ?? ""]);
  const shown = Object.entries(all).flatMap(([status, reference]) => Object.values(resolve(reference).content ?? {}).map((media) => examples(`Response ${status}`, media)));
  return h("div", {}, table("Responses", ["Status", "About"], rows), shown);
}

function examples(title, media) {
  const all = media.example !== undefined ? { example: { value: media.example } } : (media.examples ?? {});
  return Object.values(all).map(resolve).filter((each) => each.value !== undefined).map((each) =>
    h("details", { class: "more example" }, h("summary", {}, `${title} example${each.summary ? `: ${each.summary}` : ""}`),
      h("pre", { tabindex: "0" }, typeof each.value === "string" ? each.value : JSON.stringify(each.value, null, 2))));
}

function table(title, headings, rows) {
  return h("div", { class: "block" }, h("div", { class: "block-head" }, h("h3", {}, title)),
    h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": title }, h("table", {},
      h("thead", {}, h("tr", {}, headings.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell, index) => h("td", { "data-label": headings[index] }, cell))))))));
}

function typeOf(reference) {
  const schema = resolve(reference ?? {});
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : (schema.type ?? "any");
  const limits = [schema.format, schema.minimum !== undefined || schema.maximum !== undefined ? `${schema.minimum ?? ""}…${schema.maximum ?? ""}` : null, schema.enum?.join(", "), schema.default !== undefined ? `default ${schema.default}` : null];
  return [type, ...limits.filter(Boolean)].join(", ");
}

const code = (text) => h("code", {}, text);

function resolve(value) {
  if (typeof value?.$ref !== "string") return value;
  return value.$ref.replace(/^#\//, "").split("/").reduce((at, part) => at?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], api) ?? {};
}

const show = (...elements) => byId("docs").replaceChildren(...elements.flat());
