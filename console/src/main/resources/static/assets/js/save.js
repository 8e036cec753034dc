// Hands bytes to the browser's downloads. Always as bytes of no kind: a blob has this page's origin, and must not open as a page.
import { h } from "./dom.js";

const KEPT_MS = 60_000;

export function save(path, bytes) {
  const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  h("a", { href: address, download: path.split("/").at(-1) }).click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

export const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
