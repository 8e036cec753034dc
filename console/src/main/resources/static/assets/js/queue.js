// The queue now: asked once a second while it is looked at.
import * as api from "./api.js";
import { byId, h } from "./dom.js";
import { liveChart } from "./charts.js";
import { count, rate, seconds } from "./format.js";
import { askForKey, key } from "./key.js";

const EVERY_MS = 1000;
let charts = null;
let timer = null;

export function openQueue() {
  if (key() === null) askForKey();
  charts ??= setUpCharts();
  poll();
}

export function closeQueue() {
  clearTimeout(timer);
  timer = null;
}

async function poll() {
  clearTimeout(timer);
  timer = setTimeout(poll, EVERY_MS);
  if (document.hidden || key() === null) return;
  try {
    const answer = await api.queue();
    if (answer.status === 401) return closeQueue();
    if (answer.status !== 200) return note(answer.body?.message ?? `The server answered ${answer.status}.`);
    note("");
    show(answer.body);
  } catch {
    note("The server can't be reached; trying again.");
  }
}

function show(now) {
  byId("queue-tiles").replaceChildren(
    tile("Waiting", count(now.queue_length), now.max_queue_length === "unlimited" ? "no limit" : `of ${count(now.max_queue_length)}`),
    tile("Running", count(now.running), `on ${count(now.slots)} slots`),
    tile("Workers", count(now.workers)),
    tile("Oldest wait", seconds(now.oldest_wait ?? 0)),
    tile("Drain rate", rate(now.drain_rate), "jobs/s"));
  const time = Date.now() / 1000;
  for (const chart of charts) chart.add(time, now);
}

function setUpCharts() {
  const all = [
    liveChart("Jobs", [
      { label: "waiting", colour: "--wait", read: (now) => now.queue_length },
      { label: "running", colour: "--accent", read: (now) => now.running },
    ], { whole: true }),
    liveChart("Drain rate", [{ label: "jobs/s", colour: "--accent", read: (now) => now.drain_rate }]),
    liveChart("Oldest wait", [{ label: "seconds", colour: "--wait", read: (now) => now.oldest_wait ?? 0 }], { unit: " s" }),
    liveChart("Capacity", [
      { label: "slots", colour: "--muted", read: (now) => now.slots },
      { label: "running", colour: "--accent", read: (now) => now.running },
    ], { whole: true }),
  ];
  byId("queue-charts").replaceChildren(...all.map((chart) => chart.element));
  return all;
}

const tile = (label, value, small) => h("div", { class: "tile" }, h("dt", {}, label), h("dd", {}, value, small ? h("small", {}, ` ${small}`) : null));
const note = (text) => { byId("queue-note").textContent = text; };
