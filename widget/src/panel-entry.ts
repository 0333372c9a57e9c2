/** What the loader calls once it has fetched this module. */
export { mount as run } from './mount.ts';
