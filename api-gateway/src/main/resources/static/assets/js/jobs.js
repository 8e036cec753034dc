// The key's recent jobs, newest first.
import * as api from "./api.js";
import { announce, byId, h } from "./dom.js";
import { clock, stateName, stateTone } from "./format.js";
import { askForKey, key } from "./key.js";

const MOST = 100;

export function setUpJobs() {
  byId("job-filter").addEventListener("change", load);
  byId("jobs-refresh").addEventListener("click", load);
}

export function openJobs() {
  if (key() === null) askForKey();
  else load();
}

async function load() {
  const answer = await api.jobs(byId("job-filter").value, MOST);
  if (answer.status !== 200) return show(h("p", { class: "notice" }, answer.body?.message ?? `The server answered ${answer.status}.`));
  const { jobs } = answer.body;
  if (jobs.length === 0) return show(h("p", { class: "empty" }, "No jobs here. Results are kept for a limited time."));
  const rows = h("tbody", {}, jobs.map(row));
  show(h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Job list" }, table(rows)));
  announce(`${jobs.length} jobs.`);
}

const table = (rows) => h("table", {},
  h("thead", {}, h("tr", {}, ["State", "Job", "Your id", "Accepted", "Finished", "Attempt"].map((name, index) =>
    h("th", { scope: "col", class: index > 3 || index === 2 ? "optional-column" : null }, name)))),
  rows);

const row = (job) => h("tr", {},
  h("td", {}, h("span", { class: `chip ${stateTone(job.state)}` }, stateName(job.state))),
  h("td", {}, h("a", { class: "mono", href: `#/jobs/${encodeURIComponent(job.job_id)}`, "aria-label": `Job ${job.job_id}` }, job.job_id.slice(0, 8), "…")),
  h("td", { class: "optional-column" }, job.id ?? "–"),
  h("td", { class: "number" }, clock(job.accepted_at)),
  h("td", { class: "number optional-column" }, clock(job.finished_at)),
  h("td", { class: "number optional-column" }, String(job.attempt ?? "–")));

const show = (...elements) => byId("jobs-body").replaceChildren(...elements);
