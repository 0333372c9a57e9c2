import type { VNode } from 'preact';

function Icon({ path }: { path: string }): VNode {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path d={path} fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export const CloseIcon = (): VNode => <Icon path="M5 5l10 10M15 5L5 15" />;
export const NewIcon = (): VNode => (
  <Icon path="M9 4H5.5A1.5 1.5 0 004 5.5v9A1.5 1.5 0 005.5 16h9a1.5 1.5 0 001.5-1.5V11M8 12l.6-2.6 6-6a1.4 1.4 0 012 2l-6 6z" />
);
export const SendIcon = (): VNode => <Icon path="M10 16V4M5 9l5-5 5 5" />;
export const DownIcon = (): VNode => <Icon path="M10 4v12M5 11l5 5 5-5" />;
export const CopyIcon = (): VNode => <Icon path="M7.5 7.5h8v8h-8zM12.5 7.500v-3h-8v8h3" />;
export const CheckIcon = (): VNode => <Icon path="M4.5 10.500l3.5 3.5 7.5-8" />;
export const RetryIcon = (): VNode => <Icon path="M15.5 7A6 6 0 104.3 11.500M15.8 3.500V7h-3.5" />;
export const ImageIcon = (): VNode => <Icon path="M4 4.500h12v11H4zM4 13l3.5-3.5 3 3L13 10l3 3M12.5 7.500h.01" />;
export const StopIcon = (): VNode => (
  <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
    <rect x="6" y="6" width="8" height="8" rx="1.5" fill="currentColor" />
  </svg>
);

/** The agent's mark: a leaf. */
export const LeafIcon = (): VNode => <Icon path="M4.5 15.500C4 8.5 8 4.5 15.8 4.2 16 12 12 16 6.5 14.500M4 16.500c2-4 4.5-6.2 7.5-7.8" />;
