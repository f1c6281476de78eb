/** Importing, as somebody would: files and folders picked or dropped, what fails and why, trying again, and a server that is away. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { asked, axe, json, launch, settled, tabsOf, until, URL_OF_SERVER } from "./browser.mjs";

let browser;
let picture;
let last;

/** Media that are newer than any that were there before. */
const newest = async () => (await asked("media?sort=id&order=desc&limit=100")).res.map(({ id }) => id);

before(async () => {
  browser = await launch();
  const [first] = (await asked("media?limit=1&type=image")).res;
  assert.ok(first, "the library has a picture");
  [last] = await newest();
  picture = Buffer.from(await (await fetch(URL_OF_SERVER + first.url)).arrayBuffer());
});
after(async () => {
  await browser.close();
  // They look like one that was there: searches of other tests would find them all.
  await asked("media/delete", json("POST", { ids: (await newest()).filter((id) => id > last) }));
});

const inTab = tabsOf(() => browser);

/** The same picture with other bytes: new to the library. */
const fresh = (name) => ({ name, mimeType: "image/jpeg", buffer: Buffer.concat([picture, Buffer.from(`${name} ${Date.now()} ${Math.random()}`)]) });
const known = (name) => ({ name, mimeType: "image/jpeg", buffer: picture });
const broken = (name) => ({ name, mimeType: "image/jpeg", buffer: Buffer.from("no picture at all") });

const panel = (page) => page.getByTestId("import");
const line = (page, name) => panel(page).getByRole("listitem").filter({ hasText: name });

async function picked(page, files) {
  await page.goto("/library");
  await settled(page);
  await page.getByTestId("import-files").setInputFiles(files);
  await panel(page).waitFor();
}

describe("an import", () => {
  inTab("tells of each file what became of it, and the library has the new ones", async (page) => {
    const before = (await asked("media?limit=1")).total;
    await picked(page, [fresh("new-1.jpg"), fresh("new-2.jpg"), known("known.jpg"), broken("broken.jpg")]);
    await panel(page).getByRole("heading", { name: "3 files imported, 1 not" }).waitFor();
    await panel(page).getByText("2 pictures are new, 1 was there before.").waitFor();
    await line(page, "known.jpg").getByRole("link", { name: "Was there before" }).waitFor();
    assert.match(await line(page, "broken.jpg").innerText(), /not a picture/);
    await axe(page, "an import that is over");
    assert.equal((await asked("media?limit=1")).total, before + 2);
    await until(page, "the library counts them", (count) => document.querySelector("main header").innerText.replaceAll(",", "").includes(`${count} `), before + 2);
    await panel(page).getByRole("button", { name: "Close" }).click();
    await panel(page).waitFor({ state: "detached" });
  });

  inTab("is tried again where it failed", async (page) => {
    await picked(page, [broken("twice.jpg")]);
    await panel(page).getByRole("heading", { name: "0 files imported, 1 not" }).waitFor();
    const again = page.waitForResponse("**/retry");
    await panel(page).getByRole("button", { name: "Try 1 again" }).click();
    assert.equal((await again).status(), 202);
    await panel(page).getByRole("heading", { name: "0 files imported, 1 not" }).waitFor();
    await line(page, "twice.jpg").getByText(/not a picture/).waitFor();
  });

  inTab("of what is dropped goes on in every view", async (page) => {
    await page.goto("/library");
    await settled(page);
    await page.evaluate(
      ([bytes, name]) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)), name], name, { type: "image/jpeg" }));
        document.querySelector("main h1").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
      },
      [picture.toString("base64"), `dropped-${Date.now()}.jpg`],
    );
    await panel(page).waitFor();
    await page.getByRole("link", { name: "Work" }).click();
    await page.waitForURL("**/work");
    await panel(page).getByRole("heading", { name: "1 file imported" }).waitFor();
  });

  inTab("waits for a server that is away, and goes on by itself", async (page, { mayFail, context }) => {
    mayFail.push("/");
    await page.goto("/library");
    await settled(page);
    await context.setOffline(true);
    await page.getByTestId("import-files").setInputFiles([fresh("later.jpg")]);
    await page.getByText("This computer is offline.").waitFor();
    await context.setOffline(false);
    await panel(page).getByRole("heading", { name: "1 file imported" }).waitFor();
  });

  inTab("from addresses is refused in the server's words", async (page, { mayFail }) => {
    mayFail.push("/api/v1/task/run");
    await page.goto("/library");
    await settled(page);
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByRole("menuitem", { name: /Addresses/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Addresses").fill("http://127.0.0.1/a.jpg");
    await dialog.getByRole("button", { name: "Import" }).click();
    await dialog.getByRole("alert").waitFor();
    await axe(page, "a refused address");
  });
});
