// Shows a reply, whatever it says. Output of a job is text here, always: it is only ever a text node.
import { displayView } from "./display.js";
import { h } from "./dom.js";
import { errorDetailView } from "./error-detail.js";
import { bytes, seconds } from "./format.js";
import { filesView } from "./made-files.js";
import { terminal } from "./terminal.js";
import { timing } from "./timing.js";

const TITLE = { 200: "OK", 202: "Accepted", 400: "Failed", 401: "No key", 404: "Not found", 408: "Timed out", 409: "Conflict", 413: "Too large", 429: "Queue full", 500: "Server error", 503: "Unavailable" };
const TITLE_BY_REASON = { cancelled: "Cancelled", deadline: "Too late", key_limit: "Key limit" };
const MILD = new Set([429, 503]);

/** `seen`: what came live of a job; a cancelled one's reply has no output. */
export function replyView(reply, { status = reply.code, retryAfter = null, seen = {} } = {}) {
  const ran = status === 200;
  const body = reply.reason === "cancelled" ? { ...reply, ...seen } : ran ? reply.response : reply;
  return h("div", { class: "reply" },
    head(reply, status, retryAfter),
    timing(reply),
    ran ? block("Result", compactJson(body.result), { name: "result" }) : null,
    displayView(body),
    errorDetailView(body.error_detail),
    "stdout" in body ? output("stdout", body, false) : null,
    "stderr" in body ? output("stderr", body, !ran) : null,
    filesView(body),
    facts(reply, body.usage),
    h("details", { class: "more" }, h("summary", {}, "The reply as JSON"), h("pre", { tabindex: "0", "data-name": "json" }, JSON.stringify(reply, null, 2))));
}

/** Output of a job that still runs; the returned object appends to it. */
export function liveView(state) {
  const chip = h("span", { class: "chip busy", "data-name": "state" }, state);
  const place = h("p", { class: "muted", "data-name": "place" });
  const streams = { stdout: liveStream("stdout"), stderr: liveStream("stderr") };
  return {
    element: h("div", { class: "reply" }, h("div", { class: "reply-head" }, chip, place), streams.stdout.element, streams.stderr.element),
    state(next) { chip.textContent = next; place.textContent = ""; },
    place(text) { place.textContent = text; },
    clear() { for (const stream of Object.values(streams)) stream.clear(); },
    stdout: (text) => streams.stdout.append(text),
    stderr: (text) => streams.stderr.append(text),
    seen: () => ({ stdout: streams.stdout.seen(), stderr: streams.stderr.seen() }),
  };
}

function liveStream(name) {
  const element = block(name, "", { name });
  const pre = element.querySelector("pre");
  const shown = terminal(pre);
  let written = "";
  return {
    element,
    append(text) {
      const atEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 40;
      written += text;
      shown.write(text);
      if (atEnd) pre.scrollTop = pre.scrollHeight;
    },
    clear() { written = ""; shown.clear(); },
    seen: () => written,
  };
}

/** A stream of a job that has ended. The reply says that something was cut: it is the longer stream, or both where they are alike. */
function output(name, body, failed) {
  const size = (text) => new TextEncoder().encode(text ?? "").length;
  const own = size(body[name]);
  const other = size(body[name === "stdout" ? "stderr" : "stdout"]);
  const cut = body.truncated && own > 0 && own >= other * 0.99 ? `cut at the limit, after ${bytes(own)}` : null;
  const element = block(name, "", { name, cut, failed: failed && own > 0 });
  terminal(element.querySelector("pre")).write(body[name] ?? "");
  return element;
}

/** On one line where it fits, else indented. */
function compactJson(value) {
  const line = JSON.stringify(value);
  return line.length <= 72 ? line : JSON.stringify(value, null, 2);
}

export const sentence = (reply) => reply.error ?? reply.message ?? "";

function head(reply, status, retryAfter) {
  const tone = status < 300 ? "ok" : MILD.has(status) || reply.reason === "cancelled" ? "warn" : "bad";
  return h("div", { class: "reply-head" },
    h("span", { class: `chip ${tone}`, "data-name": "status" }, `${status} ${TITLE_BY_REASON[reply.reason] ?? TITLE[status] ?? ""}`.trim()),
    reply.reason ? h("code", { class: "muted" }, reply.reason) : null,
    h("p", { class: status < 300 ? null : "error-text", "data-name": "sentence" }, sentence(reply)),
    reply.message && reply.error && reply.message !== reply.error ? h("p", { class: "muted" }, reply.message) : null,
    retryAfter ? h("p", { class: "muted" }, `Try again in ${retryAfter} s.`) : null);
}

function block(title, text, { name, cut = null, failed = false } = {}) {
  return h("div", { class: failed ? "block failed" : "block" },
    h("div", { class: "block-head" }, h("h3", {}, title), cut ? h("span", { class: "tag" }, cut) : null),
    h("pre", { "data-name": name, tabindex: "0", role: "group", "aria-label": title }, text ?? ""));
}

function facts(reply, usage) {
  const shown = [["Job", reply.job_id, true], ["Your id", reply.id], ["Worker process", reply.pid], ["Jobs waiting", reply.queue_length], ["Queue limit", reply.max_queue_length], ["Exit code", reply.process_exit_code], ["CPU time", usage?.cpu_ms === undefined ? null : seconds(usage.cpu_ms / 1000)], ["Memory at most", usage?.memory_peak_bytes === undefined ? null : bytes(usage.memory_peak_bytes)], ["Build", reply.build_number]];
  const rows = shown.filter(([, value]) => value !== null && value !== undefined).map(([label, value, link]) => [
    h("dt", {}, label),
    h("dd", { class: "mono" }, link ? h("a", { href: `#/jobs/${encodeURIComponent(value)}` }, value) : String(value)),
  ]);
  return rows.length ? h("dl", { class: "facts" }, rows) : null;
}
