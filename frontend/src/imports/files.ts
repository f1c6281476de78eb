/** Files that somebody picked or dropped, folders with all that is in them. */

export interface Picked {
  readonly file: File;
  /** With its folders, as its owner sees it. */
  readonly path: string;
}

/** What systems put into folders without being asked. */
const LITTER = /^(\..*|thumbs\.db|desktop\.ini|__macosx)$/i;

/** Whether any part of a path is none of its owner's making. */
export function isLitter(path: string): boolean {
  return path.split("/").some((part) => LITTER.test(part));
}

function picked(file: File, folder = ""): Picked {
  const path = file.webkitRelativePath || `${folder}${file.name}`;
  return { file, path };
}

/** Of an `<input type=file>`, with or without `webkitdirectory`. */
export function filesOfInput(list: FileList | null): Picked[] {
  return Array.from(list ?? [])
    .map((file) => picked(file))
    .filter(({ path }) => !path.includes("/") || !isLitter(path));
}

function entries(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

function file(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A reader gives a part of its folder at a time, and nothing at the end. */
async function inFolder(entry: FileSystemDirectoryEntry): Promise<Picked[]> {
  const reader = entry.createReader();
  const found: Picked[] = [];
  for (let part = await entries(reader); part.length > 0; part = await entries(reader)) {
    for (const one of part) found.push(...(await inEntry(one)));
  }
  return found;
}

async function inEntry(entry: FileSystemEntry): Promise<Picked[]> {
  const path = entry.fullPath.replace(/^\//, "");
  if (path.includes("/") && isLitter(path)) return [];
  if (entry.isDirectory) return inFolder(entry as FileSystemDirectoryEntry);
  const one = await file(entry as FileSystemFileEntry);
  return [{ file: one, path }];
}

/** Of a drop. What is dropped is gone after the event, so this must be called while it is handled. */
export function filesOfDrop(data: DataTransfer): Promise<Picked[]> {
  const dropped = Array.from(data.items).flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (dropped.length === 0) return Promise.resolve(Array.from(data.files).map((one) => picked(one)));
  return Promise.all(dropped.map(inEntry)).then((found) => found.flat());
}
