/** The pages of a collection's pictures as they are after a change, before the server has answered. */
import type { InfiniteData } from "@tanstack/react-query";
import type { LinkedMedia } from "../../api/types";

interface Page {
  res: LinkedMedia[];
  total: number;
}

function mapped<One extends Page>(
  pages: InfiniteData<One, unknown>,
  change: (page: One) => One,
): InfiniteData<One, unknown> {
  return { ...pages, pages: pages.pages.map(change) };
}

export function withoutMembers<One extends Page>(
  pages: InfiniteData<One, unknown>,
  ids: ReadonlySet<number>,
): InfiniteData<One, unknown> {
  const stays = ({ media_id }: LinkedMedia) => !ids.has(media_id);
  const gone = pages.pages.reduce((sum, { res }) => sum + res.length - res.filter(stays).length, 0);
  return mapped(pages, (page) => ({ ...page, res: page.res.filter(stays), total: page.total - gone }));
}

export function withNote<One extends Page>(
  pages: InfiniteData<One, unknown>,
  mediaId: number,
  notes: string | null,
): InfiniteData<One, unknown> {
  const noted = (one: LinkedMedia) => (one.media_id === mediaId ? { ...one, notes } : one);
  return mapped(pages, (page) => ({ ...page, res: page.res.map(noted) }));
}
