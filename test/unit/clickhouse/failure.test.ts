import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClickHouseError } from '@clickhouse/client';
import { describe, expect, it } from 'vitest';
import { createWarehouse } from '../../../clickhouse/client.ts';
import { warehouseError } from '../../../clickhouse/failure.ts';
import { SpendlensError } from '../../../domain/error.ts';

const from = (code: string) => new ClickHouseError({ code, message: 'as the server put it', type: 'X' });

describe('what the warehouse says becomes one of three codes', () => {
  it.each([
    { name: 'too many parts', error: from('252'), code: 'warehouse_busy', retryable: true },
    { name: 'memory limit', error: from('241'), code: 'warehouse_busy', retryable: true },
    { name: 'table is read-only', error: from('242'), code: 'warehouse_busy', retryable: true },
    { name: 'too slow', error: from('159'), code: 'warehouse_busy', retryable: true },
    { name: 'no answer in time', error: new Error('Timeout error.'), code: 'warehouse_busy', retryable: true },
    { name: 'wrong password', error: from('516'), code: 'warehouse_unreachable', retryable: true },
    { name: 'not migrated yet', error: from('60'), code: 'warehouse_unreachable', retryable: true },
    { name: 'a row that does not parse', error: from('27'), code: 'warehouse_refused', retryable: false },
    { name: 'a type that does not fit', error: from('53'), code: 'warehouse_refused', retryable: false },
    { name: 'socket reset', error: new Error('read ECONNRESET'), code: 'warehouse_unreachable', retryable: true },
  ])('$name', ({ error, code, retryable }) => {
    expect(warehouseError(error)).toMatchObject({ code, retryable });
  });

  it('repeats nothing of the rows', () => {
    const said = `Cannot parse input: expected ',' before: '.8,"request":"my secret: it\\'s \\n mine"}': (at row 1)\n: While executing`;
    const error = warehouseError(new ClickHouseError({ code: '27', message: said, type: 'X' }));
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain('secret');
    expect(error.message).toContain("expected ',' before: …: (at row 1)");
    const shown = 'Row 1:\nColumn 3, name: request, type: String, parsed text: "my secret"ERROR';
    expect(warehouseError(new ClickHouseError({ code: '27', message: shown, type: 'X' })).message).not.toContain(
      'secret',
    );
  });

  it('keeps what is already one of ours', () => {
    const error = new SpendlensError('query_invalid', 'no');
    expect(warehouseError(error)).toBe(error);
  });

  it('names a port where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const warehouse = createWarehouse({ url: `http://127.0.0.1:${port}`, user: 'nobody', password: '' });
    await expect(warehouse.run('SELECT 1')).rejects.toMatchObject({ code: 'warehouse_unreachable', retryable: true });
    await expect(warehouse.ping()).rejects.toMatchObject({ code: 'warehouse_unreachable' });
    await warehouse.close();
  });
});
