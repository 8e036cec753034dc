// The program in the editor, kept by the browser until it is changed; and a request that another view hands over.
const DRAFT = "millrace-draft";
let handedOver = null;

export function read() {
  try {
    return localStorage.getItem(DRAFT);
  } catch {
    return null;
  }
}

export function keep(text) {
  try {
    localStorage.setItem(DRAFT, text);
  } catch {
    // Storage is switched off or full: the draft lasts as long as the page.
  }
}

/** Has the playground opened with this request; `run` starts it at once. */
export function handOver(request, run) {
  handedOver = { request, run };
  location.hash = "#/playground";
}

export function takeRequest() {
  const taken = handedOver;
  handedOver = null;
  return taken;
}
