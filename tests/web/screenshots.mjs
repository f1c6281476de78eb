/** Pictures of the search in every dress: desktop and phone, light and dark. Usage: screenshots.mjs FOLDER */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DESKTOP, launch, open, PHONE, settled, until, URL_OF_SERVER } from "./browser.mjs";

const folder = process.argv[2] ?? "screenshots";
mkdirSync(folder, { recursive: true });
const ask = async (path) => (await (await fetch(`${URL_OF_SERVER}/api/v1/${path}`)).json()).res;
const first = (await ask("media?limit=1&type=image"))[0].id;
const features = (await ask("feature")).filter(({ indexed_at }) => indexed_at).map(({ id }) => id);
const hits = (await ask(`search/media/${first}?limit=4`)).map(({ id }) => id);

/** Name, address, and whether it shows hits. */
const VIEWS = [
  ["start", "/search", true],
  ["search", `/search/media/${first}?walked=m${hits[1]},m${hits[2]}`, true],
  ["part", `/search/media/${first}?x=0.2&y=0.15&w=0.5&h=0.5`, true],
  ["details", `/search/media/${first}?show=${hits[1]}`, true],
  ...(features.length > 1 ? [["side-by-side", `/search/media/${first}?feature=${features[0]}&beside=${features[1]}`, true]] : []),
  ["error", "/search/media/987654321", false],
  ["missing", "/search/nonsense/1", false],
];

const browser = await launch();
for (const [size, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  for (const colorScheme of ["light", "dark"]) {
    const { page, mayFail, close } = await open(browser, { ...options, colorScheme });
    mayFail.push("/api/v1/search/");
    for (const [name, address, hasHits] of VIEWS) {
      await page.goto(address);
      if (hasHits) await settled(page);
      else await page.getByRole("heading").first().waitFor();
      await until(page, "pictures are there", () => [...document.images].every((image) => image.complete));
      await until(page, "nothing moves", () => document.getAnimations().every(({ playState }) => playState !== "running"));
      await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) });
    }
    await close();
  }
}
await browser.close();
