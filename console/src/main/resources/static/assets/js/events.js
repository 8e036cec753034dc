// GET /v1/jobs/{id}/events as it comes. EventSource can't send the key's header, so the stream is read by hand.
import { send } from "./api.js";

const RETRY_MS = 1000;

/** Calls `on(event, data)` until "end" or until aborted; takes up a broken stream where it broke. Resolves to true after "end". */
export async function follow(jobId, on, signal) {
  let lastId = null;
  while (!signal.aborted) {
    try {
      const headers = { accept: "text/event-stream", ...(lastId === null ? {} : { "last-event-id": lastId }) };
      const response = await send("GET", `/v1/jobs/${encodeURIComponent(jobId)}/events`, { headers, signal });
      if (response.status !== 200) return false;
      for await (const event of parse(response.body)) {
        if (event.id !== null) lastId = event.id;
        if (event.data === "") continue;
        on(event.name, JSON.parse(event.data));
        if (event.name === "end") return true;
      }
    } catch (problem) {
      if (signal.aborted) return false;
      console.info("The event stream broke and is taken up again.", problem.message);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  return false;
}

async function* parse(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    const frames = rest.split(/\r?\n\r?\n/);
    rest = frames.pop();
    for (const frame of frames) yield readFrame(frame);
  }
}

function readFrame(frame) {
  const event = { name: "message", id: null, data: [] };
  for (const line of frame.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const field = line.slice(0, colon);
    const value = line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") event.name = value;
    else if (field === "id") event.id = value;
    else if (field === "data") event.data.push(value);
  }
  return { ...event, data: event.data.join("\n") };
}
