/** Tasks and the dashboard, as somebody would use them: watched live, stopped, begun again, found by keys alone. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { axe, DESKTOP, launch, open, PHONE, query, settled, tabsOf, until, URL_OF_SERVER } from "./browser.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const inTab = tabsOf(() => browser);

const api = (path) => `${URL_OF_SERVER}/api/v1/${path}`;
const ask = async (path) => (await fetch(api(path))).json();
async function send(path, body) {
  const isForm = body instanceof FormData;
  const headers = isForm ? {} : { "content-type": "application/json" };
  const answer = await fetch(api(path), { method: "POST", headers, body: isForm ? body : JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${path}: ${text}`);
  return JSON.parse(text);
}

const begin = async (steps, username = "web-test") =>
  (await send("task/run", { task_name: "long_task", params: { steps }, username })).uuid;
const stop = (uuid) => fetch(api(`task/job/${uuid}/cancel`), { method: "POST" });
/** An import of one file that is no picture. */
async function beginBroken(name = "broken.jpg") {
  const form = new FormData();
  form.append("username", "web-test");
  form.append("files", new Blob(["no picture at all"], { type: "image/jpeg" }), name);
  return (await send("media", form)).res.uuid;
}

/** Until it is over, by its record. */
async function ended(page, uuid) {
  await until(
    page,
    `task ${uuid} is over`,
    async (path) => ["done", "failed", "cancelled"].includes((await (await fetch(path)).json()).res.status),
    `/api/v1/task/job/${uuid}`,
  );
}

const row = (page, uuid) => page.locator(`[data-uuid="${uuid}"]`);
const inState = (page, uuid, status) => row(page, uuid).locator(`[data-status=${status}]`).waitFor();
/** The first line of a chart, its legend's own lines apart. One that lies flat has no height, and counts as hidden. */
const drawnLine = (chart) => chart.locator("svg").last().locator("path[d^=M]").first();
const live = (page) => page.locator("header [data-connection=on]").waitFor({ state: "attached" });

/** Presses a key until what has the focus is this. */
async function tabTo(page, what, condition, argument) {
  for (let press = 0; press < 60; press += 1) {
    if (await page.evaluate(condition, argument)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`no key leads to ${what}`);
}

describe("the list of tasks", () => {
  inTab("a task is begun from the menu, watched, and stopped", async (page) => {
    await page.goto("/work");
    await live(page);
    await page.getByRole("button", { name: "Start a task" }).click();
    await page.getByRole("menuitem", { name: "Test run" }).waitFor();
    const offered = await page.getByRole("menuitem").count();
    const known = Object.keys(await ask("task"));
    assert.equal(offered, known.filter((key) => key !== "delete_media").length);
    await page.getByRole("menuitem", { name: "Test run" }).click();
    const begun = page.waitForResponse("**/api/v1/task/run");
    await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
    const { uuid } = await (await begun).json();
    await page.getByText("The task was begun").waitFor();
    await inState(page, uuid, "running");
    const done = () => row(page, uuid).getByText(/\d+ of \d+/).innerText();
    await row(page, uuid).getByText(/\d+ of \d+/).waitFor();
    const first = await done();
    await until(page, "it goes on by itself", ([id, was]) => {
      const text = document.querySelector(`[data-uuid="${id}"]`)?.innerText ?? "";
      return /\d+ of \d+/.test(text) && !text.includes(was);
    }, [uuid, first]);
    await row(page, uuid).getByRole("button", { name: /^Stop / }).click();
    await inState(page, uuid, "cancelled");
    await page.getByRole("list", { name: "History" }).locator(`[data-uuid="${uuid}"]`).waitFor();
  });

  inTab("what waits comes after what runs, and each is found by its state and kind", async (page) => {
    const uuids = await Promise.all([begin(400), begin(400), begin(400)]);
    try {
      await page.goto("/work");
      for (const uuid of uuids) await row(page, uuid).waitFor();
      await page.locator("[data-uuid] [data-status=queued]").waitFor();
      const order = await page.getByRole("list", { name: "Now" }).locator("[data-status]").evaluateAll((all) => all.map((one) => one.dataset.status));
      assert.deepEqual(order, [...order].sort((one, other) => (one === "queued") - (other === "queued")));
      await page.getByRole("radio", { name: "Waiting" }).click();
      assert.deepEqual(query(page), { state: "waiting" });
      await until(page, "only what waits is there", () => {
        const all = [...document.querySelectorAll("[data-uuid] [data-status]")];
        return all.length > 0 && all.every((one) => one.dataset.status === "queued");
      });
      await page.reload();
      await page.locator("[data-uuid] [data-status=queued]").waitFor();
      assert.equal(await page.locator("[data-uuid] [data-status=running]").count(), 0);
      await page.getByRole("combobox", { name: "Kind" }).selectOption("import");
      await page.getByRole("heading", { name: "No task is like this" }).waitFor();
      await page.goBack();
      await page.locator("[data-uuid] [data-status=queued]").waitFor();
      await page.goBack();
      await page.locator("[data-uuid] [data-status=running]").first().waitFor();
      assert.deepEqual(query(page), {});
    } finally {
      for (const uuid of uuids) await stop(uuid);
      for (const uuid of uuids) await ended(page, uuid);
    }
  });

  inTab("what fails is found, and a refusal to stop is taken back", async (page, { mayFail }) => {
    const uuid = await begin(400);
    try {
      await page.goto("/work?state=running");
      await inState(page, uuid, "running");
      mayFail.push("/cancel");
      let letGo;
      const held = new Promise((resolve) => {
        letGo = resolve;
      });
      await page.route("**/task/job/*/cancel", async (route) => {
        await held;
        return route.fulfill({ status: 409, json: { status: "error", error: "it is being moved" } });
      });
      await row(page, uuid).getByRole("button", { name: /^Stop / }).click();
      await inState(page, uuid, "cancelling");
      letGo();
      await page.getByText("it is being moved").waitFor();
      await inState(page, uuid, "running");
    } finally {
      await stop(uuid);
      await ended(page, uuid);
    }
  });

  inTab("it is heard of again after the line was cut", async (page, { context, mayFail }) => {
    mayFail.push("/");
    await page.goto("/work");
    await live(page);
    await context.setOffline(true);
    await page.locator("header [data-connection=off]").waitFor({ state: "attached" });
    const uuid = await begin(400);
    try {
      await context.setOffline(false);
      await live(page);
      await inState(page, uuid, "running");
    } finally {
      await stop(uuid);
    }
    await inState(page, uuid, "cancelled");
  });

  inTab("a long history comes page by page, and Back finds its place", async (page) => {
    await page.goto("/dashboard");
    const { total } = await ask("task/history?status=done,failed,cancelled&limit=1");
    const missing = Math.max(0, 70 - total);
    const uuids = await Promise.all(Array.from({ length: missing }, () => begin(400)));
    await Promise.all(uuids.map(stop));
    for (const uuid of uuids) await ended(page, uuid);
    await page.goto("/work");
    const rows = page.getByRole("list", { name: "History" }).locator("[data-uuid]");
    await rows.first().waitFor();
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await until(page, "a second page is there", () => document.querySelectorAll("ul[aria-label=History] [data-uuid]").length > 50);
    const last = rows.nth(60);
    await last.scrollIntoViewIfNeeded();
    const top = await page.evaluate(() => Math.round(window.scrollY));
    assert.ok(top > 500, `${top}`);
    await last.getByRole("link").click();
    await page.waitForURL("**/work/*");
    await page.getByRole("heading", { name: "About it" }).waitFor();
    await page.goBack();
    await until(page, "the place is found again", (before) => Math.abs(window.scrollY - before) < 8, top);
  });
});

describe("one task", () => {
  inTab("is watched to its end, and tells about itself after a reload", async (page) => {
    const uuid = await begin(8, "ada");
    await page.goto(`/work/${uuid}`);
    await page.getByRole("progressbar").waitFor();
    await page.getByText(/\d of 8/).first().waitFor();
    await axe(page, "a task that runs");
    await page.locator("h1 ~ p [data-status=done]").waitFor();
    for (const words of ["ada", "Test run"]) await page.getByText(words, { exact: true }).first().waitFor();
    await page.reload();
    await page.locator("h1 ~ p [data-status=done]").waitFor();
    await page.getByText("It said nothing.").waitFor();
    await page.getByRole("button", { name: "Do it again" }).click();
    await until(page, "the new one is shown", (old) => location.pathname.startsWith("/work/") && !location.pathname.endsWith(old), uuid);
    await page.locator("h1 ~ p [data-status=running]").waitFor();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.locator("h1 ~ p [data-status=cancelled]").waitFor();
    await page.goBack();
    await page.waitForURL(`**/work/${uuid}`);
  });

  inTab("its log grows as it says something, and leads to what came of it", async (page) => {
    await page.goto("/work");
    await live(page);
    const { uuid } = await send("task/run", { task_name: "update_index", params: {}, username: "web-test" });
    await row(page, uuid).getByRole("link").click();
    const lines = page.getByRole("region", { name: "Log" }).getByRole("listitem");
    await lines.first().waitFor();
    await page.locator("h1 ~ p [data-status=done]").waitFor();
    await until(page, "the last line is there", () => document.querySelectorAll("section[aria-label=Log] li").length >= 2);
    const { res } = await ask(`task/job/${uuid}/log`);
    await until(page, "each line is there once", (count) => document.querySelectorAll("section[aria-label=Log] li").length === count, res.length);
    await page.getByRole("heading", { name: "What came of it" }).waitFor();
    await page.getByRole("link", { name: /^To feature \d/ }).first().waitFor();
  });

  inTab("what failed is told with its reason, and tried again by itself", async (page) => {
    const uuid = await beginBroken();
    await page.goto(`/work/${uuid}`);
    await page.getByRole("rowheader", { name: "broken.jpg" }).waitFor();
    await page.getByRole("heading", { name: "What could not be done: 1 item" }).waitFor();
    const [reason] = (await ask(`task/job/${uuid}/failures`)).res;
    await page.getByRole("cell", { name: reason.reason }).waitFor();
    await axe(page, "a task with failures");
    const begun = page.waitForResponse("**/retry");
    await page.getByRole("button", { name: "Try the failed item again" }).or(page.getByRole("button", { name: /^Try the 1 failed/ })).click();
    const again = (await (await begun).json()).uuid;
    await page.waitForURL(`**/work/${again}`);
    await page.getByRole("rowheader", { name: "broken.jpg" }).waitFor();
  });

  inTab("that nobody knows is said to be missing", async (page, { mayFail }) => {
    mayFail.push("/api/v1/task/job/");
    await page.goto("/work/00000000-0000-0000-0000-000000000000");
    await page.getByRole("heading", { name: "There is no such task" }).last().waitFor();
    await page.getByRole("link", { name: "All tasks" }).click();
    await page.waitForURL("**/work");
  });

  inTab("a wrong wish is refused where it is wrong", async (page, { mayFail }) => {
    mayFail.push("/api/v1/task/run");
    await page.goto("/work");
    await page.getByRole("button", { name: "Start a task" }).click();
    await page.getByRole("menuitem", { name: "Import" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox", { name: "Folders and files of the server" }).fill("/etc");
    await dialog.getByRole("button", { name: "Start", exact: true }).click();
    await dialog.getByRole("alert").waitFor();
    assert.equal(await dialog.getByRole("textbox", { name: "Folders and files of the server" }).getAttribute("aria-invalid"), "true");
    await axe(page, "a form with a mistake");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" }).catch(() => undefined);
    assert.equal(await page.locator("dialog[open]").count(), 0);
  });
});

describe("by keys alone", () => {
  inTab("a task is begun, looked at and stopped", async (page) => {
    await page.goto("/search");
    await settled(page);
    await page.keyboard.press("g");
    await page.keyboard.press("w");
    await page.waitForURL("**/work");
    await live(page);
    const isFocused = (name) => document.activeElement?.getAttribute("aria-label") === name || document.activeElement?.textContent === name;
    await tabTo(page, "the menu", isFocused, "Start a task");
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem").first().waitFor();
    await page.keyboard.press("End");
    await until(page, "the last entry has the focus", () => document.activeElement?.textContent === "Test run");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    const begun = page.waitForResponse("**/api/v1/task/run");
    await tabTo(page, "the button that starts", isFocused, "Start");
    await page.keyboard.press("Enter");
    const { uuid } = await (await begun).json();
    await row(page, uuid).waitFor();
    const isLinkTo = (id) => document.activeElement?.getAttribute("href") === `/work/${id}`;
    await page.locator("body").evaluate(() => document.activeElement?.blur());
    await tabTo(page, "the task", isLinkTo, uuid);
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/work/${uuid}`);
    await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
    await tabTo(page, "the button that stops", isFocused, "Stop");
    await page.keyboard.press("Enter");
    await page.locator("h1 ~ p [data-status=cancelled]").waitFor();
  });
});

describe("the dashboard", () => {
  inTab("counts what is there, and leads to it", async (page) => {
    const { counts, version } = (await ask("status")).res;
    await page.goto("/work");
    await page.getByRole("navigation", { name: "Work" }).getByRole("link", { name: "Dashboard" }).click();
    await page.waitForURL("**/dashboard");
    const library = page.getByRole("link", { name: /Pictures and videos/ });
    await library.waitFor();
    assert.ok((await library.innerText()).replaceAll(",", "").includes(`${counts.media}`));
    await page.getByText(version, { exact: true }).waitFor();
    await page.getByText(/free of/).waitFor();
    await page.getByRole("link", { name: /failed$/ }).click();
    await page.waitForURL("**/work?state=failed");
    await page.goBack();
    await library.click();
    await page.waitForURL("**/library");
  });

  inTab("draws what was done, read by pointing, by keys and as a table", async (page) => {
    const media = (await ask("media?limit=1&type=image")).res[0].id;
    for (let search = 0; search < 3; search += 1) await ask(`search/media/${media}`);
    await page.goto("/dashboard");
    const chart = page.getByRole("figure", { name: "Searches" });
    await drawnLine(chart).waitFor({ state: "attached" });
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.locator("svg").last().boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await chart.getByText(/^\d\d:\d\d$/).first().waitFor();
    const points = page.getByRole("slider", { name: "Points of “Searches”" });
    await points.focus();
    const said = () => points.getAttribute("aria-valuetext");
    const last = await said();
    assert.match(last, /^\d\d:\d\d: Count /);
    await page.keyboard.press("ArrowLeft");
    await until(page, "the point before is read", (before) => document.activeElement.getAttribute("aria-valuetext") !== before, last);
    await chart.getByText("As a table").click();
    const rows = chart.getByRole("row");
    await rows.nth(1).waitFor();
    assert.equal(await rows.count(), 61);
    await page.getByRole("radio", { name: "6 hours" }).click();
    await until(page, "the longer series is there", () => document.querySelectorAll("figure[aria-label=Searches] tbody tr").length === 360);
    await page.reload();
    await drawnLine(chart).waitFor({ state: "attached" });
    assert.deepEqual(query(page), { span: "sixHours" });
  });
});

describe("what is shown", () => {
  const looks = [
    ["light", { ...DESKTOP, colorScheme: "light" }],
    ["dark", { ...DESKTOP, colorScheme: "dark" }],
    ["on a phone", PHONE],
  ];
  for (const [look, options] of looks) {
    inTab(`axe finds nothing serious (${look})`, async (page) => {
      const uuid = await begin(400);
      try {
        await page.goto("/work");
        await inState(page, uuid, "running");
        await axe(page, "the tasks");
        await page.getByRole("button", { name: "Start a task" }).click();
        await page.getByRole("menuitem", { name: "Measure recall" }).click();
        await page.getByRole("dialog").getByRole("combobox").waitFor();
        await axe(page, "the form of a task");
        await page.goto(`/work/${uuid}`);
        await page.getByRole("progressbar").waitFor();
        await axe(page, "one task");
      } finally {
        await stop(uuid);
      }
      await page.goto("/dashboard");
      await drawnLine(page.getByRole("figure", { name: "Files imported" })).waitFor({ state: "attached" });
      await page.getByText(/free of/).waitFor();
      await axe(page, "the dashboard");
    }, options);
  }
});
