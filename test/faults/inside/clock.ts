/** Makes this process's wall clock go wrong; what measures durations goes on as before. */
export function shiftClock(shiftMs: number): void {
  const Right = Date;
  const now = () => Right.now() + shiftMs;
  globalThis.Date = new Proxy(Right, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}
