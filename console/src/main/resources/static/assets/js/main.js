// Opens the view that the address names; a view closes before the next one opens.
import { closeBatch, openBatch, setUpBatches } from "./batch.js";
import { byId } from "./dom.js";
import { closeJob, openJob } from "./job-detail.js";
import { closeJobs, openJobs, setUpJobs } from "./jobs.js";
import { onKeyChange, setUpKey } from "./key.js";
import { openPlayground, setUpPlayground } from "./playground.js";
import { closeQueue, openQueue } from "./queue.js";
import { setUpTheme } from "./theme.js";

const VIEWS = {
  playground: { title: "Playground", open: openPlayground, close: () => {} },
  queue: { title: "Queue", open: openQueue, close: closeQueue },
  jobs: { title: "Jobs", open: openJobs, close: closeJobs },
  job: { title: "Job", open: openJob, close: closeJob },
  batches: { title: "Batches", open: openBatch, close: closeBatch },
};
let current = null;

setUpTheme(byId("theme-button"));
setUpKey();
setUpPlayground();
setUpJobs();
setUpBatches();
addEventListener("hashchange", () => {
  route();
  scrollTo(0, 0);
  byId("main").focus({ preventScroll: true });
});
onKeyChange(() => route());
route();

function route() {
  const [name, argument] = location.hash.replace(/^#\//, "").split("/", 2);
  const view = name === "jobs" && argument ? "job" : name in VIEWS ? name : "playground";
  if (current) VIEWS[current].close();
  current = view;
  for (const each of Object.keys(VIEWS)) byId(`view-${each}`).hidden = each !== view;
  for (const link of document.querySelectorAll("nav a[data-view]")) {
    if (link.dataset.view === (view === "job" ? "jobs" : view)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${VIEWS[view].title} · Millrace`;
  VIEWS[view].open(argument === undefined ? undefined : decodeURIComponent(argument));
}
