#!/usr/bin/env node
// Joins a real server with the 2.x and with the 4.x Socket.IO client, watches a real `update_index`, loses the connection in the
// middle, and then the whole server, and must still see the end. Usage: run.mjs LIKENESS-BINARY
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const binary = process.argv[2];
const folder = mkdtempSync(join(tmpdir(), "likeness-socketio-"));
const data = join(folder, "data");
const environment = { ...process.env, LIKENESS_DATA_DIR: data, LIKENESS_THREADS: "1" };
const TIMEOUT_MS = 120_000;
let server;
const others = [];

function check(condition, text) {
  if (!condition) throw new Error(`not so: ${text}`);
}

function command(...words) {
  const done = spawnSync(binary, words, { env: environment, encoding: "utf8" });
  check(done.status === 0, `${words.join(" ")} ends well: ${done.stderr}`);
}

/** Starts a server on a port (0: any); answers its process and its address once it serves. */
function started(port, ...options) {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, ["serve", "--port", String(port), ...options], { env: environment, stdio: ["ignore", "pipe", "ignore"] });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    let said = "";
    child.stdout.on("data", (text) => {
      said += text;
      const found = said.match(/http:\/\/[\d.:]+/);
      if (found) resolve({ child, url: found[0] });
    });
  });
}

async function serve(port) {
  const { child, url } = await started(port);
  server = child;
  return url;
}

function kill() {
  return new Promise((resolve) => {
    server.removeAllListeners("exit");
    server.once("exit", resolve);
    server.kill("SIGKILL");
  });
}

async function api(url, path, body) {
  const options = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${url}/api/v1/${path}`, options);
  const json = await answer.json();
  check(answer.ok, `${path} answers ${answer.status} ${JSON.stringify(json)}`);
  return json;
}

/** Everything a client hears, and a way to wait for some of it. */
class Listener {
  constructor(socket) {
    this.socket = socket;
    this.heard = [];
    this.waiting = [];
    for (const event of ["status", "list_tasks", "task_queued", "task_start", "task_update", "task_end", "pingpong", "connect", "disconnect"]) {
      socket.on(event, (payload) => this.take({ event, payload }));
    }
  }

  take(message) {
    this.heard.push(message);
    this.waiting = this.waiting.filter(({ wanted, resolve }) => !(wanted(message) && (resolve(message), true)));
  }

  /** The next message of this kind; what was heard before does not count. */
  next(text, wanted) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`never heard: ${text}; heard ${JSON.stringify(this.heard.slice(-5))}`)), TIMEOUT_MS);
      this.waiting.push({ wanted, resolve: (message) => (clearTimeout(timer), resolve(message)) });
    });
  }

  nextEvent(event) {
    return this.next(event, (message) => message.event === event);
  }

  /** A task's event, also if it came before its uuid was known. */
  async ofTask(event, uuid) {
    const wanted = (message) => message.event === event && message.payload?.uuid === uuid;
    return this.heard.find(wanted) ?? this.next(`${event} of ${uuid}`, wanted);
  }

  nextProgress(uuid) {
    const isProgress = (m) => m.event === "task_update" && m.payload.uuid === uuid && m.payload.type === "progress" && m.payload.data.current > 0;
    return this.next("progress", isProgress);
  }

  async ask(event, payload, answer) {
    const heard = this.nextEvent(answer);
    this.socket.emit(event, payload);
    return (await heard).payload;
  }
}

/** The events of one task, in the order they came. */
const story = (listener, uuid) => listener.heard.filter((m) => m.payload?.uuid === uuid).map((m) => m.event);

async function greets(listener, url) {
  const greeting = await listener.nextEvent("status");
  check(greeting.payload.key === "connected_user", "the server greets");
  const listed = (await api(url, "socket/clients/")).clients;
  check(listed.includes(greeting.payload.value), "socket/clients/ lists this client");
  const list = await listener.ask("join", { room: "/client" }, "list_tasks");
  check(typeof list.tasks === "object", "join answers list_tasks");
  check((await listener.ask("pingpong", undefined, "pingpong")).type === "PING PONG!!!", "pingpong");
  check((await listener.ask("status", { status: "here" }, "status")).key === "here", "status is an echo");
}

/** A whole run, watched through a lost connection (and a lost server). */
async function watches(listener, url, loseServer) {
  const uuid = (await api(url, "task/run/", { task_name: "update_index", params: {} })).uuid;
  await listener.ofTask("task_start", uuid);
  const progress = (await listener.nextProgress(uuid)).payload.data;
  check(progress.total >= progress.current && typeof progress.message === "string", "progress has current, total and message");
  const back = listener.nextEvent("connect");
  const state = listener.nextEvent("list_tasks");
  const end = listener.ofTask("task_end", uuid);
  if (loseServer) {
    await kill();
    await serve(new URL(url).port);
  } else {
    listener.socket.io.engine.close();
  }
  await back;
  const tasks = (await state).payload.tasks;
  check(uuid in tasks && tasks[uuid].progress, "after the reconnect the current state comes by itself");
  check((await end).payload.status === "done", "and the end is seen");
  const events = story(listener, uuid);
  check(events.indexOf("task_start") < events.indexOf("task_update") && events.at(-1) === "task_end", `in order: ${events}`);
  const job = (await api(url, `task/job/${uuid}/`)).res;
  check(job.status === "done", "the record says the same");
  return { uuid, attempts: job.attempts, events: events.length };
}

/** Makes everything be done again: a new feature, and no vectors. */
async function forget(url) {
  rmSync(join(data, "features"), { recursive: true, force: true });
  for (const feature of (await api(url, "feature/")).res) await fetch(`${url}/api/v1/feature/${feature.id}/`, { method: "DELETE" });
  await api(url, "feature/", { modelzoo_name: "likeness_small", index_type: "flat", active: true, username: "test" });
}

/** What one server does is heard at another over the same library. */
async function heardElsewhere(url) {
  const other = await started(0, "--no-worker");
  others.push(other.child);
  await forget(url);
  const socket = require("socket.io-client-4").io(other.url, { forceNew: true });
  const listener = new Listener(socket);
  await greets(listener, other.url);
  const uuid = (await api(url, "task/run/", { task_name: "update_index", params: {} })).uuid;
  await listener.ofTask("task_start", uuid);
  await listener.nextProgress(uuid);
  check((await listener.ofTask("task_end", uuid)).payload.status === "done", "the end is heard at the other server");
  socket.close();
  console.log(`client 4.x at a second server, which runs nothing itself: ${story(listener, uuid).length} events, end seen`);
}

async function main() {
  mkdirSync(data);
  writeFileSync(join(data, "likeness.toml"), "[tasks]\nlease_seconds = 2\n");
  const pictures = join(folder, "pictures");
  command("render", pictures, "--groups", "250", "--views", "8");
  command("import", pictures);
  let url = await serve(0);
  for (const [version, options] of [["2", {}], ["4", {}], ["2", { transports: ["polling"] }], ["4", { transports: ["websocket"] }]]) {
    const io = require(`socket.io-client-${version}`);
    const how = (options.transports ?? ["polling, then websocket"]).join();
    for (const loseServer of [false, true]) {
      await forget(url);
      const socket = (io.io ?? io)(url, { ...options, forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 300 });
      const listener = new Listener(socket);
      await greets(listener, url);
      const { attempts, events } = await watches(listener, url, loseServer);
      socket.close();
      console.log(`client ${version}.x over ${how}: ${loseServer ? "server killed and restarted" : "connection lost"}, ${events} events, end seen, job begun ${attempts} time(s)`);
    }
  }
  await heardElsewhere(url);
}

main()
  .then(() => console.log("Socket.IO: all as promised"))
  .catch((error) => {
    console.error(`Socket.IO: ${error.message}`);
    process.exitCode = 1;
  })
  .finally(async () => {
    if (server) await kill();
    for (const other of others) other.removeAllListeners("exit").kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });
