// Text as a terminal shows it: colours (SGR), carriage returns, backspaces, erased lines. What else a terminal
// would obey (the cursor's place, titles, links) is left out. Text goes in as text nodes; colours are classes,
// or properties set by script, which the page's Content-Security-Policy allows.
import { h } from "./dom.js";

// A control sequence (CSI), an operating system command (OSC), another escape, or a lone control character.
const CONTROL = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\r\n\b]|[\x00-\x08\x0b-\x1f\x7f]/g;
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[ -/]*)?$/;
const LONGEST_UNFINISHED = 256;
// A longer line is set aside in parts: what follows can rewrite the last part only, and costs no more for it.
const LONGEST_PART = 1024;
const FLAGS = { 1: "bold", 2: "faint", 3: "italic", 4: "underline", 7: "inverse", 9: "strike" };
const UNSET = { 22: ["bold", "faint"], 23: ["italic"], 24: ["underline"], 27: ["inverse"], 29: ["strike"], 39: ["fg"], 49: ["bg"] };

/** Fills a <pre>; write() appends what came next, text() is what is shown. */
export function terminal(pre) {
  let rest = "";
  let style = {};
  let cells = []; // the last line: one {char, style} a column
  let column = 0;
  let line = null;

  const draw = () => {
    if (line === null) pre.append(line = h("span", { class: "line" }));
    line.replaceChildren(...runs(cells));
  };
  const put = (text) => {
    for (const char of text) {
      if (column >= LONGEST_PART) setAside();
      while (cells.length < column) cells.push({ char: " ", style: {} });
      cells[column++] = { char, style };
    }
  };
  const setAside = () => {
    draw();
    line = null;
    cells = [];
    column = 0;
  };
  const newLine = () => {
    setAside();
    pre.append("\n");
  };
  const control = (match, numbers, kind) => {
    if (match === "\n") newLine();
    else if (match === "\r") column = 0;
    else if (match === "\b") column = Math.max(0, column - 1);
    else if (kind === "m") style = styled(style, numbers);
    else if (kind === "K") erase(numbers);
    else if (kind === "G") column = Math.max(0, Math.min(Number(numbers) || 1, LONGEST_PART) - 1);
  };
  const erase = (what) => {
    if (what === "1" || what === "2") for (let i = 0; i < Math.min(column, cells.length); i++) cells[i] = { char: " ", style: {} };
    if (what !== "1") cells.length = Math.min(cells.length, column);
  };

  return {
    write(text) {
      let all = rest + text;
      rest = all.match(UNFINISHED)?.[0] ?? "";
      if (rest.length > LONGEST_UNFINISHED) rest = "";
      all = all.slice(0, all.length - rest.length);
      let from = 0;
      for (const match of all.matchAll(CONTROL)) {
        put(all.slice(from, match.index));
        control(match[0], match[1], match[2]);
        from = match.index + match[0].length;
      }
      put(all.slice(from));
      if (cells.length > 0 || line !== null) draw();
    },
    clear() {
      rest = "";
      style = {};
      cells = [];
      column = 0;
      line = null;
      pre.replaceChildren();
    },
  };
}

/** The nodes of a line: neighbours of one style together. */
function runs(cells) {
  const nodes = [];
  for (let from = 0; from < cells.length;) {
    let to = from;
    while (to < cells.length && cells[to].style === cells[from].style) to++;
    const text = cells.slice(from, to).map((cell) => cell.char).join("");
    nodes.push(Object.keys(cells[from].style).length === 0 ? text : span(text, cells[from].style));
    from = to;
  }
  return nodes;
}

function span(text, style) {
  const classes = Object.values(FLAGS).filter((flag) => style[flag]).map((flag) => `t-${flag}`);
  for (const side of ["fg", "bg"]) if (typeof style[side] === "number") classes.push(`t-${side}-${style[side]}`);
  const element = h("span", { class: classes.join(" ") }, text);
  if (typeof style.fg === "string") element.style.color = style.fg;
  if (typeof style.bg === "string") element.style.backgroundColor = style.bg;
  return element;
}

/** The style after "select graphic rendition"; a new object, so that runs can be told apart by identity. */
function styled(before, numbers) {
  const codes = numbers === "" ? [0] : numbers.split(/[;:]/).map(Number);
  let style = { ...before };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code === 0) style = {};
    else if (code in FLAGS) style[FLAGS[code]] = true;
    else if (code in UNSET) for (const name of UNSET[code]) delete style[name];
    else if (code >= 30 && code <= 37) style.fg = code - 30;
    else if (code >= 90 && code <= 97) style.fg = code - 82;
    else if (code >= 40 && code <= 47) style.bg = code - 40;
    else if (code >= 100 && code <= 107) style.bg = code - 92;
    else if (code === 38 || code === 48) {
      const side = code === 38 ? "fg" : "bg";
      if (codes[i + 1] === 5) style[side] = indexed(codes[i + 2]);
      else if (codes[i + 1] === 2) style[side] = rgb(codes.slice(i + 2, i + 5));
      i += codes[i + 1] === 5 ? 2 : 4;
    }
  }
  return style;
}

/** The 256 colours of xterm: sixteen of the theme's own, a cube of six a side, a scale of grey. */
function indexed(number) {
  if (!(number >= 16 && number <= 255)) return number >= 0 && number < 16 ? number : 0;
  if (number >= 232) return rgb([8 + 10 * (number - 232)]);
  const level = (value) => (value === 0 ? 0 : 55 + 40 * value);
  return rgb([level(Math.floor((number - 16) / 36)), level(Math.floor((number - 16) / 6) % 6), level((number - 16) % 6)]);
}

const rgb = ([red = 0, green = red, blue = red]) => `rgb(${red & 255} ${green & 255} ${blue & 255})`;
