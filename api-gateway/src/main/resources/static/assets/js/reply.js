// Shows a reply, whatever it says. Output of a job is text here, always: it is only ever a text node.
import { h } from "./dom.js";
import { timing } from "./timing.js";

const TITLE = { 200: "OK", 202: "Accepted", 400: "Failed", 401: "No key", 404: "Not found", 408: "Timed out", 409: "Conflict", 413: "Too large", 429: "Queue full", 500: "Server error", 503: "Unavailable" };
const TITLE_BY_REASON = { cancelled: "Cancelled", key_limit: "Key limit" };
const MILD = new Set([429, 503]);

/** `seen`: what came live of a job; a cancelled one's reply has no output. */
export function replyView(reply, { status = reply.code, retryAfter = null, seen = {} } = {}) {
  const ran = status === 200;
  const body = reply.reason === "cancelled" ? { ...reply, ...seen } : ran ? reply.response : reply;
  return h("div", { class: "reply" },
    head(reply, status, retryAfter),
    timing(reply),
    ran ? block("Result", compactJson(body.result), { name: "result" }) : null,
    "stdout" in body ? block("stdout", body.stdout, { name: "stdout", truncated: body.truncated }) : null,
    "stderr" in body ? block("stderr", body.stderr, { name: "stderr", truncated: body.truncated, failed: !ran }) : null,
    facts(reply),
    h("details", { class: "more" }, h("summary", {}, "The reply as JSON"), h("pre", { tabindex: "0", "data-name": "json" }, JSON.stringify(reply, null, 2))));
}

/** Output of a job that still runs; the returned object appends to it. */
export function liveView(state) {
  const chip = h("span", { class: "chip busy", "data-name": "state" }, state);
  const stdout = block("stdout", "", { name: "stdout" });
  const stderr = block("stderr", "", { name: "stderr" });
  const append = (element, text) => {
    const pre = element.querySelector("pre");
    const atEnd = pre.scrollHeight - pre.scrollTop - pre.clientHeight < 40;
    pre.append(text);
    if (atEnd) pre.scrollTop = pre.scrollHeight;
  };
  return {
    element: h("div", { class: "reply" }, h("div", { class: "reply-head" }, chip), stdout, stderr),
    state(next) { chip.textContent = next; },
    clear() { for (const element of [stdout, stderr]) element.querySelector("pre").textContent = ""; },
    stdout: (text) => append(stdout, text),
    stderr: (text) => append(stderr, text),
    seen: () => ({ stdout: stdout.querySelector("pre").textContent, stderr: stderr.querySelector("pre").textContent }),
  };
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

function block(title, text, { name, truncated, failed } = {}) {
  return h("div", { class: failed && text ? "block failed" : "block" },
    h("div", { class: "block-head" }, h("h3", {}, title), truncated ? h("span", { class: "tag" }, "cut at the output limit") : null),
    h("pre", { "data-name": name, tabindex: "0", "aria-label": title }, text ?? ""));
}

function facts(reply) {
  const shown = [["Job", reply.job_id, true], ["Your id", reply.id], ["Worker process", reply.pid], ["Jobs waiting", reply.queue_length], ["Queue limit", reply.max_queue_length], ["Exit code", reply.process_exit_code], ["Build", reply.build_number]];
  const rows = shown.filter(([, value]) => value !== null && value !== undefined).map(([label, value, link]) => [
    h("dt", {}, label),
    h("dd", { class: "mono" }, link ? h("a", { href: `#/jobs/${encodeURIComponent(value)}` }, value) : String(value)),
  ]);
  return rows.length ? h("dl", { class: "facts" }, rows) : null;
}
