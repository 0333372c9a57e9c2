import { AsyncLocalStorage } from 'node:async_hooks';
import { StoreError, type Sql } from './store.ts';

interface OpenTransaction {
  isOpen: boolean;
}

/** Turns two mistakes, which would hang or lose atomicity, into errors at once. */
export interface TransactionGuard {
  /** Throws if the caller stands inside a transaction's `work` and should have used its `sql`. */
  checkOutside(): void;
  /** Runs `work` as a transaction's inside; its `sql` is refused once `work` has ended. */
  inside<T>(sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T>;
}

export function createTransactionGuard(): TransactionGuard {
  const current = new AsyncLocalStorage<OpenTransaction>();

  return {
    checkOutside() {
      if (current.getStore()?.isOpen !== true) return;
      throw new StoreError('failed', 'A transaction is open here: use the `sql` that its work was given, not the store.');
    },
    async inside(sql, work) {
      const transaction: OpenTransaction = { isOpen: true };
      const check = (): void => {
        if (!transaction.isOpen) throw new StoreError('failed', 'This transaction is over: await every query inside its work.');
      };
      const guarded: Sql = {
        async rows(text, values) {
          check();
          return sql.rows(text, values);
        },
        async run(text, values) {
          check();
          return sql.run(text, values);
        },
      };
      try {
        return await current.run(transaction, () => work(guarded));
      } finally {
        transaction.isOpen = false;
      }
    },
  };
}
