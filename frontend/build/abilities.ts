/** What the server that these pages are built for can do, read from its own description: a control for what it cannot is not shown. */
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const NAME = "virtual:abilities";

interface Operation {
  parameters?: { name: string }[];
}

/** The description of another server, for work on pages that are ahead of theirs. */
const DESCRIPTION = process.env.LIKENESS_OPENAPI ?? "openapi.json";

function source(): string {
  const { paths } = JSON.parse(readFileSync(DESCRIPTION, "utf8")) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const search = paths["/api/v1/search/media/{id}"]?.get?.parameters ?? [];
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const wanted = routes.filter((route) => /\/(search|graphic|calibration|layers)$|media\/id\/\{id\}$/.test(route));
  const filters = search.map(({ name }) => name);
  return `export const filters = ${JSON.stringify(filters)};\nexport const routes = ${JSON.stringify(wanted)};\n`;
}

export function abilities(): Plugin {
  return {
    name: "abilities",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: (id) => (id === `\0${NAME}` ? source() : undefined),
  };
}
