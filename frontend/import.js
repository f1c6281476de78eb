// Adding files to the library: they are sent, a job imports them, another makes them searchable. Uses what search.js has.
"use strict";

const POLL_MS = 300;
const FAILURES_SHOWN = 100;
let job = null; // uuid of the job that is shown
let sending = null; // the request that sends files

function tellImport(text, done, total) {
  element("import").hidden = false;
  element("import-text").textContent = text;
  const bar = element("import-bar");
  if (total) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute("value");
  }
}

function offer(isRunning, failed) {
  element("import-bar").hidden = !isRunning;
  element("import-stop").hidden = !isRunning;
  element("import-close").hidden = isRunning;
  element("import-retry").hidden = isRunning || !failed;
}

/** Sends the files and answers the uuid of their import. */
function send(files) {
  const form = new FormData();
  form.append("username", "browser");
  form.append("update_index", "true");
  for (const file of files) form.append("files", file, file.name);
  return new Promise((resolve, reject) => {
    sending = new XMLHttpRequest();
    sending.upload.addEventListener("progress", (event) => {
      tellImport(`Sending ${files.length.toLocaleString()} files …`, event.loaded, event.lengthComputable ? event.total : 0);
    });
    sending.addEventListener("load", () => {
      const answer = JSON.parse(sending.responseText || "{}");
      if (sending.status === 202) resolve(answer.res.uuid);
      else reject(new Error(answer.error || `The server answered ${sending.status}.`));
    });
    sending.addEventListener("error", () => reject(new Error("The files could not be sent. Is the server still running?")));
    sending.addEventListener("abort", () => reject(new Error("Stopped. Nothing was added.")));
    sending.open("POST", "/api/v1/media/");
    sending.send(form);
  });
}

function remaining(seconds) {
  if (!seconds) return "";
  return seconds < 60 ? `, ${Math.ceil(seconds)} s left` : `, ${Math.ceil(seconds / 60)} min left`;
}

/** Shows a job until it is over and answers its record. */
async function follow(uuid, doing) {
  job = uuid;
  for (;;) {
    const record = (await ask(`/api/v1/task/job/${uuid}/`)).res;
    if (["done", "failed", "cancelled"].includes(record.status)) return record;
    const { current, total, message, eta_seconds: left } = record.progress;
    const steps = total ? ` ${current.toLocaleString()} of ${total.toLocaleString()}${remaining(left)}` : "";
    tellImport(record.status === "queued" ? "Waiting for its turn …" : `${message || doing}${steps}`, current, total);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function showFailures(uuid) {
  const list = (await ask(`/api/v1/task/job/${uuid}/failures/?limit=${FAILURES_SHOWN}`)).res;
  element("import-failures").replaceChildren(
    ...list.map(({ item, reason }) => {
      const line = document.createElement("li");
      line.textContent = `${item}: ${reason}`;
      return line;
    }),
  );
}

async function watchImport(uuid) {
  const record = await follow(uuid, "Importing …");
  const result = record.result || {};
  let text = `${result.added ?? 0} added, ${result.already_there ?? 0} there before, ${record.failed_items} failed.`;
  if (record.status !== "done") text = record.error || "Stopped.";
  if (record.failed_items) await showFailures(uuid);
  if (result.update_index) {
    const index = await follow(result.update_index, "Taking features …");
    if (index.status !== "done") text += ` They cannot be searched yet: ${index.error}`;
  }
  job = uuid;
  tellImport(text);
  offer(false, record.failed_items > 0);
  await refresh();
}

async function refresh() {
  element("feature").replaceChildren();
  await start();
}

async function importing(begin) {
  element("import-failures").replaceChildren();
  offer(true, false);
  try {
    await watchImport(await begin());
  } catch (error) {
    tellImport(error.message);
    offer(false, false);
  }
}

element("add").addEventListener("change", (event) => {
  const files = [...event.target.files];
  event.target.value = "";
  job = null;
  if (files.length) importing(() => send(files));
});
element("import-stop").addEventListener("click", async () => {
  if (!job) return sending.abort();
  try {
    await ask(`/api/v1/task/job/${job}/cancel/`, { method: "POST" });
  } catch (error) {
    tellImport(error.message);
  }
});
element("import-retry").addEventListener("click", () => {
  const options = { method: "POST", headers: { "content-type": "application/json" }, body: '{"only_failed":true}' };
  importing(async () => (await ask(`/api/v1/task/job/${job}/retry/`, options)).uuid);
});
element("import-close").addEventListener("click", () => (element("import").hidden = true));
