import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Builds once, before the workers start demos of their own. */
export default function build(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: join(import.meta.dirname, '..'), stdio: 'inherit' });
}
