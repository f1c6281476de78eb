/** Addresses that lead nowhere, and views that failed. */
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { buttonClass } from "../parts/Button";
import { Empty, Failed } from "../parts/States";
import { ViewHead } from "../parts/ViewHead";
import { strings } from "../strings";

export function Missing() {
  const words = strings.shell.missing;
  return (
    <>
      <ViewHead title={words.title} isTitleHidden />
      <Empty icon={Compass} title={words.title} hint={words.remedy}>
        <Link to="/search" className={buttonClass("primary")}>
          {words.back}
        </Link>
      </Empty>
    </>
  );
}

export function Crashed({ error, reset }: ErrorComponentProps) {
  const { title } = strings.shell.crashed;
  return (
    <>
      <ViewHead title={title} isTitleHidden />
      <Failed title={title} error={error} onAgain={reset} />
    </>
  );
}
