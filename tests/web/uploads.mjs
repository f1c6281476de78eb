/** Uploads, as somebody would keep them: found by who sent them, searched with again, deleted and sent again, put into the library. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { asked, axe, DESKTOP, json, launch, PHONE, query, settled, tabsOf, tiles, until, URL_OF_SERVER } from "./browser.mjs";

let browser;
let promoted;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  // It looks like one that was there: searches of other tests would find both.
  if (promoted !== undefined) await asked("media/delete", json("POST", { ids: [promoted] }));
});

const inTab = tabsOf(() => browser);

describe("uploads", () => {
  const name = `up-${Date.now() % 1e9}`;
  let sent;
  before(async () => {
    const { res } = await asked("media?limit=3&type=image");
    sent = await Promise.all(res.map(async ({ url }) => Buffer.from(await (await fetch(URL_OF_SERVER + url)).arrayBuffer())));
  });
  /** The same picture with other bytes, so that it is this test's own. */
  const own = (bytes, mark) => new Blob([bytes, Buffer.from(`${name} ${mark}`)], { type: "image/jpeg" });
  async function uploadAll(username = name) {
    for (const [number, bytes] of sent.entries()) {
      const form = new FormData();
      form.append("username", username);
      form.append("image", own(bytes, `${username} ${number}`), `${number}.jpg`);
      await asked("upload", { method: "POST", body: form });
    }
  }

  inTab("are found by who sent them, and searched with again", async (page) => {
    await uploadAll();
    await page.goto("/uploads");
    await settled(page);
    await page.getByRole("combobox", { name: "Sent by" }).fill(name);
    await until(page, "only these are there", (count) => document.querySelectorAll("[role=gridcell][data-id]").length === count, sent.length);
    await settled(page);
    assert.deepEqual(query(page), { by: name });
    const id = await tiles(page).first().getAttribute("data-id");
    await tiles(page).first().hover();
    await tiles(page).first().getByRole("button", { name: "Search with this" }).click();
    await page.waitForURL(`**/search/upload/${id}`);
    await settled(page);
    await page.goBack();
    await settled(page);
    assert.equal(await tiles(page).count(), sent.length);
    await page.getByRole("combobox", { name: "Sent by" }).fill("nobody-at-all");
    await page.getByRole("heading", { name: "Nobody of this name has sent a picture" }).waitFor();
    await page.getByRole("button", { name: "Show those of everybody" }).click();
    await settled(page);
    assert.deepEqual(query(page), {});
  });

  inTab("are deleted by a key, and sent again on second thoughts", async (page) => {
    const other = `${name}-b`.slice(0, 16);
    await uploadAll(other);
    const counted = (count) => until(page, `${count} are there`, (wanted) => document.querySelectorAll("[role=gridcell][data-id]").length === wanted, count);
    await page.goto(`/uploads?by=${other}`);
    await settled(page);
    await counted(sent.length);
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.keyboard.press("Delete");
    await counted(sent.length - 1);
    await page.getByText("1 picture deleted").waitFor();
    await until(page, "the server has deleted it", async ([by, count]) => (await (await fetch(`/api/v1/upload?username=${by}`)).json()).total === count, [other, sent.length - 1]);
    await page.getByRole("button", { name: "Undo" }).click();
    await counted(sent.length);
    await page.reload();
    await settled(page);
    await counted(sent.length);
  });

  inTab("that the server keeps are shown again, with its words", async (page, { mayFail }) => {
    mayFail.push("/api/v1/upload/");
    await page.goto(`/uploads?by=${name}`);
    await settled(page);
    const before = await tiles(page).count();
    await page.route("**/api/v1/upload/*", (route) =>
      route.request().method() === "DELETE"
        ? route.fulfill({ status: 409, json: { status: "error", error: "the upload is being looked at" } })
        : route.continue(),
    );
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.keyboard.press("Delete");
    await page.getByText("the upload is being looked at").waitFor();
    await until(page, "it is there again", (count) => document.querySelectorAll("[role=gridcell][data-id]").length === count, before);
  });

  inTab("are put into the library", async (page) => {
    await page.goto(`/uploads?by=${name}`);
    await settled(page);
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.getByRole("button", { name: "Put into the library" }).click();
    await page.getByText("1 picture put into the library").waitFor();
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.waitForURL("**/media/id/*");
    promoted = Number(new URL(page.url()).pathname.split("/").at(-1));
  });

  const looks = [
    ["light", { ...DESKTOP, colorScheme: "light" }],
    ["dark", { ...DESKTOP, colorScheme: "dark" }],
    ["on a phone", PHONE],
  ];
  for (const [look, options] of looks) {
    inTab(`axe finds nothing serious (${look})`, async (page) => {
      await page.goto("/uploads");
      await settled(page);
      await axe(page, "the uploads");
    }, options);
  }
});
