// A receiver of Millrace webhooks, with nothing but Node's own library.
//
//     WEBHOOK_SECRET=whsec_... PORT=8000 node webhook-receiver.mjs

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const TOLERANCE_SECONDS = 300;
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * True when one of the secrets signed this body, under this id, within the last five minutes.
 * `secrets` are the whsec_... texts that are live now: two of them while one is rotated.
 * `body` is the Buffer as it came: parsed and written again, it would be another.
 */
export function verify(secrets, headers, body, now = Date.now() / 1000) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  if (!id || !/^[0-9]+$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const sent = (headers["webhook-signature"] ?? "")
    .split(" ")
    .filter((part) => part.startsWith("v1,"))
    .map((part) => Buffer.from(part.slice(3), "base64"));
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const wanted = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
    return sent.some((each) => each.length === wanted.length && timingSafeEqual(each, wanted));
  });
}

const secrets = (process.env.WEBHOOK_SECRET ?? "").split(/\s+/).filter(Boolean);
const seen = new Set(); // In earnest: a unique column of your database.

const server = createServer(async (request, response) => {
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > MOST_BYTES) return response.writeHead(413).end();
    parts.push(part);
  }
  const body = Buffer.concat(parts);
  if (request.method !== "POST" || !verify(secrets, request.headers, body)) {
    return response.writeHead(401).end();
  }
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) { // The same message may come more than once.
    seen.add(id);
    const reply = JSON.parse(body);
    console.log("job", reply.job_id, "ended with", reply.code);
  }
  response.writeHead(204).end();
});

server.listen(Number(process.env.PORT ?? 8000), "127.0.0.1", () => {
  console.log("listening on", server.address().port);
});
