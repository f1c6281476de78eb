/** Whole journeys in a browser, once with the mouse and once by keys alone: pictures in, a collection filled and exported, its ZIP opened. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { asked, axe, launch, query, settled, tabsOf, tiles, until } from "./browser.mjs";

const GOOD = 195;
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

const inTab = tabsOf(() => browser);

/** Until a search is shown: where one came from may have had pictures too. */
async function arrived(page) {
  await page.getByTestId("region-stage").waitFor();
  await settled(page);
}

/** Files are chosen by a test from now on. Asked for in time: the browser must hear of it before a key is pressed. */
async function choosesFiles(page) {
  page.on("filechooser", () => {});
  await page.evaluate(() => document.readyState);
}

/** Pictures that no library has yet: the browser draws them. */
async function drawn(page, count) {
  const pictures = await page.evaluate((count) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 96, height: 72 });
    const pen = canvas.getContext("2d");
    return Array.from({ length: count }, () => {
      for (let part = 0; part < 12; part += 1) {
        pen.fillStyle = `hsl(${Math.random() * 360} 80% ${20 + Math.random() * 60}%)`;
        pen.fillRect(Math.random() * 96 - 20, Math.random() * 72 - 20, 10 + Math.random() * 60, 10 + Math.random() * 60);
      }
      return canvas.toDataURL("image/png").split(",")[1];
    });
  }, count);
  return pictures.map((text, number) => ({ name: `drawn ${number}.png`, mimeType: "image/png", buffer: Buffer.from(text, "base64") }));
}

/** Five files that are no pictures, each for a reason of its own. */
function broken([{ buffer }]) {
  const huge = Buffer.from(buffer);
  huge.writeUInt32BE(1_000_000, 16);
  huge.writeUInt32BE(1_000_000, 20);
  const bytes = {
    "cut off.png": buffer.subarray(0, buffer.length / 2),
    "no picture.jpg": Buffer.from("this is a text"),
    "empty.png": Buffer.alloc(0),
    "a million wide.png": huge,
    "page.png": Buffer.from("<html><body>Not found</body></html>"),
  };
  return Object.entries(bytes).map(([name, buffer]) => ({ name, mimeType: "image/png", buffer }));
}

const total = async () => (await asked("media?limit=1")).total;
const panel = (page) => page.getByTestId("import");

async function untilImported(page, done, failed) {
  await panel(page).getByRole("heading", { name: `${done} files imported, ${failed} not` }).waitFor({ timeout: 180_000 });
}

/** The archive that a link downloads, opened by the programs that everybody has. */
async function opened(page, start) {
  const coming = page.waitForEvent("download");
  await start();
  const folder = mkdtempSync(join(tmpdir(), "likeness-export-"));
  try {
    await (await coming).saveAs(join(folder, "export.zip"));
    execFileSync("unzip", ["-q", "export.zip"], { cwd: folder });
    const [top] = readdirSync(folder).filter((name) => name !== "export.zip");
    execFileSync("sha256sum", ["--quiet", "-c", "manifest.sha256"], { cwd: join(folder, top) });
    return { top, media: readdirSync(join(folder, top, "media")) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("200 files of which five are bad", () => {
  inTab("come in, are told one by one, and are tried again", async (page) => {
    await page.goto("/library");
    await settled(page);
    const files = await drawn(page, GOOD);
    const bad = broken(files);
    const before = await total();
    await page.getByTestId("import-files").setInputFiles([...files.slice(0, 100), ...bad, ...files.slice(100)]);
    await panel(page).waitFor();
    await untilImported(page, GOOD, bad.length);
    assert.equal(await total(), before + GOOD);
    const failures = panel(page).locator("[data-state=failed]");
    assert.equal(await failures.count(), bad.length, "the bad ones come first in the list");
    for (const { name } of bad) {
      const line = failures.filter({ hasText: name });
      assert.ok((await line.innerText()).replace(name, "").trim().length > 20, `${name} has a reason`);
    }
    await axe(page, "an import with failures");
    await page.getByRole("button", { name: `Try all ${bad.length} again` }).click();
    await panel(page).getByRole("progressbar").first().waitFor();
    await untilImported(page, GOOD, bad.length);
    await panel(page).getByRole("button", { name: "Close" }).click();
    await panel(page).waitFor({ state: "detached" });
  });
});

describe("a case", () => {
  inTab("is made, filled, exported and opened", async (page) => {
    const title = `Case ${Date.now()}`;
    await page.goto("/collections");
    await page.getByRole("button", { name: "New collection" }).first().click();
    await page.getByRole("dialog").getByLabel("Title").fill(title);
    await page.getByRole("dialog").getByLabel("Notes").fill("# Found\n\nby the **gate**");
    await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
    await page.waitForURL(/\/collections\/\d+$/);
    await page.getByRole("heading", { name: title }).waitFor();
    const home = page.url();
    await page.goto("/search");
    await settled(page);
    await tiles(page).first().locator("a").click();
    await page.waitForURL(/\/search\/media\/\d+/);
    await arrived(page);
    // What was made last is what one collects into.
    await page.getByRole("button", { name: title }).waitFor();
    const wanted = [];
    for (const place of [0, 1, 2]) {
      wanted.push(await tiles(page).nth(place).getAttribute("data-id"));
      await tiles(page).nth(place).hover();
      await tiles(page).nth(place).getByRole("button", { name: "Collect" }).click();
      const marked = `[data-id="${wanted[place]}"] [aria-label=Collect][aria-pressed=true]`;
      await until(page, "it is marked as collected", (one) => document.querySelector(one), marked);
    }
    await page.goto(home);
    await settled(page);
    assert.deepEqual(new Set(await tiles(page).evaluateAll((all) => all.map(({ dataset }) => dataset.id))), new Set(wanted));
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByRole("button", { name: "Make a ZIP archive" }).click();
    const link = page.getByRole("dialog").getByRole("link", { name: /^Download .*\.zip$/ });
    await link.waitFor();
    await axe(page, "an export");
    const { top, media } = await opened(page, () => link.click());
    assert.ok(top.startsWith("Case_") && media.length === 3, `${top}: ${media}`);
  });
});

describe("by keys alone", () => {
  /** Moves the focus by Tab until it is on what is wanted. */
  async function tabTo(page, what, wanted) {
    for (let step = 0; step < 80; step += 1) {
      await page.keyboard.press("Tab");
      if (await wanted.evaluateAll((all) => all.includes(document.activeElement))) return;
    }
    assert.fail(`Tab never comes to ${what}`);
  }

  inTab("pictures come in, a case is made, filled and exported", async (page) => {
    await page.goto("/library");
    await settled(page);
    const files = await drawn(page, 3);
    await choosesFiles(page);
    const before = await total();
    await tabTo(page, "the import", page.getByRole("button", { name: "Import", exact: true }));
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem").first().waitFor();
    const choosing = page.waitForEvent("filechooser");
    await until(page, "the first entry has the focus", () => document.activeElement?.getAttribute("role") === "menuitem");
    await page.keyboard.press("Enter");
    await (await choosing).setFiles(files);
    await panel(page).getByRole("heading", { name: "3 files imported" }).waitFor();
    assert.equal(await total(), before + 3);

    const title = `Keys ${Date.now()}`;
    await page.keyboard.press("Escape");
    await page.keyboard.press("r");
    await page.waitForURL(/\/search\/random\//);
    await arrived(page);
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("c");
    await page.getByRole("dialog").getByRole("combobox").waitFor();
    await page.keyboard.type(title);
    await page.getByRole("option", { name: title }).waitFor();
    await page.keyboard.press("Enter");
    await until(page, "two are marked", () => document.querySelectorAll("[role=gridcell] [aria-label=Collect][aria-pressed=true]").length === 2);
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("c");
    await page.waitForURL("**/collections");
    await tabTo(page, "the case", page.getByRole("link", { name: title }));
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/collections\/\d+$/);
    await settled(page);
    assert.equal(await tiles(page).count(), 2);
    await tabTo(page, "the export", page.getByRole("button", { name: "Export", exact: true }));
    await page.keyboard.press("Enter");
    await tabTo(page, "the start", page.getByRole("button", { name: "Make a ZIP archive" }));
    await page.keyboard.press("Enter");
    const link = page.getByRole("dialog").getByRole("link", { name: /^Download .*\.zip$/ });
    await link.waitFor();
    await tabTo(page, "the archive", link);
    const { media } = await opened(page, () => page.keyboard.press("Enter"));
    assert.equal(media.length, 2);
  });

  inTab("a picture is sent, a part of it searched, and the way walked back", async (page) => {
    await page.goto("/search");
    await settled(page);
    const [file] = await drawn(page, 1);
    await choosesFiles(page);
    await tabTo(page, "the picture to send", page.getByRole("button", { name: "Pick a picture" }));
    const choosing = page.waitForEvent("filechooser");
    await page.keyboard.press("Enter");
    await (await choosing).setFiles(file);
    await page.waitForURL(/\/search\/upload\/\d+/);
    await arrived(page);
    const address = page.url();
    await tabTo(page, "the part", page.getByTestId("region"));
    for (let step = 0; step < 5; step += 1) await page.keyboard.press("Shift+ArrowLeft");
    await until(page, "the part is narrow", () => Math.abs(new URLSearchParams(location.search).get("w") - 0.9) < 0.001);
    await settled(page);
    await page.keyboard.press("j");
    await page.keyboard.press("s");
    await page.waitForURL(/\/search\/media\/\d+/);
    await settled(page);
    assert.ok(query(page).walked);
    await page.reload();
    await settled(page);
    await page.goBack();
    await until(page, "the part is back", () => Math.abs(new URLSearchParams(location.search).get("w") - 0.9) < 0.001);
    assert.equal(new URL(page.url()).pathname, new URL(address).pathname);
  });
});
