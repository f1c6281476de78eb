/** Sends files with progress, which `fetch` cannot tell. */
import { refusal, Unreachable } from "./errors";
import { reportReached, reportUnreachable } from "./reach";

export interface SendOptions {
  /** Called with the bytes sent and, when known, all bytes. */
  onProgress?: (sent: number, total: number | undefined) => void;
  signal?: AbortSignal;
}

function body(request: XMLHttpRequest): unknown {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return undefined;
  }
}

/**
 * Posts a form and answers the JSON body.
 *
 * Throws `ApiError` with the server's words, `Unreachable`, or an `AbortError` when the signal says so.
 */
export function send<Answer>(address: string, form: FormData, options: SendOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
      options.onProgress?.(loaded, lengthComputable ? total : undefined);
    });
    request.addEventListener("load", () => {
      reportReached();
      const isOk = request.status >= 200 && request.status < 300;
      if (isOk) resolve(body(request) as Answer);
      else reject(refusal(request.status, body(request)));
    });
    request.addEventListener("error", () => {
      reportUnreachable();
      reject(new Unreachable(address));
    });
    request.addEventListener("abort", () => reject(new DOMException("The sending was stopped", "AbortError")));
    options.signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.open("POST", address);
    request.send(form);
  });
}
