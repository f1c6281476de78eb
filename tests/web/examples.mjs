/** Several examples in one search, filters beside them, what is spared the eyes, two pictures compared, one's own name, a server that is away. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asked, axe, json, launch, query, settled, tabsOf, tiles, until } from "./browser.mjs";

let browser;
let ids;

before(async () => {
  browser = await launch();
  ids = (await asked("media?limit=40&type=image")).res.map(({ id }) => id);
  assert.ok(ids.length >= 12, "the library has pictures");
});
after(() => browser.close());

const inTab = tabsOf(() => browser);

async function searched(page, address) {
  await page.goto(address);
  await page.getByTestId("region-stage").waitFor();
  await settled(page);
}

const details = (page) => page.getByRole("complementary", { name: "Details" });
const idOf = (page, index) => tiles(page).nth(index).getAttribute("data-id");

/** What the page sends when this happens. */
async function sentBy(page, happens) {
  const request = page.waitForRequest((one) => one.method() === "POST" && new URL(one.url()).pathname === "/api/v1/search");
  await happens();
  const one = await request;
  const response = await one.response();
  assert.equal(response.status(), 200, await response.text());
  return one.postDataJSON();
}

describe("several examples", () => {
  for (const kind of ["media", "random"]) {
    inTab(`are liked and disliked beside a ${kind} query, and taken out again`, async (page) => {
      await searched(page, `/search/${kind}/${kind === "media" ? ids[0] : "1f"}`);
      await tiles(page).nth(1).locator("a").click();
      await details(page).waitFor();
      const [first, liked] = [Number(await idOf(page, 0)), Number(await idOf(page, 1))];
      const body = await sentBy(page, () => details(page).getByRole("button", { name: "More like this" }).click());
      assert.deepEqual(
        body.examples.map(({ media, weight }) => [media, weight]),
        [
          [first, 1],
          [liked, 1],
        ],
      );
      await settled(page);
      assert.equal(query(page).like, `m${liked}`);
      await page.getByTestId("region-stage").waitFor();
      await page.keyboard.press("Escape");
      const disliked = Number(await idOf(page, 5));
      await tiles(page).nth(5).getByRole("button", { name: "Select" }).click();
      const next = await sentBy(page, () => page.getByRole("button", { name: "Less like these" }).click());
      assert.deepEqual(next.examples.at(-1), { media: disliked, weight: -1 });
      await settled(page);
      await axe(page, "a search with several examples");
      await page.reload();
      await settled(page);
      assert.equal(query(page).unlike, `m${disliked}`);
      await page.getByRole("list", { name: "More like these" }).getByRole("button").click();
      await page.getByRole("list", { name: "Less like these" }).getByRole("button").click();
      await until(page, "one picture is searched with", () => !/like=/.test(location.search));
      await settled(page);
    });
  }

  inTab("are narrowed by filters, which are numbers and lists", async (page) => {
    const { res } = await asked("collection", json("POST", { title: `Examples ${Date.now()}`, username: "test" }));
    await asked(`collection/${res.id}/media`, json("POST", { media_ids: ids.slice(0, 6), username: "test" }));
    const address = `/search/media/${ids[0]}?like=m${ids[1]}&unlike=m${ids[9]}&type=image&in=${res.id}&within=1.4&since=2020-01-01&date=imported`;
    const body = await sentBy(page, () => searched(page, address));
    assert.deepEqual([body.type, body.collection_id, body.max_score, body.date], [["image"], [res.id], 1.4, "imported"]);
    const shown = await tiles(page).evaluateAll((all) => all.map(({ dataset }) => Number(dataset.id)));
    assert.ok(shown.length > 0 && shown.every((id) => ids.slice(0, 6).includes(id)), shown.join());
  });
});

describe("what is graphic", () => {
  inTab("is marked from a search, blurred in every view, and shown when one asks", async (page) => {
    const id = ids[3];
    try {
      await searched(page, `/search/media/${id}?show=${id}`);
      const marking = page.waitForResponse((one) => one.request().method() === "PATCH");
      await details(page).getByRole("switch", { name: "Graphic content" }).click();
      await marking;
      const isBlurred = ([wanted]) => {
        const picture = [...document.querySelectorAll(`[data-id="${wanted}"] img`)].at(-1);
        return picture && getComputedStyle(picture).filter.includes("blur");
      };
      await until(page, "it is blurred among the hits", isBlurred, [id]);
      await details(page).getByRole("button", { name: "Graphic content: show it" }).click();
      await details(page).getByRole("button", { name: "Graphic content: show it" }).waitFor({ state: "detached" });
      await page.goto("/library?sort=oldest");
      await settled(page);
      await until(page, "it is blurred in the library", isBlurred, [id]);
      await page.goto(`/media/id/${id}`);
      const veil = page.getByRole("main").getByRole("button", { name: "Graphic content: show it" });
      await veil.waitFor();
      await axe(page, "a graphic picture");
      await veil.click();
      await veil.waitFor({ state: "detached" });
      assert.equal((await asked(`media/id/${id}`)).res.el.graphic, true);
    } finally {
      await asked("media/graphic", json("POST", { ids: [id], graphic: false }));
    }
  });
});

describe("two pictures", () => {
  inTab("are compared in every way, from a search and by keys", async (page) => {
    await searched(page, `/search/media/${ids[0]}`);
    const pair = [await idOf(page, 0), await idOf(page, 1)];
    for (const key of ["j", "x", "j", "x", "v"]) await page.keyboard.press(key);
    await page.waitForURL(`**/compare/${pair.join("/")}`);
    await page.getByRole("slider", { name: "Divider between the two pictures" }).waitFor();
    await axe(page, "the slider");
    for (const [mode, role, name] of [
      ["Flicker", "button", "Swap"],
      ["Difference", "slider", "Brighten the difference"],
      ["Side by side", "figure", "Second"],
    ]) {
      await page.getByRole("radio", { name: mode }).click();
      if (role === "figure") await page.getByRole("figure").filter({ hasText: name }).waitFor();
      else await page.getByRole(role, { name }).waitFor();
      await axe(page, mode);
    }
    assert.equal(query(page).mode, "beside");
    await page.goBack();
    await page.waitForURL(`**/search/media/${ids[0]}`);
  });
});

describe("one's own name", () => {
  inTab("is kept, and stands beside what one makes", async (page) => {
    await page.goto("/collections");
    await page.getByRole("button", { name: "Your name: anonymous" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("grace");
    await axe(page, "the dialog of the name");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Your name: grace" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "New collection" }).first().click();
    const title = `Of grace ${Date.now()}`;
    await page.getByRole("dialog").getByLabel("Title").fill(title);
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    await page.waitForURL(/\/collections\/\d+$/);
    await page.getByText(/^by grace, /).waitFor();
    const made = (await asked("collection")).res.find((one) => one.title === title);
    assert.equal(made.username, "grace");
  });
});

describe("a server that is away", () => {
  inTab("is waited for by a view whose code is not here yet", async (page, { context, mayFail }) => {
    mayFail.push("/");
    await page.goto("/search");
    await settled(page);
    await context.setOffline(true);
    await page.getByRole("link", { name: "Models", exact: true }).click();
    await page.getByText("This computer is offline.").waitFor();
    await context.setOffline(false);
    await page.getByRole("heading", { name: "Detectors" }).waitFor();
    await page.getByText("This computer is offline.").waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).pathname, "/models");
  });
});
