/** What the dashboard shows, as its address says it. */
import { address, choice } from "../../state/address";
import type { Span } from "./minutes";

export interface DashboardState {
  span: Span;
}

export const dashboardAddress = address<DashboardState>({ span: choice("span", ["hour", "sixHours", "day"], "hour") });
