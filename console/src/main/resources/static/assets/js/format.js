/** 0.0042 -> "4 ms", 1.234 -> "1.23 s", 75 -> "1 min 15 s". */
export function seconds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 0.9995) return `${Math.round(value * 1000)} ms`;
  if (value < 60) return `${value.toFixed(value < 10 ? 2 : 1)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

/** 1048576 -> "1 MiB", 900 -> "900 bytes". */
export function bytes(value) {
  if (value < 1024) return `${value} bytes`;
  const [size, unit] = value < 1024 ** 2 ? [value / 1024, "KiB"] : [value / 1024 ** 2, "MiB"];
  return `${Number(size.toFixed(1))} ${unit}`;
}

export const count = (value) => (typeof value === "number" ? value.toLocaleString("en-US") : (value ?? "–"));

export const rate = (value) => (typeof value === "number" ? value.toFixed(value < 10 ? 1 : 0) : "–");

export function clock(iso) {
  if (!iso) return "–";
  const date = new Date(iso);
  return date.toLocaleString(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

const STATE_TONE = { succeeded: "ok", failed: "bad", timed_out: "bad", expired: "bad", cancelled: "warn", preparing: "busy", queued: "", running: "busy" };
export const stateTone = (state) => STATE_TONE[state] ?? "";
export const stateName = (state) => state.replace("_", " ");
