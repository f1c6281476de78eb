/** The log of a task, as it grows. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { jobLog } from "../../api/jobs";
import { hearTalk, hearTaskEnds } from "../../api/live";
import { watchReach } from "../../api/reach";
import { type Log, type LogReader, logReader } from "./log";

/** Lines of one request: the most that the server gives. */
const PAGE = 1000;
/** While nothing is heard, it is asked for. */
const ASK_MS = 3_000;

/** `isHeard`: the page is told of each line; else it asks, until the task is over. */
export function useLog(uuid: string, isOver: boolean, isHeard: boolean): Log & Pick<LogReader, "pull"> {
  const reader = useMemo(() => logReader((after) => jobLog(uuid, after, PAGE), PAGE), [uuid]);
  const log = useSyncExternalStore(reader.watch, reader.log);
  useEffect(() => {
    const pull = () => void reader.pull();
    pull();
    const stops = [
      hearTalk((about) => (about === undefined || about === uuid) && pull()),
      hearTaskEnds((task) => task.uuid === uuid && pull()),
      watchReach(pull),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [reader, uuid]);
  useEffect(() => {
    if (isOver || isHeard) return;
    const timer = setInterval(() => void reader.pull(), ASK_MS);
    return () => clearInterval(timer);
  }, [reader, isOver, isHeard]);
  return { ...log, pull: reader.pull };
}
