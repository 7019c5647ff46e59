/** Only a path of ours: a link must not be able to send people elsewhere after they signed in. */
export function safeBack(back: string | null): string {
  return back !== null && /^\/(?![/\\])/.test(back) ? back : '/';
}
