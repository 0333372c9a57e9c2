import { createSqliteSource } from '../../test/stores.ts';
import { describeStore } from './store-suite.ts';

describeStore(createSqliteSource());
