/** What the pages cost over a large library: the first page, the first hits, scrolling, memory, and long answers of the server. */
import { asked, launch, open, settled, tiles, until, URL_OF_SERVER } from "./browser.mjs";

const ROUNDS = 5;
/** Of scrolling, each. */
const SECONDS = 6;

const median = (values) => values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];
const row = (what, figure) => console.log(`${what.padEnd(62)} ${figure}`);
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;

/** A first visit, nothing kept: bytes and requests as they go over the wire, and when its largest part is drawn. */
async function visit(browser, address) {
  const { page, context, close } = await open(browser);
  const client = await context.newCDPSession(page);
  await client.send("Network.enable");
  const sent = { requests: 0, bytes: 0, scripts: 0 };
  const types = new Map();
  client.on("Network.responseReceived", ({ requestId, type }) => types.set(requestId, type));
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    sent.requests += 1;
    sent.bytes += encodedDataLength;
    if (types.get(requestId) === "Script") sent.scripts += encodedDataLength;
  });
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      window.largestPaint = list.getEntries().at(-1).startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shift = (window.shift ?? 0) + value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(address);
  await tiles(page).first().waitFor();
  const firstHit = await page.evaluate(() => performance.now());
  await settled(page);
  await until(page, "pictures are there", () => [...document.images].every((image) => image.complete));
  await until(page, "it is painted", () => window.largestPaint && performance.getEntriesByName("first-contentful-paint").length > 0);
  const { paint, first, shift, interactive } = await page.evaluate(() => ({
    paint: window.largestPaint,
    first: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    shift: window.shift ?? 0,
    interactive: performance.getEntriesByType("navigation")[0].domInteractive,
  }));
  await close();
  return { ...sent, paint, first, shift, interactive, firstHit };
}

async function firstPages(browser, name, address) {
  const visits = [];
  for (let round = 0; round < ROUNDS; round += 1) visits.push(await visit(browser, address));
  const of = (figure) => median(visits.map((one) => one[figure]));
  row(`${name}: requests, bytes, of them scripts`, `${of("requests")}, ${kilobytes(of("bytes"))}, ${kilobytes(of("scripts"))}`);
  row(`${name}: first and largest contentful paint`, `${of("first").toFixed(0)} ms, ${of("paint").toFixed(0)} ms`);
  row(`${name}: interactive, first picture placed, layout shift`, `${of("interactive").toFixed(0)} ms, ${of("firstHit").toFixed(0)} ms, ${of("shift").toFixed(3)}`);
}

/** Scrolls as fast as a wheel does, and counts the frames that the browser drew and those that came late. */
async function scrolled(browser, address) {
  const { page, context, close } = await open(browser);
  await page.goto(address);
  await settled(page);
  const frames = await page.evaluate(async (seconds) => {
    const times = [];
    const end = performance.now() + seconds * 1000;
    await new Promise((done) => {
      const step = (now) => {
        times.push(now);
        window.scrollBy(0, 40);
        if (now < end) requestAnimationFrame(step);
        else done();
      };
      requestAnimationFrame(step);
    });
    return times.slice(1).map((time, index) => time - times[index]);
  }, SECONDS);
  const client = await context.newCDPSession(page);
  await client.send("Performance.enable");
  await client.send("HeapProfiler.collectGarbage");
  const { metrics } = await client.send("Performance.getMetrics");
  const heap = metrics.find(({ name }) => name === "JSHeapUsedSize").value;
  const nodes = metrics.find(({ name }) => name === "Nodes").value;
  const travelled = await page.evaluate(() => Math.round(window.scrollY));
  await close();
  return { frames, heap, nodes, travelled };
}

async function scrolling(browser, name, address) {
  const { frames, heap, nodes, travelled } = await scrolled(browser, address);
  const late = frames.filter((time) => time > 25).length;
  const perSecond = (1000 * frames.length) / frames.reduce((sum, time) => sum + time, 0);
  row(`${name}: frames per second, median, frames over 25 ms`, `${perSecond.toFixed(1)}, ${median(frames).toFixed(1)} ms, ${late} of ${frames.length}`);
  row(`${name}: pixels travelled, script memory, elements`, `${travelled}, ${(heap / 1e6).toFixed(0)} MB, ${nodes}`);
}

async function answers(name, path) {
  const times = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS * 2; round += 1) {
    const begun = performance.now();
    bytes = (await (await fetch(`${URL_OF_SERVER}/api/v1/${path}`)).arrayBuffer()).byteLength;
    times.push(performance.now() - begun);
  }
  row(`${name}: median of ${times.length}, size`, `${median(times).toFixed(1)} ms, ${kilobytes(bytes)}`);
}

const { total, res } = await asked("media?limit=1&type=image");
row("pictures in the library", `${total}`);
const first = res[0].id;
await answers("search, 30 hits with metadata", `search/media/${first}?limit=30`);
await answers("search, 2000 hits with metadata", `search/media/${first}?limit=2000`);
await answers("library, 200 media", "media?limit=200");
const browser = await launch();
await firstPages(browser, "/search", "/search");
await firstPages(browser, "/search/media", `/search/media/${first}`);
await firstPages(browser, "/library", "/library");
await scrolling(browser, "scrolling the library", "/library");
await scrolling(browser, "scrolling hits", `/search/media/${first}`);
await browser.close();
