// One place that talks to the server: adds the key, reads JSON, turns a refused key into the key dialog.
import { key, refuseKey } from "./key.js";

const EXECUTE = "/v1/code/execute/python";
const JOBS = "/v1/jobs";

/** Resolves to {status, headers, body}; rejects only when the server can't be reached. */
export async function call(method, path, { body, headers = {}, signal } = {}) {
  const response = await send(method, path, { body, headers, signal });
  const text = await response.text();
  let parsed = null;
  try {
    parsed = text === "" ? null : JSON.parse(text);
  } catch {
    parsed = { error: `The server answered ${response.status} with something that isn't JSON.` };
  }
  return { status: response.status, headers: response.headers, body: parsed };
}

/** The raw response, for a caller that reads the body as it comes. */
export async function send(method, path, { body, headers = {}, signal } = {}) {
  const all = { accept: "application/json", ...headers };
  if (key() !== null) all["x-api-key"] = key();
  if (body !== undefined) all["content-type"] = "application/json";
  const response = await fetch(path, {
    method, headers: all, signal, cache: "no-store", credentials: "omit",
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status === 401) refuseKey();
  return response;
}

/** `inputs`: what POST /v1/jobs alone takes; null for the plain route. */
export const execute = (program, inputs) => call("POST", route(inputs), { body: { ...program, ...inputs }, headers: { prefer: "respond-async" } });
const route = (inputs) => (inputs === null ? EXECUTE : JOBS);
export const job = (id, wait, signal) => call("GET", `/v1/jobs/${encodeURIComponent(id)}${wait ? `?wait=${wait}` : ""}`, { signal });
export const jobRequest = (id) => call("GET", `/v1/jobs/${encodeURIComponent(id)}/request`);
export const cancelJob = (id) => call("DELETE", `/v1/jobs/${encodeURIComponent(id)}`);
export const batch = (id) => call("GET", `/v1/batches/${encodeURIComponent(id)}`);
export const cancelBatch = (id) => call("DELETE", `/v1/batches/${encodeURIComponent(id)}`);
export const retryBatch = (id) => call("POST", `/v1/batches/${encodeURIComponent(id)}/retry`);

/** The first results of a batch in a state; the rest is not asked for. */
export async function batchResults(id, state, most) {
  const asked = new AbortController();
  const response = await send("GET", `/v1/batches/${encodeURIComponent(id)}/results?state=${state}`, { signal: asked.signal });
  if (response.status !== 200) return [];
  const lines = [];
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (lines.length < most) {
    const { done, value } = await reader.read();
    const whole = (rest + (value ?? "")).split("\n");
    rest = whole.pop();
    for (const line of whole) if (lines.length < most) lines.push(JSON.parse(line));
    if (done) return lines;
  }
  asked.abort();
  return lines;
}

export const queue = (signal) => call("GET", "/v1/queue", { signal });
export const deliveries = (id) => call("GET", `/v1/jobs/${encodeURIComponent(id)}/deliveries`);
export const redeliver = (id) => call("POST", `/v1/jobs/${encodeURIComponent(id)}/deliveries`);

/** A page of the key's jobs; empty values ask for no such thing. */
export const jobs = (question) => call("GET", `/v1/jobs?${new URLSearchParams(Object.entries(question).filter(([, value]) => value !== "" && value !== null))}`);

/** The same request for a shell; the key stays out of it. */
export function asCurl(program, inputs) {
  const quote = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    `curl -sS ${quote(location.origin + route(inputs))}`,
    `  -H "x-api-key: $MILLRACE_API_KEY"`,
    `  -H 'Content-Type: application/json'`,
    `  --data-raw ${quote(JSON.stringify({ ...program, ...inputs }))}`,
  ].join(" \\\n");
}
