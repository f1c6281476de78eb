// Before the first paint: the theme that was chosen, so that a dark page never flashes white. The rest is src/look/theme.ts.
try {
  const chosen = localStorage.getItem("likeness.theme");
  if (chosen === '"dark"' || chosen === '"light"') document.documentElement.dataset.theme = JSON.parse(chosen);
} catch (_) {
  // No storage in this browser: the system's theme it is.
}
