import type { ReadonlySignal, Signal } from '../reactive/signal.ts';
import type { EmbedConfig, InstanceRef, Level } from '@familiar/protocol';
import type { Config } from '../config/config.ts';
import type { ChatMessage, Conversation, Trouble } from '../conversation/conversation.ts';
import type { Drawn } from './dom.ts';

/** Where the conversation is kept in this browser (contract §4). */
export type StorageKind = 'durable' | 'session' | 'none';

/**
 * What only some visitors see, drawn by code that is loaded when one of them is here. `author` stands beside the name over
 * `message`; `cards` over the composer.
 */
export type Extras = (place: 'header' | 'author' | 'cards' | 'foot', message?: ChatMessage) => Drawn;

/** What the backend says about this panel. */
export interface PanelConfig extends Pick<EmbedConfig, 'name' | 'greeting' | 'suggestions' | 'badge'> {
  readonly flags: Pick<EmbedConfig['flags'], 'image_origins'> & { readonly claim: string };
}

/** All that the components read, and the only actions they call. `mount.ts` builds it. */
export interface PanelModel {
  readonly mode: 'launcher' | 'inline' | 'page';
  readonly isOpen: ReadonlySignal<boolean>;
  /** Null until the first answer of the backend; the panel shows its frame meanwhile. */
  readonly config: ReadonlySignal<PanelConfig | null>;
  /** Null while identity changes: the list is empty then, never the old one. */
  readonly conversation: ReadonlySignal<Conversation | null>;
  readonly identity: ReadonlySignal<{
    readonly level: Level;
    readonly id: string | null;
    readonly name?: string | null | undefined;
    readonly instance: InstanceRef | null;
    readonly storage: StorageKind;
  } | null>;
  /** What keeps the panel from working at all: refused token, foreign origin, no network at the start. */
  readonly trouble: ReadonlySignal<Trouble | null>;
  readonly settings: ReadonlySignal<Pick<Config, 'texts' | 'theme' | 'locale'>>;
  readonly unread: ReadonlySignal<number>;
  /** Null until they are needed. */
  readonly extras: Signal<Extras | null>;
  readonly open: () => void;
  readonly close: () => void;
  readonly toggle: () => void;
  readonly newConversation: () => void;
  /** Tries again after `trouble`. */
  readonly reconnect: () => void;
}
