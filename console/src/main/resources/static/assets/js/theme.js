// The theme button walks through: as the system, light, dark.
const ORDER = ["system", "light", "dark"];
const SIGN = { system: "◐", light: "☀", dark: "☾" };
const NAME = { system: "follows the system", light: "light", dark: "dark" };

export function setUpTheme(button) {
  let theme = document.documentElement.dataset.theme ?? "system";
  const show = () => {
    button.textContent = SIGN[theme];
    button.title = `Theme: ${NAME[theme]}`;
    button.setAttribute("aria-label", button.title);
  };
  button.addEventListener("click", () => {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    remember(theme);
    show();
    document.dispatchEvent(new Event("millrace:theme"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("millrace:theme")));
  show();
}

function remember(theme) {
  try {
    if (theme === "system") localStorage.removeItem("millrace-theme");
    else localStorage.setItem("millrace-theme", theme);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}
