import { z } from 'zod';

// zod compiles validators with `new Function`, which the content security policy refuses and reports.
// This must run before the first schema is made: main.tsx imports it first.
z.config({ jitless: true });
