/** Numbers, sizes, times and plurals in the reader's language. */

export const LANGUAGE = "en";

const whole = new Intl.NumberFormat(LANGUAGE);
const oneDecimal = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });
const significant = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 4 });
const clock = new Intl.DateTimeFormat(LANGUAGE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium" });
const dayAndTime = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" });
const rules = new Intl.PluralRules(LANGUAGE);

export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** `plural(3, { one: "# picture", other: "# pictures" })` is "3 pictures". */
export function plural(count: number, forms: Forms): string {
  const form = forms[rules.select(count)] ?? forms.other;
  return form.replaceAll("#", number(count));
}

export function number(value: number): string {
  return whole.format(value);
}

/** A fraction with some digits: distances, confidences. */
export function fraction(value: number, digits = 2): string {
  return new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
}

/** A number with as many digits as say something: of axes and measurements. */
export function decimal(value: number): string {
  return Math.abs(value) >= 1000 ? whole.format(Math.round(value)) : significant.format(value);
}

/** 0.9998 as "99.98 %"-like text, never rounded up to a hundred. */
export function percent(value: number, digits = 2): string {
  const scale = 10 ** (digits + 2);
  const down = Math.floor(value * scale) / scale;
  return new Intl.NumberFormat(LANGUAGE, { style: "percent", maximumFractionDigits: digits }).format(down);
}

const SIZES = ["B", "KB", "MB", "GB", "TB"] as const;

/** Bytes, in steps of 1000. */
export function bytes(value: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(value, 1)) / 3), SIZES.length - 1);
  return `${oneDecimal.format(value / 1000 ** step)} ${SIZES[step]}`;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time, in its two largest units. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < MINUTE) return `${seconds < 10 ? oneDecimal.format(seconds) : Math.round(seconds)} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ${Math.round(seconds % MINUTE)} s`;
  return `${Math.floor(seconds / HOUR)} h ${Math.round((seconds % HOUR) / MINUTE)} min`;
}

export function date(text: string): string {
  return day.format(new Date(text));
}

export function dateAndTime(text: string): string {
  return dayAndTime.format(new Date(text));
}

/** The time of day, `14:05`, of milliseconds since 1970. */
export function timeOfDay(milliseconds: number): string {
  return clock.format(milliseconds);
}

/** "3 minutes ago"; `now` in milliseconds since 1970. */
export function ago(text: string, now: number = Date.now()): string {
  const seconds = (new Date(text).getTime() - now) / 1000;
  const size = Math.abs(seconds);
  if (size < MINUTE) return relative.format(0, "second");
  if (size < HOUR) return relative.format(Math.round(seconds / MINUTE), "minute");
  if (size < DAY) return relative.format(Math.round(seconds / HOUR), "hour");
  return size < 30 * DAY ? relative.format(Math.round(seconds / DAY), "day") : date(text);
}
