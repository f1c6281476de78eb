/** The start: theme, live events, the answers' cache, and the router. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { goLive } from "./api/live";
import { queryClient } from "./api/queries";
import { reachable, watchReach } from "./api/reach";
import "./look/tokens.css";
import "./look/base.css";
import { followTheme } from "./look/theme";
import { router } from "./router";
import { keepScroll } from "./state/scroll";

followTheme();
keepScroll(router);
// What failed while the server was away is asked again when it is back.
watchReach(() => void (reachable() && queryClient.refetchQueries({ type: "active" })));
goLive();

const element = document.getElementById("root");
if (element) {
  createRoot(element).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
