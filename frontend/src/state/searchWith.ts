/** Ways into a search from anywhere: a file, an address, a hash, a random picture, a picture of the library. */
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { answer, api } from "../api/client";
import { NAMES, queryClient } from "../api/queries";
import { send } from "../api/send";
import type { Upload } from "../api/types";
import { sayFailure } from "../parts/toasts";
import { type Params, parseQuery } from "./address";
import { person } from "./person";

/** What a search may start from; the first part of its address. */
export const KINDS = ["media", "upload", "random", "sha256"] as const;
export type Kind = (typeof KINDS)[number];

/** The largest seed of a random picture, as VFRAME's clients drew them. */
const SEEDS = 2 ** 30;

export function randomSeed(): string {
  return Math.floor(Math.random() * SEEDS).toString(16);
}

/** What a new search takes over from the one before: the feature, not the region or the page. */
const TAKEN_OVER = ["feature", "beside"];

export function takenOver(params: Params): Params {
  return Object.fromEntries(Object.entries(params).filter(([name]) => TAKEN_OVER.includes(name)));
}

export type Typed = { is: "sha256" | "url" | "media"; value: string } | { is: "nothing" };

/** What someone typed into the search box: an address, the hash of a file, or the number of a picture. */
export function understood(text: string): Typed {
  const value = text.trim();
  if (/^[0-9a-f]{64}$/i.test(value)) return { is: "sha256", value: value.toLowerCase() };
  if (/^#?\d{1,15}$/.test(value)) return { is: "media", value: value.replace("#", "") };
  if (/^https?:\/\/\S+$/i.test(value)) return { is: "url", value };
  return { is: "nothing" };
}

/** Stores a picture to search with, once per content. */
export async function upload(file: File): Promise<Upload> {
  const form = new FormData();
  form.append("username", person.read());
  form.append("image", file, file.name || "pasted.png");
  const { res } = await send<{ res: Upload }>("/api/v1/upload/", form);
  void queryClient.invalidateQueries({ queryKey: [NAMES.uploads] });
  return res;
}

/** Lets the server fetch a picture from an address on the internet and stores it like an upload. */
async function uploadFrom(url: string): Promise<Upload> {
  const body = { url, username: person.read() };
  const { res } = await answer(api.POST("/api/v1/upload", { body, bodySerializer: asForm }));
  return res;
}

function asForm(body: unknown): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body as Record<string, string>)) form.append(name, value);
  return form;
}

export interface SearchWith {
  /** A picture is being sent. */
  isSending: boolean;
  file: (file: File) => void;
  /** `false`: this is nothing to search with. */
  typed: (text: string) => boolean;
  random: () => void;
  media: (id: number) => void;
}

/** The first picture among files that were dropped, pasted or picked. */
export function pictureAmong(files: FileList | readonly File[] | undefined | null): File | undefined {
  return Array.from(files ?? []).find(({ type }) => type.startsWith("image/"));
}

export function useSearchWith(): SearchWith {
  const navigate = useNavigate();
  const [isSending, setSending] = useState(false);
  const go = useCallback(
    (kind: Kind, which: string) => {
      const search = takenOver(parseQuery(window.location.search));
      void navigate({ to: "/search/$kind/$which", params: { kind, which }, search });
    },
    [navigate],
  );
  const after = useCallback(
    (stored: Promise<Upload>) => {
      setSending(true);
      stored
        .then(({ id }) => go("upload", `${id}`))
        .catch(sayFailure)
        .finally(() => setSending(false));
    },
    [go],
  );
  return useMemo(() => {
    const typed = (text: string) => {
      const meant = understood(text);
      if (meant.is === "nothing") return false;
      if (meant.is === "url") after(uploadFrom(meant.value));
      else go(meant.is, meant.value);
      return true;
    };
    return {
      isSending,
      file: (file) => after(upload(file)),
      typed,
      random: () => go("random", randomSeed()),
      media: (id) => go("media", `${id}`),
    };
  }, [isSending, after, go]);
}
