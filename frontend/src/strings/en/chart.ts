/** Charts. */
export const chart = {
  points: (title: string) => `Points of “${title}”`,
  place: (where: string, values: string) => `${where}: ${values}`,
  value: (name: string, value: string) => `${name} ${value}`,
  nothing: "–",
  empty: "There is nothing to draw yet",
  table: "As a table",
  x: "Value",
  note: "Setting",
};
