// The search page. Every state is in the address: /search/<media|upload|random>/<id>?feature=&x=&y=&w=&h=
"use strict";

const element = (id) => document.getElementById(id);
const PAGE = 30;
let shown = 0;
let current = 0; // number of the newest request: answers of older ones are dropped

async function ask(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Error("The server cannot be reached. Is it still running?");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok || body.status === "error") throw new Error(body.error || `The server answered ${response.status}.`);
  return body;
}

function say(text, isWrong) {
  element("message").textContent = text;
  element("message").classList.toggle("wrong", Boolean(isWrong));
}

function state() {
  const match = location.pathname.match(/^\/search\/(media|upload|random)\/([0-9a-f]+)\/?$/i);
  return match ? { kind: match[1], which: match[2], params: new URLSearchParams(location.search) } : null;
}

function go(path, params) {
  const query = params && params.toString();
  history.pushState(null, "", path + (query ? `?${query}` : ""));
  run();
}

function featureParams() {
  const params = new URLSearchParams();
  if (element("feature").value) params.set("feature", element("feature").value);
  return params;
}

async function run() {
  const asked = state();
  const mine = ++current;
  element("results").replaceChildren();
  element("more").hidden = true;
  shown = 0;
  if (!asked) {
    element("query").hidden = true;
    return welcome();
  }
  const feature = asked.params.get("feature");
  if (feature) element("feature").value = feature;
  drawRegion(asked.params);
  await page(asked, mine);
}

async function page(asked, mine) {
  say(shown ? "" : "Searching …");
  const params = new URLSearchParams(asked.params);
  params.set("offset", shown);
  params.set("limit", PAGE);
  try {
    const answer = await ask(`/api/v1/search/${asked.kind}/${asked.which}/?${params}`);
    if (mine !== current) return;
    say(answer.res.length || shown ? "" : "Nothing has been extracted yet: run `likeness extract`.");
    showQuery(answer);
    answer.res.forEach((hit) => element("results").append(tile(hit, answer.query)));
    shown += answer.res.length;
    element("more").hidden = answer.res.length < PAGE;
  } catch (error) {
    if (mine === current) say(error.message, true);
  }
}

async function welcome() {
  try {
    const info = (await ask("/api/v1/media/info/")).res;
    say(info.mediaCount ? "Drop, paste or upload a picture, or take a random one." : "The library is empty.\nPut pictures in with:  likeness import <folder>  and then  likeness extract");
  } catch (error) {
    say(error.message, true);
  }
}

function showQuery(answer) {
  const subject = answer.query.media || answer.query.upload;
  element("query").hidden = false;
  if (element("picture").getAttribute("src") !== subject.url) element("picture").src = subject.url;
  element("title").textContent = answer.query.media ? `Picture ${subject.id}` : `Upload ${subject.id}`;
  const seconds = answer.query.timing;
  const time = seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;
  element("timing").textContent = `${answer.query.searched.toLocaleString()} pictures compared in ${time}`;
  element("whole").hidden = !answer.query.region;
}

function tile(hit, query) {
  const item = document.createElement("li");
  if (query.media && query.media.id === hit.id) item.className = "itself";
  const link = document.createElement("a");
  link.className = "hit";
  link.href = `/search/media/${hit.id}`;
  link.title = "Search for this picture";
  const picture = document.createElement("img");
  picture.src = hit.media.thumbnail;
  picture.loading = "lazy";
  picture.alt = `Picture ${hit.id}, distance ${hit.score.toFixed(2)}`;
  link.append(picture);
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(`/search/media/${hit.id}`, featureParams());
    scrollTo({ top: 0 });
  });
  const line = document.createElement("div");
  line.className = "line";
  const score = document.createElement("span");
  score.textContent = hit.score.toFixed(2);
  score.title = "Distance: 0 is the same, 1.41 is unrelated";
  const original = document.createElement("a");
  original.href = hit.media.url;
  original.textContent = "original";
  line.append(score, original);
  item.append(link, line);
  return item;
}

async function upload(file) {
  if (!file) return;
  say(`Uploading ${file.name || "picture"} …`);
  const form = new FormData();
  form.append("username", "browser");
  form.append("image", file, file.name || "pasted.png");
  try {
    const answer = await ask("/api/v1/upload/", { method: "POST", body: form });
    go(`/search/upload/${answer.res.id}`, featureParams());
  } catch (error) {
    say(error.message, true);
  }
}

// The region: fractions of the picture in the address, pixels on the screen.
function drawRegion(params) {
  const values = ["x", "y", "w", "h"].map((name) => Number.parseFloat(params.get(name)));
  const box = element("region");
  box.hidden = values.some(Number.isNaN);
  if (box.hidden) return;
  ["left", "top", "width", "height"].forEach((side, place) => (box.style[side] = `${values[place] * 100}%`));
}

let dragStart = null;
const clamp = (value) => Math.min(1, Math.max(0, value));
const at = (event) => {
  const box = element("picture").getBoundingClientRect();
  return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height)];
};
const dragged = (event) => {
  const [x, y] = at(event);
  const left = Math.min(x, dragStart[0]);
  const top = Math.min(y, dragStart[1]);
  const params = featureParams();
  const numbers = { x: left, y: top, w: Math.max(x, dragStart[0]) - left, h: Math.max(y, dragStart[1]) - top };
  Object.entries(numbers).forEach(([name, value]) => params.set(name, value.toFixed(4)));
  return { params, isLarge: numbers.w > 0.03 && numbers.h > 0.03 };
};
element("frame").addEventListener("pointerdown", (event) => {
  dragStart = at(event);
  element("frame").setPointerCapture(event.pointerId);
});
element("frame").addEventListener("pointermove", (event) => dragStart && drawRegion(dragged(event).params));
element("frame").addEventListener("pointerup", (event) => {
  if (!dragStart) return;
  const { params, isLarge } = dragged(event);
  dragStart = null;
  if (isLarge) go(location.pathname, params);
  else drawRegion(new URLSearchParams(location.search));
});

element("file").addEventListener("change", (event) => upload(event.target.files[0]));
element("random").addEventListener("click", () => go(`/search/random/${Math.floor(Math.random() * 2 ** 30).toString(16)}`, featureParams()));
element("whole").addEventListener("click", () => go(location.pathname, featureParams()));
element("more").addEventListener("click", () => state() && page(state(), current));
element("feature").addEventListener("change", () => {
  if (!state()) return;
  const params = new URLSearchParams(location.search);
  params.set("feature", element("feature").value);
  go(location.pathname, params);
});
addEventListener("popstate", run);
addEventListener("paste", (event) => upload([...event.clipboardData.files][0]));
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", () => document.body.classList.remove("dropping"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  upload(event.dataTransfer.files[0]);
});

async function start() {
  try {
    const [features, media] = await Promise.all([ask("/api/v1/feature/"), ask("/api/v1/media/info/")]);
    for (const feature of features.res.filter((one) => one.active)) {
      const name = [feature.modelzoo_name, feature.layer, feature.index_type].filter(Boolean).join(" · ");
      element("feature").append(new Option(name, feature.id));
    }
    element("library").textContent = `${media.res.mediaCount.toLocaleString()} pictures`;
  } catch (error) {
    say(error.message, true);
  }
  run();
}
start();
