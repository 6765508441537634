const pad = (n: number): string => String(n).padStart(2, '0');

/** `2026-11-18`. */
export const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
/** `09:14:07`. */
export const clockTime = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
/** `09:14:07.120`. */
export const clockTimeMs = (ms: number): string => new Date(ms).toISOString().slice(11, 23);
/** `2026-11-18 09:14:07 UTC`. */
export const utc = (ms: number): string => `${day(ms)} ${clockTime(ms)} UTC`;

/** A length of time in its two biggest units: `6 d 4 h`, `3 h 20 min`, `45 s`. Never negative. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const minutes = Math.floor(seconds / 60) % 60;
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  if (minutes > 0) return `${minutes} min`;
  return `${seconds} s`;
}

/** `now`, `5 min ago`, `in 6 d 4 h`. */
export function relative(at: number, now: number): string {
  const distance = at - now;
  if (Math.abs(distance) < 5000) return 'now';
  return distance < 0 ? `${span(-distance)} ago` : `in ${span(distance)}`;
}

/** The value of a `datetime` attribute. */
export const iso = (ms: number): string => {
  const d = new Date(ms);
  return `${d.getUTCFullYear()}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}T${clockTime(ms)}Z`;
};
