// Where a job's time went: waiting, running, and the rest (the way there and back).
import { h } from "./dom.js";
import { seconds } from "./format.js";

export function timing(reply) {
  const { queue_time: queue, run_time: run, total_time: total } = reply;
  if (typeof total !== "number") return null;
  const rest = Math.max(0, total - queue - run);
  const parts = [["queue", "queued", queue], ["run", "ran", run], ["rest", "other", rest]];
  const said = `Total ${seconds(total)}: queued ${seconds(queue)}, ran ${seconds(run)}, other ${seconds(rest)}.`;
  return h("div", { class: "timing" },
    h("div", { class: "timing-bar", role: "img", "aria-label": said }, parts.map(([kind, , value]) => segment(kind, value))),
    h("div", { class: "legend", "aria-hidden": "true" },
      parts.map(([kind, label, value]) => h("span", {}, h("span", { class: `swatch ${kind}` }), `${label} `, h("b", {}, seconds(value)))),
      h("span", {}, "total ", h("b", {}, seconds(total)))));
}

function segment(kind, value) {
  const element = h("span", { class: kind });
  // Growth factors that sum to less than 1 would leave the bar partly empty.
  element.style.flexGrow = String(Math.max(value, 0.0001) * 10000);
  return element;
}
