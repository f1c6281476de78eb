/** The frame around all views. */
import { Outlet, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useKeys } from "../keys/useKeys";
import { Toasts } from "../parts/Toasts";
import { useSearchWith } from "../state/searchWith";
import { strings } from "../strings";
import { Companions } from "./Companions";
import { DropZone } from "./DropZone";
import { Help } from "./Help";
import { Navigation } from "./Navigation";
import { OfflineBanner } from "./OfflineBanner";
import styles from "./Shell.module.css";
import { TopBar } from "./TopBar";
import { useFreshAnswers } from "./useFreshAnswers";

export function Shell() {
  const [isHelpOpen, setHelpOpen] = useState(false);
  const searchWith = useSearchWith();
  const navigate = useNavigate();
  useFreshAnswers();
  useKeys(
    {
      help: () => setHelpOpen(true),
      goSearch: () => void navigate({ to: "/search" }),
      goLibrary: () => void navigate({ to: "/library" }),
      goCollections: () => void navigate({ to: "/collections" }),
      goWork: () => void navigate({ to: "/work" }),
      clear: () => {
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      },
    },
    "under",
  );
  return (
    <>
      <a className={styles.skip} href="#content">
        {strings.shell.skip}
      </a>
      <TopBar searchWith={searchWith} onHelp={() => setHelpOpen(true)} />
      <Navigation />
      <main id="content" className={styles.content} tabIndex={-1}>
        <OfflineBanner />
        <Outlet />
      </main>
      <Toasts />
      <Companions />
      <DropZone searchWith={searchWith} />
      <Help isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </>
  );
}
