import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../demo/options.ts';

describe('arguments of the demo', () => {
  it.each([
    { name: 'nothing: two live minutes', args: [], options: { mode: 'live', minutes: 2, rate: 8, seed: 'spendlens' } },
    {
      name: 'its own pace',
      args: ['--rate', '0.5', '--seed', 'x'],
      options: { mode: 'live', minutes: 2, rate: 0.5, seed: 'x' },
    },
    {
      name: 'days and requests',
      args: ['--days', '30', '--requests=200000'],
      options: { mode: 'history', days: 30, requests: 200_000, seed: 'spendlens' },
    },
    {
      name: 'days alone',
      args: ['--days', '7'],
      options: { mode: 'history', days: 7, requests: 14_000, seed: 'spendlens' },
    },
    {
      name: 'requests alone',
      args: ['--requests', '500'],
      options: { mode: 'history', days: 30, requests: 500, seed: 'spendlens' },
    },
    { name: 'removal', args: ['--remove'], options: { mode: 'remove' } },
    { name: 'help before all else', args: ['--help', '--days', 'x'], options: { mode: 'help' } },
  ])('understands $name', ({ args, options }) => {
    expect(readOptions(args)).toEqual(options);
  });

  it.each([
    { name: 'no number', args: ['--days', 'many'], message: /--days: expected a number from/ },
    { name: 'a negative number', args: ['--days=-3'], message: /--days/ },
    { name: 'half a request', args: ['--requests', '1.5'], message: /--requests: expected a whole number/ },
    { name: 'too much', args: ['--rate', '100000'], message: /--rate: expected a number from 0.1 to 200/ },
    { name: 'an unknown option', args: ['--hours', '3'], message: /--hours.*--help/ },
    { name: 'a stray word', args: ['remove'], message: /remove.*--help/ },
    { name: 'two modes', args: ['--days', '3', '--minutes', '1'], message: /give one pair/ },
    { name: 'removal and more', args: ['--remove', '--days', '3'], message: /goes with no other/ },
    { name: 'no seed', args: ['--seed', ''], message: /--seed: expected some text/ },
  ])('refuses $name', ({ args, message }) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
