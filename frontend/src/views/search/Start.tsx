/** Where a search begins: how to, and a few pictures of the library to begin with. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Dices, Images, ScanSearch } from "lucide-react";
import { mediaInfo } from "../../api/queries";
import { Button, buttonClass } from "../../parts/Button";
import { Empty, Failed } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useSearchWith } from "../../state/searchWith";
import { strings } from "../../strings";

const words = strings.search;

export default function Start() {
  const info = useQuery(mediaInfo);
  const searchWith = useSearchWith();
  const count = info.data?.mediaCount;
  if (info.isError) return <Failed title={words.failed} error={info.error} onAgain={() => void info.refetch()} />;
  return (
    <>
      <ViewHead title={words.title} isTitleHidden note={count !== undefined && words.inLibrary(count)} />
      {count === 0 ? (
        <Empty icon={Images} title={words.emptyLibrary} hint={words.emptyLibraryHint}>
          <Link to="/library" className={buttonClass("primary")}>
            {words.toLibrary}
          </Link>
        </Empty>
      ) : (
        <Empty icon={ScanSearch} title={words.welcome} hint={words.welcomeHint}>
          <Button kind="primary" icon={<Dices size={18} aria-hidden />} onClick={searchWith.random}>
            {words.random}
          </Button>
        </Empty>
      )}
    </>
  );
}
