type Env = Record<string, string | undefined>;

/** The size of a run, and its limits. */
export type Settings = {
  /** Visits that begin each second (browse, search). */
  rate: number;
  /** Seconds for which visits begin (browse, search). */
  seconds: number;
  /** The maximum of visitors at a time (browse, search). */
  visitors: number;
  /** Buyers that come at one moment (onsale). */
  buyers: number;
  /** Seats that they want (onsale). */
  seats: number;
  /** 99 of 100 responses of each kind must come within this time, in milliseconds. */
  p99Ms: number;
};

type Size = { variable: string; full: number; smoke: number; least: number; most: number };

// The bounds keep a typing mistake from causing a flood.
const sizes: Record<keyof Settings, Size> = {
  rate: { variable: 'LOAD_RATE', full: 50, smoke: 20, least: 1, most: 10_000 },
  seconds: { variable: 'LOAD_DURATION', full: 30, smoke: 3, least: 1, most: 3600 },
  visitors: { variable: 'LOAD_VUS', full: 100, smoke: 40, least: 1, most: 10_000 },
  buyers: { variable: 'LOAD_BUYERS', full: 600, smoke: 60, least: 2, most: 20_000 },
  seats: { variable: 'LOAD_SEATS', full: 40, smoke: 8, least: 1, most: 10_000 },
  // Machines differ: these limits only detect a run that has gone wrong.
  p99Ms: { variable: 'LOAD_P99_MS', full: 2000, smoke: 5000, least: 0, most: 60_000 },
};

/**
 * The sizes of a run: those of the environment, else the usual ones, or with LOAD_SMOKE=1 those of a few seconds.
 * Throws an error that names the valid values of each wrong variable.
 */
export function settingsFrom(env: Env): Settings {
  const wrong: string[] = [];
  const settings = Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => {
      const fallback = env.LOAD_SMOKE === '1' ? size.smoke : size.full;
      const text = env[size.variable];
      const value = text ? number(text, name === 'seconds') : fallback;
      if (!(value >= size.least && value <= size.most)) {
        const unit = name === 'seconds' ? 'seconds, such as 30, 30s or 2m,' : 'a whole number';
        wrong.push(`${size.variable}=${text}: must be ${unit} from ${size.least} to ${size.most}`);
      }
      return [name, value];
    }),
  ) as Settings;
  if (settings.buyers <= settings.seats) {
    wrong.push(`LOAD_BUYERS (${settings.buyers}) must be more than LOAD_SEATS (${settings.seats}): else it is no rush`);
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return settings;
}

/** NaN for what is no number. */
function number(text: string, isTime: boolean): number {
  const [, digits, unit] = (isTime ? /^(\d+)(s|m)?$/ : /^(\d+)$/).exec(text.trim()) ?? [];
  return Number(digits ?? Number.NaN) * (unit === 'm' ? 60 : 1);
}
