import { runRole } from '../process/role.ts';
import { startProxy } from './start.ts';

await runRole('proxy', startProxy);
