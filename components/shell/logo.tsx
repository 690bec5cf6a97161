/** A ledger's leaf that joins its tree. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" className={className} aria-hidden="true" fill="none">
      <rect width="24" height="24" rx="6" className="fill-accent" />
      <path
        d="M7 16.5v-3l5-3 5 3v3M12 10.5v-4"
        className="stroke-accent-ink"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="12" cy="6.5" r="1.6" className="fill-accent-ink" />
      <circle cx="7" cy="16.5" r="1.6" className="fill-accent-ink" />
      <circle cx="17" cy="16.5" r="1.6" className="fill-accent-ink" />
    </svg>
  );
}
