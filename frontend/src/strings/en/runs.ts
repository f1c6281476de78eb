/** A task that is watched from the view that started it. */
export const runs = {
  waiting: "Waiting for its turn …",
  running: "Running",
  stopping: "Stopping …",
  stop: "Stop",
  stopOf: (what: string) => `Stop: ${what}`,
};
