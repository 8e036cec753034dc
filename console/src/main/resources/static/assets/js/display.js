// What a job showed. Nothing of it is markup, and nothing of it is an address to load: a figure is decoded and painted on
// a canvas, since the page's policy lets no image come from a data: or blob: address; a table is read as texts.
import { h } from "./dom.js";
import { tableOf } from "./html-table.js";
import { fromBase64, save } from "./save.js";

const MOST_PIXELS = 50_000_000;
const MOST_COLUMNS = 50;
const MOST_ROWS = 500;
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The items in order; null where there are none. */
export function displayView(body) {
  const items = body.display ?? [];
  if (items.length === 0 && !body.display_truncated) return null;
  return h("div", { class: "block shown", "data-name": "display" },
    h("div", { class: "block-head" }, h("h3", {}, "Shown"), body.display_truncated ? h("span", { class: "tag" }, "more was shown than is kept") : null),
    items.map((item, index) => shown(item, index + 1)));
}

function shown(item, number) {
  const plain = item["text/plain"];
  if (typeof item["image/png"] === "string") return figure(item["image/png"], plain, number);
  const table = typeof item["text/html"] === "string" ? tableOf(item["text/html"]) : tableOfObjects(item["application/json"]);
  if (table !== null) return tableView(table, number);
  if ("application/json" in item) return text(JSON.stringify(item["application/json"], null, 2), number);
  const svg = item["image/svg+xml"];
  const drawing = typeof svg === "string" ? saveButton(`Download drawing ${number}`, `drawing-${number}.svg`, () => new TextEncoder().encode(svg)) : null;
  return h("div", { class: "shown-item" }, text(plain ?? Object.values(item).join("\n"), number), drawing);
}

function figure(base64, plain, number) {
  const canvas = h("canvas", { role: "img", "aria-label": `Figure ${number}${plain ? `: ${plain}` : ""}`, width: "1", height: "1" });
  const element = h("div", { class: "shown-item" }, canvas, saveButton(`Download figure ${number}`, `figure-${number}.png`, () => fromBase64(base64)));
  paint(canvas, base64).catch((problem) => canvas.replaceWith(h("p", { class: "muted" }, `Figure ${number} is not shown: ${problem.message}`)));
  return element;
}

async function paint(canvas, base64) {
  const bytes = fromBase64(base64);
  if (bytes.length < 24 || PNG.some((byte, index) => bytes[index] !== byte)) throw new Error("it is no PNG.");
  const size = new DataView(bytes.buffer);
  if (size.getUint32(16) * size.getUint32(20) > MOST_PIXELS) throw new Error("it has too many pixels for this page; download it.");
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  canvas.dataset.painted = "";
  bitmap.close();
}

/** A list of flat objects has a row for each; anything else is no table. */
function tableOfObjects(value) {
  const flat = (each) => each !== null && typeof each === "object" && !Array.isArray(each) && Object.values(each).every((cell) => cell === null || typeof cell !== "object");
  if (!Array.isArray(value) || value.length === 0 || !value.every(flat)) return null;
  const names = [...new Set(value.flatMap(Object.keys))];
  if (names.length === 0 || names.length > MOST_COLUMNS) return null;
  const cell = (text, header) => ({ text: String(text), header, columns: 1, rows: 1 });
  const rows = value.slice(0, MOST_ROWS).map((each) => names.map((name) => cell(each[name] ?? "", false)));
  return { rows: [names.map((name) => cell(name, true)), ...rows], cut: value.length > MOST_ROWS };
}

function tableView({ rows, cut }, number) {
  return h("div", { class: "shown-item" },
    h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": `Table ${number}` },
      h("table", {}, h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => cellView(cell, row))))))),
    cut ? h("p", { class: "muted" }, "The table goes on; the reply as JSON has it whole.") : null);
}

function cellView({ text, header, columns, rows }, row) {
  const spans = { colspan: columns > 1 ? columns : null, rowspan: rows > 1 ? rows : null };
  if (!header || text === "") return h("td", spans, text);
  return h("th", { scope: row.every((each) => each.header) ? "col" : "row", ...spans }, text);
}

const text = (content, number) => h("pre", { tabindex: "0", role: "group", "aria-label": `Shown ${number}` }, content);

const saveButton = (label, name, bytes) => h("div", { class: "actions" }, h("button", { type: "button", class: "quiet", onclick: () => save(name, bytes()) }, label));
