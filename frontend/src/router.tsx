/** All addresses of the pages, and the view of each; a view's code comes when it is needed. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { whenThere } from "./api/code";
import { Crashed, Missing } from "./shell/Missing";
import { Shell } from "./shell/Shell";
import { formatQuery, type Params, parseQuery } from "./state/address";
import { movedTo } from "./state/moved";

/** A view whose code comes when it is visited. */
function view<Module extends { default: ComponentType }>(load: () => Promise<Module>) {
  return lazyRouteComponent(() => whenThere(load));
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: Missing,
  errorComponent: Crashed,
  // Views read what they know with `useAddress`; here everything is text.
  validateSearch: (search: Record<string, unknown>): Params =>
    Object.fromEntries(Object.entries(search).map(([name, value]) => [name, String(value)])),
  beforeLoad: ({ location }) => {
    const href = movedTo(location.pathname);
    if (href !== undefined) throw redirect({ href, replace: true });
  },
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: ({ search }) => {
    throw redirect({ to: "/search", search, replace: true });
  },
});

const search = createRoute({
  getParentRoute: () => root,
  path: "/search",
  component: view(() => import("./views/search/Start")),
});
const searchWith = createRoute({
  getParentRoute: () => root,
  path: "/search/$kind/$which",
  component: view(() => import("./views/search/Search")),
});
const library = createRoute({
  getParentRoute: () => root,
  path: "/library",
  component: view(() => import("./views/library/Library")),
});
const medium = createRoute({
  getParentRoute: () => root,
  path: "/media/id/$id",
  component: view(() => import("./views/medium/Medium")),
});
const mediumByHash = createRoute({
  getParentRoute: () => root,
  path: "/media/sha256/$hash",
  component: view(() => import("./views/medium/MediumByHash")),
});
const compare = createRoute({
  getParentRoute: () => root,
  path: "/compare/$one/$other",
  component: view(() => import("./views/compare/Compare")),
});
const collections = createRoute({
  getParentRoute: () => root,
  path: "/collections",
  component: view(() => import("./views/collections/Collections")),
});
const collection = createRoute({
  getParentRoute: () => root,
  path: "/collections/$id",
  component: view(() => import("./views/collections/Collection")),
});
const work = createRoute({
  getParentRoute: () => root,
  path: "/work",
  component: view(() => import("./views/work/Work")),
});
const task = createRoute({
  getParentRoute: () => root,
  path: "/work/$uuid",
  component: view(() => import("./views/work/Task")),
});
const dashboard = createRoute({
  getParentRoute: () => root,
  path: "/dashboard",
  component: view(() => import("./views/dashboard/Dashboard")),
});
const features = createRoute({
  getParentRoute: () => root,
  path: "/features",
  component: view(() => import("./views/features/Features")),
});
const feature = createRoute({
  getParentRoute: () => root,
  path: "/features/$id",
  component: view(() => import("./views/features/FeatureView")),
});
const models = createRoute({
  getParentRoute: () => root,
  path: "/models",
  component: view(() => import("./views/models/Models")),
});
const model = createRoute({
  getParentRoute: () => root,
  path: "/models/$key",
  component: view(() => import("./views/models/ModelView")),
});
const uploads = createRoute({
  getParentRoute: () => root,
  path: "/uploads",
  component: view(() => import("./views/uploads/Uploads")),
});
const map = createRoute({
  getParentRoute: () => root,
  path: "/map",
  component: view(() => import("./views/map/MapView")),
});

const VIEWS = [
  home,
  search,
  searchWith,
  library,
  medium,
  mediumByHash,
  compare,
  collections,
  collection,
  work,
] as const;
const MORE_VIEWS = [task, dashboard, features, feature, models, model, uploads, map] as const;

export const router = createRouter({
  routeTree: root.addChildren([...VIEWS, ...MORE_VIEWS]),
  parseSearch: (query) => ({ ...parseQuery(query) }),
  stringifySearch: formatQuery,
  defaultErrorComponent: Crashed,
  defaultPreload: "intent",
  // `useKeptScroll` does it: a view knows when it has its height, and a late jump to the top would undo that.
  scrollRestoration: () => false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
