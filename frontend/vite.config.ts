/** How the pages are built, and how they are served while one works on them. */
import react from "@vitejs/plugin-react";
import type { ProxyOptions } from "vite";
import { defineConfig } from "vitest/config";
import { abilities } from "./build/abilities";
import { compressed } from "./build/compressed";
import { firstLoad } from "./build/firstLoad";

/** The program that answers the API while Vite serves the pages. */
const PROGRAM = process.env.LIKENESS_URL ?? "http://127.0.0.1:5000";

/** The same as `CONTENT_SECURITY_POLICY` in src/http/pages.rs: `vite preview` fails where the program would. */
const POLICY =
  "default-src 'none'; img-src 'self' blob:; media-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const proxy: Record<string, ProxyOptions> = Object.fromEntries(
  ["/api", "/static", "/favicon.ico", "/health", "/ready"].map((path) => [path, { target: PROGRAM }]),
);
proxy["/socket.io"] = { target: PROGRAM, ws: true };

export default defineConfig({
  plugins: [react(), abilities(), compressed(), firstLoad()],
  server: { proxy },
  preview: { proxy, headers: { "content-security-policy": POLICY } },
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // The policy allows no `data:` address, and every browser that runs these pages knows module preloads.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: { include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"], environment: "node" },
});
