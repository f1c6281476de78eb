/** Datasets and trained models, as somebody without script uses their pages: from a name to an answer about a picture. */
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { asked, axe, DESKTOP, launch, PHONE, tabsOf } from "./browser.mjs";

/** Slopes from pixels, as the original's example has it. */
const NETWORK = `
layer { name: "scale" type: "Power" bottom: "data" top: "scale" power_param { scale: 0.004 } }
layer { name: "hidden" type: "InnerProduct" bottom: "scale" top: "output" inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "output" bottom: "label" top: "loss" exclude { stage: "deploy" } }`;

/** A picture of 32 x 32 pixels, grey. */
const GREY = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAAAAABWESUoAAAAFklEQVR42mOoJwAYRhWMKhhVMFIVAAABiPwQT5EG1wAAAABJRU5ErkJggg==", "base64");

const NAME = `slopes-${Date.now() % 1e9}`;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const inTab = tabsOf(() => browser);

/** Until the page, which loads itself anew, says that its job is done. */
const done = (page) => page.locator("dd.status", { hasText: "Done" }).waitFor();

const create = async (page) => {
  await page.getByRole("button", { name: "Create" }).click();
  await done(page);
};

describe("training", () => {
  const made = {};

  inTab("goes from a name to an answer without any script", async (page, { mayFail }) => {
    // A form with a field that is wrong comes back as a refusal.
    mayFail.push("/datasets/generic/create/");
    await page.goto("/datasets/generic/new/image-gradients");
    assert.match(page.url(), /\/login/, "who makes something says who it is");
    await page.getByLabel("User name").fill("Nobody!");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("Must start with a lowercase letter").waitFor();
    await page.getByLabel("User name").fill("fred");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByText("This field is required.").first().waitFor();
    await page.getByLabel("Dataset Name").fill(NAME);
    await create(page);
    made.dataset = page.url();
    await page.getByRole("link", { name: "Train a model with it" }).click();
    await page.getByLabel("Model Name").fill(NAME);
    await page.getByLabel("Custom network", { exact: true }).fill(NETWORK);
    await page.getByLabel("Training epochs").fill("3");
    await page.getByLabel("Base learning rate").fill("0.001");
    await create(page);
    made.model = page.url();
    await page.getByRole("img", { name: "Learning rate" }).waitFor();
    await page.getByLabel("Upload image", { exact: true }).setInputFiles({ name: "grey.png", mimeType: "image/png", buffer: GREY });
    await page.getByRole("button", { name: "Test one image" }).click();
    await page.getByRole("cell").first().waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
  }, { ...DESKTOP, javaScriptEnabled: false });

  inTab("is offered to searches as soon as it is over", async (page) => {
    const id = made.model.split("/").at(-1);
    await page.goto(`/models/${id}`);
    await page.getByText("is a feature to search with").waitFor();
    await page.getByRole("link", { name: "make one of it" }).click();
    await page.getByRole("heading", { name: "Features", level: 1 }).waitFor();
    const { res } = await asked("modelzoo");
    assert.equal(res[id].name, NAME);
  });

  for (const [what, options] of [["a desktop", DESKTOP], ["a phone", PHONE]]) {
    for (const colorScheme of ["light", "dark"]) {
      inTab(`keeps axe content on ${what}, ${colorScheme}`, async (page) => {
        const pages = ["/digits", "/login", made.dataset, made.model];
        for (const path of pages) {
          await page.goto(path);
          await axe(page, path);
          const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
          assert.ok(wide <= window, `${path} is ${wide} wide in a window of ${window}`);
        }
      }, { ...options, colorScheme });
    }
  }

  inTab("is deleted by who made it, and by nobody else", async (page, { mayFail }) => {
    mayFail.push("/jobs/", "/models/");
    await page.goto(made.model);
    assert.equal(await page.getByRole("button", { name: "Delete job" }).count(), 0, "nobody has logged in");
    await page.goto(`/login?next=${new URL(made.model).pathname}`);
    await page.getByLabel("User name").fill("fred");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.waitForURL(made.model);
    await page.getByRole("button", { name: "Delete job" }).click();
    await page.waitForURL((url) => url.href !== made.model);
    assert.equal((await fetch(`${made.model}.json`)).status, 404);
  });
});
