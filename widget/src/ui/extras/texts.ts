/** The words of what only some visitors see. A site replaces any of them by key through the setting `texts`. */
export const EXTRA_TEXTS = {
  claimOne: 'Keep this conversation with your account?',
  claimMany: 'Keep these conversations with your account?',
  claimWhy: 'Written in this browser before you signed in. If that was not you, choose “Not now”.',
  claimCount_one: '{count} message',
  claimCount_other: '{count} messages',
  claimMore: 'and {count} more',
  claimKeep: 'Keep',
  claimNotNow: 'Not now',
  claimBusy: 'Moving…',
  claimDone_one: '{count} conversation moved to your account.',
  claimDone_other: '{count} conversations moved to your account.',
  claimNothing: 'There was nothing left to move.',
  claimUndo: 'Undo',
  claimUndoing: 'Taking it back…',
  claimUndone: 'Taken out of your account again.',
  claimDismiss: 'OK',
  claimFailed_running: 'An answer is still being written there. Please try again when it is finished.',
  'claimFailed_sign-in': 'Please sign in again on this site, then try once more.',
  'claimFailed_too-late': 'It is too late for that now.',
  claimFailed_other: 'That did not work. Please try again.',
  untitled: 'Conversation',
  before: 'From before you signed in',
  sharedWith: 'Shared with {names}',
  sharedAlone: 'Shared: nobody else is here yet',
  sharedMore_one: '{count} other',
  sharedMore_other: '{count} others',
  unnamed: 'Guest',
  badge_verified: 'Verified',
  badge_soft: 'Not verified',
  badge_anonymous: 'Visitor',
  badge_ephemeral: 'Visitor',
  stepUp: 'Please confirm it’s you to continue',
  stepUpWhy: 'This needs a recent sign-in. You stay in this conversation.',
  stepUpConfirm: 'Confirm',
  stepUpCancel: 'Cancel',
  stepUpBusy: 'Waiting for your sign-in…',
  stepUpFailed: 'We could not confirm it was you. Please try again, or sign in again on this site.',
} as const;
export type ExtraKey = keyof typeof EXTRA_TEXTS;

/** Which of `_one` and `_other` a number takes. */
export function formOf(count: number, locale: string): 'one' | 'other' {
  return new Intl.PluralRules(locale).select(count) === 'one' ? 'one' : 'other';
}
