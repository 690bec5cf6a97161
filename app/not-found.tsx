import Link from "next/link";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/state";

export default function NotFound() {
  return (
    <EmptyState
      title="There is nothing here"
      action={
        <Button asChild variant="secondary">
          <Link href="/">Go to your tenant</Link>
        </Button>
      }
    >
      The address may be mistyped, or it belongs to a tenant that you are not a member of.
    </EmptyState>
  );
}
