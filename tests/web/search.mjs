/** The search, as somebody would use it: by file, paste and drop, by a part, from hit to hit, by keys alone. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axe, DESKTOP, launch, open, PHONE, query, settled, tabsOf, tiles, until, URL_OF_SERVER } from "./browser.mjs";

let browser;
let files;

before(async () => {
  browser = await launch();
  const { res } = await (await fetch(`${URL_OF_SERVER}/api/v1/media?limit=12`)).json();
  const pictures = res.filter(({ mediaType }) => mediaType === "image");
  assert.ok(pictures.length >= 5, "the library has pictures");
  files = await Promise.all(
    pictures.map(async ({ url, id }) => ({
      id,
      bytes: Buffer.from(await (await fetch(URL_OF_SERVER + url)).arrayBuffer()),
    })),
  );
});
after(() => browser.close());

const inTab = tabsOf(() => browser);

const caption = (page, index) => tiles(page).nth(index).locator("div").last();
const idOf = (page, index) => tiles(page).nth(index).getAttribute("data-id");
const stage = (page) => page.getByTestId("region-stage");

/** Until a search is shown: where one came from may have had pictures too. */
async function arrived(page) {
  await stage(page).waitFor();
  await settled(page);
}

async function searched(page, id) {
  await page.goto(`/search/media/${id}`);
  await arrived(page);
}

describe("into a search", () => {
  inTab("by picking a file", async (page) => {
    await page.goto("/");
    await page.getByTestId("query-file").setInputFiles({ name: "a.jpg", mimeType: "image/jpeg", buffer: files[0].bytes });
    await page.waitForURL(/\/search\/upload\/\d+/);
    await arrived(page);
    assert.match(await caption(page, 0).innerText(), /The same/);
    assert.equal(await idOf(page, 0), `${files[0].id}`);
  });

  for (const way of ["paste", "drop"]) {
    inTab(`by ${way}`, async (page) => {
      await page.goto("/search");
      await settled(page);
      await page.evaluate(
        ([how, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], "b.jpg", { type: "image/jpeg" }));
          const options = { bubbles: true, cancelable: true };
          const event =
            how === "paste"
              ? new ClipboardEvent("paste", { ...options, clipboardData: data })
              : new DragEvent("drop", { ...options, dataTransfer: data });
          document.querySelector("main").dispatchEvent(event);
        },
        [way, files[1].bytes.toString("base64")],
      );
      await page.waitForURL(/\/search\/upload\/\d+/);
      await arrived(page);
      assert.equal(await idOf(page, 0), `${files[1].id}`);
    });
  }

  inTab("by hash, by random, and from the first pictures", async (page) => {
    await page.goto("/search");
    await settled(page);
    await axe(page, "the start");
    await page.keyboard.press("r");
    await page.waitForURL(/\/search\/random\/[0-9a-f]+/);
    await arrived(page);
    const { el } = (await (await fetch(`${URL_OF_SERVER}/api/v1/media/id/${files[2].id}`)).json()).res;
    await page.keyboard.press("/");
    await page.keyboard.type(el.sha256);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/search\/sha256\//);
    await arrived(page);
    assert.equal(await idOf(page, 0), `${files[2].id}`);
    await page.goto("/search");
    await settled(page);
    const first = await idOf(page, 0);
    await tiles(page).first().locator("a").click();
    await page.waitForURL(`**/search/media/${first}`);
  });

  inTab("nothing is found where nothing is, in the server's words", async (page, { mayFail }) => {
    mayFail.push("/api/v1/search/");
    await page.goto("/search/media/987654321");
    await page.getByRole("alert").waitFor();
    assert.match(await page.getByRole("alert").innerText(), /987654321|not found|no such/i);
    await page.goto("/search/nonsense/1");
    await page.getByRole("heading", { name: "There is nothing at this address" }).first().waitFor();
  });
});

describe("a part of the query", () => {
  inTab("is drawn, moved and given up; Back has each again", async (page) => {
    await searched(page, files[0].id);
    const box = await stage(page).boundingBox();
    const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
    const drag = async (from, to) => {
      await page.mouse.move(...at(...from));
      await page.mouse.down();
      await page.mouse.move(...at(...to), { steps: 4 });
      const asked = page.waitForRequest(/search\/media\/.*[?&]x=/);
      await page.mouse.up();
      await asked;
      await settled(page);
    };
    await drag([0.2, 0.2], [0.6, 0.7]);
    const drawn = query(page);
    assert.ok(Math.abs(drawn.x - 0.2) < 0.02 && Math.abs(drawn.w - 0.4) < 0.02, JSON.stringify(drawn));
    await drag([0.4, 0.4], [0.5, 0.4]);
    assert.ok(Math.abs(query(page).x - 0.3) < 0.02 && Math.abs(query(page).w - 0.4) < 0.02, JSON.stringify(query(page)));
    await page.goBack();
    await until(page, "the first part is back", (x) => new URLSearchParams(location.search).get("x") === x, drawn.x);
    await page.getByRole("button", { name: "Whole picture", exact: true }).click();
    await until(page, "the whole picture counts", () => !location.search.includes("x="));
  });

  inTab("is made by keys", async (page) => {
    await searched(page, files[0].id);
    await page.getByTestId("region").focus();
    for (let step = 0; step < 10; step += 1) await page.keyboard.press("Shift+ArrowLeft");
    await until(page, "the part is narrow", () => Math.abs(new URLSearchParams(location.search).get("w") - 0.8) < 0.001);
    await page.keyboard.press("ArrowRight");
    await until(page, "the part has moved", () => Math.abs(new URLSearchParams(location.search).get("x") - 0.02) < 0.001);
    await page.keyboard.press("Escape");
    await until(page, "the whole picture counts", () => !location.search.includes("w="));
  });

  inTab(
    "is made with a finger",
    async (page, { context }) => {
      await searched(page, files[0].id);
      const box = await stage(page).boundingBox();
      const client = await context.newCDPSession(page);
      const touch = (type, x, y) =>
        client.send("Input.dispatchTouchEvent", {
          type,
          touchPoints: type === "touchEnd" ? [] : [{ x: box.x + box.width * x, y: box.y + box.height * y }],
        });
      await touch("touchStart", 0.97, 0.97);
      for (const at of [0.9, 0.8, 0.6]) await touch("touchMove", at, at);
      await touch("touchEnd");
      await until(page, "the part is smaller", () => new URLSearchParams(location.search).get("w") < 0.8);
      await settled(page);
      await axe(page, "a search on a phone");
    },
    PHONE,
  );
});

describe("from hit to hit", () => {
  inTab("the way is remembered, and each place of it is a click away", async (page) => {
    await searched(page, files[0].id);
    const [second, third] = [await idOf(page, 1), await idOf(page, 2)];
    await tiles(page).nth(1).hover();
    await tiles(page).nth(1).getByRole("button", { name: "Search with this" }).click();
    await page.waitForURL(`**/search/media/${second}?*`);
    await settled(page);
    assert.equal(await idOf(page, 0), second);
    assert.equal(query(page).walked, `m${files[0].id}`);
    await page.goto(`/search/media/${third}?walked=m${files[0].id},m${second}`);
    await settled(page);
    await page.getByRole("button", { name: "Back to step 1" }).click();
    await page.waitForURL(new RegExp(`/search/media/${files[0].id}$`));
    await page.goBack();
    await page.waitForURL(`**/search/media/${third}?*`);
  });

  inTab("details open at the right, follow the keys, and are in the address", async (page) => {
    await searched(page, files[0].id);
    await tiles(page).nth(1).locator("a").click();
    const details = page.getByRole("complementary", { name: "Details" });
    await details.waitFor();
    const second = await idOf(page, 1);
    assert.equal(query(page).show, second);
    await details.getByText("SHA-256", { exact: true }).waitFor();
    await page.keyboard.press("j");
    const third = await idOf(page, 2);
    await until(page, "the details follow", (id) => new URLSearchParams(location.search).get("show") === id, third);
    await axe(page, "the details");
    await page.reload();
    await details.waitFor();
    await page.keyboard.press("Escape");
    await details.waitFor({ state: "detached" });
    assert.equal(query(page).show, undefined);
  });

  inTab("a reload and Back find their place in a long list", async (page) => {
    await searched(page, files[0].id);
    for (const reached of [1, 2]) {
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await until(page, `${reached} more pages`, (most) => new URLSearchParams(location.search).get("hits") >= most, 60 + 60 * reached);
    }
    await settled(page);
    const top = await page.evaluate(() => {
      window.scrollTo(0, document.body.scrollHeight * 0.6);
      return Math.round(window.scrollY);
    });
    assert.ok(top > 1000);
    const shown = () => page.evaluate(() => document.elementFromPoint(700, 450)?.closest("[data-id]")?.dataset.id);
    await until(page, "a picture is in the middle", () => document.elementFromPoint(700, 450)?.closest("[data-id]"));
    const middle = await shown();
    await page.reload();
    await settled(page);
    await until(page, "the place is found again", (before) => Math.abs(window.scrollY - before) < 4, top);
    assert.equal(await shown(), middle);
    await page.keyboard.press("g");
    await page.keyboard.press("l");
    await page.waitForURL("**/library");
    await page.goBack();
    await until(page, "Back finds it too", (before) => Math.abs(window.scrollY - before) < 4, top);
  });

  inTab("another size of pictures keeps the first in sight", async (page) => {
    await searched(page, files[0].id);
    await page.evaluate(() => window.scrollTo(0, 900));
    const firstRow = () =>
      page.evaluate(() => {
        // 72 pixels at the top are the bar's.
        const inSight = (tile) => tile.getBoundingClientRect().bottom > 72;
        const row = [...document.querySelectorAll("[role=row][aria-rowindex]")].find((one) => inSight(one.querySelector("[data-id]")));
        return [...row.querySelectorAll("[data-id]")].map((tile) => tile.dataset.id);
      });
    await until(page, "rows are drawn there", () => document.elementFromPoint(700, 450)?.closest("[data-id]"));
    const [first] = await firstRow();
    for (const key of ["+", "+", "-", "-", "-"]) {
      const height = await page.evaluate(() => localStorage.getItem("likeness.row-height"));
      await page.keyboard.press(key);
      await until(page, "the size has changed", (old) => localStorage.getItem("likeness.row-height") !== old, height);
      assert.ok((await firstRow()).includes(first), `after ${key}`);
    }
  });
});

describe("by keys alone", () => {
  inTab("select, grow and shrink, collect, search", async (page) => {
    await searched(page, files[0].id);
    const count = () => page.locator("[role=gridcell][aria-selected=true]").count();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    assert.equal(await count(), 1);
    for (let step = 0; step < 3; step += 1) await page.keyboard.press("Shift+ArrowRight");
    assert.equal(await count(), 4);
    for (let step = 0; step < 2; step += 1) await page.keyboard.press("Shift+ArrowLeft");
    assert.equal(await count(), 2);
    const title = `Keys ${Date.now()}`;
    await page.keyboard.press("c");
    await page.getByRole("dialog").getByRole("combobox").waitFor();
    await page.keyboard.type(title);
    await page.getByRole("option", { name: title }).waitFor();
    await axe(page, "the dialog to collect");
    await page.keyboard.press("Enter");
    await until(page, "both are marked", () => document.querySelectorAll("[role=gridcell] [aria-label=Collect][aria-pressed=true]").length === 2);
    await page.keyboard.press("Escape");
    assert.equal(await count(), 0);
    await page.keyboard.press("k");
    const before = await page.locator("a:focus").getAttribute("href");
    await page.keyboard.press("s");
    await page.waitForURL(`**${before}?*`);
  });

  inTab("collecting is shown at once and rolled back when it is refused", async (page, { mayFail }) => {
    await searched(page, files[0].id);
    await page.keyboard.press("j");
    await page.keyboard.press("c");
    await page.getByRole("dialog").getByRole("combobox").waitFor();
    await page.keyboard.type(`Refused ${Date.now()}`);
    await page.getByRole("dialog").getByRole("option").last().waitFor();
    await page.keyboard.press("Enter");
    const marked = page.locator("[role=gridcell] [aria-label=Collect][aria-pressed=true]");
    await until(page, "it is marked", () => document.querySelector("[role=gridcell] [aria-label=Collect][aria-pressed=true]"));
    mayFail.push("/collection/");
    let letGo;
    const held = new Promise((resolve) => {
      letGo = resolve;
    });
    await page.route("**/api/v1/collection/*/media", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      await held;
      return route.fulfill({ status: 409, json: { status: "error", error: "the collection is being merged" } });
    });
    await page.keyboard.press("j");
    await page.keyboard.press("c");
    await until(page, "it is shown at once", () => document.querySelectorAll("[role=gridcell] [aria-label=Collect][aria-pressed=true]").length === 2);
    letGo();
    await page.getByText("the collection is being merged").waitFor();
    await until(page, "it is rolled back", () => document.querySelectorAll("[role=gridcell] [aria-label=Collect][aria-pressed=true]").length === 1);
    assert.equal(await marked.count(), 1);
  });
});

describe("what is shown", () => {
  inTab("everything can be blurred, and what was looked at left out", async (page) => {
    await searched(page, files[0].id);
    await page.getByRole("button", { name: "View" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Blur all pictures" }).click();
    await until(page, "pictures are blurred", () => {
      const picture = [...document.querySelectorAll("[role=gridcell] img")].at(-1);
      return getComputedStyle(picture).filter.includes("blur");
    });
    const second = await idOf(page, 1);
    await tiles(page).nth(1).locator("a").click();
    await until(page, "its details are open", () => location.search.includes("show="));
    await page.keyboard.press("Escape");
    await page.getByLabel("Hide what I have looked at").check();
    await page.getByText("1 seen one hidden").waitFor();
    assert.notEqual(await idOf(page, 1), second);
  });

  for (const colorScheme of ["light", "dark"]) {
    inTab(`axe finds nothing serious (${colorScheme})`, async (page) => {
      await searched(page, files[0].id);
      await axe(page, "a search");
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      await axe(page, "the keys");
    }, { ...DESKTOP, colorScheme });
  }

  inTab("features answer side by side, with what they agree on", async (page) => {
    const { res } = await (await fetch(`${URL_OF_SERVER}/api/v1/feature`)).json();
    const ready = res.filter(({ indexed_at }) => indexed_at);
    if (ready.length < 2) return console.log("SKIPPED: the library has one feature only");
    await page.goto(`/search/media/${files[0].id}?feature=${ready[0].id}&beside=${ready[1].id}`);
    await page.getByRole("grid").nth(1).waitFor();
    await settled(page);
    await page.getByText(/pictures? found by all/).waitFor();
    await until(page, "agreement is marked", () => /also #\d/.test(document.querySelector("[role=grid]").innerText));
    await axe(page, "features side by side");
  });
});
