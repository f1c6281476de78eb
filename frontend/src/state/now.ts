/** The time as it goes by, for what says how long something took or has left. */
import { useEffect, useState } from "react";

/** Milliseconds since 1970, again and again while it is on. */
export function useNow(everyMs: number, isOn = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isOn) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isOn]);
  return now;
}
