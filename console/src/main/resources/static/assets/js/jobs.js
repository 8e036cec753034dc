// The key's recent jobs, newest first, page by page; the first page is asked for again while it is looked at.
import * as api from "./api.js";
import { announce, byId, h } from "./dom.js";
import { clock, seconds, stateName, stateTone } from "./format.js";
import { askForKey, key } from "./key.js";

const PAGE = 50;
const EVERY_MS = 3000;
const COLUMNS = [["State"], ["Job"], ["Your id", true], ["Accepted"], ["Duration", true], ["Reason", true], ["Webhook", true], ["Attempt", true]];
let timer = null;
let pages = 1;
let asked = 0;

export function setUpJobs() {
  byId("job-filter").addEventListener("change", fromTheTop);
  byId("job-search").addEventListener("change", fromTheTop);
  byId("job-search").addEventListener("search", fromTheTop);
  byId("jobs-refresh").addEventListener("click", () => load(true));
}

export function openJobs() {
  if (key() === null) askForKey();
  else fromTheTop();
}

export function closeJobs() {
  clearTimeout(timer);
  timer = null;
}

function fromTheTop() {
  pages = 1;
  load(true);
}

/** Draws nothing while something in the list has the focus or is selected: it would be lost. */
async function load(aloud) {
  clearTimeout(timer);
  timer = setTimeout(() => load(false), EVERY_MS);
  const busy = byId("jobs-body").contains(document.activeElement) || String(getSelection()) !== "";
  if (!aloud && (document.hidden || busy)) return;
  const number = ++asked;
  let found;
  try {
    found = await read(pages);
  } catch {
    if (number === asked) show(notice("The server can't be reached; trying again."));
    return;
  }
  // A later question has been asked meanwhile, or the view was left.
  if (number !== asked || timer === null) return;
  if (found.problem) {
    if (found.status === 401) closeJobs();
    return show(notice(found.problem));
  }
  show(...(found.jobs.length === 0 ? [empty()] : [list(found.jobs), found.next ? more() : null]));
  if (aloud) announce(`${found.jobs.length} jobs.`);
}

async function read(most) {
  const jobs = [];
  let cursor = "";
  for (let page = 0; page < most && cursor !== null; page++) {
    const answer = await api.jobs({ state: byId("job-filter").value, id: byId("job-search").value.trim(), limit: PAGE, cursor });
    if (answer.status !== 200) return { status: answer.status, problem: answer.body?.message ?? `The server answered ${answer.status}.` };
    jobs.push(...answer.body.jobs);
    cursor = answer.body.next_cursor ?? null;
  }
  return { jobs, next: cursor !== null };
}

const list = (jobs) => h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Job list" }, h("table", {},
  h("thead", {}, h("tr", {}, COLUMNS.map(([name, optional]) => h("th", { scope: "col", class: optional ? "optional-column" : null }, name)))),
  h("tbody", {}, jobs.map(row))));

const row = (job) => h("tr", {},
  h("td", {}, h("span", { class: `chip ${stateTone(job.state)}` }, stateName(job.state))),
  h("td", {}, h("a", { class: "mono", href: `#/jobs/${encodeURIComponent(job.job_id)}`, "aria-label": `Job ${job.job_id}` }, job.job_id.slice(0, 8), "…")),
  h("td", { class: "optional-column" }, job.id ?? "–"),
  h("td", { class: "number" }, clock(job.accepted_at)),
  h("td", { class: "number optional-column" }, seconds(job.duration)),
  h("td", { class: "optional-column" }, job.reason ?? "–"),
  h("td", { class: "optional-column" }, job.webhook ? stateName(job.webhook.state ?? "waits for the job") : "–"),
  h("td", { class: "number optional-column" }, String(job.attempt ?? "–")));

function more() {
  const button = h("button", { type: "button", id: "jobs-more" }, `Show ${PAGE} more`);
  button.addEventListener("click", () => { pages++; load(true); });
  return h("div", { class: "actions more-jobs" }, button);
}

function empty() {
  const searched = byId("job-filter").value || byId("job-search").value.trim();
  return searched
    ? h("p", { class: "empty" }, "No job of this key is like that. Choose another state, or empty the search.")
    : h("p", { class: "empty" }, "No jobs yet. ", h("a", { href: "#/playground" }, "Run a program in the playground"), ", or send one with the curl line from there. Finished jobs stay here as long as their results are kept.");
}

const notice = (text) => h("p", { class: "notice", role: "alert" }, text);
const show = (...elements) => byId("jobs-body").replaceChildren(...elements.filter((element) => element !== null));
