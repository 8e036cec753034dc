// What an exception says of itself: where it came from, frame by frame, and what the names held there.
import { h } from "./dom.js";

/** null where there is none. */
export function errorDetailView(detail) {
  if (!detail) return null;
  const frames = detail.frames ?? [];
  return h("div", { class: "block", "data-name": "error-detail" },
    h("div", { class: "block-head" }, h("h3", {}, "Error")),
    h("p", { class: "mono" }, `${detail.type}: ${detail.message}${detail.line ? ` (line ${detail.line})` : ""}`),
    frames.length === 0 && detail.source ? h("pre", { tabindex: "0", "aria-label": "Source" }, detail.source) : null,
    detail.hint ? h("p", { class: "notice" }, detail.hint) : null,
    frames.length === 0 ? null : h("ol", { class: "frames" }, frames.map((frame, index) => h("li", {}, frameView(frame, index === frames.length - 1)))));
}

function frameView(frame, open) {
  const names = Object.entries(frame.locals ?? {});
  return h("details", { class: "more", open },
    h("summary", {}, h("code", {}, `${frame.function}, line ${frame.line}: ${(frame.source ?? "").trim()}`)),
    names.length === 0 ? h("p", { class: "muted" }, "No names of its own.") : h("dl", { class: "facts" }, names.map(([name, value]) => [h("dt", { class: "mono" }, name), h("dd", { class: "mono" }, value ?? "not told")])));
}
