import { describe, expect, it, vi } from "vitest";
import type { LiveTask } from "../src/api/live";
import { type Pace, paced, rateNow, ratesOf, secondsLeft } from "../src/api/pace";
import type { Job, LogLine, TaskKind } from "../src/api/types";
import { mediumOf } from "../src/views/work/items";
import { logReader } from "../src/views/work/log";
import { outcomeOf } from "../src/views/work/outcome";
import { controlOf, offered, paramsOf, placed } from "../src/views/work/start/fields";
import { isFiltered, partsOf, workAddress } from "../src/views/work/state";
import { atWork, averageRate, isForeign, once, secondsOf, withLive } from "../src/views/work/tasks";
import { factsOf } from "../src/views/work/values";
import { kindName } from "../src/views/work/words";

const START = Date.parse("Sat, 21 Nov 2026 18:00:00 GMT");

function job(part: Partial<Job>): Job {
  return {
    uuid: "a",
    title: "Import",
    task_name: "import",
    status: "running",
    username: "ada",
    params: {},
    progress: { current: 0, total: 0, message: "" },
    attempts: 1,
    failed_items: 0,
    created_at: "Sat, 21 Nov 2026 18:00:00 GMT",
    ...part,
  } as Job;
}

function heard(part: Partial<LiveTask>): LiveTask {
  return {
    uuid: "a",
    title: "Import",
    taskName: "import",
    status: "running",
    progress: undefined,
    pace: [],
    line: undefined,
    error: undefined,
    ...part,
  };
}

/** A step every `apart` milliseconds. */
function going(steps: number, apart: number, perStep = 1): Pace {
  let pace: Pace = [];
  for (let step = 0; step <= steps; step += 1) pace = paced(pace, { current: step * perStep }, START + step * apart);
  return pace;
}

describe("the pace of a task", () => {
  it("is that of the last half minute", () => {
    const pace = going(100, 1_000, 5);
    expect(rateNow(pace, START + 100_000)).toBeCloseTo(5, 5);
    expect(rateNow(pace, START + 110_000)).toBeLessThan(5);
    expect(rateNow(pace.slice(-1), START + 100_000)).toBeUndefined();
  });

  it("keeps one sample a second, however often it hears", () => {
    expect(going(100, 100).length).toBeLessThanOrEqual(14);
    expect(going(2_000, 1_000)).toHaveLength(600);
  });

  it("begins anew with the next part of the work", () => {
    const next = paced(going(10, 1_000), { current: 0 }, START + 11_000);
    expect(next).toEqual([{ at: START + 11_000, current: 0 }]);
  });

  it("makes a line", () => {
    const rates = ratesOf(going(20, 1_000, 3));
    expect(rates).toHaveLength(20);
    expect(rates.every(({ y }) => Math.abs(y - 3) < 1e-9)).toBe(true);
  });

  it("counts down between two words of the server", () => {
    const progress = { current: 1, total: 2, message: "", eta_seconds: 60 };
    expect(secondsLeft(progress, going(3, 1_000), START + 13_000)).toBe(50);
    expect(secondsLeft({ ...progress, eta_seconds: null }, [], START)).toBeUndefined();
  });
});

describe("tasks at work", () => {
  const live = (...tasks: LiveTask[]) => new Map(tasks.map((one) => [one.uuid, one]));
  const ALL = ["running", "cancelling", "queued"] as const;

  it("are their records with what is heard of them", () => {
    const progress = { current: 3, total: 9, message: "Importing..." };
    expect(withLive(job({ status: "queued" }), heard({ progress }))).toMatchObject({ status: "running", progress });
    expect(withLive(job({ status: "cancelling" }), heard({})).status).toBe("cancelling");
    expect(withLive(job({ status: "done" }), heard({})).status).toBe("done");
  });

  it("run before those that wait, each in its turn", () => {
    const at = (second: number) => `Sat, 21 Nov 2026 18:00:0${second} GMT`;
    const records = [
      job({ uuid: "4", status: "queued", created_at: at(4) }),
      job({ uuid: "3", status: "running", created_at: at(3) }),
      job({ uuid: "2", status: "queued", created_at: at(2) }),
      job({ uuid: "1", status: "cancelling", created_at: at(1) }),
    ];
    expect(atWork(records, live(), "", ALL).map(({ uuid }) => uuid)).toEqual(["1", "3", "2", "4"]);
    expect(atWork(records, live(), "", ["queued"]).map(({ uuid }) => uuid)).toEqual(["2", "4"]);
  });

  it("are there before they have a record, and without one when they are another program's", () => {
    const found = atWork([], live(heard({ uuid: "new" }), heard({ uuid: "out", taskName: undefined })), "", ALL);
    expect(found.map((one) => [one.uuid, isForeign(one)])).toEqual([
      ["new", false],
      ["out", true],
    ]);
    expect(atWork([], live(heard({ uuid: "out", taskName: undefined })), "import", ALL)).toEqual([]);
  });

  it("are told once, though a list moves on while it is read", () => {
    expect(once([job({ uuid: "a" }), job({ uuid: "b" }), job({ uuid: "a" })]).map(({ uuid }) => uuid)).toEqual([
      "a",
      "b",
    ]);
  });

  it("know how long they took and how fast they went", () => {
    const done = job({
      started_at: "Sat, 21 Nov 2026 18:00:00 GMT",
      ended_at: "Sat, 21 Nov 2026 18:00:20 GMT",
      progress: { current: 100, total: 100, message: "" },
    });
    expect([secondsOf(done, START), averageRate(done, START)]).toEqual([20, 5]);
    expect(secondsOf(job({}), START)).toBeUndefined();
    expect(averageRate(job({ started_at: "Sat, 21 Nov 2026 18:00:00 GMT" }), START + 100)).toBeUndefined();
  });
});

describe("a log", () => {
  const line = (id: number): LogLine => ({ id, level: "debug", message: `line ${id}`, created_at: "" });
  const server = (count: { now: number }, most: number) =>
    vi.fn(async (after: number) =>
      Array.from({ length: count.now }, (_, index) => line(index + 1))
        .filter(({ id }) => id > after)
        .slice(0, most),
    );

  it("is read to its end, and each line once, however many call at the same time", async () => {
    const count = { now: 25 };
    const read = server(count, 10);
    const reader = logReader(read, 10);
    await Promise.all([reader.pull(), reader.pull(), reader.pull()]);
    expect(reader.log().lines.map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    expect(reader.log().isRead).toBe(true);
    count.now = 27;
    await reader.pull();
    expect(reader.log().lines).toHaveLength(27);
  });

  it("says what went wrong, and goes on from there", async () => {
    let isBroken = true;
    const reader = logReader(async (after) => {
      if (after >= 2 && isBroken) throw new Error("away");
      return [1, 2, 3]
        .filter((id) => id > after)
        .slice(0, 2)
        .map(line);
    }, 2);
    await reader.pull();
    expect(reader.log()).toMatchObject({ error: new Error("away"), isRead: false });
    expect(reader.log().lines).toHaveLength(2);
    isBroken = false;
    await reader.pull();
    expect(reader.log()).toMatchObject({ error: undefined, isRead: true });
    expect(reader.log().lines).toHaveLength(3);
  });
});

describe("what came of a task", () => {
  const of = (task_name: string, result: unknown, params: unknown = {}) => outcomeOf({ task_name, result, params });

  it("is told for each kind, with the way to it", () => {
    const imported = of("import", { added: 3, already_there: 1_200, failed: 0, update_index: "next" });
    expect(imported.facts.map(({ value }) => value)).toEqual(["3", "1,200", "0"]);
    expect(imported.ways.map(({ path }) => path)).toEqual(["/library", "/work/next"]);
    const exported = of(
      "export_collection",
      { url: "/static/a.zip", bytes: 1_500, pictures: 2, missing: 0 },
      { collection_id: 7 },
    );
    expect(exported.ways).toMatchObject([{ path: "/static/a.zip", isFile: true }, { path: "/collections/7" }]);
    expect(of("map", { feature_id: 2, media: 9 }).ways).toMatchObject([{ path: "/map", search: { feature: "2" } }]);
    expect(
      of("evaluate_index", { feature_id: 1, points: [{ recall: 0.9 }, { recall: 0.99 }] }).facts.at(-1)?.value,
    ).toBe("99%");
    expect(of("delete_media", { changed: 2 }).ways).toMatchObject([{ path: "/library", search: { trash: "yes" } }]);
    expect(of("delete_media", { changed: 2 }, { restore: true }).ways).toMatchObject([{ path: "/library" }]);
  });

  it("names features where there are several", () => {
    const one = { feature_id: 1, extracted: 5, already: 0, failed: 0, seconds: 2 };
    expect(of("update_index", { features: [one] }).facts[0]?.label).toBe("Extracted");
    const two = of("update_index", { features: [one, { ...one, feature_id: 2 }] });
    expect(new Set(two.facts.map(({ label }) => label)).size).toBe(8);
    expect(two.ways.map(({ path }) => path)).toEqual(["/features/1", "/features/2"]);
  });

  it("is nothing before the end, and whatever it says where nobody knows the kind", () => {
    expect(of("import", null)).toEqual({ facts: [], ways: [] });
    expect(of("new_kind", { status: "done", things_seen: 4 }).facts).toEqual([{ label: "things seen", value: "4" }]);
    expect(of("import", "nonsense").facts).toEqual([]);
  });

  it("leaves out of its parameters what says nothing", () => {
    expect(factsOf({ feature_id: 1_234, rebuild: false, urls: [], upload: null, ids: [1, 2, 3, 4, 5, 6, 7] })).toEqual([
      { label: "Feature", value: "1234" },
      { label: "Pictures", value: "1, 2, 3, 4, 5 and 2 more" },
    ]);
  });

  it("knows pictures by the words of tasks", () => {
    expect([mediumOf("media 12"), mediumOf("holiday.jpg"), mediumOf("media 12.jpg")]).toEqual([
      "12",
      undefined,
      undefined,
    ]);
  });
});

const kind = (key: string, ...params: string[]): TaskKind => ({ key, title: `${key} of the server`, params });

describe("starting", () => {
  it("offers what the server knows, in an order of its own, without what is done elsewhere", () => {
    const kinds = [kind("long_task"), kind("delete_media"), kind("new_one"), kind("import"), kind("update_index")];
    expect(offered(kinds).map(({ key }) => key)).toEqual(["update_index", "import", "new_one", "long_task"]);
    expect(kindName("new_one", kinds)).toBe("new_one of the server");
  });

  it("sends what was filled in, and nothing else", () => {
    const given = { paths: " a/b \n\n c \n", urls: "  " };
    expect(paramsOf(kind("import", "paths", "urls"), given)).toEqual({ update_index: true, paths: ["a/b", "c"] });
    expect(paramsOf(kind("detect", "model", "retry_failed"), { model: "m", retry_failed: "yes" })).toEqual({
      model: "m",
      retry_failed: true,
    });
    expect(paramsOf(kind("new_one", "what"), { what: "x", other: "y" })).toEqual({ what: "x" });
    expect([controlOf("detect", "model"), controlOf("new_one", "model")]).toEqual(["detector", "text"]);
  });

  it("shows what is wrong where it is wrong", () => {
    const errors = { paths: ["outside", "of the roots"], upload: ["gone"] };
    expect(placed(errors, ["paths", "urls"])).toEqual({ shown: { paths: "outside of the roots" }, others: "gone" });
  });
});

describe("the address", () => {
  it("says what is shown", () => {
    expect(workAddress.read({ state: "failed", kind: "import" })).toEqual({ state: "failed", kind: "import" });
    expect(workAddress.read({ state: "nonsense" })).toEqual({ state: "all", kind: "" });
    expect(workAddress.write({ state: "all", kind: "" })).toEqual({});
    expect(partsOf({ state: "running", kind: "" }).over).toBeUndefined();
    expect(partsOf({ state: "failed", kind: "" })).toEqual({ over: ["failed"] });
    expect([isFiltered({ state: "all", kind: "" }), isFiltered({ state: "all", kind: "map" })]).toEqual([false, true]);
  });
});
