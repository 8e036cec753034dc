// The first table of a text of HTML as texts: rows of {text, header, columns, rows}. The page's policy lets nobody parse HTML
// (DOMParser takes trusted markup only), and a job's is not trusted: this reads tags and never makes an element.
const MOST_CELLS = 5000;
const RAW = new Set(["script", "style", "template", "textarea", "title"]);
const CELL = new Set(["td", "th"]);
const ENTITY = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos|nbsp));/gi;
const NAMED = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'", nbsp: " " };

/** {rows, cut}; null where there is no table with a cell. Takes time in proportion to the text. */
export function tableOf(html) {
  const rows = [];
  let cells = 0;
  let depth = 0;
  let cell = null;
  for (const token of tokens(html)) {
    if (token.text !== undefined) cell?.texts.push(token.text);
    else if (token.name === "table") {
      depth = Math.max(0, depth + (token.closes ? -1 : 1));
      if (depth === 0 && rows.length > 0) break;
    } else if (token.name === "br") cell?.texts.push(" ");
    else if (depth !== 1) continue;
    else if (token.name === "tr") {
      cell = null;
      if (!token.closes) rows.push([]);
    } else if (CELL.has(token.name)) {
      cell = null;
      if (token.closes || rows.length === 0) continue;
      if (cells++ === MOST_CELLS) return { rows: rows.map((row) => row.map(whole)), cut: true };
      cell = { texts: [], header: token.name === "th", columns: span(token.source, "colspan"), rows: span(token.source, "rowspan") };
      rows.at(-1).push(cell);
    }
  }
  return cells === 0 ? null : { rows: rows.filter((row) => row.length > 0).map((row) => row.map(whole)), cut: false };
}

function* tokens(html) {
  for (let at = 0; at < html.length;) {
    const open = html.indexOf("<", at);
    yield { text: html.slice(at, open < 0 ? html.length : open) };
    if (open < 0) return;
    const name = /^<(\/?)([a-z][a-z0-9]*)/i.exec(html.slice(open, open + 20));
    if (html.startsWith("<!", open)) {
      const comment = html.startsWith("<!--", open);
      const end = html.indexOf(comment ? "-->" : ">", open);
      if (end < 0) return;
      at = end + (comment ? 3 : 1);
    } else if (name === null) {
      yield { text: "<" };
      at = open + 1;
    } else {
      const end = endOfTag(html, open);
      if (end < 0) return;
      const tag = { name: name[2].toLowerCase(), closes: name[1] !== "", source: html.slice(open, end) };
      at = RAW.has(tag.name) && !tag.closes ? afterRaw(html, tag.name, end) : end + 1;
      yield tag;
    }
  }
}

function endOfTag(html, from) {
  let quote = null;
  for (let at = from; at < html.length; at++) {
    const char = html[at];
    if (quote !== null) quote = char === quote ? null : quote;
    else if (char === ">") return at;
    else if (char === "\"" || char === "'") quote = char;
  }
  return -1;
}

function afterRaw(html, name, from) {
  const close = new RegExp(`</${name}`, "gi");
  close.lastIndex = from;
  return close.exec(html)?.index ?? html.length;
}

function span(source, name) {
  const given = Number(new RegExp(`\\s${name}=["']?(\\d{1,3})`, "i").exec(source)?.[1] ?? 1);
  return Math.max(1, given);
}

const whole = ({ texts, ...cell }) => ({ ...cell, text: decoded(texts.join("")).replace(/\s+/g, " ").trim() });

const decoded = (text) => text.replace(ENTITY, (all, hex, decimal, name) => {
  if (name) return NAMED[name.toLowerCase()];
  const point = hex ? parseInt(hex, 16) : Number(decimal);
  return point <= 0x10ffff ? String.fromCodePoint(point) : all;
});
