/** What the server can do. The pages are compiled into the program that they are built for, so this never is another one's. */
import { filters, routes } from "virtual:abilities";

/** Whether searches take this parameter. */
export function canFilter(name: string): boolean {
  return filters.includes(name);
}

/** Several examples, liked and disliked, in one search. */
export const CAN_COMBINE = routes.includes("POST /api/v1/search");

/** Marking pictures as graphic. */
export const CAN_MARK = routes.includes("PATCH /api/v1/media/id/{id}");

/** Telling the layers of a model. */
export const CAN_TELL_LAYERS = routes.includes("GET /api/v1/modelzoo/name/{key}/layers");
