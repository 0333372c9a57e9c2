const SLUG = '[a-z0-9](?:-?[a-z0-9]){0,62}';
const AGENT_NAME = new RegExp(`^(${SLUG})/(${SLUG})$`);

export interface AgentName {
  readonly org: string;
  readonly agent: string;
}

/**
 * Parses `org/agent`: two slugs of `[a-z0-9]` with single inner hyphens, 63 characters each at most (contract §1).
 * Returns `null` for anything else.
 */
export function parseAgentName(value: unknown): AgentName | null {
  const match = typeof value === 'string' ? AGENT_NAME.exec(value) : null;
  const [, org, agent] = match ?? [];
  return org === undefined || agent === undefined ? null : { org, agent };
}
