/** Tasks. */
export const work = {
  title: "Work",
  running: "Running now",
  idle: "Nothing is running",
  idleHint: "Imports, feature extraction, downloads and exports show up here as they happen.",
  waiting: "Waiting for its turn …",
};
