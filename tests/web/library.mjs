/** The library, its trash and collections in a browser: filters that join, an order by hand, and the way back from every change. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { axe, DESKTOP, launch, query, settled, tabsOf, tiles, until, URL_OF_SERVER } from "./browser.mjs";

let browser;
let ids;

const api = async (method, path, body) => {
  const options = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`${URL_OF_SERVER}/api/v1/${path}`, { method, ...options });
  const answer = await response.json();
  assert.ok(response.ok, `${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
};

before(async () => {
  browser = await launch();
  const { res } = await api("GET", "media?limit=40&type=image");
  ids = res.map(({ id }) => id);
  assert.ok(ids.length >= 12, "the library has pictures");
});
after(() => browser.close());

const inTab = tabsOf(() => browser);

/** A collection of these pictures; answers its number. */
async function collection(media) {
  const { res } = await api("POST", "collection", { title: `Test ${Date.now()}`, username: "test" });
  await api("POST", `collection/${res.id}/media`, { media_ids: media, username: "test" });
  return res.id;
}

const shownIds = (page) =>
  page.evaluate(() => [...document.querySelectorAll("[role=gridcell][data-id]")].map(({ dataset }) => Number(dataset.id)));
const orderOf = async (id) =>
  (await api("GET", `collection/${id}/media?sort=position&limit=1000`)).res.map(({ media_id }) => media_id);

function untilShown(page, what, expected) {
  return until(
    page,
    what,
    (wanted) => [...document.querySelectorAll("[role=gridcell][data-id]")].map(({ dataset }) => dataset.id).join() === wanted,
    expected.join(),
  );
}

/** Until the server has an order: what is shown is ahead of it. */
async function untilOrdered(page, id, expected) {
  await until(
    page,
    "the server has the order",
    async ([path, wanted]) => {
      const { res } = await (await fetch(path)).json();
      return res.map(({ media_id }) => media_id).join() === wanted;
    },
    [`/api/v1/collection/${id}/media?sort=position&limit=1000`, expected.join()],
  );
}

const select = (page, id) => page.locator(`[data-id="${id}"]`).getByRole("button", { name: "Select" }).click();

describe("a collection", () => {
  inTab("is arranged by keys, and each step is kept", async (page) => {
    const [a, b, c, d] = ids;
    const id = await collection([a, b, c, d]);
    await page.goto(`/collections/${id}`);
    await settled(page);
    await untilShown(page, "it is as it was filled", [a, b, c, d]);
    await page.keyboard.press("End");
    await page.keyboard.press("x");
    for (const expected of [[a, b, d, c], [a, d, b, c], [d, a, b, c]]) {
      await page.keyboard.press(",");
      await untilShown(page, "it has moved", expected);
    }
    await page.keyboard.press(".");
    await untilShown(page, "it is back by one", [a, d, b, c]);
    await untilOrdered(page, id, [a, d, b, c]);
    await page.reload();
    await settled(page);
    assert.deepEqual(await shownIds(page), [a, d, b, c]);
  });

  inTab("is arranged from the menu, and Undo has the old order, however scattered what moved was", async (page) => {
    const some = ids.slice(0, 6);
    const [a, b, c, d, e, f] = some;
    const id = await collection(some);
    await page.goto(`/collections/${id}`);
    await settled(page);
    await select(page, b);
    await select(page, e);
    await page.getByRole("button", { name: "Move", exact: true }).click();
    await axe(page, "the menu that moves");
    await page.getByRole("menuitem", { name: "To the end" }).click();
    await untilShown(page, "both are last", [a, c, d, f, b, e]);
    await untilOrdered(page, id, [a, c, d, f, b, e]);
    await page.getByRole("button", { name: "Undo" }).click();
    await untilShown(page, "all are where they were", some);
    await untilOrdered(page, id, some);
  });

  inTab("is arranged by dragging what is selected", async (page) => {
    const some = ids.slice(0, 4);
    const [a, b, c, d] = some;
    const id = await collection(some);
    await page.goto(`/collections/${id}`);
    await settled(page);
    await select(page, d);
    const target = page.locator(`[data-id="${b}"]`);
    const { height } = await target.boundingBox();
    await page.locator(`[data-id="${d}"] a`).dragTo(target, { targetPosition: { x: 12, y: height / 2 } });
    await untilShown(page, "it lies where it was dropped", [a, d, b, c]);
    await untilOrdered(page, id, [a, d, b, c]);
  });

  inTab("is as before when the server refuses", async (page, { mayFail }) => {
    const some = ids.slice(0, 4);
    const id = await collection(some);
    mayFail.push("/order");
    await page.route("**/api/v1/collection/*/order", (route) =>
      route.fulfill({ status: 409, json: { status: "error", error: "somebody else arranges it" } }),
    );
    await page.goto(`/collections/${id}`);
    await settled(page);
    await select(page, some[0]);
    await page.keyboard.press(".");
    await page.getByText("somebody else arranges it").waitFor();
    await untilShown(page, "it is as it was", some);
  });

  inTab("gives back what was taken out, as it was there", async (page) => {
    const some = ids.slice(0, 5);
    const [a, b, c, d, e] = some;
    const id = await collection(some);
    await api("PUT", `collection/${id}/media/${c}`, { notes: "by the gate" });
    await page.goto(`/collections/${id}`);
    await settled(page);
    await page.getByText("by the gate").waitFor();
    await select(page, c);
    await select(page, d);
    await page.keyboard.press("Delete");
    await untilShown(page, "both are out", [a, b, e]);
    await page.getByText("2 pictures taken out").waitFor();
    assert.deepEqual(await orderOf(id), [a, b, e]);
    await page.getByRole("button", { name: "Undo" }).click();
    await untilShown(page, "both are in their places", some);
    await page.getByText("by the gate").waitFor();
    const { res } = await api("GET", `collection/${id}/media?sort=position`);
    assert.equal(res[2].notes, "by the gate");
    assert.equal(res[2].username, "test");
  });

  inTab("is named on the page of each of its pictures", async (page) => {
    const id = await collection([ids[0]]);
    const { title } = (await api("GET", `collection/${id}`)).res;
    await page.goto(`/media/id/${ids[0]}`);
    await page.getByRole("link", { name: title }).click();
    await page.waitForURL(`**/collections/${id}`);
  });
});

describe("the library", () => {
  inTab("marks what is in the current collection, and takes it out again", async (page) => {
    const id = await collection([ids[0]]);
    await page.goto(`/collections/${id}`);
    await settled(page);
    await page.goto("/library?sort=oldest");
    await settled(page);
    const button = page.locator(`[data-id="${ids[0]}"]`).getByRole("button", { name: "Collect" });
    await until(page, "it is marked", () => document.querySelectorAll("[role=gridcell] [aria-label=Collect][aria-pressed=true]").length === 1);
    await page.locator(`[data-id="${ids[0]}"]`).hover();
    await button.click();
    await until(page, "it is out", () => !document.querySelector("[role=gridcell] [aria-label=Collect][aria-pressed=true]"));
    assert.deepEqual(await orderOf(id), []);
  });

  inTab("joins a collection with a name and an order", async (page) => {
    const id = await collection(ids.slice(0, 6));
    await page.goto(`/library?collection=${id}&sort=oldest`);
    await settled(page);
    assert.equal(await tiles(page).count(), 6);
    const { res } = await api("GET", `media/id/${ids[2]}`);
    await page.getByLabel("Name of the file").fill(res.original_name);
    await until(page, "the name is in the address", () => new URLSearchParams(location.search).get("name"));
    await until(page, "fewer are shown", () => document.querySelectorAll("[role=gridcell][data-id]").length < 6);
    assert.ok((await shownIds(page)).includes(ids[2]));
    assert.equal(query(page).collection, `${id}`);
    await axe(page, "the library with filters");
  });

  inTab("shows what is in the trash, and has it back", async (page) => {
    const id = ids.at(-1);
    await api("POST", "media/delete", { ids: [id] });
    try {
      await page.goto("/library?trash=yes");
      await settled(page);
      const picture = page.locator(`[data-id="${id}"] img`).last();
      await until(
        page,
        "its picture is there",
        (wanted) => {
          const image = [...document.querySelectorAll(`[data-id="${wanted}"] img`)].at(-1);
          return image?.complete && image.naturalWidth > 0;
        },
        id,
      );
      assert.match(await picture.getAttribute("src"), /deleted=1/);
      await page.goto(`/media/id/${id}`);
      await page.getByText("In the trash").waitFor();
      await until(page, "the original is shown", () =>
        [...document.images].some(({ src, naturalWidth }) => src.includes("/static/data/media/") && naturalWidth > 0),
      );
      await axe(page, "a deleted picture");
      await page.getByRole("button", { name: "Restore" }).click();
      await page.getByText("1 picture restored").waitFor();
    } finally {
      await api("POST", "media/restore", { ids: [id] });
    }
  });

  for (const colorScheme of ["light", "dark"]) {
    inTab(`axe finds nothing serious (${colorScheme})`, async (page) => {
      const id = await collection(ids.slice(0, 8));
      for (const address of ["/library", `/collections/${id}`, `/media/id/${ids[0]}`]) {
        await page.goto(address);
        if (address.startsWith("/media")) await page.getByRole("complementary").waitFor();
        else await settled(page);
        await axe(page, address);
      }
    }, { ...DESKTOP, colorScheme });
  }
});
