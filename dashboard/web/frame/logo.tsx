export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden className="shrink-0">
      <title>Spendlens</title>
      <rect width="32" height="32" rx="8" className="fill-[oklch(0.43_0.075_210)]" />
      <circle cx="14" cy="14" r="7.5" fill="none" stroke="#fff" strokeWidth="3" />
      <path d="M19.5 19.5 26 26" stroke="#fff" strokeWidth="3.4" strokeLinecap="round" />
      <path d="M11 16.4v-2.2M14 16.4v-5M17 16.4v-3.4" stroke="#8fe0dc" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
