import { readAttributes } from './config/read-attributes.ts';
import { mount, type MountOptions } from './mount.ts';
import type { Widget } from './page/widget.ts';

/** What the loader calls once it has fetched this module. */
export function run(options: MountOptions, attributes: Readonly<Record<string, string | undefined>>): Widget | null {
  return mount({ ...options, sources: [readAttributes(attributes), ...options.sources] });
}
