// The files that a job made, to download: from the reply where it has their bytes, else from the store, with the key.
import * as api from "./api.js";
import { announce, h } from "./dom.js";
import { bytes } from "./format.js";
import { fromBase64, save } from "./save.js";

const WHY = { too_large: "too large to be kept", too_many: "one of too many", file_quota: "the key has no room for it" };

/** null where there are none. */
export function filesView(body) {
  const files = body.files ?? [];
  const lost = body.files_lost ? h("p", { class: "muted" }, "Files of this job were lost: it was killed, or the reply had no room for them.") : null;
  if (files.length === 0) return lost;
  return h("div", { class: "block", "data-name": "files" },
    h("div", { class: "block-head" }, h("h3", {}, "Files")),
    h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Files" }, h("table", {},
      h("thead", {}, h("tr", {}, ["Path", "Size", "Type", "Get it"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, files.map(row)))),
    lost);
}

function row(file) {
  const answer = h("td", {});
  if (typeof file.content === "string" || file.file_id) answer.append(button(file));
  else answer.append(WHY[file.omitted] ?? file.omitted ?? "its bytes were not kept");
  return h("tr", {}, h("td", { class: "mono" }, file.path), h("td", { class: "number" }, bytes(file.size)), h("td", {}, file.media_type ?? "–"), answer);
}

function button(file) {
  const element = h("button", { type: "button", class: "quiet", "aria-label": `Download ${file.path}` }, "Download");
  element.addEventListener("click", async () => {
    element.disabled = true;
    try {
      save(file.path, typeof file.content === "string" ? inReply(file) : await inStore(file.file_id));
      announce(`${file.path} is downloaded.`);
    } catch (problem) {
      element.replaceWith(h("span", { class: "error-text", role: "alert" }, problem.message));
    }
    element.disabled = false;
  });
  return element;
}

const inReply = (file) => (file.encoding === "base64" ? fromBase64(file.content) : new TextEncoder().encode(file.content));

async function inStore(id) {
  const answer = await api.send("GET", `/v1/files/${encodeURIComponent(id)}`, { headers: { accept: "*/*" } });
  if (answer.status === 200) return answer.blob();
  const told = await answer.json().catch(() => null);
  throw new Error(told?.message ?? `The server answered ${answer.status}.`);
}
