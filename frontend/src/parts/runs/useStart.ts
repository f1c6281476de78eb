/** Starting a task from a button: once, and with the server's words when it is refused. */
import { useCallback, useState } from "react";
import { runTask, type TaskParams } from "../../api/jobs";
import type { TaskName } from "../../api/runs";
import { sayFailure } from "../toasts";

export interface Start {
  /** It is being asked for; the live line tells the rest. */
  isStarting: boolean;
  start: (name: TaskName, params: TaskParams) => void;
}

export function useStart(): Start {
  const [isStarting, setStarting] = useState(false);
  const start = useCallback<Start["start"]>((name, params) => {
    setStarting(true);
    runTask(name, params)
      .catch(sayFailure)
      .finally(() => setStarting(false));
  }, []);
  return { isStarting, start };
}
