/** Waits for the end of an export, by word of the server or by asking, and says what became of it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { collectionExports } from "../../api/collections";
import { isOver, job } from "../../api/jobs";
import { hearTaskEnds } from "../../api/live";
import type { Job } from "../../api/types";
import { say } from "../../parts/toasts";
import { strings } from "../../strings";

const words = strings.collections.export;
/** The word of the server may be missed while the line is down. */
const ASK_MS = 2_000;

interface Result {
  url?: string;
  missing?: number;
}

function download(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}

function tell({ status, error, result }: Job): void {
  const { url, missing = 0 } = (result ?? {}) as Result;
  if (status === "cancelled") return;
  if (status === "failed") {
    say(error ?? words.failed, { kind: "bad" });
    return;
  }
  const action = { label: words.get, run: () => url && download(url) };
  const text = missing > 0 ? `${words.done}. ${words.missing(missing)}` : words.done;
  say(text, { kind: "good", ...(url && { action }) });
}

export function useExportEnd(uuid: string | undefined, collection: number, onEnd: () => void): void {
  const client = useQueryClient();
  const latest = useRef(onEnd);
  latest.current = onEnd;
  const { data, refetch } = useQuery({ ...job(uuid ?? ""), enabled: uuid !== undefined, refetchInterval: ASK_MS });
  useEffect(() => {
    if (uuid === undefined) return;
    return hearTaskEnds((task) => task.uuid === uuid && void refetch());
  }, [uuid, refetch]);
  useEffect(() => {
    if (!data || data.uuid !== uuid || !isOver(data)) return;
    void client.invalidateQueries(collectionExports(collection));
    tell(data);
    latest.current();
  }, [data, uuid, client, collection]);
}
