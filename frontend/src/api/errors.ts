/** What can go wrong between the page and the server, in the server's own words where it said some. */

/** An answer that refuses: its text and its fields are shown as they are. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    message: string,
    /** HTTP status. */
    readonly status: number,
    /** What is wrong with each field of a form. */
    readonly fields: Readonly<Record<string, readonly string[]>> = {},
  ) {
    super(message);
  }

  get isMissing(): boolean {
    return this.status === 404;
  }

  /** Another try may succeed: the server is busy, not ready or restarting. */
  get isPassing(): boolean {
    return this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** No answer at all: the server is off, or the network between is. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

interface ErrorBody {
  error?: string;
  errors?: Record<string, string[]>;
}

/** The error that a body of the API tells, or one that says at least the status. */
export function refusal(status: number, body: unknown): ApiError {
  const { error, errors } = typeof body === "object" && body !== null ? (body as ErrorBody) : {};
  const words = typeof error === "string" && error !== "error" ? error : undefined;
  const first = errors && Object.values(errors).flat()[0];
  return new ApiError(words ?? first ?? `${status}`, status, errors ?? {});
}

/** Whether the request itself was called off, which is nobody's failure. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
