/** The one way to the API. Addresses, parameters and answers are typed by the server's own description. */
import createClient from "openapi-fetch";
import { isAborted, refusal, Unreachable } from "./errors";
import { reportReached, reportUnreachable } from "./reach";
import type { paths } from "./schema";

const client = createClient<paths>({ baseUrl: "" });

client.use({
  onError({ error }) {
    if (isAborted(error)) return undefined;
    reportUnreachable();
    return new Unreachable(String(error));
  },
  async onResponse({ response }) {
    reportReached();
    if (response.ok) return undefined;
    throw refusal(response.status, await response.json().catch(() => undefined));
  },
});

/** `GET`, `POST`, ... of openapi-fetch; wrap them in `answer`. */
export const api = client;

interface Exchange<Data> {
  data?: Data;
  response: Response;
}

/** The body of an answer. Refusals were thrown before as `ApiError`, silence as `Unreachable`. */
export async function answer<Data>(exchange: Promise<Exchange<Data>>): Promise<Data> {
  const { data, response } = await exchange;
  if (data === undefined) throw refusal(response.status, undefined);
  return data;
}
