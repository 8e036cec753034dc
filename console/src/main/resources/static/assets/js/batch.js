// One batch: how far it is, and what came of its jobs, the failures first.
import * as api from "./api.js";
import { announce, byId, h } from "./dom.js";
import { clock, count, stateName, stateTone } from "./format.js";
import { askForKey, key } from "./key.js";

const EVERY_MS = 1000;
const MOST = 50;
const BAD = ["failed", "timed_out", "expired"];
const OTHERS = ["running", "preparing", "cancelled", "succeeded"];
let timer = null;
let shown = null;
let drawn = "";

export function setUpBatches() {
  byId("batch-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const id = byId("batch-id").value.trim();
    if (id !== "") location.hash = `#/batches/${encodeURIComponent(id)}`;
  });
}

export function closeBatch() {
  clearTimeout(timer);
  timer = null;
  shown = null;
  drawn = "";
}

export function openBatch(id) {
  closeBatch();
  byId("batch-results").replaceChildren();
  if (key() === null) return askForKey();
  if (id === undefined) return show(h("p", { class: "empty" }, "A batch is one program on many inputs, sent by POST /v1/batches. Its page is opened by the batch_id that was answered."));
  byId("batch-id").value = id;
  shown = id;
  load(id);
}

async function load(id) {
  clearTimeout(timer);
  timer = setTimeout(() => load(id), EVERY_MS);
  if (document.hidden && drawn !== "") return;
  let answer;
  try {
    answer = await api.batch(id);
  } catch {
    return show(notice("The server can't be reached; trying again."));
  }
  if (shown !== id) return;
  if (answer.status !== 200) {
    clearTimeout(timer);
    return show(notice(answer.body?.message ?? `The server answered ${answer.status}.`));
  }
  const batch = answer.body;
  // What has the focus, or is selected, would be lost.
  const state = JSON.stringify(batch);
  const busy = byId("view-batches").contains(document.activeElement) && document.activeElement.closest("#batch-results");
  if (state === drawn || busy || String(getSelection()) !== "") return;
  drawn = state;
  draw(batch);
  if (batch.state !== "running") clearTimeout(timer);
  await results(id, batch);
}

function draw(batch) {
  const all = Object.values(batch.counts).reduce((sum, each) => sum + each, 0);
  const left = batch.counts.preparing + batch.counts.queued + batch.counts.running;
  const failures = BAD.reduce((sum, name) => sum + batch.counts[name], 0);
  show(h("div", { class: "card" }, h("div", { class: "card-body" },
    h("div", { class: "block-head" }, h("h2", {}, "Progress"), h("span", { class: "chip", "data-name": "batch-state" }, batch.state)),
    h("label", { class: "batch-progress" }, h("span", { "data-name": "batch-progress" }, `${count(all - left)} of ${count(all)} jobs have ended`), h("progress", { max: all, value: all - left })),
    h("dl", { class: "tiles", "data-name": "batch-counts" }, Object.entries(batch.counts).filter(([name, number]) => number > 0 || name === "succeeded" || name === "failed").map(([name, number]) => h("div", { class: "tile" }, h("dt", {}, stateName(name)), h("dd", {}, count(number))))),
    h("p", { class: "muted" }, `Batch ${batch.batch_id}${batch.id ? `, your id ${batch.id}` : ""}; accepted ${clock(batch.accepted_at)}${batch.finished_at ? `, finished ${clock(batch.finished_at)}` : ""}.`),
    h("div", { class: "actions" },
      left > 0 ? action("Cancel batch", "danger", () => api.cancelBatch(batch.batch_id), batch.batch_id) : null,
      failures > 0 ? action(`Run ${count(failures)} failures again`, "", () => api.retryBatch(batch.batch_id), batch.batch_id) : null))));
}

async function results(id, batch) {
  const lines = [];
  for (const state of [...BAD, ...OTHERS]) {
    if (batch.counts[state] > 0 && lines.length < MOST) lines.push(...await api.batchResults(id, state, MOST - lines.length));
  }
  if (shown !== id) return;
  byId("batch-results").replaceChildren(...(lines.length === 0 ? [] : [table(lines)]));
}

const table = (lines) => h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Results, failures first" }, h("table", {},
  h("thead", {}, h("tr", {}, ["Index", "State", "Job", "Result"].map((name) => h("th", { scope: "col" }, name)))),
  h("tbody", {}, lines.map(row))));

const row = (line) => h("tr", {},
  h("td", { class: "number" }, String(line.index)),
  h("td", {}, h("span", { class: `chip ${stateTone(line.state)}` }, stateName(line.state))),
  h("td", {}, line.job_id === null ? "–" : h("a", { class: "mono", href: `#/jobs/${encodeURIComponent(line.job_id)}`, "aria-label": `Job ${line.job_id}` }, line.job_id.slice(0, 8), "…")),
  h("td", {}, brief(line.reply)));

function brief(reply) {
  if (reply === null) return "–";
  const text = reply.response === null ? reply.message : reply.response.result === null ? reply.response.stdout : JSON.stringify(reply.response.result);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function action(label, kind, act, id) {
  const element = h("button", { type: "button", class: kind }, label);
  element.addEventListener("click", async () => {
    element.disabled = true;
    const answer = await act();
    announce(answer.status < 300 ? `${label}: done.` : (answer.body?.message ?? `The server answered ${answer.status}.`));
    drawn = "";
    await load(id);
  });
  return element;
}

const notice = (text) => h("p", { class: "notice", role: "alert" }, text);
const show = (element) => byId("batch-body").replaceChildren(element);
