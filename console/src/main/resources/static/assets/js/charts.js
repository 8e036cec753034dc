// A live line chart: uPlot on a canvas, redrawn in the theme's colours, described in words for screen readers.
import uPlot from "uplot";
import { h } from "./dom.js";

const KEPT = 300;

const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];

/** series: [{label, colour: css variable, read: (sample) => number}]; whole: things that are counted. */
export function liveChart(title, series, { unit = "", whole = false } = {}) {
  const canvas = h("div", { class: "chart-canvas", role: "img", "aria-label": `${title}: no data yet` });
  const element = h("section", { class: "card chart", "aria-label": title }, h("h2", {}, title), canvas);
  const data = [[], ...series.map(() => [])];
  let plot = null;

  const draw = () => {
    plot?.destroy();
    const colour = (name) => resolve(canvas, name);
    const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    plot = new uPlot({
      width: Math.max(200, canvas.clientWidth), height: 200,
      legend: { live: false, markers: { fill: (_, index) => colour(series[index - 1].colour) } },
      cursor: { drag: { x: false, y: false } },
      scales: { y: { range: (_, min, max) => [0, Math.max(1, max * 1.1)] } },
      axes: [{ ...axis, space: 80, values: (_, ticks) => ticks.map(timeOfDay) }, { ...axis, size: 56, ...(whole ? { incrs: WHOLE_STEPS } : {}) }],
      series: [{ label: "time" }, ...series.map((line) => ({ label: line.label, stroke: colour(line.colour), width: 2, points: { show: false }, value: (_, v) => (v === null ? "–" : `${+v.toFixed(2)}${unit}`) }))],
    }, data, canvas);
  };

  new ResizeObserver(() => plot?.setSize({ width: Math.max(200, canvas.clientWidth), height: 200 })).observe(canvas);
  document.addEventListener("millrace:theme", () => { if (plot) draw(); });

  return {
    element,
    add(time, sample) {
      data[0].push(time);
      series.forEach((line, index) => data[index + 1].push(line.read(sample) ?? null));
      if (data[0].length > KEPT) data.forEach((column) => column.shift());
      if (plot === null) draw();
      else plot.setData(data);
      canvas.setAttribute("aria-label", `${title}: ${series.map((line, i) => `${line.label} ${data[i + 1].at(-1) ?? "unknown"}${unit}`).join(", ")}`);
    },
  };
}

const timeOfDay = (time) => new Date(time * 1000).toLocaleTimeString("en-GB");

// A canvas can't use var(): the browser resolves the token on an element, light-dark() included.
function resolve(element, name) {
  const probe = h("span", { hidden: true });
  probe.style.color = `var(${name})`;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
