/** Items that a task names, and where they are shown. */

/** `media 12`, as tasks name a picture of the library. */
export function mediumOf(item: string): string | undefined {
  return /^media (\d+)$/.exec(item)?.[1];
}
