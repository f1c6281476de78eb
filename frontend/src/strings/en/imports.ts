/** Importing. */
import { number, plural } from "../format";

export const imports = {
  import: "Import",
  files: "Files and ZIP archives …",
  folder: "A whole folder …",
  addresses: "Addresses on the internet …",
  drop: "Drop to import into the library",
  nothing: "There are no files in it.",
  title: "Import",
  running: (done: number, all: number) =>
    `Importing ${number(done)} of ${plural(all, { one: "# file", other: "# files" })}`,
  over: (all: number) => plural(all, { one: "# file imported", other: "# files imported" }),
  overWithFailures: (done: number, failed: number) =>
    `${plural(done, { one: "# file imported", other: "# files imported" })}, ${number(failed)} not`,
  summary: (added: number, there: number) =>
    `${plural(added, { one: "# picture is new", other: "# pictures are new" })}, ${plural(there, { one: "# was there before", other: "# were there before" })}.`,
  sent: (sent: string, all: string) => `${sent} of ${all} sent`,
  heldUp: "The server cannot be reached. It goes on by itself.",
  indexing: "Being made searchable",
  states: {
    waiting: "Waiting",
    sending: "Sending",
    importing: "Importing",
    done: "In the library",
    failed: "Failed",
    stopped: "Stopped",
  },
  wasThere: "Was there before",
  inTrash: "Is in the trash",
  stop: "Stop",
  retry: (count: number) => plural(count, { one: "Try # again", other: "Try all # again" }),
  show: "Show the files",
  hide: "Hide the files",
  list: "Files of this import",
  cutOff: "The connection was cut while it was sent; it may be larger than the server takes.",
  taskFailed: "The import failed.",
  addressesTitle: "Import from addresses",
  addressesHint: "One address a line, each of a picture, a video or a ZIP archive.",
  addressesLabel: "Addresses",
  begin: "Import",
  begun: "The import has begun",
  watch: "Watch it",
};
