/** Counters for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). Labels are names from this code, never what was sent. */
export interface Metrics {
  count(name: CounterName, labels?: Readonly<Record<string, string>>): void;
  gauge(name: GaugeName, step: 1 | -1): void;
  write(): string;
}

const HELP = {
  familiar_http_requests_total: 'Answered requests by route and status.',
  familiar_mints_total: 'Session tokens asked for, by result.',
  familiar_runs_started_total: 'Runs that have begun.',
  familiar_runs_ended_total: 'Runs that have ended, by how.',
  familiar_streams_open: 'Event streams that are open now.',
} as const;
type GaugeName = 'familiar_streams_open';
type CounterName = Exclude<keyof typeof HELP, GaugeName>;

export function createMetrics(): Metrics {
  const values = new Map<string, number>();
  const add = (key: string, step: number): void => void values.set(key, (values.get(key) ?? 0) + step);
  return {
    count(name, labels = {}) {
      const written = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
      add(written.length === 0 ? name : `${name}{${written.join(',')}}`, 1);
    },
    gauge: (name, step) => add(name, step),
    write() {
      const lines = Object.entries(HELP).flatMap(([name, help]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`,
        ...[...values].filter(([key]) => key === name || key.startsWith(`${name}{`)).map(([key, value]) => `${key} ${value}`),
      ]);
      return `${lines.join('\n')}\n`;
    },
  };
}
