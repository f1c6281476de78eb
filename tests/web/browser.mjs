/** The browser, and what every page must keep: no error on its console, no request to another host, no serious finding of axe. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { chromium } from "playwright-core";

export const URL_OF_SERVER = process.env.LIKENESS_URL ?? "http://127.0.0.1:5000";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Of a machine that does much else besides. */
const PATIENCE_MS = Number(process.env.PATIENCE ?? 60_000);
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

export const DESKTOP = { viewport: { width: 1440, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Draws on the processor: machines that test have no graphics card, and say so on the console unless it is asked for. */
export const WITH_WEBGL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"];

export function launch(more = []) {
  const args = more.length > 0 ? [...ARGUMENTS.filter((one) => one !== "--disable-gpu"), ...more] : ARGUMENTS;
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/**
 * A tab with a store of its own, and the complaints about it so far. `mayFail`: addresses whose refusals are wanted.
 */
export async function open(browser, options = DESKTOP) {
  const context = await browser.newContext({ baseURL: URL_OF_SERVER, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints = [];
  const mayFail = [];
  const isWanted = (address) => mayFail.some((part) => address.includes(part));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !isWanted(message.location().url)) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (/^(http|ws)/.test(protocol) && host !== new URL(URL_OF_SERVER).host) complaints.push(`asks ${host}`);
  });
  const close = async () => {
    await context.close();
    assert.deepEqual(complaints, [], "the console is quiet and nobody else is asked");
  };
  return { page, context, mayFail, close };
}

/** Writes tests that have a tab each, in the browser that is open by the time they run. */
export const tabsOf = (browser) => (name, run, options = DESKTOP) =>
  test(name, async () => {
    const tab = await open(browser(), options);
    await run(tab.page, tab);
    await tab.close();
  });

/** Fails for findings that are serious or critical. Goes around the page's policy, which would not let a foreign script in. */
export async function axe(page, what) {
  const client = await page.context().newCDPSession(page);
  const expression = `${AXE};axe.run().then((run) => JSON.stringify(run.violations.map(({ impact, id, nodes }) =>
    ({ impact, id, html: nodes[0].html.slice(0, 200), why: nodes[0].failureSummary.slice(0, 300) }))))`;
  const { result } = await client.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  await client.detach();
  const bad = JSON.parse(result.value).filter(({ impact }) => ["serious", "critical"].includes(impact));
  assert.deepEqual(bad, [], `axe on ${what}`);
}

/** Waits until a condition about the page holds, and says what was waited for when it never does. */
export async function until(page, what, condition, argument) {
  await page.waitForFunction(condition, argument, { timeout: PATIENCE_MS, polling: 50 }).catch((error) => {
    throw new Error(`waited in vain until ${what}: ${error.message.split("\n")[0]}`);
  });
}

export const tiles = (page) => page.locator("[role=gridcell][data-id]");

/** Until hits are there and no others are on their way. */
export async function settled(page) {
  await tiles(page).first().waitFor();
  await until(page, "the hits are settled", () => !document.querySelector("[aria-busy=true]"));
}

/** What is of the address after the path. */
export const query = (page) => Object.fromEntries(new URL(page.url()).searchParams);

/** The answer of the API to a question, or to what is sent. */
export async function asked(path, options) {
  const response = await fetch(`${URL_OF_SERVER}/api/v1/${path}`, options);
  const body = await response.json();
  assert.ok(response.ok, `${path}: ${JSON.stringify(body)}`);
  return body;
}

/** What is sent as JSON. */
export const json = (method, body) => ({ method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** Until a task is over; answers its record. */
export async function finished(uuid) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; ) {
    const { res } = await asked(`task/job/${uuid}`);
    if (["done", "failed", "cancelled"].includes(res.status)) return res;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`task ${uuid} does not end`);
}
