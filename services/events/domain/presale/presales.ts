import type { Author } from '../../../../shared/audit/audit-log.ts';

/** The members of a presale that its organiser sets. Instants are RFC 3339, UTC, to the millisecond. */
export type PresaleInput = { name: string; startsAt: string; endsAt: string };

/** When everybody may buy tickets of an event, unless it is cancelled: RFC 3339, UTC; null: from its publication. */
export type GeneralSale = { onSaleFrom: string | null; isCancelled: boolean };

/** A window before the general sale for those who have a code, with the organiser of its event; null: the platform. */
export type Presale = PresaleInput & {
  uuid: string;
  eventUuid: string;
  organiserUuid: string | null;
  /** Names what it is now. */
  version: string;
};

/** A code of a presale. `maxUses` null: without a limit. `uses`: what is bought by it, being paid for, or held. */
export type AccessCode = {
  uuid: string;
  code: string;
  maxUses: number | null;
  uses: number;
  withdrawnAt: string | null;
  createdAt: string;
};

export type NewCode = { uuid: string; code: string; maxUses: number | null };

/** Port: presales and their codes. Each write is one transaction, with its line in the audit log. Throws `unavailable`. */
export type Presales = {
  /** Returns the organiser of an event; undefined without the event. */
  organiserOfEvent(eventUuid: string): Promise<{ organiserUuid: string | null } | undefined>;

  /**
   * Makes a presale with this uuid; when there is one already, changes nothing. Returns undefined when the event has
   * gone. `check` gets the event's window, which nobody changes meanwhile, and may throw.
   */
  create(
    author: Author,
    eventUuid: string,
    presale: PresaleInput & { uuid: string },
    check: (event: GeneralSale) => void,
  ): Promise<Presale | undefined>;

  find(uuid: string): Promise<Presale | undefined>;

  /** Returns an event's presales by their beginnings. */
  list(eventUuid: string): Promise<Presale[]>;

  /**
   * Changes a presale as `decide` says, which gets it as it is with its event's window, or undefined without it, and may
   * throw. Nobody changes either meanwhile.
   */
  change(
    author: Author,
    uuid: string,
    decide: (found: (GeneralSale & { presale: Presale }) | undefined) => PresaleInput,
  ): Promise<Presale>;

  /** Deletes a presale and its codes; returns false when a reservation was made by one of them. */
  remove(author: Author, uuid: string): Promise<boolean>;

  /**
   * Adds codes, all or none. Returns them, or those that the presale has already. Codes of these uuids were added
   * before: then nothing changes; nor when the event is cancelled. Undefined when the presale has gone.
   */
  addCodes(
    author: Author,
    presaleUuid: string,
    codes: NewCode[],
  ): Promise<{ added: AccessCode[] } | { taken: string[] } | 'cancelled' | undefined>;

  /** Returns codes of a presale, the oldest first, `after` one of them. */
  listCodes(query: { presaleUuid: string; after?: string | undefined; limit: number }): Promise<AccessCode[]>;

  /** Returns the presale of a code. */
  presaleOfCode(codeUuid: string): Promise<Presale | undefined>;

  /** Withdraws a code: nobody reserves by it any more. Seats that are held by it stay held. Repeated, it changes nothing. */
  withdraw(author: Author, codeUuid: string): Promise<void>;
};
