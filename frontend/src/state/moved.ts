/** Addresses of VFRAME Search's pages: old links and bookmarks still lead somewhere. */

const NUMBER = String.raw`(\d+)`;

const MOVED: readonly [from: RegExp, to: string][] = (
  [
    [`/collection/${NUMBER}(?:/show|/edit)?`, "/collections/$1"],
    ["/collection(?:/new)?", "/collections"],
    [`/media/id/${NUMBER}/show`, "/media/id/$1"],
    ["/media/hash/([0-9a-fA-F]{64})", "/media/sha256/$1"],
    ["/media", "/library"],
    ["/task", "/work"],
    [`/feature/${NUMBER}(?:/show|/edit)?`, "/features/$1"],
    ["/feature(?:/new)?", "/features"],
    ["/modelzoo/([^/]+)(?:/show)?", "/models/$1"],
    ["/modelzoo", "/models"],
    [`/upload/${NUMBER}(?:/show)?`, "/search/upload/$1"],
    ["/upload", "/uploads"],
  ] as const
).map(([from, to]) => [new RegExp(`^(?:${from})/?$`), to]);

/** Where an old address leads now; nothing for those that are no old ones. */
export function movedTo(path: string): string | undefined {
  const found = MOVED.find(([from]) => from.test(path));
  return found && path.replace(found[0], found[1]);
}
