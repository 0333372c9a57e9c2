import { ensureInstalled, run } from './install.mjs';

ensureInstalled();
for (const name of ['protocol', 'server-signer', 'agent-backend', 'widget', 'conformance', 'demo', 'e2e']) run('tsc', ['-p', name]);
