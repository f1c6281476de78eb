/** The layers of a model with the shapes of what they make: as far as they are known before and after it is here. */
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { type Model, modelLayers } from "../../api/models";
import type { Layer } from "../../api/types";
import cards from "../../parts/Cards.module.css";
import { Failed } from "../../parts/States";
import { strings } from "../../strings";
import styles from "./Models.module.css";

const words = strings.models;

/** What the descriptor alone says. */
function declared({ layer, dimensions }: Model): Layer[] {
  return layer === "" ? [] : [{ name: layer, shape: [1, dimensions] }];
}

function Table({ model, layers }: { model: Model; layers: readonly Layer[] }) {
  const channels = model.colour === "grey" ? 1 : 3;
  const input = [1, channels, model.height, model.width];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section className={styles.scrolls} aria-label={words.layers} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{words.layer}</th>
            <th scope="col">{words.shape}</th>
          </tr>
        </thead>
        <tbody>
          <tr className={cards.quiet}>
            <th scope="row">{words.network}</th>
            <td>{words.shapeOf(input)}</td>
          </tr>
          {layers.map(({ name, shape }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a layer may make several things; the list never changes
            <tr key={place}>
              <th scope="row">
                <code>{name}</code>
                {name === model.layer && (
                  <span className={clsx(cards.badge, cards.going, styles.mark)}>{words.isFeature}</span>
                )}
              </th>
              <td>{words.shapeOf(shape)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Layers({ model }: { model: Model }) {
  const asked = modelLayers(model.key);
  const canAsk = asked.enabled === true;
  const found = useQuery({ ...asked, enabled: canAsk && model.isDownloaded });
  return (
    <section className={cards.row} aria-labelledby="layers">
      <div>
        <h2 id="layers">{words.layers}</h2>
        <p className={cards.quiet}>{words.layersHint}</p>
      </div>
      {found.isError && !found.data ? (
        <Failed title={words.layersFailed} error={found.error} onAgain={() => void found.refetch()} />
      ) : (
        <Table model={model} layers={found.data ?? declared(model)} />
      )}
      {canAsk && !model.isDownloaded && <p className={cards.quiet}>{words.layersUnknown}</p>}
    </section>
  );
}
