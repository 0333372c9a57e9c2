import {
  type Identity,
  type IdentityChange,
  type IdentityInput,
  type IdentityReason,
  isSamePerson,
  nameOf,
  resolveIdentity,
} from './identity.ts';

/**
 * The one owner of the identity. Whoever shows or sends anything holds an `epoch` and gives up when it is over.
 * `replace` is the only door; a change from another tab will come in through it, too.
 */
export interface IdentityOwner {
  current(): Identity;
  /** Names the same person: only where tokens come from is taken over. Returns whether the person changed. */
  identify(input: IdentityInput): boolean;
  /** Always a change: whoever comes next is somebody else, also after an anonymous visitor. */
  logout(): void;
  /** The server resolved the same source to another person than before. */
  renew(): void;
}

export function createIdentityOwner(first: Identity, onChange: (change: IdentityChange) => void): IdentityOwner {
  let identity = first;
  const replace = (next: Identity, reason: IdentityReason): void => {
    const previous = nameOf(identity);
    identity = next;
    onChange({ previous, current: nameOf(next), reason });
  };
  return {
    current: () => identity,
    identify(input) {
      const next = resolveIdentity(input);
      if (isSamePerson(identity, next)) {
        identity = next;
        return false;
      }
      replace(next, 'identify');
      return true;
    },
    logout: () => replace({ level: 'anonymous', attributes: null }, 'logout'),
    renew: () => replace(identity, 'renewal'),
  };
}
