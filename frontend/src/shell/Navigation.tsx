/** The main navigation: a rail at the left, on phones a bar at the bottom. */
import { Link, useRouterState } from "@tanstack/react-router";
import clsx from "clsx";
import { Ellipsis } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useLive } from "../api/live";
import menu from "../parts/Menu.module.css";
import { strings } from "../strings";
import styles from "./Navigation.module.css";
import { isAt, ON_PHONES, PLACES, type Place } from "./places";

function Entry({ place, path, running, isExtra }: { place: Place; path: string; running: number; isExtra: boolean }) {
  const Icon = place.icon;
  const isHere = isAt(place, path);
  const hasBadge = place.to === "/work" && running > 0;
  return (
    <Link
      to={place.to}
      className={clsx(styles.entry, isHere && styles.here, isExtra && styles.extra)}
      {...(isHere && { "aria-current": "page" })}
    >
      <span className={styles.icon}>
        <Icon size={20} strokeWidth={1.75} aria-hidden />
        {hasBadge && <span className={styles.badge}>{running}</span>}
      </span>
      <span>{place.title}</span>
      {hasBadge && <span className="only-read-aloud">{strings.shell.live.running(running)}</span>}
    </Link>
  );
}

function More({ path }: { path: string }) {
  const rest = PLACES.slice(ON_PHONES);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className={clsx(styles.entry, styles.more, rest.some((place) => isAt(place, path)) && styles.here)}
      >
        <span className={styles.icon}>
          <Ellipsis size={20} aria-hidden />
        </span>
        <span>{strings.shell.more}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} side="top" align="end" sideOffset={8} collisionPadding={8}>
          {rest.map(({ to, title, icon: Icon }) => (
            <DropdownMenu.Item key={to} asChild className={menu.item}>
              <Link to={to}>
                <Icon size={18} strokeWidth={1.75} aria-hidden />
                {title}
              </Link>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function Navigation() {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const running = useLive().tasks.size;
  return (
    <nav aria-label={strings.shell.navigation} className={styles.rail}>
      {PLACES.map((place, number) => (
        <Entry key={place.to} place={place} path={path} running={running} isExtra={number >= ON_PHONES} />
      ))}
      <More path={path} />
    </nav>
  );
}
