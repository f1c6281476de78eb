/** Making the map: for the first time, again, and while it goes on. */
import { CircleAlert, Map as MapIcon, RefreshCw } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import type { Run } from "../../api/runs";
import { Button, buttonClass } from "../../parts/Button";
import menu from "../../parts/Menu.module.css";
import { RunProgress } from "../../parts/runs/RunProgress";
import { Segments } from "../../parts/Segments";
import { Empty } from "../../parts/States";
import { strings } from "../../strings";
import map from "./Map.module.css";
import styles from "./MapHead.module.css";
import { type MapMaking, METHODS, type Method, methodNamed } from "./useMaking";

const words = strings.map;

export function Making({ run }: { run: Run }) {
  return (
    <div className={styles.making}>
      <RunProgress run={run} label={words.making} />
    </div>
  );
}

function Failure({ text }: { text: string }) {
  return (
    <p className={styles.failure} role="alert">
      <CircleAlert size={18} aria-hidden />
      <span>
        <strong>{words.notMade}</strong> {text}
      </span>
    </p>
  );
}

export function NoMap({ making: { run, isStarting, failure, make } }: { making: MapMaking }) {
  const [method, setMethod] = useState<Method>("umap");
  if (run) return <div className={map.map} aria-busy="true" />;
  return (
    <Empty icon={MapIcon} title={words.none} hint={words.noneHint}>
      {failure && <Failure text={failure} />}
      <div className={styles.first}>
        <Segments
          label={words.method}
          choices={METHODS.map((one) => [one, words.methods[one]] as const)}
          value={method}
          onChange={setMethod}
        />
        <p className={styles.quiet}>{words.methodHints[method]}</p>
        <Button kind="primary" isBusy={isStarting} onClick={() => make(method)}>
          {words.make}
        </Button>
      </div>
    </Empty>
  );
}

/** Again, in the same or in another way. */
export function MakeButton({ making: { run, isStarting, make }, method }: { making: MapMaking; method: string }) {
  const isBusy = isStarting || run !== undefined;
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={buttonClass()} disabled={isBusy} aria-busy={isBusy}>
        <RefreshCw size={16} strokeWidth={1.75} aria-hidden />
        {words.again}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="end" sideOffset={6} collisionPadding={8}>
          {METHODS.map((one) => (
            <DropdownMenu.Item key={one} className={menu.item} onSelect={() => make(one)}>
              <span className={styles.method}>
                <span className={one === method ? styles.present : undefined}>{words.methods[one]}</span>
                <span className={styles.quiet}>{words.methodHints[one]}</span>
              </span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** The library has grown since, or the last try failed. */
export function Newer({ count, making, method }: { count: number; making: MapMaking; method: string }) {
  const { failure, isStarting, make } = making;
  return (
    <>
      {failure && <Failure text={failure} />}
      {count > 0 && (
        <p className={styles.newer} role="status">
          {words.newer(count)}
          <Button isBusy={isStarting} onClick={() => make(methodNamed(method))}>
            {words.again}
          </Button>
        </p>
      )}
    </>
  );
}
