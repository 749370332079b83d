/** Port: counts what each key has taken of a quota, in windows that begin with its first. */
export type RateLimit = {
  /** Takes one; throws when that can't be counted. */
  take(key: string): Promise<Taken>;
};

export type Taken = {
  /** True for a write beyond the quota. */
  isOver: boolean;
  remaining: number;
  /** When the quota is whole again. */
  resetsInMs: number;
};

/** How much may be taken, and in which time; `name` tells it from other limits on the same store. */
export type Policy = { name: string; quota: number; windowS: number };

/** A limit that stops nothing while it can't count: it then returns undefined. */
export type OpenLimit = Policy & { take(key: string): Promise<Taken | undefined> };

/** The limits on writes that a service has. */
export type WriteLimits = { perUser?: OpenLimit; perAddress?: OpenLimit };
