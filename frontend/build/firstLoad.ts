/** Weighs the scripts without which no view is shown, as they are sent, and refuses a build that has grown too heavy. */
import { brotliCompressSync } from "node:zlib";
import type { OutputBundle, OutputChunk } from "rollup";
import type { Logger, Plugin } from "vite";

/** Of the entry and all that it needs at once, in bytes of brotli. */
const MOST_BYTES = 250_000;

function chunkOf(bundle: OutputBundle, name: string): OutputChunk | undefined {
  const found = bundle[name];
  return found?.type === "chunk" ? found : undefined;
}

/** The chunk and what it imports, each once; what is imported as it is needed does not count. */
function neededBy(bundle: OutputBundle, name: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(name)) return known;
  known.add(name);
  for (const other of chunkOf(bundle, name)?.imports ?? []) neededBy(bundle, other, known);
  return known;
}

const inKilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;

export function firstLoad(): Plugin {
  let logger: Logger | undefined;
  return {
    name: "likeness-first-load",
    apply: "build",
    configResolved: (config) => {
      logger = config.logger;
    },
    generateBundle(_options, bundle) {
      const entry = Object.values(bundle).find((one) => one.type === "chunk" && one.isEntry);
      const names = entry ? [...neededBy(bundle, entry.fileName)] : [];
      const sizes = names.map((name) => ({
        name,
        bytes: brotliCompressSync(chunkOf(bundle, name)?.code ?? "").length,
      }));
      const bytes = sizes.reduce((sum, one) => sum + one.bytes, 0);
      const each = sizes.map((one) => `${one.name} ${inKilobytes(one.bytes)}`).join(", ");
      logger?.info(`first load: ${inKilobytes(bytes)} of brotli (${each})`);
      if (bytes > MOST_BYTES) this.error(`The first load has ${bytes} bytes, more than the limit of ${MOST_BYTES}`);
    },
  };
}
