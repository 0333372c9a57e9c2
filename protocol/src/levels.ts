/** How far the server trusts a participant (contract §1). */
export const LEVELS = ['anonymous', 'soft', 'verified', 'ephemeral'] as const;
export type Level = (typeof LEVELS)[number];

/** The key spaces of instances. They never meet (contract R2). */
export const INSTANCE_KINDS = ['anonymous', 'soft', 'verified', 'shared', 'ephemeral'] as const;
export type InstanceKind = (typeof INSTANCE_KINDS)[number];

/** How a session token is tied to its browser (contract §4). */
export type Binding = 'dpop' | 'bearer';
