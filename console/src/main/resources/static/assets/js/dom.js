// The only way this console makes elements: text goes in as text nodes, never as markup.
export const byId = (id) => document.getElementById(id);

/** h("p", {class: "muted"}, "text", child): attributes by name, listeners as onclick and the like. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined) element.append(child);
  return element;
}

/** Says something to screen readers without moving the focus. */
export function announce(text) {
  byId("announcer").textContent = text;
}
