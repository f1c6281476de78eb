/** Pictures that are dropped or pasted anywhere begin a search, unless a view takes them for itself. */
import { ImageUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { say } from "../parts/toasts";
import { pictureAmong, type SearchWith } from "../state/searchWith";
import { strings } from "../strings";
import styles from "./DropZone.module.css";

/** Views that take files themselves put this attribute on the part of the page that does. */
const OWN_DROPS = "[data-takes-drops]";

function isForView(event: Event): boolean {
  return event.defaultPrevented || (event.target instanceof Element && event.target.closest(OWN_DROPS) !== null);
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input,textarea,[contenteditable=true]") !== null;
}

/** Answers whether a file is held over the page. */
function useDrops(onFile: (file: File) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFile);
  latest.current = onFile;
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!hasFiles(event) || isForView(event)) return setOver(false);
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event)) return;
      const isOurs = !isForView(event);
      // A file that is dropped beside its place must not replace the page.
      event.preventDefault();
      const file = pictureAmong(event.dataTransfer?.files);
      if (!isOurs) return;
      if (file) latest.current(file);
      else say(strings.shell.box.noPicture, { kind: "bad" });
    };
    const paste = (event: ClipboardEvent) => {
      const file = isTyping(event.target) ? undefined : pictureAmong(event.clipboardData?.files);
      if (file) latest.current(file);
    };
    const stop = new AbortController();
    const { signal } = stop;
    window.addEventListener("dragover", over, { signal });
    window.addEventListener("dragleave", leave, { signal });
    window.addEventListener("drop", drop, { signal });
    window.addEventListener("paste", paste, { signal });
    return () => stop.abort();
  }, []);
  return isOver;
}

export function DropZone({ searchWith }: { searchWith: SearchWith }) {
  const isOver = useDrops(searchWith.file);
  if (!isOver) return null;
  return (
    <div className={styles.zone}>
      <p className={styles.words}>
        <ImageUp size={28} strokeWidth={1.75} aria-hidden />
        {strings.shell.box.drop}
      </p>
    </div>
  );
}
