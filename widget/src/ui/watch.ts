import { effect } from '../reactive/signal.ts';
import { Component, type ComponentChildren, type VNode } from 'preact';

/**
 * A component that draws again when a signal it has read changes. `setUp` runs once per instance, with the first
 * properties, and returns the drawing. It stands in for the hooks of `@preact/signals`, which would bring preact/hooks
 * along: 2.3 kB for what these lines do.
 */
export function watch<P>(setUp: (first: P) => (props: P) => ComponentChildren): (props: P & { key?: string }) => VNode {
  class Watcher extends Component<P> {
    readonly draw = setUp(this.props);
    stop = (): void => {};
    override render(): ComponentChildren {
      let drawn: ComponentChildren;
      let isFirst = true;
      this.stop();
      this.stop = effect(() => {
        // Its second run tells that something changed; it reads nothing then and so is the last.
        if (isFirst) drawn = this.draw(this.props);
        else this.setState({});
        isFirst = false;
      });
      return drawn;
    }
    override componentWillUnmount(): void {
      this.stop();
    }
  }
  // Preact takes a class wherever it takes a function.
  return Watcher as never;
}
