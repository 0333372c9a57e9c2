import { parseArgs } from 'node:util';
import { SignerError } from '../errors.ts';
import { keygen } from './keygen.ts';
import { type Options, OPTIONS } from './options.ts';
import { doctor, sign, verify } from './tokens.ts';
import { EXIT, type Terminal, UsageError } from './terminal.ts';

const USAGE = `familiar-signer keygen [--alg ES256|EdDSA|HS256] [--kid name] [--issuer name] [--out folder]
familiar-signer sign   --sub id --agent org/agent --issuer name [--instance name] [--name …] [--email …] [--lifetime seconds]
familiar-signer verify <token | -> --agent org/agent --issuer name
familiar-signer doctor <token | -> [--agent org/agent] [--issuer name]

The key comes from FAMILIAR_SIGNING_KEY (a JWK on one line), --key-file or --public-key-file (a JWK or a JWK set).
"-" reads the token from standard input. Exit code: 0 good, 1 the token is wrong, 2 the command or the key is.`;

const COMMANDS: Readonly<Record<string, (options: Options, terminal: Terminal) => Promise<number>>> = { keygen, sign, verify, doctor };

/** Runs `familiar-signer` and returns its exit code. Never throws. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    const [name = '', token, ...rest] = positionals;
    if (values.help === true || name === 'help') {
      terminal.print(USAGE);
      return EXIT.ok;
    }
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined || rest.length > 0) throw new UsageError(USAGE);
    return await command({ ...values, token }, terminal);
  } catch (error) {
    terminal.complain(explain(error));
    return EXIT.usage;
  }
}

function explain(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof SignerError) return `${error.code}: ${error.message}`;
  // parseArgs quotes the argument it does not know, which may be a token.
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('ERR_PARSE_ARGS')) return `An option is unknown or lacks its value.\n\n${USAGE}`;
  return `A file cannot be read or written (${code || 'unknown reason'}).`;
}
