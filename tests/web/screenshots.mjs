/** Pictures of every view in every dress: desktop and phone, light and dark. Usage: screenshots.mjs FOLDER */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { asked, DESKTOP, finished, json, launch, open, PHONE, settled, until, URL_OF_SERVER, WITH_WEBGL } from "./browser.mjs";

const folder = process.argv[2] ?? "screenshots";
mkdirSync(folder, { recursive: true });
const ask = async (path) => (await (await fetch(`${URL_OF_SERVER}/api/v1/${path}`)).json()).res;
/** A task that is at work while the pictures are drawn. */
let running;

/** Views of a library with pictures, once there is something to show in each: name, address, and whether it shows hits. */
async function viewsOfPictures() {
  const first = (await ask("media?limit=1&type=image"))[0].id;
  const features = (await ask("feature")).filter(({ indexed_at }) => indexed_at).map(({ id }) => id);
  const hits = (await ask(`search/media/${first}?limit=4`)).map(({ id }) => id);

  /** The views of features want a map and a measurement to show. */
  for (const [task_name, params] of [["map", { method: "umap" }], ["evaluate_index", { sample: 50 }]]) {
    const { uuid } = await asked("task/run", json("POST", { task_name, params: { feature_id: features[0], ...params } }));
    await finished(uuid);
  }

  /** A task that is over, one with failures, one that runs meanwhile, and an upload. */
  async function run(task_name, params) {
    const body = JSON.stringify({ task_name, params, username: "ada" });
    const headers = { "content-type": "application/json" };
    return (await (await fetch(`${URL_OF_SERVER}/api/v1/task/run`, { method: "POST", headers, body })).json()).uuid;
  }
  async function sent(path, part, name, bytes) {
    const form = new FormData();
    form.append("username", "ada");
    form.append(part, new Blob([bytes], { type: "image/jpeg" }), name);
    return (await (await fetch(`${URL_OF_SERVER}/api/v1/${path}`, { method: "POST", body: form })).json()).res;
  }
  const original = (await ask("media?limit=1&type=image"))[0].url;
  await sent("upload", "image", "query.jpg", await (await fetch(URL_OF_SERVER + original)).arrayBuffer());
  const { uuid: broken } = await sent("media", "files", "broken.jpg", "no picture at all");
  const updated = await run("update_index", {});

  /** A collection with notes, one in the archive, and two pictures to compare. */
  const many = (await ask("media?limit=14&type=image")).map(({ id }) => id);
  const { res: made } = await asked("collection", json("POST", { title: "The house by the river", username: "ada", notes: "# Found so far\n\nThe **same roof** in all of them." }));
  await asked(`collection/${made.id}/media`, json("POST", { media_ids: many, username: "ada" }));
  await asked(`collection/${made.id}/media/${many[1]}`, json("PUT", { notes: "by the gate" }));
  running = await run("long_task", { steps: 7200 });

  return [
    ["start", "/search", true],
    ["search", `/search/media/${first}?walked=m${hits[1]},m${hits[2]}`, true],
    ["part", `/search/media/${first}?x=0.2&y=0.15&w=0.5&h=0.5`, true],
    ["details", `/search/media/${first}?show=${hits[1]}`, true],
    ...(features.length > 1 ? [["side-by-side", `/search/media/${first}?feature=${features[0]}&beside=${features[1]}`, true]] : []),
    ["error", "/search/media/987654321", false],
    ["missing", "/search/nonsense/1", false],
    ["library", "/library", true],
    ["library-nothing", "/library?name=nothing_is_called_so", false],
    ["medium", `/media/id/${first}`, false],
    ["medium-missing", "/media/id/987654321", false],
    ["collections", "/collections", false],
    ["collections-archived", "/collections?archived=yes", false],
    ["collection", `/collections/${made.id}`, true],
    ["collection-missing", "/collections/987654321", false],
    ["compare", `/compare/${hits[0]}/${hits[1]}`, false],
    ["work", "/work", false],
    ["task", `/work/${running}`, false],
    ["task-done", `/work/${updated}`, false],
    ["task-failures", `/work/${broken}`, false],
    ["dashboard", "/dashboard", false],
    ["uploads", "/uploads", true],
    ["features", "/features", false],
    ["feature-new", "/features?new=yes", false],
    ["feature", `/features/${features[0]}`, false],
    ["models", "/models", false],
    ["model", "/models/likeness_small", false],
    ["map", `/map?feature=${features[0]}`, false],
    ["map-chosen", `/map?feature=${features[0]}&area=-0.5_0.5,0.5_0.5,0.5_-0.5,-0.5_-0.5`, false],
  ];
}

/** Views of a library without pictures. */
const EMPTY = ["search", "library", "collections", "work", "dashboard", "uploads", "features", "map"].map((view) => [`empty-${view}`, `/${view}`, false]);

const isEmpty = (await ask("media?limit=1")).length === 0;
const VIEWS = isEmpty ? EMPTY : await viewsOfPictures();
const browser = await launch(WITH_WEBGL);
for (const [size, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
  for (const colorScheme of ["light", "dark"]) {
    const { page, mayFail, close } = await open(browser, { ...options, colorScheme });
    mayFail.push("/api/v1/search/", "/recall", "987654321");
    for (const [name, address, hasHits] of VIEWS) {
      await page.goto(address);
      if (hasHits) await settled(page);
      else await page.getByRole("heading").first().waitFor();
      await until(page, "nothing is on its way", () => !document.querySelector("[aria-busy=true], main [role=status] .only-read-aloud"));
      await until(page, "pictures are there", () => [...document.images].every((image) => image.complete));
      // Bars of tasks without an end in sight move for ever.
      const isStill = () =>
        document.getAnimations().every(({ playState, effect }) => playState !== "running" || effect?.target?.localName === "progress");
      await until(page, "nothing moves", isStill);
      await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) });
    }
    await close();
  }
}
if (running) await asked(`task/job/${running}/cancel`, { method: "POST" });
await browser.close();
