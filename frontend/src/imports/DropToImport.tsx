/** A part of the page that imports what is dropped on it: files, folders, archives. */
import { HardDriveUpload } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { say, sayFailure } from "../parts/toasts";
import { strings } from "../strings";
import styles from "./DropToImport.module.css";
import { filesOfDrop } from "./files";
import { importFiles } from "./importing";

const words = strings.imports;

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes("Files");

export function DropToImport({ children }: { children: ReactNode }) {
  const [isOver, setOver] = useState(false);
  /** Every element under the pointer says that it was entered and left. */
  const depth = useRef(0);
  const enter = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    depth.current += 1;
    setOver(true);
  };
  const leave = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    depth.current = Math.max(0, depth.current - 1);
    if (depth.current === 0) setOver(false);
  };
  const drop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    filesOfDrop(event.dataTransfer)
      .then((files) => (files.length > 0 ? importFiles(files) : void say(words.nothing)))
      .catch(sayFailure);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the menu does the same by keys
    <div
      className={styles.place}
      data-takes-drops
      onDragEnter={enter}
      onDragLeave={leave}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      {children}
      {isOver && (
        <div className={styles.zone}>
          <p className={styles.words}>
            <HardDriveUpload size={28} strokeWidth={1.75} aria-hidden />
            {words.drop}
          </p>
        </div>
      )}
    </div>
  );
}
