// Edit, run, watch, read.
import * as api from "./api.js";
import { announce, byId, h } from "./dom.js";
import { createEditor } from "./editor.js";
import { follow } from "./events.js";
import { EXAMPLES } from "./examples.js";
import { seconds, stateName } from "./format.js";
import * as draft from "./draft.js";
import { inputs, invalidInput, setUpInputs, takeInputs } from "./inputs.js";
import { askForKey, key } from "./key.js";
import { liveView, replyView, sentence } from "./reply.js";

const WAIT_S = 20;
const PLACE_EVERY_MS = 1000;
let editor;
let running = null;

export function setUpPlayground() {
  editor = createEditor(byId("editor"), {
    text: draft.read() ?? EXAMPLES["Return a value"],
    label: "Python code",
    describedBy: byId("editor-hint").textContent,
    run,
    changed: draft.keep,
  });
  setUpExamples();
  setUpInputs();
  byId("run").addEventListener("click", run);
  byId("cancel").addEventListener("click", cancel);
  byId("copy-curl").addEventListener("click", copyCurl);
  byId("command-close").addEventListener("click", () => byId("command-dialog").close());
  show(h("div", { class: "empty" }, "Press Run, or Ctrl+Enter in the editor: the program's result, output and timing appear here. Without an API key you are asked for one."));
}

/** Takes over what another view wants to be tried here. */
export function openPlayground() {
  const wanted = draft.takeRequest();
  if (wanted === null) return;
  editor.replace(wanted.request.code);
  byId("timeout").value = wanted.request.timeout ?? 30;
  byId("request-id").value = wanted.request.id ?? "";
  // Whose webhook it was hears of it only when somebody asks for that.
  byId("webhook-url").value = "";
  takeInputs(wanted.request);
  if (wanted.run) run();
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
  const accepted = await api.execute(program(), inputs());
  if (accepted.status !== 202) return showReply(accepted.body, accepted);
  const jobId = accepted.body.job_id;
  byId("cancel").dataset.jobId = jobId;
  byId("cancel").hidden = false;
  live.state("queued");
  announce("Queued.");
  const watching = new AbortController();
  signal.addEventListener("abort", () => watching.abort());
  let queued = true;
  follow(jobId, (event, data) => {
    if (event === "state") queued = data.state === "queued";
    showEvent(live, event, data);
  }, watching.signal);
  tellPlace(live, accepted.body.queue_length, () => queued, watching.signal);
  try {
    const reply = await finalReply(jobId, signal);
    showReply(reply.body.reply ?? reply.body, { status: reply.body.reply?.code ?? reply.status, seen: live.seen() });
  } finally {
    watching.abort();
  }
}

/** While the job waits: how many are before it at the most, and how long they take at the rate of the last minute. */
async function tellPlace(live, length, stillQueued, signal) {
  let place = length;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, PLACE_EVERY_MS));
    if (signal.aborted || !stillQueued()) return;
    const now = await api.queue(signal).catch(() => null);
    if (signal.aborted || !stillQueued()) return;
    if (now?.status !== 200) continue;
    place = Math.min(place, now.body.queue_length);
    const wait = now.body.drain_rate > 0 ? `, about ${seconds(place / now.body.drain_rate)}` : "";
    live.place(now.body.slots === 0 ? "No worker is there to run it yet." : `Place ${Math.max(1, place)} in the queue at the latest${wait}.`);
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
    if (answer.status !== 200 || !["preparing", "queued", "running"].includes(answer.body.state)) return answer;
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

function program() {
  const body = { code: editor.text(), timeout: byId("timeout").valueAsNumber };
  const webhook = byId("webhook-url").value.trim();
  const id = byId("request-id").value;
  if (webhook) body.webhook_url = webhook;
  if (id) body.id = id;
  return body;
}

const invalidField = () => invalidInput() ?? [byId("timeout"), byId("webhook-url")].find((field) => !field.checkValidity() || (field.type === "number" && Number.isNaN(field.valueAsNumber)));

async function copyCurl() {
  const problem = invalidField();
  if (problem) return problem.reportValidity();
  const text = api.asCurl(program(), inputs());
  try {
    await navigator.clipboard.writeText(text);
    byId("copy-curl").textContent = "Copied";
    setTimeout(() => { byId("copy-curl").textContent = "Copy as curl"; }, 1500);
    announce("Copied as curl.");
  } catch {
    byId("command").textContent = text;
    byId("command-dialog").showModal();
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
