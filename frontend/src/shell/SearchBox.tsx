/** The search box of the top bar: type or paste an address, pick a file, or take a random picture. */
import { Dices, ImageUp, ScanSearch } from "lucide-react";
import { type ClipboardEvent, type FormEvent, useRef, useState } from "react";
import { useKeys } from "../keys/useKeys";
import { IconButton } from "../parts/Button";
import { say } from "../parts/toasts";
import { pictureAmong, type SearchWith } from "../state/searchWith";
import { strings } from "../strings";
import styles from "./SearchBox.module.css";

const words = strings.shell.box;

function PickFile({ onFile }: { onFile: (file: File) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton label={words.pick} onClick={() => input.current?.click()}>
        <ImageUp size={18} strokeWidth={1.75} aria-hidden />
      </IconButton>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        data-testid="query-file"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = "";
          if (file) onFile(file);
        }}
      />
    </>
  );
}

export function SearchBox({ searchWith }: { searchWith: SearchWith }) {
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useKeys({
    focusSearch: () => input.current?.focus(),
    random: searchWith.random,
  });
  const go = (typed: string) => {
    if (searchWith.typed(typed)) {
      setText("");
      input.current?.blur();
    } else if (typed.trim()) say(words.notAnAddress, { kind: "bad" });
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    go(text);
  };
  const onPaste = (event: ClipboardEvent) => {
    const file = pictureAmong(event.clipboardData.files);
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    searchWith.file(file);
  };
  return (
    <search className={styles.place}>
      <form className={styles.box} onSubmit={onSubmit} aria-busy={searchWith.isSending}>
        <ScanSearch className={styles.glass} size={18} strokeWidth={1.75} aria-hidden />
        <input
          ref={input}
          className={styles.input}
          type="search"
          name="query"
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="search"
          aria-label={words.label}
          placeholder={searchWith.isSending ? words.sending : words.hint}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          onPaste={onPaste}
          onKeyDown={({ key, currentTarget }) => key === "Escape" && currentTarget.blur()}
        />
        <kbd className={styles.key} aria-hidden>
          /
        </kbd>
        <PickFile onFile={searchWith.file} />
        <IconButton label={words.random} onClick={searchWith.random}>
          <Dices size={18} strokeWidth={1.75} aria-hidden />
        </IconButton>
      </form>
    </search>
  );
}
