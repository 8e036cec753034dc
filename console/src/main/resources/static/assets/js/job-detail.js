// One job: its state, its output as it comes, its reply, its webhook's deliveries.
import * as api from "./api.js";
import { announce, byId, h } from "./dom.js";
import { follow } from "./events.js";
import { handOver } from "./draft.js";
import { clock, stateName, stateTone } from "./format.js";
import { askForKey, key } from "./key.js";
import { liveView, replyView } from "./reply.js";

let watching = null;

export function closeJob() {
  watching?.abort();
  watching = null;
}

export async function openJob(jobId) {
  closeJob();
  byId("job-title").textContent = `Job ${jobId.slice(0, 8)}…`;
  if (key() === null) return askForKey();
  watching = new AbortController();
  await load(jobId, watching.signal);
}

async function load(jobId, signal) {
  const answer = await api.job(jobId);
  if (signal.aborted) return;
  if (answer.status !== 200) return show(h("p", { class: "notice" }, answer.body?.message ?? `The server answered ${answer.status}.`));
  const job = answer.body;
  const [deliveries, request] = await Promise.all([api.deliveries(jobId), api.jobRequest(jobId)]);
  if (signal.aborted) return;
  const live = job.reply ? null : liveView(stateName(job.state));
  show(h("div", { class: "job-grid" }, aside(job, deliveries, () => load(jobId, signal)), h("div", { class: "card" }, heading("Program and reply"), program(request), job.reply ? replyView(job.reply) : live.element)));
  if (live && ["preparing", "queued", "running"].includes(job.state)) await watch(jobId, live, signal);
}

async function watch(jobId, live, signal) {
  const ended = await follow(jobId, (event, data) => {
    if (event === "state") {
      if (data.restarted) live.clear();
      live.state(stateName(data.state));
    } else if (event === "stdout") live.stdout(data.text);
    else if (event === "stderr") live.stderr(data.text);
  }, signal);
  if (ended && !signal.aborted) {
    announce("The job has ended.");
    await load(jobId, signal);
  }
}

function aside(job, deliveries, reload) {
  const unfinished = ["preparing", "queued", "running"].includes(job.state);
  const facts = [["State", h("span", { class: `chip ${stateTone(job.state)}`, "data-name": "job-state" }, stateName(job.state))], ["Job", h("code", {}, job.job_id)], ["Your id", job.id ?? "–"], ["Accepted", clock(job.accepted_at)], ["Started", clock(job.started_at)], ["Finished", clock(job.finished_at)], ["Attempt", String(job.attempt ?? "–")]];
  return h("div", { class: "card" }, heading("About"), h("div", { class: "card-body" },
    h("dl", { class: "facts" }, facts.map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)])),
    unfinished ? h("div", { class: "actions" }, button("Cancel job", "danger", () => api.cancelJob(job.job_id), reload)) : null,
    webhook(job, deliveries, reload)));
}

/** What was asked for, while the queue's log still has it. */
function program(answer) {
  if (answer.status !== 200) return h("p", { class: "muted card-body" }, "The program is not shown: the queue's log has let go of it.");
  const request = answer.body;
  return h("details", { class: "more program", open: true }, h("summary", {}, "Program"),
    h("pre", { tabindex: "0", "data-name": "program", "aria-label": "Program" }, request.code),
    h("div", { class: "actions" },
      h("button", { type: "button", id: "open-program", onclick: () => handOver(request, false) }, "Open in the playground"),
      h("button", { type: "button", id: "run-program", onclick: () => handOver(request, true) }, "Run again")));
}

function webhook(job, answer, reload) {
  if (answer.status !== 200 || answer.body.state === null) return null;
  const attempts = answer.body.attempts;
  return h("div", { class: "block" },
    h("div", { class: "block-head" }, h("h3", {}, "Webhook"), h("span", { class: "chip", "data-name": "webhook-state" }, stateName(answer.body.state))),
    h("p", { class: "muted url" }, answer.body.webhook_url),
    attempts.length === 0 ? h("p", { class: "muted" }, "No delivery attempted yet.") : h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Deliveries" }, h("table", {},
      h("thead", {}, h("tr", {}, ["At", "Answer", "Outcome"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, attempts.map((attempt) => h("tr", {}, h("td", { class: "number" }, clock(attempt.at)), h("td", {}, String(attempt.status ?? "–")), h("td", { title: attempt.detail }, stateName(attempt.outcome))))))),
    job.reply ? h("div", { class: "actions" }, button("Send webhook again", "", () => api.redeliver(job.job_id), reload)) : null);
}

function button(label, kind, action, reload) {
  const element = h("button", { type: "button", class: kind }, label);
  element.addEventListener("click", async () => {
    element.disabled = true;
    const answer = await action();
    announce(answer.status < 300 ? `${label}: done.` : (answer.body?.message ?? `The server answered ${answer.status}.`));
    await reload();
  });
  return element;
}

const heading = (text) => h("h2", { class: "visually-hidden" }, text);

const show = (element) => byId("job-body").replaceChildren(element);
