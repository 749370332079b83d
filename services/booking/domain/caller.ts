import type { Caller } from '../../../shared/auth/identities.ts';
import { AppError } from '../../../shared/errors.ts';

/** Who asks, as their token proves it; undefined where no tokens are checked: then everybody is who they say. */
export type MaybeCaller = Caller | undefined;

/** Throws `forbidden` when a caller would act in somebody else's name. */
export function mustBe(caller: MaybeCaller, userUuid: string): void {
  if (owns(caller, userUuid)) return;
  throw new AppError('forbidden', 'You can act for yourself only: send the sub of your token as user_uuid');
}

/** Whether what belongs to a user is the caller's own. Whoever asks for what is not is told that there is none. */
export const owns = (caller: MaybeCaller, userUuid: string) => caller === undefined || caller.userUuid === userUuid;

/** Whether the caller may see and refund a user's orders: one's own, and an organiser everybody's. */
export const mayManage = (caller: MaybeCaller, userUuid: string) =>
  owns(caller, userUuid) || caller?.isOrganiser === true;
