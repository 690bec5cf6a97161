"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, Users } from "lucide-react";
import { useRouter } from "next/navigation";
import { type ReactElement, useState, useTransition } from "react";
import { toast } from "sonner";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Form } from "@/components/ui/form";
import { Input } from "@/components/ui/input";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { deleteView, saveView } from "@/lib/reviews/actions";
import { savedViewsQuery } from "@/lib/vault/queries";
import { addressOf, useReviewFilter } from "./review-filter";

/** Filters with a name: one's own, and those that somebody shared. */
export function SavedViewsMenu({ client, maySave, trigger }: { client: string; maySave: boolean; trigger: ReactElement }) {
  const { data } = useQuery(savedViewsQuery(client));
  const [isSaving, setSaving] = useState(false);
  const router = useRouter();
  const queries = useQueryClient();
  const [, start] = useTransition();
  const filter = useReviewFilter();
  const query = addressOf("", filter).slice(1);
  const remove = (viewId: string, name: string, was: { query: string; is_shared: boolean }) =>
    start(async () => {
      const result = await deleteView(client, viewId);
      if (!result.ok) return void toast.error(result.error);
      queries.setQueryData(savedViewsQuery(client).queryKey, result.data);
      toast.success(`The view ${name} is deleted.`, {
        action: {
          label: "Undo",
          onClick: () =>
            start(async () => {
              const again = await saveView(client, { name, ...was });
              if (again.ok) queries.setQueryData(savedViewsQuery(client).queryKey, again.data);
            }),
        },
      });
    });
  return (
    <>
      <Menu defaultOpen>
        <MenuTrigger asChild>{trigger}</MenuTrigger>
        <MenuContent align="end" className="w-64">
          {(data?.views ?? []).map((view) => (
            <div key={view.view_id} className="flex items-center">
              <MenuItem
                className="min-w-0 flex-1"
                onSelect={() => router.push(`/${client}/reviews${view.query && `?${view.query}`}`)}
              >
                {view.is_shared && <Users aria-label="shared" />}
                <span className="truncate">{view.name}</span>
              </MenuItem>
              {view.is_own && (
                <MenuItem aria-label={`Delete the view ${view.name}`} onSelect={() => remove(view.view_id, view.name, view)}>
                  <Trash2 aria-hidden />
                </MenuItem>
              )}
            </div>
          ))}
          {data?.views.length === 0 && <p className="px-2 py-1.5 text-muted">No saved views yet.</p>}
          {maySave && (
            <>
              <MenuSeparator />
              <MenuItem disabled={query === ""} onSelect={() => setSaving(true)}>
                {query === "" ? "Filter the queue to save a view" : "Save this view…"}
              </MenuItem>
            </>
          )}
        </MenuContent>
      </Menu>
      <Dialog open={isSaving} onOpenChange={setSaving}>
        <DialogContent title="Save this view">
          <SaveForm client={client} query={query} done={() => setSaving(false)} />
        </DialogContent>
      </Dialog>
    </>
  );
}

function SaveForm({ client, query, done }: { client: string; query: string; done: () => void }) {
  const [error, setError] = useState<string | null>(null);
  const [isPending, start] = useTransition();
  const queries = useQueryClient();
  const submit = (form: FormData) => {
    const name = String(form.get("name") ?? "").trim();
    if (name === "") return setError("Give the view a name.");
    start(async () => {
      const result = await saveView(client, { name, query, is_shared: form.get("shared") === "on" });
      if (!result.ok) return setError(result.error);
      queries.setQueryData(savedViewsQuery(client).queryKey, result.data);
      done();
    });
  };
  return (
    <Form submit="Save view" isPending={isPending} onSubmit={submit}>
      <Field label="Name" error={error}>
        {(ids) => <Input {...ids} name="name" maxLength={80} placeholder="Large refunds" />}
      </Field>
      <label className="flex items-center gap-2">
        <input type="checkbox" name="shared" className="accent-(--accent)" /> Show it to every member
      </label>
    </Form>
  );
}
