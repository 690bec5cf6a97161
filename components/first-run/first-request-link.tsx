import Link from "next/link";
import { Button } from "@/components/ui/button";

/** The next step where nothing was asked yet. */
export function FirstRequestLink({ client }: { client: string }) {
  return (
    <Button asChild variant="secondary" size="sm">
      <Link href={`/${client}`}>Send a first request</Link>
    </Button>
  );
}
