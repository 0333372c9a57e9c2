import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of UTF-8 text as 43 characters of base64url. */
export function sha256Base64url(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64url');
}

/** Compares two texts through equally long hashes, in a time that tells nothing about either. */
export function isSameText(left: string, right: string): boolean {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text, 'utf8').digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
