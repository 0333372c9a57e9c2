/** The time of day, and the date before it unless that is today. */
export function formatWhen(at: number, locale: string, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const date = isToday ? {} : ({ day: 'numeric', month: 'short' } as const);
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', ...date }).format(at);
}
