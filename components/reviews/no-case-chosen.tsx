import { Kbd } from "@/components/ui/kbd";
import { EmptyState } from "@/components/ui/state";

export function NoCaseChosen() {
  return (
    <div className="hidden h-full items-center lg:flex">
      <EmptyState title="Choose a case">
        Press <Kbd>j</Kbd> to open the first one, and <Kbd>?</Kbd> for every key.
      </EmptyState>
    </div>
  );
}
