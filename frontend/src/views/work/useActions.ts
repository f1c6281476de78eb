/** Stopping tasks and doing them again, with what is said about it. */
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { cancelJob, retryJob } from "../../api/jobs";
import { say, sayFailure } from "../../parts/toasts";
import { strings } from "../../strings";

const words = strings.work;

export interface Actions {
  stop: (uuid: string) => void;
  /** `onBegun` instead of a notice that leads to the new task. */
  again: (uuid: string, onlyFailed: boolean, onBegun?: (uuid: string) => void) => void;
  /** Says that a task was begun, and leads there. */
  tell: (text: string, uuid: string) => void;
  show: (uuid: string) => void;
}

export function useActions(): Actions {
  const navigate = useNavigate();
  const show = useCallback((uuid: string) => void navigate({ to: "/work/$uuid", params: { uuid } }), [navigate]);
  const tell = useCallback(
    (text: string, uuid: string) => void say(text, { action: { label: words.watch, run: () => show(uuid) } }),
    [show],
  );
  const again = useCallback<Actions["again"]>(
    (uuid, onlyFailed, onBegun = (begun) => tell(words.begunAgain, begun)) => {
      retryJob(uuid, onlyFailed).then(onBegun, sayFailure);
    },
    [tell],
  );
  const stop = useCallback((uuid: string) => void cancelJob(uuid).catch(sayFailure), []);
  return useMemo(() => ({ stop, again, tell, show }), [stop, again, tell, show]);
}
