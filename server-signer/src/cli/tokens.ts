import { LIMITS, parseAgentName } from '@familiar/protocol';
import { diagnose, type Diagnosis } from '../doctor/diagnose.ts';
import { createSigner } from '../signer.ts';
import { need, type Options, readKeyText, readVerificationKeys } from './options.ts';
import { EXIT, type Terminal, UsageError } from './terminal.ts';

const NO_KEY = 'No key: set FAMILIAR_SIGNING_KEY or give --key-file.';

/** Prints a signed token. */
export async function sign(options: Options, terminal: Terminal): Promise<number> {
  const key = readKeyText(options, terminal);
  if (key === undefined) throw new UsageError(NO_KEY);
  const [agent, issuer, sub] = [need(options, 'agent'), need(options, 'issuer'), need(options, 'sub')];
  const { instance, name, email, lifetime } = options;
  const signer = createSigner({
    agent,
    issuer,
    key,
    clock: terminal.clock,
    ...(lifetime === undefined ? {} : { lifetimeSeconds: Number(lifetime) }),
  });
  terminal.print(await signer.sign({ sub, instance: instance ?? null, name: name ?? null, email: email ?? null }));
  return EXIT.ok;
}

/** Strict: needs key, agent and issuer. Prints the claims of a good token as JSON. */
export async function verify(options: Options, terminal: Terminal): Promise<number> {
  if (readKeyText(options, terminal) === undefined) throw new UsageError(NO_KEY);
  need(options, 'agent');
  need(options, 'issuer');
  const diagnosis = await examine(options, terminal);
  if (diagnosis.kind === 'wrong') return refuse(diagnosis, terminal);
  terminal.print(JSON.stringify(diagnosis.payload));
  return EXIT.ok;
}

/** One line that says what is wrong, as far as it can be told from what was given. Never prints the token. */
export async function doctor(options: Options, terminal: Terminal): Promise<number> {
  const diagnosis = await examine(options, terminal);
  if (diagnosis.kind === 'wrong') return refuse(diagnosis, terminal);
  const { secondsLeft, startsInSeconds } = diagnosis.timing;
  const skew = `within the ${LIMITS.clockSkewSeconds} s of skew that are tolerated`;
  const early = startsInSeconds > 0 ? `; it starts in ${startsInSeconds} s, ${skew}: one of the two clocks is wrong` : '';
  const left = secondsLeft > 0 ? `${secondsLeft} s left` : `it expired ${-secondsLeft} s ago, ${skew}`;
  const unchecked = [
    ...(diagnosis.isSignatureChecked ? [] : ['signature (--public-key-file)']),
    ...(options.agent === undefined ? ['aud (--agent)'] : []),
    ...(options.issuer === undefined ? ['iss (--issuer)'] : []),
  ];
  const rest = unchecked.length === 0 ? '' : `; not compared: ${unchecked.join(', ')}`;
  terminal.print(`ok: nothing wrong, ${left}${early}${rest}`);
  return EXIT.ok;
}

async function examine(options: Options, terminal: Terminal): Promise<Diagnosis> {
  const given = need(options, 'token');
  const token = given === '-' ? terminal.readInput().replace(/\r?\n$/, '') : given;
  const { agent, issuer } = options;
  // Otherwise every token would be for another agent, and the token is not what is wrong.
  if (agent !== undefined && parseAgentName(agent) === null) throw new UsageError('--agent is "org/agent", two slugs of a-z, 0-9 and "-".');
  return diagnose(token, { agent, issuer, keys: readVerificationKeys(options, terminal), clock: terminal.clock });
}

function refuse({ code, detail }: { readonly code: string; readonly detail: string }, terminal: Terminal): number {
  terminal.complain(`${code}: ${detail}`);
  return EXIT.wrongToken;
}
