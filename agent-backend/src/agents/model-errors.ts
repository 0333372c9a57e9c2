import { APICallError, RetryError } from 'ai';
import { AgentError } from './agent.ts';

const TRANSPORT_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Names what a model call failed with. The message says the kind and the HTTP status at most: a provider's own words may
 * repeat keys or what the visitor wrote. The cause is left out for the same reason.
 */
export function toAgentError(error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  if (RetryError.isInstance(error)) return toAgentError(error.lastError);
  const status = APICallError.isInstance(error) ? error.statusCode : undefined;
  if (status !== undefined && status >= 400) return new AgentError('model_unavailable', `The model answered with HTTP status ${status}.`);
  const chain = causes(error);
  const code = chain
    .map((cause) => (cause as { code?: unknown }).code)
    .find((code) => typeof code === 'string' && TRANSPORT_CODES.has(code));
  if (typeof code === 'string') return new AgentError('model_unavailable', `The model cannot be reached (${code}).`);
  if (chain.some((cause) => cause.name === 'TimeoutError')) return new AgentError('model_unavailable', 'The model did not answer in time.');
  if (APICallError.isInstance(error) && error.isRetryable) return new AgentError('model_unavailable', 'The model cannot be reached.');
  const name = error instanceof Error ? error.name : typeof error;
  return new AgentError('model_bad_response', `The model's answer could not be read (${name}).`);
}

function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}
