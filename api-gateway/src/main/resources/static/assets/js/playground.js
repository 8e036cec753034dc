// Edit, run, watch, read.
import * as api from "./api.js";
import { announce, byId, h } from "./dom.js";
import { createEditor } from "./editor.js";
import { follow } from "./events.js";
import { EXAMPLES } from "./examples.js";
import { stateName } from "./format.js";
import { askForKey, key } from "./key.js";
import { liveView, replyView, sentence } from "./reply.js";

const DRAFT = "millrace-draft";
const WAIT_S = 20;
let editor;
let running = null;

export function setUpPlayground() {
  editor = createEditor(byId("editor"), {
    text: sessionStorage.getItem(DRAFT) ?? EXAMPLES["Return a value"],
    label: "Python code",
    describedBy: byId("editor-hint").textContent,
    run,
    changed: (text) => sessionStorage.setItem(DRAFT, text),
  });
  setUpExamples();
  byId("run").addEventListener("click", run);
  byId("cancel").addEventListener("click", cancel);
  byId("copy-curl").addEventListener("click", copyCurl);
  show(h("div", { class: "empty" }, "Run some code: its result, output and timing appear here."));
}

async function run() {
  if (running) return;
  if (key() === null) return askForKey();
  const problem = invalidField();
  if (problem) return problem.reportValidity();
  running = new AbortController();
  setBusy(true);
  try {
    await runToTheEnd(running.signal);
  } catch (problem) {
    if (running.signal.aborted) return;
    show(h("p", { class: "notice", role: "alert" }, `The server can't be reached: ${problem.message}`));
    announce("The server can't be reached.");
  } finally {
    running = null;
    setBusy(false);
  }
}

async function runToTheEnd(signal) {
  const live = liveView("sending");
  show(live.element);
  const accepted = await api.execute(request());
  if (accepted.status !== 202) return showReply(accepted.body, accepted);
  const jobId = accepted.body.job_id;
  byId("cancel").dataset.jobId = jobId;
  byId("cancel").hidden = false;
  live.state("queued");
  announce("Queued.");
  const watching = new AbortController();
  signal.addEventListener("abort", () => watching.abort());
  follow(jobId, (event, data) => showEvent(live, event, data), watching.signal);
  try {
    const reply = await finalReply(jobId, signal);
    showReply(reply.body.reply ?? reply.body, { status: reply.body.reply?.code ?? reply.status, seen: live.seen() });
  } finally {
    watching.abort();
  }
}

function showEvent(live, event, data) {
  if (event === "state") {
    if (data.restarted) live.clear();
    live.state(stateName(data.state));
  } else if (event === "stdout") live.stdout(data.text);
  else if (event === "stderr") live.stderr(data.text);
}

async function finalReply(jobId, signal) {
  for (;;) {
    const answer = await api.job(jobId, WAIT_S, signal);
    if (answer.status !== 200 || !["queued", "running"].includes(answer.body.state)) return answer;
  }
}

async function cancel() {
  byId("cancel").disabled = true;
  announce("Cancelling.");
  await api.cancelJob(byId("cancel").dataset.jobId);
}

function showReply(reply, { status, headers, seen } = {}) {
  show(replyView(reply, { status, retryAfter: headers?.get("retry-after"), seen }));
  announce(`Reply ${status}: ${sentence(reply)}`);
}

function request() {
  const body = { code: editor.text(), timeout: byId("timeout").valueAsNumber };
  const webhook = byId("webhook-url").value.trim();
  const id = byId("request-id").value;
  if (webhook) body.webhook_url = webhook;
  if (id) body.id = id;
  return body;
}

const invalidField = () => [byId("timeout"), byId("webhook-url")].find((field) => !field.checkValidity() || (field.type === "number" && Number.isNaN(field.valueAsNumber)));

async function copyCurl() {
  const text = api.asCurl(request());
  try {
    await navigator.clipboard.writeText(text);
    byId("copy-curl").textContent = "Copied";
    setTimeout(() => { byId("copy-curl").textContent = "Copy as curl"; }, 1500);
    announce("Copied as curl.");
  } catch {
    show(h("div", { class: "reply" }, h("p", { class: "muted" }, "The browser doesn't allow copying here; this is the command:"), h("pre", { tabindex: "0" }, text)));
  }
}

function setUpExamples() {
  const select = byId("example");
  select.append(h("option", { value: "" }, "choose…"), ...Object.keys(EXAMPLES).map((name) => h("option", {}, name)));
  select.addEventListener("change", () => {
    if (select.value) editor.replace(EXAMPLES[select.value]);
  });
}

function setBusy(busy) {
  byId("run").disabled = busy;
  byId("run").textContent = busy ? "Running…" : "Run";
  byId("cancel").disabled = false;
  if (!busy) byId("cancel").hidden = true;
  byId("reply").setAttribute("aria-busy", String(busy));
}

const show = (element) => byId("reply").replaceChildren(element);
