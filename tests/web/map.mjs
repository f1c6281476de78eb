/** The map, as somebody would look around on it: by mouse, wheel, fingers and keys, down to a search with what was drawn around. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { asked, axe, DESKTOP, finished, json, launch, open, PHONE, query, settled, tabsOf, tiles, until, URL_OF_SERVER, WITH_WEBGL } from "./browser.mjs";

/** As `FILLED` of the pages' `views/map/view.ts`: how much of the shorter side the whole map takes. */
const FILLED = 0.92;
/** Points of the large map, and the longest that a picture of it may take on a processor alone, in milliseconds. */
const MANY = 100_000;
const LONGEST_FRAME_MS = 250;

let browser;
let feature;
let points;

before(async () => {
  browser = await launch(WITH_WEBGL);
  [feature] = (await asked("feature")).res.filter(({ processed_at, active }) => processed_at && active);
  assert.ok(feature, "a feature has described the library");
  const { uuid } = await asked("task/run", json("POST", { task_name: "map", params: { feature_id: feature.id, method: "pca" } }));
  assert.equal((await finished(uuid)).status, "done");
  points = await places();
});
after(() => browser.close());

const inTab = tabsOf(() => browser);

async function places() {
  const bytes = await (await fetch(`${URL_OF_SERVER}/api/v1/feature/${feature.id}/map.bin`)).arrayBuffer();
  const count = new DataView(bytes).getUint32(0, true);
  const ids = new Uint32Array(bytes, 4, count);
  const xy = new Float32Array(bytes, 4 + 4 * count, 2 * count);
  return Array.from({ length: count }, (_, at) => ({ id: ids[at], x: xy[2 * at], y: xy[2 * at + 1] }));
}

const far = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);

/** The point that is farthest from all others, away from the edge: a pointer cannot mean another one. */
function loneliest() {
  const inside = points.filter(({ x, y }) => Math.abs(x) < 0.8 && Math.abs(y) < 0.8);
  const room = (point) => Math.min(...points.filter((other) => other !== point).map((other) => far(point, other)));
  return inside.reduce((best, point) => (room(point) > room(best) ? point : best));
}

const canvas = (page) => page.getByRole("application", { name: "Map of the library" });

async function shown(page, address = `/map?feature=${feature.id}`) {
  await page.goto(address);
  await canvas(page).waitFor();
  await until(page, "the points are there", (count) => document.querySelector("[data-points]")?.dataset.points === `${count}`, points.length);
  return canvas(page).boundingBox();
}

/** Where a point is in the window while the whole map is shown. */
function pixelOf(box, { x, y }) {
  const scale = (FILLED * Math.min(box.width, box.height)) / 2;
  return [box.x + box.width / 2 + x * scale, box.y + box.height / 2 - y * scale];
}

const chosen = (page) => page.getByRole("region", { name: "Chosen on the map" });
const isChosen = (page, count) => chosen(page).getByRole("heading", { name: `${count} picture${count === 1 ? "" : "s"} chosen` }).waitFor();

async function drawAround(page, corners) {
  await page.mouse.move(...corners[0]);
  await page.mouse.down();
  for (const corner of corners.slice(1)) await page.mouse.move(...corner, { steps: 6 });
  await page.mouse.up();
}

/** A line around a part of the map, in pixels of the window. */
const around = (box, { left, right, bottom, top }) =>
  [[left, top], [right, top], [right, bottom], [left, bottom]].map(([x, y]) => pixelOf(box, { x, y }));

describe("looking around", () => {
  inTab("a point shows its picture, stays when it is picked, and leads on", async (page) => {
    const box = await shown(page);
    const point = loneliest();
    await page.mouse.move(...pixelOf(box, point));
    const card = page.getByRole("region", { name: `Picture ${point.id}` });
    await card.waitFor();
    assert.equal(await card.getByRole("button").count(), 0);
    await page.mouse.click(...pixelOf(box, point));
    await card.getByRole("button", { name: "Search with this" }).waitFor();
    await until(page, "its picture is there", () => [...document.querySelectorAll("[data-pinned] img")].every(({ complete, naturalWidth }) => complete && naturalWidth > 0));
    await axe(page, "the map with a picture");
    await card.getByRole("button", { name: "Close" }).click();
    await page.mouse.move(box.x + 2, box.y + box.height - 2);
    await card.waitFor({ state: "detached" });
    await page.mouse.click(...pixelOf(box, point));
    await card.getByRole("link", { name: "Open" }).click();
    await page.waitForURL(`**/media/id/${point.id}`);
    await page.goBack();
    await canvas(page).waitFor();
  });

  inTab("wheel and drag move the view, and the address finds back to it", async (page) => {
    const box = await shown(page);
    const at = () => (query(page).at ?? "0_0_1").split("_").map(Number);
    const point = loneliest();
    const pixel = pixelOf(box, point);
    await page.mouse.move(...pixel);
    await page.mouse.wheel(0, -800);
    await until(page, "one is closer", () => Number(new URLSearchParams(location.search).get("at")?.split("_")[2]) > 2);
    // What is under the pointer stays under it.
    await page.mouse.move(pixel[0] + 1, pixel[1]);
    await page.getByRole("region", { name: `Picture ${point.id}` }).waitFor();
    const [x, , zoom] = at();
    await page.mouse.move(...pixel);
    await page.mouse.down();
    await page.mouse.move(pixel[0] + 120, pixel[1], { steps: 5 });
    await page.mouse.up();
    await until(page, "the map is dragged", (before) => Number(new URLSearchParams(location.search).get("at").split("_")[0]) < before, x);
    const scale = (zoom * FILLED * Math.min(box.width, box.height)) / 2;
    assert.ok(Math.abs(x - at()[0] - 120 / scale) < 4 / scale, `${x} ${at()}`);
    await page.reload();
    await canvas(page).waitFor();
    await until(page, "the points are there", () => document.querySelector("[data-points]"));
    const again = pixelOf(box, point);
    const moved = [pixel[0] + 120, pixel[1]];
    assert.notDeepEqual(again, moved);
    await page.mouse.move(...moved);
    await page.getByRole("region", { name: `Picture ${point.id}` }).waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await until(page, "all is shown", () => !new URLSearchParams(location.search).has("at"));
  });

  inTab(
    "two fingers pinch, and one moves",
    async (page, { context }) => {
      const box = await shown(page);
      const client = await context.newCDPSession(page);
      const middle = [box.x + box.width / 2, box.y + box.height / 2];
      const touch = (type, ...xs) =>
        client.send("Input.dispatchTouchEvent", { type, touchPoints: xs.map((x, id) => ({ x: middle[0] + x, y: middle[1], id })) });
      await touch("touchStart", -40, 40);
      for (const reach of [50, 70, 90, 120]) await touch("touchMove", -reach, reach);
      await touch("touchEnd");
      await until(page, "one is about three times closer", () => {
        const zoom = Number(new URLSearchParams(location.search).get("at")?.split("_")[2]);
        return zoom > 2.2 && zoom < 3.2;
      });
      await touch("touchStart", 0);
      for (const x of [20, 60, 90]) await touch("touchMove", x);
      await touch("touchEnd");
      await until(page, "the map is dragged", () => Number(new URLSearchParams(location.search).get("at").split("_")[0]) < -0.02);
      await axe(page, "the map on a phone");
    },
    PHONE,
  );

  inTab(`a hundred thousand points follow the hand`, async (page) => {
    const body = Buffer.alloc(4 * (1 + 3 * MANY));
    body.writeUInt32LE(MANY, 0);
    for (let at = 0; at < MANY; at += 1) {
      body.writeUInt32LE(at + 1, 4 + 4 * at);
      body.writeFloatLE(Math.sin(at) * (at / MANY), 4 * (1 + MANY + 2 * at));
      body.writeFloatLE(Math.cos(at * 1.618) * (at / MANY), 4 * (2 + MANY + 2 * at));
    }
    const { res } = await asked(`feature/${feature.id}/map`);
    await page.route(/\/map$/, (route) => (route.request().resourceType() === "fetch" ? route.fulfill({ json: { status: "ok", res: { ...res, media_count: MANY, made_at_iso: "many" } } }) : route.continue()));
    await page.route(/\/map\.bin/, (route) => route.fulfill({ contentType: "application/octet-stream", body }));
    await page.goto(`/map?feature=${feature.id}`);
    await until(page, "all points are there", (count) => document.querySelector("[data-points]")?.dataset.points === `${count}`, MANY);
    const box = await canvas(page).boundingBox();
    await page.evaluate(() => {
      window.frames_ms = [];
      let last = performance.now();
      const step = (now) => {
        window.frames_ms.push(now - last);
        last = now;
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    });
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    for (let step = 0; step < 15; step += 1) await page.mouse.wheel(0, step % 2 ? 120 : -180);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 300, box.y + box.height / 2 + 100, { steps: 30 });
    await page.mouse.up();
    const frames = (await page.evaluate(() => window.frames_ms)).sort((one, other) => one - other);
    const median = frames[Math.floor(frames.length / 2)];
    console.log(`frames of ${MANY} points on a processor alone: median ${median.toFixed(1)} ms, slowest ${frames.at(-1).toFixed(1)} ms`);
    assert.ok(median < LONGEST_FRAME_MS, `${median} ms`);
  });
});

describe("choosing", () => {
  inTab("a lasso chooses, beside the map they are selected, searched with and collected; Back chooses again", async (page) => {
    const box = await shown(page);
    const part = { left: -0.6, right: 0.6, bottom: -0.5, top: 0.5 };
    const wanted = points.filter(({ x, y }) => x > part.left && x < part.right && y > part.bottom && y < part.top);
    assert.ok(wanted.length > 3, "the middle of the map holds points");
    await page.getByRole("radio", { name: "Lasso" }).click();
    await drawAround(page, around(box, part));
    await isChosen(page, wanted.length);
    assert.equal(await page.getByRole("status").filter({ hasText: `${wanted.length} selected` }).count(), 1);
    await axe(page, "the map with chosen pictures");
    const kept = query(page).area;
    await page.reload();
    await isChosen(page, wanted.length);
    assert.equal(query(page).area, kept);
    await tiles(page).first().waitFor();
    const ids = new Set(wanted.map(({ id }) => `${id}`));
    for (const id of await tiles(page).evaluateAll((all) => all.map(({ dataset }) => dataset.id))) assert.ok(ids.has(id), `${id} was chosen`);
    const title = `Map ${Date.now()}`;
    await page.getByRole("button", { name: /^(Collect|Add to)/ }).last().click();
    await page.getByRole("dialog").getByRole("combobox").fill(title);
    await page.getByRole("option", { name: title }).click();
    await page.getByText(`added to ${title}`).waitFor();
    const { res } = await asked("collection");
    const collection = res.find((one) => one.title === title);
    await until(page, "all are in", async ([id, count]) => (await (await fetch(`/api/v1/collection/${id}/media?limit=1`)).json()).total === count, [collection.id, wanted.length]);
    await page.getByRole("button", { name: /^Search with (these|\d+ of these)$/ }).click();
    await page.waitForURL(/\/search\/media\/\d+\?/);
    await settled(page);
    assert.ok(ids.has(new URL(page.url()).pathname.split("/").at(-1)));
    assert.equal(query(page).like.split(",").length, Math.min(16, wanted.length - 1));
    await page.goBack();
    await isChosen(page, wanted.length);
    await page.getByRole("button", { name: "Choose nothing" }).click();
    await chosen(page).waitFor({ state: "detached" });
    assert.equal(query(page).area, undefined);
  });

  inTab("keys alone look around, open a picture, and choose with a box", async (page) => {
    await shown(page);
    await canvas(page).focus();
    for (const key of ["ArrowRight", "ArrowUp", "+", "+"]) await page.keyboard.press(key);
    await until(page, "one is closer", () => Number(new URLSearchParams(location.search).get("at")?.split("_")[2]) > 2);
    await page.keyboard.press("0");
    await until(page, "all is shown", () => !new URLSearchParams(location.search).has("at"));
    await page.keyboard.press("b");
    await page.getByText("Arrows move the box").waitFor();
    for (let step = 0; step < 4; step += 1) await page.keyboard.press("ArrowLeft");
    for (let step = 0; step < 30; step += 1) await page.keyboard.press("Shift+ArrowRight");
    await axe(page, "a box by keys");
    await page.keyboard.press("Enter");
    await chosen(page).waitFor();
    assert.equal(query(page).area.split(",").length, 4);
    await page.keyboard.press("Escape");
    await page.keyboard.press("b");
    await page.keyboard.press("Escape");
    await page.getByText("Arrows move, + and -").waitFor();
  });

  inTab("pictures of a collection are highlighted, also after a reload", async (page) => {
    const title = `Highlighted ${Date.now()}`;
    const { res } = await asked("collection", json("POST", { title, username: "tester", notes: "" }));
    await asked(`collection/${res.id}/media`, json("POST", { media_ids: points.slice(0, 5).map(({ id }) => id), username: "tester" }));
    await shown(page);
    const look = () => canvas(page).screenshot();
    const before = await look();
    await page.getByLabel("Highlight").selectOption({ label: title });
    await page.waitForResponse((response) => response.url().includes(`/collection/${res.id}/media`));
    await until(page, "it is in the address", (id) => location.search.includes(`highlight=${id}`), res.id);
    const after = await look();
    assert.ok(!before.equals(after), "the map looks otherwise");
    await page.reload();
    await canvas(page).waitFor();
    await until(page, "it is chosen still", (text) => [...document.querySelectorAll("select")].some((one) => one.selectedOptions[0]?.text === text), title);
  });
});

describe("making", () => {
  inTab("a map that is not there is made while one watches", async (page, { mayFail }) => {
    mayFail.push("/map");
    let isMade = false;
    await page.route(/\/feature\/\d+\/map$/, (route) =>
      isMade ? route.continue() : route.fulfill({ status: 404, json: { status: "error", error: "no map yet" } }),
    );
    await page.goto(`/map?feature=${feature.id}`);
    await page.getByRole("heading", { name: "No map yet" }).waitFor();
    await axe(page, "no map yet");
    await page.getByRole("radio", { name: "PCA" }).click();
    isMade = true;
    await page.getByRole("button", { name: "Make the map" }).click();
    await canvas(page).waitFor();
    await until(page, "the points are there", (count) => document.querySelector("[data-points]")?.dataset.points === `${count}`, points.length);
    await page.getByText(/pictures, PCA, made now/).waitFor();
    // Newer pictures have a button of that name too.
    await page.locator("button[aria-haspopup=menu]", { hasText: "Make again" }).click();
    await page.getByRole("menuitem", { name: /UMAP/ }).click();
    await page.getByText(/pictures, UMAP, made now/).waitFor();
  });

  inTab("newer pictures are told, and a map that fails says why", async (page, { mayFail }) => {
    const { res } = await asked(`feature/${feature.id}/map`);
    await page.route(/\/feature\/\d+\/map$/, (route) => route.fulfill({ json: { status: "ok", res: { ...res, newer: 12 } } }));
    await shown(page);
    await page.getByText("12 pictures are newer than the map").waitFor();
    await axe(page, "a map with newer pictures");
    mayFail.push("/map");
    await page.route(/\/feature\/\d+\/map$/, (route) => route.fulfill({ status: 500, json: { status: "error", error: "the map is damaged" } }));
    await page.goto(`/map?feature=${feature.id}`);
    await page.getByRole("alert").getByText("the map is damaged").waitFor();
  });

  inTab("a browser without WebGL 2 says so", async (page) => {
    await page.addInitScript(() => {
      const getContext = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
        return kind === "webgl2" ? null : getContext.call(this, kind, ...rest);
      };
    });
    await page.goto(`/map?feature=${feature.id}`);
    await page.getByRole("heading", { name: "This browser cannot draw the map" }).waitFor();
    await axe(page, "no WebGL");
  });
});

describe("what is shown", () => {
  for (const colorScheme of ["light", "dark"]) {
    inTab(`axe finds nothing serious (${colorScheme})`, async (page) => {
      await shown(page);
      await axe(page, "the map");
    }, { ...DESKTOP, colorScheme });
  }
});
