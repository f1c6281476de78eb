/** Code of the pages that comes when it is needed. */
import { reached, reportUnreachable } from "./reach";

/** Loads it; while the server is away it is waited for, and the banner says so. */
export async function whenThere<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch {
    reportUnreachable();
    await reached();
    return load();
  }
}
