import { createRemoteKeySet, type KeySetFailure } from '../src/identity/remote-key-set.ts';

/** Asks key sets as a backend process does, with the certificates that this process trusts: `ask-key-set.ts kid url…`. Prints JSON. */
const [kid = '', ...urls] = process.argv.slice(2);
const answers = await Promise.all(
  urls.map(async (jwksUrl) => {
    const troubles: string[] = [];
    const report = ({ trouble }: KeySetFailure): void => void troubles.push(trouble);
    const set = createRemoteKeySet({ issuer: 'idp', jwksUrl }, { clock: Date.now, fetch, report });
    const found = await set.find(kid).then(
      (key) => (key === null ? 'unknown' : key.alg),
      (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
    );
    return { found, troubles };
  }),
);
process.stdout.write(JSON.stringify(answers));
